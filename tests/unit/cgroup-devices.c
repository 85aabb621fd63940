/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device rules: the lines of v1, and what the program of v2 answers, by an
 * interpreter for the few instructions that it is made of.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroup-program.h"
#include "cgroup/settings.h"
#include "tap.h"

#define M BPF_DEVCG_ACC_MKNOD
#define R BPF_DEVCG_ACC_READ
#define W BPF_DEVCG_ACC_WRITE

static struct bh_hierarchy v1_items[] = {
	{ .name = "devices", .mount = "/cg/devices", .mount_root = "/" },
};
static struct bh_hierarchy v2_items[] = {
	{ .v2 = true, .name = "", .mount = "/cg", .mount_root = "/" },
};
static const struct bh_cgroups v1 = { BH_CGROUP_V1, 1, v1_items };
static const struct bh_cgroups v2 = { BH_CGROUP_V2, 1, v2_items };
static const struct bh_cgroups none = { BH_CGROUP_NONE, 0, NULL };

#define MAX_RULES  8
#define MAX_PROBES 12

struct probe {
	char type;
	int major, minor;
	int access;
	bool allowed;
};

/* A rule as "allow c 1:3 rwm"; "-" for what is not set. */
struct example {
	const char *title;
	const char *rules[MAX_RULES];
	/* lines but for those of the default devices; or "!" and a refusal */
	const char *v1;
	struct probe probes[MAX_PROBES];
};

#define DEFAULTS_ALLOWED                                   \
	"allow=c 1:3 rwm|allow=c 1:5 rwm|allow=c 1:7 rwm|" \
	"allow=c 1:8 rwm|allow=c 1:9 rwm|allow=c 5:0 rwm|" \
	"allow=c 5:2 rwm|allow=c 136:* rwm|"

