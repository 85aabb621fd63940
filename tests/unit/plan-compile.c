/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler on configs of several kinds: what it makes keeps every rule, and
 * the rules stand any plan with a step less or two in the wrong order.
 */
#include <linux/mount.h>
#include <linux/sched.h>

#include "base/str.h"
#include "plan-build.h"

#define SECCOMP                                                     \
	"'seccomp':{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{" \
	"'names':['read'],'action':'SCMP_ACT_ALLOW'}]}"
#define MAP  "[{'containerID':0,'hostID':1000,'size':1}]"
#define MAPS "'uidMappings':" MAP ",'gidMappings':" MAP

static const struct {
	const char *title;
	struct fragment part;
	bool hosts[BH_COUNT(plan_hosts)]; /* on which it compiles */
} configs[] = {
	{ "least",
	  { .linux_ = "'namespaces':[{'type':'mount'}]" },
	  { true, true, false } },
	{ "mounts, masks and limits",
	  { .process = "'noNewPrivileges':true,'oomScoreAdj':1,"
		       "'rlimits':[{'type':'RLIMIT_CORE','soft':0,'hard':0}]",
	    .linux_ = "'namespaces':[{'type':'mount'},{'type':'pid'},"
		      "{'type':'network'},{'type':'uts'},{'type':'ipc'},"
		      "{'type':'cgroup'},{'type':'time'}],"
		      "'resources':{'pids':{'limit':5},'devices':["
		      "{'allow':false,'access':'rwm'}]},"
		      "'sysctl':{'kernel.shmmax':'1'},"
		      "'timeOffsets':{'boottime':{'secs':1}},"
		      "'rootfsPropagation':'shared',"
		      "'maskedPaths':['/proc/kcore','/x'],"
		      "'readonlyPaths':['/proc/sys']," SECCOMP,
	    .top = "'hostname':'h','mounts':[{'destination':'/proc','type':"
		   "'proc'},{'destination':'/sys','type':'sysfs','options':"
		   "['ro']},{'destination':'/sys/fs/cgroup','type':'cgroup',"
		   "'options':['ro']},{'destination':'/b','type':'bind',"
		   "'source':'/b','options':['rro','rshared']}]" },
	  { true, true, false } },
	{ "filter with privileges",
	  { .linux_ = "'namespaces':[{'type':'mount'}]," SECCOMP },
	  { true, true, false } },
	{ "user namespace",
	  { .process = "'noNewPrivileges':true,'rlimits':[{'type':"
		       "'RLIMIT_CORE','soft':0,'hard':0}]",
	    .linux_ = "'namespaces':[{'type':'mount'},{'type':'user'},"
		      "{'type':'pid'},{'type':'cgroup'}]," MAPS "," SECCOMP,
	    .top = "'mounts':[{'destination':'/proc','type':'proc'},"
		   "{'destination':'/b','type':'bind','source':'b','options':"
		   "['ro']},{'destination':'/c','type':'cgroup'}]" },
	  { true, true, true } },
	{ "joined",
	  { .linux_ = "'namespaces':[{'type':'mount'},"
		      "{'type':'pid','path':'/p'},{'type':'uts','path':'/u'},"
		      "{'type':'time','path':'/t'}]" },
	  { true, true, false } },
	{ "joined with a user namespace",
	  { .linux_ = "'namespaces':[{'type':'mount'},"
		      "{'type':'user','path':'/u'},"
		      "{'type':'pid','path':'/p'}]" },
	  { true, true, true } },
	{ "joined mount namespace",
	  { .linux_ = "'namespaces':[{'type':'mount','path':'/m'}]" },
	  { true, true, false } },
};

/* A plan with the steps of another, that leaves the other as it is. */
static struct bh_plan with_steps(const struct bh_plan *plan,
				 struct bh_step *steps, size_t len)
{
	struct bh_plan changed = *plan;

	changed.steps = steps;
	changed.len = len;
	return changed;
}

/* Ops without which a container is less than it seems. */
static bool must_stay(enum bh_op op)
{
	static const enum bh_op ops[] = {
		BH_OP_clone,	  BH_OP_clone_joined,  BH_OP_dumpable_off,
		BH_OP_pivot_root, BH_OP_root_attach,   BH_OP_bounding_set,
		BH_OP_user_set,	  BH_OP_caps_set,      BH_OP_cwd,
		BH_OP_close_fds,  BH_OP_signals_reset, BH_OP_program_find,
		BH_OP_exec,	  BH_OP_id_map,	       BH_OP_procfs_open,
	};

	for (size_t i = 0; i < BH_COUNT(ops); i++)
		if (ops[i] == op)
			return true;
	return false;
}

static void check_removals(const struct bh_plan *plan, const char *title)
{
	bh_autofree struct bh_step *steps =
		bh_calloc(plan->len, sizeof(*steps));
	size_t refused = 0;

	for (size_t gone = 0; gone < plan->len; gone++) {
		struct bh_err err = { 0 };
		struct bh_plan less;
		size_t len = 0;

		for (size_t i = 0; i < plan->len; i++)
			if (i != gone)
				steps[len++] = plan->steps[i];
		less = with_steps(plan, steps, len);
		if (bh_plan_check(&less, &err) < 0)
			refused++;
		else if (must_stay(plan->steps[gone].op))
			ok(false, "%s: accepted without step %zu, %s", title,
			   gone, bh_op_info[plan->steps[gone].op].name);
	}
	ok(refused > 10, "%s: %zu of %zu steps can't be left out", title,
	   refused, plan->len);
}

