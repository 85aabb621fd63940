/* SPDX-License-Identifier: Apache-2.0 */
/* Error records: what a message reads like, and what they survive. */
#include <errno.h>

#include "base/err.h"
#include "base/mem.h"
#include "tap.h"

static void is_message(const struct bh_err *err, const char *want,
		       const char *title)
{
	bh_autofree char *message = bh_err_message(err);

	is_str(message, want, "%s", title);
}

static void check_words(void)
{
	struct bh_err err = { 0 };

	is_int(bh_fail(&err, ENOENT, "open %s", "/x"), -ENOENT, "fail");
	is_message(&err, "open /x: No such file or directory", "a failure");
	is_int(bh_context(&err, "mount %d", 3), -ENOENT, "context");
	is_message(&err, "mount 3: open /x: No such file or directory",
		   "with its context");
	is_int(bh_hint(&err, "make %s", "/x"), -ENOENT, "hint");
	is_message(&err, "mount 3: open /x: No such file or directory; make /x",
		   "and what helps");
	is_int(bh_refuse(&err, "%s is no number", "x"), -EINVAL, "refuse");
	ok(err.explained, "a refusal explains itself");
	is_message(&err, "x is no number", "the old hint is gone");
	is_int(bh_fail(&err, EPERM, "do it"), -EPERM, "fail again");
	ok(!err.explained, "a failure does not");
	is_message(&err, "do it: Operation not permitted", "with its reason");
}

/* A function that fails must never return success. */
static void check_numbers(void)
{
	struct bh_err err = { 0 };

	is_int(bh_fail(&err, 0, "x"), -EIO, "no errno is EIO");
	is_int(bh_fail(&err, -ENOENT, "x"), -EIO, "neither is a negative one");
	is_int(err.errnum, EIO, "the record holds what was returned");
}

static void fill(char *text, size_t size)
{
	memset(text, 'y', size - 1);
	text[size - 1] = '\0';
}

static void check_cut(void)
{
	static char large[4 * BH_ERR_TEXT];
	struct bh_err err = { 0 };

	fill(large, sizeof(large));
	(void)bh_fail(&err, EIO, "%s", large);
	is_int(strlen(err.text), BH_ERR_TEXT - 1, "a long text is cut");
	(void)bh_hint(&err, "%s", large);
	is_int(strlen(err.hint), BH_ERR_HINT - 1, "a long hint too");
	(void)bh_context(&err, "in %d", 5);
	is_int(strlen(err.text), BH_ERR_TEXT - 1, "context does not overrun");
	ok(strncmp(err.text, "in 5: yyy", 9) == 0, "and cuts the end");

	for (int i = 0; i < 100; i++)
		(void)bh_context(&err, "%s", large);
	is_int(strlen(err.text), BH_ERR_TEXT - 1, "contexts without end");
	ok(strncmp(err.text, "yyyy", 4) == 0, "the outermost is in front");
	ok(strstr(err.text, "y: y"), "a long context is cut, not its colon");

	(void)bh_refuse(&err, "%s", "");
	(void)bh_context(&err, "%s", large);
	ok(strlen(err.text) < BH_ERR_TEXT && strlen(err.text) > 200,
	   "a context alone");
}

/* What the child leaves in shared memory may be anything. */
static void check_sanitize(void)
{
	static const int numbers[] = { 0,    -1,	 -4096,
				       4096, 0x7fffffff, -0x7fffffff - 1 };
	struct bh_err err;

	memset(&err, 'A', sizeof(err));
	bh_err_sanitize(&err);
	ok(memchr(err.text, '\0', sizeof(err.text)) &&
		   memchr(err.hint, '\0', sizeof(err.hint)),
	   "texts end");
	is_int(err.errnum, EIO, "the number is one");
	for (size_t i = 0; i < BH_COUNT(numbers); i++) {
		err.errnum = numbers[i];
		bh_err_sanitize(&err);
		is_int(err.errnum, EIO, "errno %d is none", numbers[i]);
	}
	err.errnum = 4095;
	bh_err_sanitize(&err);
	is_int(err.errnum, 4095, "4095 is the last");
	err = (struct bh_err){ .errnum = ENOENT, .text = "open", .hint = "h" };
	bh_err_sanitize(&err);
	is_message(&err, "open: No such file or directory; h",
		   "a good record stays");
}

int main(void)
{
	check_words();
	check_numbers();
	check_cut();
	check_sanitize();
	return done_testing();
}
