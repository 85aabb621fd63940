/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/cpus.h"
#include "base/str.h"

/* Longer than any range of numbers below BH_CPUS_MAX. */
#define RANGE_MAX 16

static int add_range(struct bh_cpus *cpus, const char *first, const char *last)
{
	const size_t width = 8 * sizeof(cpus->bits[0]);
	uint64_t from, to;
	int r = bh_parse_u64(first, BH_CPUS_MAX - 1, &from);

	if (r == 0)
		r = bh_parse_u64(last, BH_CPUS_MAX - 1, &to);
	if (r < 0)
		return r;
	if (from > to)
		return -EINVAL;
	for (uint64_t i = from; i <= to; i++)
		cpus->bits[i / width] |= 1ul << (i % width);
	return 0;
}

static int add_part(struct bh_cpus *cpus, const char *part, size_t len)
{
	char text[RANGE_MAX];
	char *dash;

	while (len && part[0] == ' ') {
		part++;
		len--;
	}
	while (len && part[len - 1] == ' ')
		len--;
	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, part, len);
	text[len] = '\0';
	dash = strchr(text, '-');
	if (dash)
		*dash++ = '\0';
	return add_range(cpus, text, dash ? dash : text);
}

int bh_cpus_parse(const char *text, struct bh_cpus *ret)
{
	struct bh_cpus cpus = { { 0 } };

	if (!*text) {
		memset(ret, 0xff, sizeof(*ret));
		return 0;
	}
	for (;;) {
		size_t len = strcspn(text, ",");
		int r = add_part(&cpus, text, len);

		if (r < 0)
			return r;
		if (!text[len])
			break;
		text += len + 1;
	}
	*ret = cpus;
	return 0;
}