static void check_swaps(const struct bh_plan *plan, const char *title)
{
	bh_autofree struct bh_step *steps =
		bh_calloc(plan->len, sizeof(*steps));
	size_t refused = 0;

	for (size_t at = 0; at + 1 < plan->len; at++) {
		struct bh_plan swapped = with_steps(plan, steps, plan->len);
		struct bh_err err = { 0 };

		memcpy(steps, plan->steps, plan->len * sizeof(*steps));
		steps[at] = plan->steps[at + 1];
		steps[at + 1] = plan->steps[at];
		refused += bh_plan_check(&swapped, &err) < 0;
	}
	ok(refused > 0, "%s: %zu of %zu orders are refused", title, refused,
	   plan->len - 1);
}

static void check_config(size_t index, size_t host, bool waits)
{
	bh_autofree char *title = NULL;
	struct bh_err err = { 0 };
	struct built built;
	int r = build_plan(&configs[index].part, &plan_hosts[host], waits,
			   &built, &err);

	if (asprintf(&title, "%s on host %zu%s", configs[index].title, host,
		     waits ? ", waiting" : "") < 0)
		abort();
	if (!is_int(r == 0, configs[index].hosts[host], "%s: compiles", title))
		diag("%s", err.text);
	if (r < 0)
		return;
	if (!is_int(bh_plan_check(&built.plan, &err), 0, "%s: keeps the rules",
		    title))
		diag("%s", err.text);
	check_removals(&built.plan, title);
	check_swaps(&built.plan, title);
	built_clear(&built);
}

/* All attributes that are asked for, by whatever spelling, are on a mount. */
static void check_attributes(const char *type, const char *option,
			     uint64_t attribute)
{
	struct fragment part = {
		.linux_ = "'namespaces':[{'type':'mount'},{'type':'cgroup'}]"
	};
	bh_autofree char *top = NULL;
	struct bh_err err = { 0 };
	struct built built;
	uint64_t found = 0;

	if (asprintf(&top,
		     "'mounts':[{'destination':'/x','type':'%s','source':'/s',"
		     "'options':['%s']}]",
		     type, option) < 0)
		abort();
	part.top = top;
	if (build_plan(&part, &plan_hosts[1], false, &built, &err) < 0) {
		/* To refuse it is as good. */
		ok(strstr(err.text, option), "%s on %s: refused", option, type);
		return;
	}
	for (size_t i = 0; i < built.plan.len; i++) {
		const struct bh_step *step = &built.plan.steps[i];

		if (!bh_starts_with(step->origin, "config /mounts/0"))
			continue;
		if (step->op == BH_OP_mount_fs)
			found |= step->args.mount_fs.attributes;
		if (step->op == BH_OP_mount_attr)
			found |= step->args.mount_attr.set;
	}
	ok((found & attribute) == attribute, "%s on %s is set", option, type);
	built_clear(&built);
}

/* What is still to be made in a read-only file system must come before it is
 * closed: here the working directory. */
static void check_cwd(void)
{
	struct bh_err err = { 0 };
	struct built built = { 0 };
	bool readonly = false, late = false;
	int r = build_text(
		"{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},"
		"\"process\":{\"cwd\":\"/t/in\",\"args\":[\"x\"]},"
		"\"mounts\":[{\"destination\":\"/t\",\"type\":"
		"\"tmpfs\",\"options\":[\"ro\"]}],\"linux\":{"
		"\"namespaces\":[{\"type\":\"mount\"}]}}",
		&built.spec, &err);

	if (!ok(r == 0 &&
			built_compile(&built, &plan_hosts[1], false, &err) == 0,
		"a directory in a read-only mount: %s", err.text))
		return;
	for (size_t i = 0; i < built.plan.len; i++) {
		const struct bh_step *step = &built.plan.steps[i];
		bool mine = bh_str_eq(step->origin, "config /mounts/0");

		if (mine && step->op == BH_OP_mount_fs)
			readonly |= step->args.mount_fs.attributes &
				    MOUNT_ATTR_RDONLY;
		if (mine && step->op == BH_OP_mount_attr)
			readonly |= step->args.mount_attr.set &
				    MOUNT_ATTR_RDONLY;
		late |= step->op == BH_OP_make_dir && readonly;
	}
	ok(!late, "is made before the mount is read-only");
	ok(readonly, "which it becomes");
	built_clear(&built);
}

int main(void)
{
	static const char *const types[] = { "tmpfs",  "proc",	 "sysfs",
					     "cgroup", "mqueue", "bind" };

	for (size_t i = 0; i < BH_COUNT(configs); i++)
		for (size_t host = 0; host < BH_COUNT(plan_hosts); host++) {
			check_config(i, host, false);
			check_config(i, host, true);
		}
	for (size_t i = 0; i < BH_COUNT(types); i++) {
		check_attributes(types[i], "ro", MOUNT_ATTR_RDONLY);
		check_attributes(types[i], "rro", MOUNT_ATTR_RDONLY);
		check_attributes(types[i], "noexec", MOUNT_ATTR_NOEXEC);
		check_attributes(types[i], "rnoexec", MOUNT_ATTR_NOEXEC);
		check_attributes(types[i], "rnosuid", MOUNT_ATTR_NOSUID);
		check_attributes(types[i], "rnodev", MOUNT_ATTR_NODEV);
		check_attributes(types[i], "nosymfollow",
				 MOUNT_ATTR_NOSYMFOLLOW);
	}
	check_cwd();
	return done_testing();
}
