/* SPDX-License-Identifier: Apache-2.0 */
/* The one integer parser, and octal modes (S18, S19: what is not plainly a
 * number is none). */
#include <errno.h>

#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

#define UNTOUCHED 0xdeadull

struct example {
	const char *text;
	uint64_t max;
	int result;
	uint64_t value;
};

#define BAD(text)                                    \
	{                                            \
		text, UINT64_MAX, -EINVAL, UNTOUCHED \
	}
#define LARGE(text, max)                      \
	{                                     \
		text, max, -ERANGE, UNTOUCHED \
	}

static const struct example decimal[] = {
	{ "0", UINT64_MAX, 0, 0 },
	{ "0", 0, 0, 0 },
	{ "7", UINT64_MAX, 0, 7 },
	{ "10", UINT64_MAX, 0, 10 },
	{ "1000", 1000, 0, 1000 },
	{ "4294967295", UINT32_MAX, 0, UINT32_MAX },
	{ "4294967296", UINT64_MAX, 0, 4294967296 },
	{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
	BAD(""),
	BAD(" "),
	BAD("00"),
	BAD("01"),
	BAD("007"),
	BAD(" 1"),
	BAD("1 "),
	BAD("1\n"),
	BAD("\t1"),
	BAD("-1"),
	BAD("-0"),
	BAD("+1"),
	BAD("0x1"),
	BAD("0X1"),
	BAD("x"),
	BAD("1x"),
	BAD("1:"),
	BAD(":1"),
	BAD("1.0"),
	BAD("1e3"),
	BAD("1,000"),
	BAD("root"),
	/* full-width and Arabic digits are letters here */
	BAD("\xef\xbc\x91"),
	BAD("\xd9\xa1"),
	BAD("/"),
	LARGE("1", 0),
	LARGE("1001", 1000),
	LARGE("4294967296", UINT32_MAX),
	LARGE("42949672950", UINT32_MAX),
	LARGE("18446744073709551615", UINT64_MAX - 1),
	LARGE("18446744073709551616", UINT64_MAX),
	LARGE("18446744073709551620", UINT64_MAX),
	LARGE("99999999999999999999", UINT64_MAX),
	LARGE("340282366920938463463374607431768211456", UINT64_MAX),
};

static const struct example octal[] = {
	{ "0", 07777, 0, 0 },
	{ "00", 07777, 0, 0 },
	{ "0644", 07777, 0, 0644 },
	{ "644", 07777, 0, 0644 },
	{ "00644", 07777, 0, 0644 },
	{ "7777", 07777, 0, 07777 },
	{ "1777777777777777777777", UINT64_MAX, 0, UINT64_MAX },
	BAD(""),
	BAD("8"),
	BAD("0o7"),
	BAD("0x7"),
	BAD("-7"),
	BAD("+7"),
	BAD(" 7"),
	BAD("7 "),
	BAD("648"),
	LARGE("10000", 07777),
	LARGE("2000000000000000000000", UINT64_MAX),
};

static void check(const struct example *example, const char *kind,
		  int (*parse)(const char *text, uint64_t max, uint64_t *ret))
{
	uint64_t value = UNTOUCHED;

	is_int(parse(example->text, example->max, &value), example->result,
	       "%s \"%s\" up to %llu", kind, example->text,
	       (unsigned long long)example->max);
	is_int(value, example->value, "%s \"%s\": value", kind, example->text);
}

/* A thousand digits must neither wrap around to something small nor take. */
static void check_huge(void)
{
	char text[1001];
	uint64_t value = UNTOUCHED;

	memset(text, '9', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	is_int(bh_parse_u64(text, UINT64_MAX, &value), -ERANGE,
	       "a thousand digits");
	/* The first thing that is wrong is what is told; either will do. */
	text[sizeof(text) - 2] = 'x';
	ok(bh_parse_u64(text, UINT64_MAX, &value) < 0,
	   "a thousand digits and a letter");
	is_int(value, UNTOUCHED, "nothing is written");
}

int main(void)
{
	for (size_t i = 0; i < BH_COUNT(decimal); i++)
		check(&decimal[i], "decimal", bh_parse_u64);
	for (size_t i = 0; i < BH_COUNT(octal); i++)
		check(&octal[i], "octal", bh_parse_octal);
	check_huge();
	return done_testing();
}