static const struct example examples[] = {
	{
		"deny all",
		{ "deny - -:- rwm" },
		"deny=a|" DEFAULTS_ALLOWED,
		{ { 'c', 1, 3, R | W, true },
		  { 'c', 1, 3, M, true },
		  { 'c', 136, 77, R | W, true },
		  { 'c', 136, 0, M, true },
		  { 'c', 5, 2, R, true },
		  { 'c', 1, 1, R, false },
		  { 'b', 1, 3, R, false },
		  { 'b', 8, 0, M, false },
		  { 'c', 5, 1, R, false },
		  { 'c', 10, 200, R | W, false } },
	},
	{
		"what engines write",
		{ "deny a -:- rwm", "allow c -:- m", "allow b -:- m",
		  "allow c 10:200 rwm", "allow c 1:3 rwm" },
		"deny=a|allow=c *:* m|allow=b *:* m|allow=c 10:200 rwm|" DEFAULTS_ALLOWED,
		{ { 'c', 10, 200, R | W, true },
		  { 'c', 10, 201, M, true },
		  { 'c', 10, 201, R, false },
		  { 'c', 10, 201, R | M, false },
		  { 'b', 8, 0, M, true },
		  { 'b', 8, 0, W, false },
		  { 'b', 10, 200, R, false } },
	},
	{
		"part of an access",
		{ "deny a -:- -", "allow b 8:0 r", "allow b 8:0 w" },
		"deny=a|allow=b 8:0 rw|" DEFAULTS_ALLOWED,
		{ { 'b', 8, 0, R, true },
		  { 'b', 8, 0, W, true },
		  { 'b', 8, 0, R | W, true },
		  { 'b', 8, 0, M, false },
		  { 'b', 8, 0, R | W | M, false },
		  { 'b', 8, 1, R, false } },
	},
	{
		"take back",
		{ "deny a -:- rwm", "allow b 8:0 rwm", "allow b 8:1 rwm",
		  "deny b 8:- w", "deny b 8:1 rwm" },
		"deny=a|allow=b 8:0 rm|" DEFAULTS_ALLOWED,
		{ { 'b', 8, 0, R, true },
		  { 'b', 8, 0, R | M, true },
		  { 'b', 8, 0, W, false },
		  { 'b', 8, 0, R | W, false },
		  { 'b', 8, 1, R, false } },
	},
	{
		"take back a part",
		{ "deny a -:- rwm", "allow b 8:- rwm", "deny b 8:1 w" },
		"!/linux/resources/devices/2 denies a part of what "
		"/linux/resources/devices/1 does not",
		{ { 'b', 8, 0, R | W, true },
		  { 'b', 8, 1, R, true },
		  { 'b', 8, 1, W, false },
		  { 'b', 8, 1, R | W, false } },
	},
	{
		"all allowed",
		{ "allow a -:- rwm" },
		"allow=a|",
		{ { 'b', 8, 0, R | W | M, true } },
	},
	{
		"denied, then all allowed",
		{ "deny a -:- rwm", "deny c 1:3 rwm", "allow a -:- rwm" },
		"allow=a|",
		{ { 'b', 8, 0, R | W | M, true } },
	},
	{
		"exceptions from what the parent allows",
		{ "deny b -:- rw", "deny c 10:200 rwm" },
		"deny=b *:* rw|deny=c 10:200 rwm|",
		{ { 'b', 8, 0, R, false },
		  { 'b', 8, 0, M, true },
		  { 'b', 8, 0, W | M, false },
		  { 'c', 10, 200, M, false },
		  { 'c', 10, 201, R | W, true } },
	},
	{
		"default devices are allowed in the end",
		{ "deny c 1:3 rwm", "deny c 1:4 r" },
		"deny=c 1:4 r|",
		{ { 'c', 1, 3, R | W | M, true },
		  { 'c', 1, 4, R, false },
		  { 'c', 1, 4, W, true } },
	},
	{
		"default devices within a denied range",
		{ "deny c 1:- rwm" },
		"!/linux/resources/devices/0 denies a device that every",
		{ { 'c', 1, 3, R, true },
		  { 'c', 1, 4, R, false },
		  { 'c', 2, 4, R, true } },
	},
	{
		"every type of one number",
		{ "deny a -:- rwm", "allow a 200:1 r" },
		"deny=a|allow=b 200:1 r|allow=c 200:1 r|" DEFAULTS_ALLOWED,
		{ { 'b', 200, 1, R, true },
		  { 'c', 200, 1, R, true },
		  { 'c', 200, 1, W, false },
		  { 'c', 200, 2, R, false } },
	},
	{
		"every device, one access",
		{ "deny a -:- w" },
		"!denies a device that every container has",
		{ { 'b', 8, 0, W, false },
		  { 'b', 8, 0, R | W, false },
		  { 'b', 8, 0, R | M, true },
		  { 'c', 1, 3, R | W, true } },
	},
	{
		"minor of any major",
		{ "deny a -:- rwm", "allow c -:7 r", "allow c 1048576:7 r" },
		"!/linux/resources/devices/2/major is not from 0 to 4095",
		{ { 0 } },
	},
	{
		"minor of any major, allowed",
		{ "deny a -:- rwm", "allow c -:1048575 r" },
		"deny=a|allow=c *:1048575 r|" DEFAULTS_ALLOWED,
		{ { 'c', 4095, 1048575, R, true }, { 'c', 2, 8, R, false } },
	},
	{
		"rules that repeat themselves",
		{ "deny a -:- rwm", "deny a -:- rwm", "allow c 9:- rw",
		  "allow c 9:3 r", "allow c 9:3 m" },
		"deny=a|allow=c 9:* rw|allow=c 9:3 m|" DEFAULTS_ALLOWED,
		{ { 'c', 9, 3, R | W, true },
		  { 'c', 9, 3, R | M, true },
		  { 'c', 9, 4, M, false } },
	},
	{ "negative",
	  { "allow c -2:0 r" },
	  "!0/major is not from 0",
	  { { 0 } } },
	{ "minor", { "allow c 1:1048576 r" }, "!0/minor is not", { { 0 } } },
	{ "no such type",
	  { "allow p 1:1 r" },
	  "!0/type is not a, b or c",
	  { { 0 } } },
	{ "unbuffered", { "allow u 1:1 r" }, "!0/type is not", { { 0 } } },
	{ "no such access",
	  { "allow c 1:1 rx" },
	  "!0/access is not made of",
	  { { 0 } } },
	{ "no access", { "allow c 1:1 =" }, "!0/access is not", { { 0 } } },
};

