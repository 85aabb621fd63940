/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the host beside a container: what they get, how they end. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/hook.h"
#include "tap.h"

static struct bh_hook_output output;
static struct bh_err err;

/* Run a text of sh(1). */
static int run_shell(const char *text, uint64_t timeout_ms, const char *input)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "ONE=1",
					   NULL };
	const char *const args[] = { "sh", "-c", text, NULL };
	bh_autoclose int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);
	const struct bh_program program = { .fd = fd, .script_fd = -1 };
	const struct bh_hook_call call = {
		.name = "hook test[0]",
		.path = "/bin/sh",
		.program = &program,
		.args = args,
		.env = env,
		.timeout_ms = timeout_ms,
		.input = input,
		.input_len = input ? strlen(input) : 0,
	};

	return bh_hook_run(&call, &output, &err);
}

static void prints(const char *text, const char *want, const char *title)
{
	is_int(run_shell(text, 0, "in\n"), 0, "%s: status 0", title);
	output.data[output.len < BH_HOOK_OUTPUT ? output.len :
						  BH_HOOK_OUTPUT - 1] = '\0';
	is_str(output.data, want, "%s", title);
}

static void fails(const char *text, const char *want, const char *title)
{
	ok(run_shell(text, 0, NULL) < 0, "%s: fails", title);
	is_str(err.text, want, "%s: why", title);
}

static void check_what_it_gets(void)
{
	prints("cat", "in\n", "its input");
	prints("pwd", "/\n", "its directory");
	prints("echo $ONE $HOME $BULKHEAD", "1\n", "its environment alone");
	prints("umask", "0022\n", "its mask");
	prints("echo out; echo err >&2", "out\nerr\n", "both streams");
	/* ls has one of the directory itself. */
	prints("for f in /proc/self/fd/*; do echo ${f##*/}; done | sort -n |"
	       " head -n 3 | tr '\\n' ' '; [ -e /proc/$$/fd/3 ] || echo only",
	       "0 1 2 only\n", "its descriptors");
	prints("[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo leads",
	       "leads\n", "a session of its own");
	prints("true", "", "it may leave its input");
}

int main(void)
{
	static char large[3 * BH_HOOK_OUTPUT];

	check_what_it_gets();
	fails("exit 3", "run the hook test[0] /bin/sh: exit status 3",
	      "a status");
	fails("echo one; echo two; echo; exit 1",
	      "run the hook test[0] /bin/sh: exit status 1; it said: two",
	      "with what it said last");
	fails("kill -9 $$", "run the hook test[0] /bin/sh: killed by signal 9",
	      "a signal");
	ok(run_shell("sleep 1000 & sleep 1000", 300, NULL) < 0, "a timeout");
	ok(strstr(err.text, "timeout"), "is said");
	is_int(run_shell("sleep 5 >/dev/null 2>&1 & exit 0", 0, NULL), 0,
	       "what it leaves running is not waited for");
	is_int(run_shell("sleep 3 & echo end; exit 0", 0, NULL), 0,
	       "even with its streams");
	memset(large, 'x', sizeof(large) - 1);
	is_int(run_shell("yes | head -c 1000000; cat >/dev/null; echo end", 0,
			 large),
	       0, "much output, much input");
	ok(output.len == BH_HOOK_OUTPUT &&
		   memcmp(output.data + BH_HOOK_OUTPUT - 4, "end\n", 4) == 0,
	   "its end is kept");
	return done_testing();
}
