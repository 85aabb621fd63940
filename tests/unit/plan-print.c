/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan as text and as JSON: each kind of argument, nothing that could move a
 * cursor, no value of the environment.
 */
#include <linux/mount.h>
#include <linux/sched.h>
#include <sys/resource.h>

#include "base/str.h"
#include "plan-build.h"

#define KILL_AND_CHOWN (1ull << CAP_KILL | 1ull << CAP_CHOWN)

static const char *const texts[] = { "a b", "c\n", NULL };
static const char *const none[] = { NULL };
static const char *const env[] = { "NAME=secret", "EMPTY=", "B\033AD=secret",
				   "NOVALUE", NULL };
static const uint32_t ids[] = { 1, 4294967295 };
static const uint32_t joins[] = { 1, 0 };

/* Slots: 0 "one", 1 "two". */
static const struct {
	enum bh_op op;
	union bh_args args;
	const char *text;
} steps[] = {
	{ BH_OP_tree_clone,
	  { .tree_clone = { .source = 0, .tree = 1, .recursive = true } },
	  "tree_clone source=$one tree=$two recursive=yes" },
	{ BH_OP_tree_clone,
	  { .tree_clone = { .source = -1, .tree = 9 } },
	  "tree_clone tree=-" },
	{ BH_OP_clone_joined,
	  { .clone_joined = { .process = 0,
			      .group = -1,
			      .joins = { 2, joins },
			      .namespaces = CLONE_NEWNS | CLONE_NEWTIME } },
	  "clone_joined process=$one joins=$two,$one namespaces=mount,time" },
	{ BH_OP_mount_fs,
	  { .mount_fs = { .mount = 0,
			  .type = "tmpfs",
			  .source = "x\xe2\x80\xaey",
			  .options = texts,
			  .attributes = MOUNT_ATTR_RDONLY | 1ull << 40 } },
	  "mount_fs mount=$one type=tmpfs source=x\\u{202e}y "
	  "options=[a b c\\x0a] attributes=ro,0x10000000000" },
	{ BH_OP_mount_fs,
	  { .mount_fs = { .mount = 0,
			  .type = "",
			  .source = "",
			  .options = none } },
	  "mount_fs mount=$one type= source=" },
	{ BH_OP_mount_attr,
	  { .mount_attr = { .mount = 0,
			    .set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOSYMFOLLOW,
			    .clear = MOUNT_ATTR_NOEXEC,
			    .propagation = MS_SLAVE,
			    .recursive = true } },
	  "mount_attr mount=$one set=nosuid,nosymfollow clear=noexec "
	  "propagation=slave recursive=yes" },
	{ BH_OP_make_node,
	  { .make_node = { .root = 0,
			   .path = "/dev/x\ry",
			   .mode = S_IFCHR | 0600,
			   .major = UINT64_MAX,
			   .minor = 0,
			   .uid = UINT32_MAX,
			   .gid = 0 } },
	  "make_node root=$one path=/dev/x\\x0dy mode=20600 "
	  "major=18446744073709551615 minor=0 uid=4294967295 gid=0" },
	{ BH_OP_oom_score_adj,
	  { .oom_score_adj = { .procfs = 0, .process = 1, .value = -1000 } },
	  "oom_score_adj procfs=$one process=$two value=-1000" },
	{ BH_OP_rlimit,
	  { .rlimit = { .resource = RLIMIT_NOFILE,
			.soft = 1,
			.hard = RLIM_INFINITY } },
	  "rlimit resource=RLIMIT_NOFILE soft=1 hard=unlimited" },
	{ BH_OP_bounding_set,
	  { .bounding_set = { .keep = KILL_AND_CHOWN | 1ull << 63 } },
	  "bounding_set keep=CHOWN,KILL,0x8000000000000000" },
	{ BH_OP_bounding_set,
	  { .bounding_set = { .keep = 0 } },
	  "bounding_set keep=none" },
	{ BH_OP_user_set,
	  { .user_set = { .uid = 1, .gid = 2, .groups = { 2, ids } } },
	  "user_set uid=1 gid=2 groups=1,4294967295" },
	{ BH_OP_umask, { .umask = { .mask = 022 } }, "umask mask=0022" },
	{ BH_OP_no_new_privs, { { 0 } }, "no_new_privs" },
	{ BH_OP_seccomp,
	  { .seccomp = { .program = { 7, texts }, .flags = 2 } },
	  "seccomp program=7 instructions flags=2" },
	{ BH_OP_exec,
	  { .exec = { .arguments = texts, .environment = env } },
	  "exec arguments=[a b c\\x0a] "
	  "environment=[NAME EMPTY B\\x1bAD NOVALUE]" },
	{ BH_OP_exec,
	  { .exec = { .arguments = texts, .environment = none } },
	  "exec arguments=[a b c\\x0a] environment=[]" },
	{ BH_OP_clone,
	  { .clone = { .process = 0, .group = 1 } },
	  "clone process=$one group=$two namespaces=none" },
};

