/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of processors. */
#include <errno.h>

#include "base/cpus.h"
#include "tap.h"

static bool has(const struct bh_cpus *cpus, unsigned int cpu)
{
	const size_t width = 8 * sizeof(cpus->bits[0]);

	return cpus->bits[cpu / width] >> (cpu % width) & 1;
}

/* The first and the last of the set, and how many there are. */
static void is_set(const char *text, unsigned int first, unsigned int last,
		   unsigned int count)
{
	struct bh_cpus cpus;
	unsigned int found = 0;

	is_int(bh_cpus_parse(text, &cpus), 0, "\"%s\"", text);
	for (unsigned int i = 0; i < BH_CPUS_MAX; i++)
		found += has(&cpus, i);
	is_int(found, count, "\"%s\": how many", text);
	ok(has(&cpus, first) && has(&cpus, last), "\"%s\": which", text);
}

static void is_refused(const char *text, int expected)
{
	struct bh_cpus cpus = { { 5 } };

	is_int(bh_cpus_parse(text, &cpus), expected, "\"%s\" is refused", text);
	is_int(cpus.bits[0], 5, "\"%s\": nothing is written", text);
}

int main(void)
{
	static const char *const wrong[] = {
		" ",
		",",
		"0,",
		",0",
		"-",
		"-1",
		"1-",
		"3-2",
		"1--2",
		"0x1",
		"0-1-2",
		"1, ,2",
		"a",
		"0 1",
		"01",
		"+1",
		"1\n",
		"1.0",
		"000000000000000000001",

	};

	is_set("0", 0, 0, 1);
	is_set("0-3,7", 0, 7, 5);
	is_set("7, 0-3", 0, 7, 5);
	is_set("63-65", 63, 65, 3);
	is_set("5,5,4-6", 4, 6, 3);
	is_set("8191", 8191, 8191, 1);
	is_set("", 0, 8191, 8192);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_refused(wrong[i], -EINVAL);
	is_refused("8192", -ERANGE);
	is_refused("0-8192", -ERANGE);
	is_refused("99999999999999999999", -EINVAL);
	return done_testing();
}
