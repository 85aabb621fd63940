/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/when.h"

/* 9999-12-31T23:59:59Z */
#define LAST 253402300799

void bh_when_print(int64_t seconds, char ret[BH_WHEN_SIZE])
{
	time_t time = seconds < 0 ? 0 : seconds > LAST ? LAST : seconds;
	struct tm parts;

	(void)gmtime_r(&time, &parts);
	(void)strftime(ret, BH_WHEN_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* The number of len digits at text, or -1. */
static int number(const char *text, size_t len)
{
	int value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = 10 * value + text[i] - '0';
	}
	return value;
}

int bh_when_parse(const char *text, int64_t *ret)
{
	char again[BH_WHEN_SIZE];
	struct tm parts = { 0 };
	int64_t seconds;

	if (strlen(text) != BH_WHEN_SIZE - 1)
		return -EINVAL;
	parts.tm_year = number(text, 4) - 1900;
	parts.tm_mon = number(text + 5, 2) - 1;
	parts.tm_mday = number(text + 8, 2);
	parts.tm_hour = number(text + 11, 2);
	parts.tm_min = number(text + 14, 2);
	parts.tm_sec = number(text + 17, 2);
	seconds = timegm(&parts);
	/* What does not come out as it went in was none: signs, the 31st of
	 * February, hour 24. */
	bh_when_print(seconds, again);
	if (strcmp(text, again) != 0)
		return -EINVAL;
	*ret = seconds;
	return 0;
}

int64_t bh_when_now(void)
{
	return time(NULL);
}