static void make_all(struct bh_plan *plan)
{
	*plan = (struct bh_plan){ 0 };
	(void)bh_plan_slot(plan, "one", -1);
	(void)bh_plan_slot(plan, "two", -1);
	for (size_t i = 0; i < BH_COUNT(steps); i++) {
		struct bh_step *step = bh_plan_step(
			plan, steps[i].op, i % 2 ? BH_CHILD : BH_PARENT,
			(enum bh_phase)(i * BH_PHASE_COUNT / BH_COUNT(steps)));

		step->args = steps[i].args;
		step->on_error = (enum bh_on_error)(i % 3);
		if (i == 1)
			step->reason = "because";
	}
	bh_note(&plan->notes, &plan->arena, "remark\033[2J\nstep");
	bh_note(&plan->notes, &plan->arena, "%s", "\"quoted\\\"");
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		found++;
	return found;
}

static bool is_printable(const struct bh_buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] != '\n' &&
		    ((unsigned char)text->data[i] < 0x20 ||
		     text->data[i] == 0x7f))
			return false;
	return true;
}

static void check_steps(const struct bh_plan *plan)
{
	for (size_t i = 0; i < BH_COUNT(steps); i++) {
		bh_autobuf struct bh_buf text = { 0 };

		bh_plan_print_step(plan, i, &text);
		is_str(text.data, steps[i].text, "%s, step %zu",
		       bh_op_info[steps[i].op].name, i);
	}
}

static void check_text(const struct bh_plan *plan)
{
	bh_autobuf struct bh_buf text = { 0 };

	bh_plan_print(plan, &text);
	ok(!strstr(text.data, "secret"), "no value of the environment");
	ok(is_printable(&text), "nothing but text and lines");
	is_int(count(text.data, "\n"),
	       BH_COUNT(steps) + BH_PHASE_COUNT + plan->notes.len,
	       "a line for each phase, step and note");
	is_int(count(text.data, " (else)"), BH_COUNT(steps) / 3,
	       "what has a replacement");
	is_int(count(text.data, " (skip-enoent)"), (BH_COUNT(steps) + 1) / 3,
	       "what is skipped");
	ok(strstr(text.data, "prepare\n  parent  tree_clone"), "phase, lane");
	ok(strstr(text.data, "  # default: because\n"), "origin and reason");
	ok(strstr(text.data, "note: remark\\x1b[2J\\x0astep\n"), "a note");
}

/* The JSON goes through our own strict reader, as a member that it ignores:
 * whatever is wrong with its syntax is refused. */
static bool is_json(const struct bh_buf *json)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct oci_strings unknown = { 0 };
	struct oci_config *config = NULL;
	struct oci_error err = { 0 };
	bool valid;

	bh_buf_str(&text, "{\"ociVersion\":\"1.0.0\",\"plan\":");
	bh_buf_add(&text, json->data, json->len);
	bh_buf_str(&text, "}");
	valid = oci_config_read(text.data, text.len, &config, &unknown, &err) ==
		0;
	if (!valid)
		diag("line %zu: %s", err.line, err.message);
	else if (unknown.len != 1)
		valid = false;
	oci_strings_clear(&unknown);
	oci_config_free(config);
	return valid;
}

