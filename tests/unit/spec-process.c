/* SPDX-License-Identifier: Apache-2.0 */
/* Program, user, capabilities and limits. */
#include <linux/capability.h>
#include <sys/resource.h>

#include "base/str.h"
#include "spec-build.h"
#include "spec/names.h"

#define CAPS(members)  "'capabilities':{" members "}"
#define LIMIT(members) "'rlimits':[" members "]"
#define NOFILE(soft, hard) \
	"{'type':'RLIMIT_NOFILE','soft':" soft ",'hard':" hard "}"

static const char *const refusals[][3] = {
	{ "'env':['A=1','B']", "/process/env/1", "NAME=value" },
	{ "'env':['=1']", "/process/env/0", "NAME=value" },
	{ "'env':['']", "/process/env/0", "NAME=value" },
	{ CAPS("'effective':['CAP_KILL']"), "/process/capabilities/effective",
	  "permitted does not" },
	{ CAPS("'effective':['CAP_KILL'],'permitted':['CAP_CHOWN']"),
	  "/process/capabilities/effective", "permitted does not" },
	{ LIMIT("{'type':'RLIMIT_NOSUCH','soft':1,'hard':1}"),
	  "/process/rlimits/0/type", "RLIMIT_NOSUCH" },
	{ LIMIT(NOFILE("2", "1")), "/process/rlimits/0", "above the hard" },
	{ LIMIT(NOFILE("1", "1") "," NOFILE("1", "1")), "/process/rlimits/1",
	  "given twice" },
	{ "'oomScoreAdj':1001", "/process/oomScoreAdj", "-1000 and 1000" },
	{ "'oomScoreAdj':-1001", "/process/oomScoreAdj", "-1000 and 1000" },
};

/* These replace /process as a whole. */
static const char *const processes[][2] = {
	{ "{\"cwd\":\"/\"}", "/process/args" },
	{ "{\"cwd\":\"/\",\"args\":[]}", "/process/args" },
	{ "{\"cwd\":\"/\",\"args\":[\"\"]}", "/process/args" },
	{ "{\"cwd\":\"\",\"args\":[\"x\"]}", "/process/cwd" },
	{ "{\"cwd\":\"tmp\",\"args\":[\"x\"]}", "/process/cwd" },
};

static void check_refusals(void)
{
	for (size_t i = 0; i < BH_COUNT(refusals); i++)
		is_refused(&(struct fragment){ .process = refusals[i][0] },
			   refusals[i][1], refusals[i][2]);
	for (size_t i = 0; i < BH_COUNT(processes); i++) {
		struct bh_spec spec = { 0 };
		struct bh_err err = { 0 };
		bh_autofree char *text = NULL;

		if (asprintf(&text,
			     "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":"
			     "\"r\"},\"process\":%s}",
			     processes[i][0]) < 0)
			abort();
		ok(build_text(text, &spec, &err) == -EINVAL &&
			   strstr(err.text, processes[i][1]),
		   "refused: %s", processes[i][0]);
		bh_spec_clear(&spec);
	}
}

static void check_user(void)
{
	struct bh_spec spec;
	struct fragment part = {
		.process = "'user':{'uid':4294967294,'gid':7,'umask':511,"
			   "'additionalGids':[1,4294967294],'username':'x'}"
	};

	if (!build_good(&part, &spec, "user"))
		return;
	ok(spec.process.uid == (UINT32_MAX - 1) && spec.process.gid == 7, "its ids");
	ok(spec.process.group_count == 2 && spec.process.groups[0] == 1 &&
		   spec.process.groups[1] == (UINT32_MAX - 1),
	   "its groups");
	ok(spec.process.umask_set && spec.process.umask == 0777, "its umask");
	is_int(spec.notes.len, 1, "a name is for Windows, and noted");
	bh_spec_clear(&spec);

	part.process = "'user':{'uid':0,'gid':0,'umask':0}";
	if (build_good(&part, &spec, "umask of 0")) {
		ok(spec.process.umask_set && spec.process.umask == 0,
		   "0 is not the same as nothing");
		bh_spec_clear(&spec);
	}
}

