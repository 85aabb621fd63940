/* SPDX-License-Identifier: Apache-2.0 */
/* process: program, user, capabilities, limits. */
#include <string.h>

#include "base/cpus.h"
#include "base/str.h"
#include "spec/names.h"
#include "spec/parts.h"

static int build_program(struct bh_spec *spec, const struct oci_process *oci,
			 struct bh_err *err)
{
	struct bh_process *process = &spec->process;

	if (!oci->args.len || !oci->args.items[0][0])
		return bh_refuse(err, "read config.json: /process/args: "
				      "missing; it names the program to run");
	if (oci->cwd[0] != '/')
		return bh_refuse(err,
				 "read config.json: /process/cwd: \"%s\" "
				 "is not absolute",
				 oci->cwd);
	process->args = bh_spec_texts(spec, &oci->args);
	process->cwd = oci->cwd;
	for (size_t i = 0; i < oci->env.len; i++)
		if (!strchr(oci->env.items[i], '=') ||
		    oci->env.items[i][0] == '=')
			return bh_refuse(err,
					 "read config.json: "
					 "/process/env/%zu: not of the form "
					 "NAME=value",
					 i);
	process->env = bh_spec_texts(spec, &oci->env);
	return 0;
}

static int build_user(struct bh_spec *spec, const struct oci_user *oci,
		      struct bh_err *err)
{
	struct bh_process *process = &spec->process;

	if (!oci)
		return 0;
	/* setresuid(2): it means "as it is", which is root. */
	if (oci->uid.value == UINT32_MAX || oci->gid.value == UINT32_MAX)
		return bh_refuse(err, "read config.json: /process/user: "
				      "4294967295 is no user or group id");
	/* The reader has checked that each fits 32 bits. */
	process->uid = (uint32_t)oci->uid.value;
	process->gid = (uint32_t)oci->gid.value;
	process->umask_set = oci->umask.set;
	process->umask = (uint32_t)oci->umask.value & 0777;
	process->group_count = oci->additional_gids.len;
	process->groups = bh_arena_alloc(
		&spec->arena, process->group_count * sizeof(*process->groups));
	for (size_t i = 0; i < process->group_count; i++)
		process->groups[i] = (uint32_t)oci->additional_gids.items[i];
	if (oci->username)
		bh_note(&spec->notes, &spec->arena,
			"/process/user/username is for Windows: left alone");
	return 0;
}

/* Names that the kernel's list does not have are left out with a remark, as
 * config.md asks: they can't be granted. */
static uint64_t build_set(struct bh_spec *spec, const char *name,
			  const struct oci_strings *strings)
{
	uint64_t set = 0, cap;

	for (size_t i = 0; i < strings->len; i++) {
		if (bh_name_value(bh_capability_names, strings->items[i], &cap))
			set |= 1ull << cap;
		else
			bh_note(&spec->notes, &spec->arena,
				"/process/capabilities/%s/%zu: unknown "
				"capability %s is left out",
				name, i, strings->items[i]);
	}
	return set;
}

static int build_caps(struct bh_spec *spec, const struct oci_capabilities *oci,
		      struct bh_err *err)
{
	struct bh_caps *caps = &spec->process.caps;

	if (!oci)
		return 0;
	spec->process.caps_set = true;
	caps->bounding = build_set(spec, "bounding", &oci->bounding);
	caps->permitted = build_set(spec, "permitted", &oci->permitted);
	caps->effective = build_set(spec, "effective", &oci->effective);
	caps->inheritable = build_set(spec, "inheritable", &oci->inheritable);
	caps->ambient = build_set(spec, "ambient", &oci->ambient);
	if (caps->effective & ~caps->permitted)
		return bh_refuse(err,
				 "read config.json: /process/capabilities/"
				 "effective: holds capabilities that "
				 "/process/capabilities/permitted does not");
	if (caps->ambient & ~(caps->permitted & caps->inheritable)) {
		/* capabilities(7): the kernel would refuse to raise them. */
		bh_note(&spec->notes, &spec->arena,
			"/process/capabilities/ambient: capabilities that are "
			"not permitted and inheritable are left out");
		caps->ambient &= caps->permitted & caps->inheritable;
	}
	return 0;
}

