/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp rules that can't be honoured, what is only noted, and flags. */
#include <errno.h>
#include <seccomp.h>

#include "base/str.h"
#include "seccomp-program.h"

#define MAX_RULES 3

static const struct refusal {
	const char *title;
	int action;
	struct oci_u64 errno_ret;
	struct short_rule rules[MAX_RULES];
	const char *text;
} refusals[] = {
	{ .title = "notify",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_NOTIFY } },
	  "/linux/seccomp/syscalls/0: SCMP_ACT_NOTIFY is not implemented" },
	{ .title = "notify by default",
	  OCI_SECCOMP_NOTIFY,
	  { 0 },
	  { { .names = { NULL } } },
	  "/linux/seccomp/defaultAction: SCMP_ACT_NOTIFY is not" },
	{ .title = "default errno without use",
	  OCI_SECCOMP_ALLOW,
	  SET(1),
	  { { .names = { NULL } } },
	  "/linux/seccomp/defaultAction has an errno, which its action" },
	{ .title = "errno without use",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_KILL, SET(1) } },
	  "/linux/seccomp/syscalls/0 has an errno, which its action" },
	{ .title = "errno too large",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_ERRNO, SET(4096) } },
	  "/linux/seccomp/syscalls/0 has an errno above 4095" },
	{ .title = "trace data too large",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_TRACE, SET(65536) } },
	  "/linux/seccomp/syscalls/0 has an errno above 65535" },
	{ .title = "errno that wraps around",
	  OCI_SECCOMP_ERRNO,
	  SET(0x100000001),
	  { { .names = { NULL } } },
	  "/linux/seccomp/defaultAction has an errno above 4095" },
	{ .title = "no such action",
	  99,
	  { 0 },
	  { { .names = { NULL } } },
	  "/linux/seccomp/defaultAction has an unknown action" },
	{ .title = "no such argument",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(6, EQ, 0) } } },
	  "syscalls/0/args: a system call has no argument 6" },
	{ .title = "an argument twice",
	  OCI_SECCOMP_ERRNO,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_ALLOW },
	    { .names = { "write" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      2,
	      { ARG(0, GE, 5), ARG(0, LE, 9) } } },
	  "syscalls/1/args compares argument 0 twice" },
	{ .title = "a stricter exception, then all",
	  OCI_SECCOMP_ERRNO,
	  { 0 },
	  { { .names = { "write" },
	      OCI_SECCOMP_KILL,
	      { 0 },
	      1,
	      { ARG(0, EQ, 5) } },
	    { .names = { "read", "write" }, OCI_SECCOMP_ALLOW } },
	  "syscalls/1: of the rules for write, one without arguments permits" },
	{ .title = "all, then a stricter exception",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "write" }, OCI_SECCOMP_LOG },
	    { .names = { "write" },
	      OCI_SECCOMP_ERRNO,
	      SET(2),
	      1,
	      { ARG(0, EQ, 5) } } },
	  "syscalls/1: of the rules for write, one without arguments permits" },
	{ .title = "an exception that is the default",
	  OCI_SECCOMP_ERRNO,
	  { 0 },
	  { { .names = { "write" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(0, EQ, 5) } },
	    { .names = { "write" }, OCI_SECCOMP_ALLOW } },
	  "syscalls/1: of the rules for write" },
	{ .title = "two answers to the same arguments",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "write" },
	      OCI_SECCOMP_ERRNO,
	      SET(2),
	      1,
	      { ARG(0, EQ, 5) } },
	    { .names = { "write" },
	      OCI_SECCOMP_TRAP,
	      { 0 },
	      1,
	      { ARG(0, EQ, 5) } } },
	  "syscalls/1: write has another action for the same arguments" },
};

static void check_refusals(void)
{
	size_t i;

	for (i = 0; i < BH_COUNT(refusals); i++) {
		const struct refusal *refusal = &refusals[i];
		bh_autoarena struct bh_arena arena = { 0 };
		struct oci_seccomp profile = {
			.default_action = { true, refusal->action },
			.default_errno_ret = refusal->errno_ret,
		};
		struct compiled out = { .filter = { .len = 77 } };
		size_t len = 0;

		while (len < MAX_RULES && refusal->rules[len].names[0])
			len++;
		if (!ok(compile_rules(profile, refusal->rules, len, &arena,
				      &out) == -EINVAL &&
				strstr(out.err.text, refusal->text),
			"%s: refused", refusal->title))
			diag("%s", out.err.text);
		is_int(out.filter.len, 77, "%s: nothing written",
		       refusal->title);
	}
}