static void check_cap_names(void)
{
	uint64_t all = 0, value;

	for (const struct bh_name *cap = bh_capability_names; cap->name; cap++)
		all |= 1ull << cap->value;
	is_int(all, (2ull << CAP_LAST_CAP) - 1, "every capability has a name");
	ok(bh_name_value(bh_capability_names, "CAP_SYS_ADMIN", &value) &&
		   value == CAP_SYS_ADMIN,
	   "CAP_SYS_ADMIN");
	ok(!bh_name_value(bh_capability_names, "cap_sys_admin", &value) &&
		   !bh_name_value(bh_capability_names, "SYS_ADMIN", &value) &&
		   !bh_name_value(bh_capability_names, "CAP_", &value),
	   "other spellings are none");
}

static void check_caps(void)
{
	struct bh_spec spec;
	struct fragment part = {
		.process = CAPS("'bounding':['CAP_KILL','CAP_NEW','ALL'],"
				"'permitted':['CAP_KILL','CAP_CHOWN'],"
				"'effective':['CAP_CHOWN'],"
				"'inheritable':['CAP_KILL'],"
				"'ambient':['CAP_KILL','CAP_CHOWN','kill']")
	};

	check_cap_names();
	if (!build_good(&part, &spec, "capabilities"))
		return;
	ok(spec.process.caps_set, "given");
	is_int(spec.process.caps.bounding, 1ull << CAP_KILL, "bounding");
	is_int(spec.process.caps.permitted,
	       1ull << CAP_KILL | 1ull << CAP_CHOWN, "permitted");
	is_int(spec.process.caps.effective, 1ull << CAP_CHOWN, "effective");
	is_int(spec.process.caps.inheritable, 1ull << CAP_KILL, "inheritable");
	is_int(spec.process.caps.ambient, 1ull << CAP_KILL,
	       "ambient is within permitted and inheritable");
	is_int(spec.notes.len, 4, "each that is left out is noted");
	ok(strstr(spec.notes.items[0], "/process/capabilities/bounding/1") &&
		   strstr(spec.notes.items[0], "CAP_NEW"),
	   "by its place and name");
	bh_spec_clear(&spec);

	part.process = CAPS("");
	if (build_good(&part, &spec, "no sets")) {
		ok(spec.process.caps_set && !spec.process.caps.bounding &&
			   !spec.process.caps.permitted,
		   "no sets are empty sets");
		bh_spec_clear(&spec);
	}
}

static void check_limits(void)
{
	struct bh_spec spec;
	struct fragment part = {
		.process = LIMIT(NOFILE(
			"18446744073709551615",
			"18446744073709551615") ",{'type':'RLIMIT_CORE','soft':0,'hard':5}") ",'oomScoreAdj':-1000,'noNewPrivileges':true,"
											     "'env':['A=','B=x=y','C= ']"
	};
	size_t count = 0;

	for (const struct bh_name *i = bh_rlimit_names; i->name; i++)
		count++;
	is_int(count, RLIM_NLIMITS, "every limit has a name");
	if (!build_good(&part, &spec, "limits"))
		return;
	ok(spec.process.rlimit_count == 2 &&
		   spec.process.rlimits[0].resource == RLIMIT_NOFILE &&
		   spec.process.rlimits[0].soft == RLIM_INFINITY,
	   "unlimited");
	ok(spec.process.rlimits[1].resource == RLIMIT_CORE &&
		   spec.process.rlimits[1].soft == 0 &&
		   spec.process.rlimits[1].hard == 5,
	   "limited");
	ok(spec.process.oom_set && spec.process.oom_score_adj == -1000,
	   "OOM score");
	ok(spec.process.no_new_privs, "no new privileges");
	is_str(spec.process.env[1], "B=x=y", "a value with =");
	bh_spec_clear(&spec);
	part.process = "'oomScoreAdj':0";
	if (build_good(&part, &spec, "OOM score of 0")) {
		ok(spec.process.oom_set, "0 is not the same as nothing");
		bh_spec_clear(&spec);
	}
}

int main(void)
{
	check_refusals();
	check_user();
	check_caps();
	check_limits();
	return done_testing();
}
