/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unit tests in C that speak TAP.  A test program is a main that calls checks
 * and ends with "return done_testing();".  A check never ends the program: its
 * result says whether it passed, for tests that can't go on without it.
 *
 *	ok(condition, title...)		condition holds
 *	is_int(got, want, title...)	two whole numbers are equal
 *	is_str(got, want, title...)	two strings are equal; NULL equals NULL
 *	skip(reason...)			one check can't be made here
 *	skip_all(reason...)		none can: return skip_all("not root");
 *	diag(text...)			a remark, to standard error
 *
 * A title is a format with its arguments, and names the case rather than the
 * code.  It must not contain the number sign, which means something in TAP.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TAP_FORMAT(at) __attribute__((format(printf, at, (at) + 1), unused))

static int tap_count;
static int tap_failed;

TAP_FORMAT(1) static void diag(const char *format, ...)
{
	va_list args;

	fputs("# ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

__attribute__((format(printf, 4, 0), unused)) static bool
tap_report(bool passed, const char *file, int line, const char *title,
	   va_list args)
{
	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	vprintf(title, args);
	putchar('\n');
	fflush(stdout);

	if (!passed) {
		tap_failed++;
		diag("failed at %s:%d", file, line);
	}
	return passed;
}

TAP_FORMAT(4)
static bool tap_ok(bool passed, const char *file, int line, const char *title,
		   ...)
{
	va_list args;

	va_start(args, title);
	(void)tap_report(passed, file, line, title, args);
	va_end(args);
	return passed;
}

/* A number, signed or not, so that UINT64_MAX and -1 differ. */
struct tap_int {
	uint64_t bits;
	bool is_signed;
};

#define TAP_INT(x) \
	((struct tap_int){ (uint64_t)(x), (__typeof__((x) + 0))-1 < 1 })

static inline bool tap_is_negative(struct tap_int number)
{
	return number.is_signed && number.bits > INT64_MAX;
}

__attribute__((unused)) static void tap_diag_int(const char *what,
						 struct tap_int number)
{
	if (tap_is_negative(number))
		diag("%s %lld", what, (long long)number.bits);
	else
		diag("%s %llu", what, (unsigned long long)number.bits);
}

__attribute__((format(printf, 5, 6), unused)) static bool
tap_is_int(struct tap_int got, struct tap_int want, const char *file, int line,
	   const char *title, ...)
{
	bool passed = tap_is_negative(got) == tap_is_negative(want) &&
		      got.bits == want.bits;
	va_list args;

	va_start(args, title);
	(void)tap_report(passed, file, line, title, args);
	va_end(args);

	if (!passed) {
		tap_diag_int("  got ", got);
		tap_diag_int("  want", want);
	}
	return passed;
}

__attribute__((format(printf, 5, 6), unused)) static bool
tap_is_str(const char *got, const char *want, const char *file, int line,
	   const char *title, ...)
{
	bool passed = got && want ? strcmp(got, want) == 0 : got == want;
	va_list args;

	va_start(args, title);
	(void)tap_report(passed, file, line, title, args);
	va_end(args);

	if (!passed) {
		diag("  got  %s%s%s", got ? "\"" : "", got ? got : "NULL",
		     got ? "\"" : "");
		diag("  want %s%s%s", want ? "\"" : "", want ? want : "NULL",
		     want ? "\"" : "");
	}
	return passed;
}

TAP_FORMAT(1) static void skip(const char *reason, ...)
{
	va_list args;

	printf("ok %d # SKIP ", ++tap_count);
	va_start(args, reason);
	vprintf(reason, args);
	va_end(args);
	putchar('\n');
}

TAP_FORMAT(1) static int skip_all(const char *reason, ...)
{
	va_list args;

	fputs("1..0 # SKIP ", stdout);
	va_start(args, reason);
	vprintf(reason, args);
	va_end(args);
	putchar('\n');
	return 0;
}

/* Print the plan; the exit status of the program. */
__attribute__((unused)) static int done_testing(void)
{
	printf("1..%d\n", tap_count);
	if (tap_failed > 0)
		diag("%d of %d failed", tap_failed, tap_count);
	return tap_failed > 0;
}

#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_is_int(TAP_INT(got), TAP_INT(want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) \
	tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)

#endif