/* ---- reading the table --------------------------------------------------- */

struct parsed {
	struct oci_resources resources;
	struct oci_device_rule rules[MAX_RULES];
	char words[MAX_RULES][4][16];
	char types[MAX_RULES][2];
};

static void parse_number(const char *text, struct oci_i64 *ret)
{
	uint64_t value = 0;
	bool negative = text[0] == '-';

	if (bh_str_eq(text, "-"))
		return;
	(void)bh_parse_u64(text + negative, INT32_MAX, &value);
	ret->set = true;
	ret->value = negative ? -(int64_t)value : (int64_t)value;
}

static void parse(const struct example *example, struct parsed *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < MAX_RULES && example->rules[i]; i++) {
		struct oci_device_rule *rule = &ret->rules[i];
		char(*words)[16] = ret->words[i];

		(void)sscanf(example->rules[i], "%15s %1s %15[^:]:%15s %15s",
			     words[0], ret->types[i], words[1], words[2],
			     words[3]);
		rule->allow.set = true;
		rule->allow.value = bh_str_eq(words[0], "allow");
		if (!bh_str_eq(ret->types[i], "-"))
			rule->type = ret->types[i];
		parse_number(words[1], &rule->major);
		parse_number(words[2], &rule->minor);
		if (bh_str_eq(words[3], "="))
			words[3][0] = '\0';
		if (!bh_str_eq(words[3], "-"))
			rule->access = words[3];
	}
	ret->resources.devices.set = true;
	ret->resources.devices.len = i;
	ret->resources.devices.items = ret->rules;
}

/* ---- v1 ------------------------------------------------------------------ */

static void check_v1(const struct example *example)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_cgroup_settings settings = { 0 };
	bh_autobuf struct bh_buf lines = { 0 };
	struct bh_err err = { 0 };
	struct parsed parsed;
	size_t i;
	int r;

	parse(example, &parsed);
	r = bh_cgroup_settings(&parsed.resources, &v1, &arena, &settings, &err);
	if (example->v1[0] == '!') {
		if (!ok(r == -EINVAL && strstr(err.text, example->v1 + 1),
			"%s: refused on v1", example->title))
			diag("%d %s", r, err.text);
		return;
	}
	if (!is_int(r, 0, "%s: v1", example->title))
		diag("%s", err.text);
	bh_buf_str(&lines, "");
	for (i = 0; i < settings.len; i++)
		bh_buf_printf(&lines, "%s=%s|",
			      settings.items[i].file + strlen("devices."),
			      settings.items[i].value);
	is_str(lines.data, example->v1, "%s: lines of v1", example->title);
}

/* ---- v2 ------------------------------------------------------------------ */

static void check_probe(const char *title, const struct probe *probe,
			const struct bh_cgroup_settings *settings)
{
	uint32_t type = probe->type == 'b' ? BPF_DEVCG_DEV_BLOCK :
					     BPF_DEVCG_DEV_CHAR;
	struct bpf_cgroup_dev_ctx context = {
		.access_type = (uint32_t)probe->access << 16 | type,
		.major = (uint32_t)probe->major,
		.minor = (uint32_t)probe->minor,
	};
	bool allowed = !settings->device_program ||
		       run(settings->device_program,
			   settings->device_program_len, &context) == 1;

	is_int(allowed, probe->allowed, "%s: %c %d:%d %s%s%s on v2", title,
	       probe->type, probe->major, probe->minor,
	       probe->access & R ? "r" : "", probe->access & W ? "w" : "",
	       probe->access & M ? "m" : "");
}

