/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "check.h"

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether text is prefix and then one or more capitals (or also). */
static bool is_name(const char *text, size_t len, const char *prefix, char also)
{
	size_t start = strlen(prefix);

	if (len <= start || memcmp(text, prefix, start) != 0)
		return false;

	for (size_t i = start; i < len; i++)
		if (!is_capital(text[i]) && text[i] != also)
			return false;
	return true;
}

static bool fits_rlimit(const char *text, size_t len)
{
	return is_name(text, len, "RLIMIT_", 'A');
}

static bool fits_capability(const char *text, size_t len)
{
	return is_name(text, len, "CAP_", '_');
}

static bool fits_cpu_list(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_digit(text[i]) && !memchr(", -", text[i], 3))
			return false;
	return true;
}

static bool fits_device_type(const char *text, size_t len)
{
	return len == 1 && memchr("cbup", text[0], 4);
}

static bool fits_page_size(const char *text, size_t len)
{
	size_t digits = 0;

	while (digits < len && is_digit(text[digits]))
		digits++;
	return digits > 0 && text[0] != '0' && len == digits + 2 &&
	       memchr("KMG", text[digits], 3) && text[digits + 1] == 'B';
}

static bool fits_mem_bw(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "MB:", 3) == 0 &&
	       !memchr(text, '\n', len);
}

const struct oci_check oci_check_rlimit = {
	.fits = fits_rlimit,
	.expected = "RLIMIT_ and capital letters",
};

const struct oci_check oci_check_capability = {
	.fits = fits_capability,
	.expected = "CAP_ and capital letters",
};

const struct oci_check oci_check_cpu_list = {
	.fits = fits_cpu_list,
	.expected = "a list of CPUs like 0-3,7",
};

const struct oci_check oci_check_device_type = {
	.fits = fits_device_type,
	.expected = "one of c, b, u, p",
};

const struct oci_check oci_check_page_size = {
	.fits = fits_page_size,
	.expected = "a page size like 2MB",
};

const struct oci_check oci_check_mem_bw = {
	.fits = fits_mem_bw,
	.expected = "one line that begins with MB:",
};