static int build_rlimit(struct bh_spec *spec, size_t index,
			const struct oci_rlimit *oci, struct bh_err *err)
{
	struct bh_rlimit *rlimit;
	uint64_t resource;

	if (!bh_name_value(bh_rlimit_names, oci->type, &resource))
		return bh_refuse(err,
				 "read config.json: /process/rlimits/%zu/"
				 "type: unknown limit %s",
				 index, oci->type);
	if (oci->soft.value > oci->hard.value)
		return bh_refuse(err,
				 "read config.json: /process/rlimits/%zu: "
				 "the soft limit is above the hard one",
				 index);
	for (size_t i = 0; i < spec->process.rlimit_count; i++)
		if (spec->process.rlimits[i].resource == (int)resource)
			return bh_refuse(err,
					 "read config.json: /process/"
					 "rlimits/%zu: %s is given twice",
					 index, oci->type);
	rlimit = bh_arena_append(&spec->arena, &spec->process.rlimits,
				 &spec->process.rlimit_count, sizeof(*rlimit));
	rlimit->resource = (int)resource;
	rlimit->soft = oci->soft.value;
	rlimit->hard = oci->hard.value;
	return 0;
}

static int build_oom(struct bh_spec *spec, const struct oci_process *oci,
		     struct bh_err *err)
{
	if (!oci->oom_score_adj.set)
		return 0;
	/* proc_pid_oom_score_adj(5) */
	if (oci->oom_score_adj.value < -1000 || oci->oom_score_adj.value > 1000)
		return bh_refuse(err, "read config.json: /process/oomScoreAdj: "
				      "must lie between -1000 and 1000");
	spec->process.oom_set = true;
	spec->process.oom_score_adj = oci->oom_score_adj.value;
	return 0;
}

/* ioctl_tty(2), TIOCSWINSZ: an unsigned short. */
static uint32_t window_size(uint64_t size)
{
	return size > UINT16_MAX ? UINT16_MAX : (uint32_t)size;
}

/* A size is of a terminal, and without one ignored (config.md, Process). */
static void set_terminal(struct bh_process *process,
			 const struct oci_process *oci)
{
	process->terminal = oci->terminal.value;
	if (!process->terminal || !oci->console_size)
		return;
	process->rows = window_size(oci->console_size->height.value);
	process->columns = window_size(oci->console_size->width.value);
}

static int read_cpus(const char *text, const char *name, const char **ret,
		     struct bh_err *err)
{
	struct bh_cpus cpus;

	if (!text || !*text)
		return 0;
	*ret = text;
	if (bh_cpus_parse(text, &cpus) == 0)
		return 0;
	(void)bh_refuse(err,
			"read config.json: /process/execCPUAffinity/%s: %s is "
			"not a list of processors",
			name, text);
	return bh_hint(err, "it must be numbers and ranges, as in 0-3,7");
}

static int build_cpus(struct bh_spec *spec, const struct oci_cpu_affinity *oci,
		      struct bh_err *err)
{
	int r = oci ? read_cpus(oci->initial, "initial",
				&spec->process.initial_cpus, err) :
		      0;

	return r < 0 || !oci ? r :
			       read_cpus(oci->final, "final",
					 &spec->process.final_cpus, err);
}

int bh_spec_process(struct bh_spec *spec, struct bh_err *err)
{
	const struct oci_process *oci = spec->config->process;
	int r;

	if (!oci)
		return bh_refuse(err, "read config.json: /process: missing; "
				      "a container needs a program to run");
	r = build_program(spec, oci, err);
	if (r < 0)
		return r;
	r = build_user(spec, oci->user, err);
	if (r < 0)
		return r;
	spec->process.no_new_privs = oci->no_new_privileges.value;
	/* "" is what engines write for none. */
	if (oci->selinux_label && *oci->selinux_label)
		spec->process.selinux_label = oci->selinux_label;
	set_terminal(&spec->process, oci);
	r = build_caps(spec, oci->capabilities, err);
	for (size_t i = 0; r == 0 && i < oci->rlimits.len; i++)
		r = build_rlimit(spec, i, &oci->rlimits.items[i], err);
	if (r == 0)
		r = build_cpus(spec, oci->exec_cpu_affinity, err);
	return r < 0 ? r : build_oom(spec, oci, err);
}
