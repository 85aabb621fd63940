/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/sizes.h"

static int find_shift(const char *unit)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };

	for (size_t i = 0; i < BH_COUNT(units); i++)
		if (bh_str_eq(units[i], unit))
			return (int)i * 10;
	return -1;
}

int bh_size_parse(const char *text, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	int shift = find_shift(text + digits);
	char number[32];

	if (shift < 0 || digits == 0 || digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (bh_parse_u64(number, (uint64_t)INT64_MAX >> shift, ret) < 0)
		return -EINVAL;
	*ret <<= shift;
	return 0;
}

static bool fits(const char *text, size_t len)
{
	char copy[40];
	uint64_t size;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return bh_size_parse(copy, &size) == 0;
}

const struct oci_check bh_check_size = {
	fits,
	"a size such as \"512MiB\"",
};