static void check_json(const struct bh_plan *plan)
{
	bh_autobuf struct bh_buf json = { 0 };

	bh_plan_print_json(plan, &json);
	ok(is_json(&json), "JSON is valid");
	ok(!strstr(json.data, "secret"), "no value of the environment in it");
	ok(is_printable(&json), "nothing but text and lines in it");
	ok(bh_starts_with(json.data, "{\"version\":1,\"steps\":[\n"),
	   "its version comes first");
	is_int(count(json.data, "\n"), BH_COUNT(steps) + 2, "a line a step");
	ok(strstr(json.data,
		  "{\"step\":0,\"phase\":\"prepare\",\"lane\":\"parent\","
		  "\"op\":\"tree_clone\",\"onError\":\"fail\",\"args\":{"
		  "\"source\":\"$one\",\"tree\":\"$two\",\"recursive\":true},"
		  "\"origin\":\"default\"}"),
	   "a step in it");
	ok(strstr(json.data, "\"options\":[\"a b\",\"c\\u000a\"]"), "a list");
	ok(strstr(json.data, "\"value\":-1000"), "a number");
	ok(strstr(json.data, "\"op\":\"no_new_privs\",\"onError\":\"skip-enoent"
			     "\",\"args\":{}"),
	   "no arguments");
	ok(strstr(json.data, "\"reason\":\"because\""), "a reason");
}

/* Every op of the table, with zeros for arguments. */
static void check_every_op(void)
{
	static const char *const placeholder = "text";
	struct bh_plan plan = { 0 };
	bh_autobuf struct bh_buf text = { 0 }, json = { 0 };

	(void)bh_plan_slot(&plan, "slot", -1);
	for (int i = 0; i < BH_OP_COUNT; i++) {
		struct bh_step *step = bh_plan_step(
			&plan, (enum bh_op)i, BH_PARENT, BH_PHASE_PREPARE);
		const struct bh_field_info *field = bh_op_info[i].fields;

		for (; field->name; field++)
			if (field->kind == BH_KIND_str ||
			    field->kind == BH_KIND_path ||
			    field->kind == BH_KIND_hostpath)
				memcpy((char *)&step->args + field->offset,
				       &placeholder, sizeof(placeholder));
	}
	bh_plan_print(&plan, &text);
	bh_plan_print_json(&plan, &json);
	is_int(count(text.data, "\n"), BH_OP_COUNT + 1, "every op prints");
	ok(is_json(&json), "and is valid JSON");
	for (int i = 0; i < BH_OP_COUNT; i++)
		if (!strstr(text.data, bh_op_info[i].name))
			ok(false, "%s is not there", bh_op_info[i].name);
	bh_plan_clear(&plan);
}

/* The names of slots come from the config as well: a target could forge a line
 * of the plan (A07). */
static void check_forgery(void)
{
	static const struct fragment part = {
		.linux_ = "'namespaces':[{'type':'mount'}]",
		.top = "'mounts':[{'destination':'/m\\n  child   forged\\u001b',"
		       "'type':'tmpfs'},{'destination':'/b\\u202e\\n',"
		       "'type':'bind','source':'/x\\ny'},"
		       "{'destination':'/\\\"','type':'tmpfs','source':'\\r'}]"
	};
	bh_autobuf struct bh_buf text = { 0 }, json = { 0 };
	struct bh_err err = { 0 };
	struct built built;

	if (!ok(build_plan(&part, &plan_hosts[1], false, &built, &err) == 0,
		"odd names: %s", err.text))
		return;
	bh_plan_print(&built.plan, &text);
	bh_plan_print_json(&built.plan, &json);
	is_int(count(text.data, "\n  child   forged"), 0, "no line is forged");
	ok(is_printable(&text), "odd names are escaped");
	ok(!strstr(text.data, "\xe2\x80\xae"), "those that turn text, too");
	ok(is_json(&json), "in JSON, too");
	built_clear(&built);
}

int main(void)
{
	struct bh_plan plan;

	make_all(&plan);
	check_steps(&plan);
	check_text(&plan);
	check_json(&plan);
	bh_plan_clear(&plan);
	check_every_op();
	check_forgery();
	return done_testing();
}