/* What the kernel's verifier says; its log when it does not like it. */
static int verify(const struct bpf_insn *program, size_t len)
{
	static char log[1 << 20];
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = (uint32_t)len;
	attr.license = (uintptr_t) "Apache-2.0";
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	fd = bh_sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0 && strlen(log) > 400)
		diag("...%s", log + strlen(log) - 400);
	else if (fd < 0 && log[0])
		diag("%s", log);
	if (fd < 0)
		return fd;
	bh_close(&fd);
	return 0;
}

static void check_verifier(const char *title,
			   const struct bh_cgroup_settings *settings)
{
	int r;

	if (!settings->device_program)
		return;
	r = verify(settings->device_program, settings->device_program_len);
	if (r == -EPERM || r == -ENOSYS || (r == -EINVAL && geteuid()))
		skip("%s: bpf(2): %s", title, strerror(-r));
	else
		is_int(r, 0, "%s: the verifier takes it", title);
}

static void check_v2(const struct example *example)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_cgroup_settings settings = { 0 };
	struct bh_err err = { 0 };
	struct parsed parsed;
	size_t i;
	int r;

	parse(example, &parsed);
	r = bh_cgroup_settings(&parsed.resources, &v2, &arena, &settings, &err);
	if (!example->probes[0].type) {
		ok(r == -EINVAL && strstr(err.text, example->v1 + 1),
		   "%s: refused on v2", example->title);
		return;
	}
	if (!is_int(r, 0, "%s: v2", example->title))
		diag("%s", err.text);
	is_int(settings.len, 0, "%s: no files on v2", example->title);
	for (i = 0; i < MAX_PROBES && example->probes[i].type; i++)
		check_probe(example->title, &example->probes[i], &settings);
	check_verifier(example->title, &settings);
}

/* ---- sizes --------------------------------------------------------------- */

/* The costliest rules: each becomes two, of numbers and a part of an access. */
static void check_many(size_t len, bool fits)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_device_rule *rules =
		bh_arena_alloc(&arena, len * sizeof(*rules));
	struct oci_resources resources = { 0 };
	struct bh_cgroup_settings settings = { 0 };
	char read_only[] = "r";
	struct bh_err err = { 0 };
	size_t i;
	int r;

	rules[0].allow = (struct oci_bool){ true, false };
	for (i = 1; i < len; i++) {
		rules[i].allow = (struct oci_bool){ true, i % 3 };
		rules[i].major = (struct oci_i64){ true, (int64_t)i };
		rules[i].minor = (struct oci_i64){ true, (int64_t)i };
		rules[i].access = read_only;
	}
	resources.devices.len = len;
	resources.devices.items = rules;
	r = bh_cgroup_settings(&resources, &v2, &arena, &settings, &err);
	if (!fits) {
		ok(r == -EINVAL && strstr(err.text, "more than 256 rules"),
		   "too many rules are refused");
		return;
	}
	is_int(r, 0, "%zu rules", len);
	check_probe("many rules", &(struct probe){ 'b', 1, 1, R, true },
		    &settings);
	check_probe("many rules", &(struct probe){ 'b', 1, 1, R | W, false },
		    &settings);
	check_verifier("many rules", &settings);
}

static void check_none(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_resources resources = { 0 };
	struct bh_cgroup_settings settings = { 0 };
	struct bh_err err = { 0 };
	struct parsed parsed;

	is_int(bh_cgroup_settings(&resources, &v2, &arena, &settings, &err), 0,
	       "no rules on v2");
	ok(!settings.device_program, "no rules, no program");
	is_int(bh_cgroup_settings(&resources, &v1, &arena, &settings, &err), 0,
	       "no rules on v1");
	is_int(settings.len, 0, "no rules, no lines");
	parse(&examples[0], &parsed);
	ok(bh_cgroup_settings(&parsed.resources, &none, &arena, &settings,
			      &err) == -EINVAL &&
		   strstr(err.text, "devices: no cgroup hierarchy"),
	   "rules without cgroups are refused");
}

int main(void)
{
	size_t i;

	for (i = 0; i < BH_COUNT(examples); i++) {
		check_v1(&examples[i]);
		check_v2(&examples[i]);
	}
	check_none();
	check_many(256, true);
	check_many(257, false);
	return done_testing();
}