static void check_member(const char *title, const struct oci_seccomp *profile,
			 const char *text)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_filter filter = { 0 };
	struct bh_notes notes = { 0 };
	struct bh_err err = { 0 };

	if (!ok(bh_seccomp_compile(profile, &arena, &filter, &notes, &err) ==
				-EINVAL &&
			strstr(err.text, text),
		"%s: refused", title))
		diag("%s", err.text);
}

static void check_members(void)
{
	int wait = OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV, bad = 99;
	char text[] = "/run/listener";
	struct oci_seccomp base = { .default_action = SET(OCI_SECCOMP_ALLOW) };
	struct oci_seccomp profile = base;

	profile.listener_path = text;
	check_member("listener", &profile, "/listenerPath is not implemented");
	profile = base;
	profile.listener_metadata = text;
	check_member("metadata", &profile, "/listenerMetadata is not impl");
	profile = base;
	profile.flags.len = 1;
	profile.flags.items = &wait;
	check_member("wait", &profile,
		     "/flags/0: SECCOMP_FILTER_FLAG_WAIT_KILL");
	profile.flags.items = &bad;
	check_member("flag", &profile, "/flags/0 is unknown");
	profile = base;
	profile.architectures.len = 1;
	profile.architectures.items = &bad;
	check_member("architecture", &profile, "/architectures/0 is unknown");
	profile = base;
	profile.default_action.set = false;
	check_member("no action", &profile, "/defaultAction has no action");
}

static void check_flags(void)
{
	int flags[] = { OCI_SECCOMP_FLAG_TSYNC, OCI_SECCOMP_FLAG_LOG,
			OCI_SECCOMP_FLAG_SPEC_ALLOW, OCI_SECCOMP_FLAG_LOG };
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_seccomp profile = {
		.default_action = SET(OCI_SECCOMP_ALLOW),
		.flags = { true, BH_COUNT(flags), flags },
	};
	struct bh_filter filter = { 0 };
	struct bh_notes notes = { 0 };
	struct bh_err err = { 0 };

	is_int(bh_seccomp_compile(&profile, &arena, &filter, &notes, &err), 0,
	       "flags");
	is_int(filter.flags,
	       SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
		       SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	       "as the kernel has them");
	is_int(notes.len, 0, "no notes");
}

static void check_notes(void)
{
	static const struct short_rule rules[] = {
		{ .names = { "nosuchcall", "new\ncall", "read" },
		  OCI_SECCOMP_ALLOW },
		{ .names = { "read" }, OCI_SECCOMP_ERRNO, SET(5) },
		{ .names = { "read" }, OCI_SECCOMP_ALLOW },
		{ .names = { "write" }, OCI_SECCOMP_ERRNO, SET(5) },
		{ .names = { "write" },
		  OCI_SECCOMP_ALLOW,
		  { 0 },
		  1,
		  { ARG(0, EQ, 5) } },
	};
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_seccomp profile = {
		.default_action = SET(OCI_SECCOMP_ERRNO),
	};
	struct compiled out = { 0 };

	is_int(compile_rules(profile, rules, BH_COUNT(rules), &arena, &out), 0,
	       "what is noted is no error");
	if (!is_int(out.notes.len, 4, "notes"))
		return;
	is_str(out.notes.items[0],
	       "/linux/seccomp/syscalls/0: nosuchcall, unknown to libseccomp, "
	       "left out",
	       "unknown name");
	ok(strstr(out.notes.items[1], " new\\x0acall,"), "shown harmlessly");
	is_str(out.notes.items[2],
	       "/linux/seccomp/syscalls/1: read: an earlier rule without "
	       "arguments decides, this one has no effect",
	       "contradiction");
	ok(strstr(out.notes.items[3], "syscalls/4: write: an earlier"),
	   "exception that has no effect");
}

/* One call, compared with many values, till the kernel's limit is passed. */
static void check_length(size_t len, bool fits)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct short_rule *rules = bh_arena_alloc(&arena, len * sizeof(*rules));
	struct oci_seccomp profile = {
		.default_action = SET(OCI_SECCOMP_ERRNO),
	};
	struct compiled out = { 0 };
	size_t i;
	int r;

	for (i = 0; i < len; i++)
		rules[i] = (struct short_rule){
			.names = { "ioctl" },
			.action = OCI_SECCOMP_ALLOW,
			.args_len = 1,
			.args = { ARG(1, EQ, i) },
		};
	r = compile_rules(profile, rules, len, &arena, &out);
	if (fits) {
		is_int(r, 0, "%zu comparisons", len);
		return;
	}
	ok(r == -EINVAL && strstr(out.err.text, "instructions, and the kernel "
						"takes 4096"),
	   "%zu comparisons are too many", len);
	ok(out.err.hint[0], "with a hint");
}

int main(void)
{
	check_refusals();
	check_members();
	check_flags();
	check_notes();
	check_length(500, true);
	check_length(5000, false);
	return done_testing();
}
