/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

static bool parse_digits(const char *text, size_t len, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0)
		return false;

	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned int)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

bool oci_parse_u64(const char *text, size_t len, uint64_t *ret)
{
	uint64_t value;

	if (len > 0 && text[0] == '-') {
		/* -0 is a number in JSON, and it is 0 */
		if (!parse_digits(text + 1, len - 1, &value) || value != 0)
			return false;
	} else if (!parse_digits(text, len, &value)) {
		return false;
	}
	*ret = value;
	return true;
}

bool oci_parse_i64(const char *text, size_t len, int64_t *ret)
{
	bool negative = len > 0 && text[0] == '-';
	uint64_t size;

	if (!parse_digits(text + negative, len - negative, &size))
		return false;

	if (!negative && size <= INT64_MAX)
		*ret = (int64_t)size;
	else if (negative && size <= INT64_MAX)
		*ret = -(int64_t)size;
	else if (negative && size == (uint64_t)INT64_MAX + 1)
		*ret = INT64_MIN;
	else
		return false;
	return true;
}
