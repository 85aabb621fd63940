/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last phases.  Their order is fixed by what each takes away: names and
 * limits while the child still may, then the user and capabilities, then the
 * filter, as late as the kernel lets.
 */
#include <linux/capability.h>
#include <string.h>

#include "base/str.h"
#include "plan/compiler.h"

/* The search path when the environment has none, as in confstr(3). */
#define DEFAULT_PATH                                         \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:" \
	"/sbin:/bin"

static void set_names(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;
	const struct bh_namespace *network = &spec->namespaces[OCI_NS_NETWORK];

	bh_compile_why(c, "config /linux/sysctl", NULL);
	for (size_t i = 0; i < spec->sysctl_count; i++) {
		int procfs;

		if (bh_compile_set_by_parent(c, &spec->sysctls[i]))
			continue;
		procfs = bh_compile_child_procfs(c);
		bh_compile_step(c, BH_OP_sysctl)->sysctl =
			(struct bh_args_sysctl){
				.procfs = procfs,
				.key = spec->sysctls[i].key,
				.value = spec->sysctls[i].value,
			};
	}
	bh_compile_label(c);
	bh_compile_why(c, "config /hostname", NULL);
	if (spec->hostname)
		bh_compile_step(c, BH_OP_hostname)->hostname.name =
			spec->hostname;
	bh_compile_why(c, "config /domainname", NULL);
	if (spec->domainname)
		bh_compile_step(c, BH_OP_domainname)->domainname.name =
			spec->domainname;
	bh_compile_why(c, "default", NULL);
	if (network->wanted && !network->by_path)
		bh_compile_step(c, BH_OP_loopback_up)->loopback_up.interface =
			"lo";
}

/* config.md, execCPUAffinity: before the program comes into its cgroups. */
void bh_compile_initial_cpus(struct bh_compiler *c)
{
	const char *cpus = c->spec->process.initial_cpus;

	if (!c->in->joins || !cpus)
		return;
	bh_compile_at(c, BH_PARENT, BH_PHASE_CGROUP);
	bh_compile_why(c, "config /process/execCPUAffinity/initial", NULL);
	bh_compile_step(c, BH_OP_cpu_affinity)->cpu_affinity.cpus = cpus;
}

/* And then: what is given, or all that its cpuset allows. */
static void set_final_cpus(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;

	if (!c->in->joins || (!process->initial_cpus && !process->final_cpus))
		return;
	bh_compile_why(c, "config /process/execCPUAffinity/final", NULL);
	bh_compile_step(c, BH_OP_cpu_affinity)->cpu_affinity.cpus =
		process->final_cpus ? process->final_cpus : "";
}

static void set_limits(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;

	/* In a user namespace the child can't raise limits; the parent may. */
	if (c->user && process->rlimit_count)
		bh_compile_at(c, BH_PARENT, BH_PHASE_HARDEN);
	for (size_t i = 0; i < process->rlimit_count; i++) {
		const struct bh_rlimit *limit = &process->rlimits[i];

		bh_compile_why(c,
			       limit->origin ? limit->origin :
					       "config /process/rlimits",
			       NULL);
		bh_compile_step(c, BH_OP_rlimit)->rlimit =
			(struct bh_args_rlimit){
				.resource = limit->resource,
				.soft = limit->soft,
				.hard = limit->hard,
			};
	}
	bh_compile_at(c, BH_CHILD, BH_PHASE_HARDEN);
}

/* The config's last: it may forbid seccomp(2). */
static void install_filters(struct bh_compiler *c)
{
	bh_compile_why(c, c->in->builtin_origin, NULL);
	if (c->in->builtin.count)
		bh_compile_step(c, BH_OP_seccomp)->seccomp.program =
			c->in->builtin;
	bh_compile_why(c, "config /linux/seccomp", NULL);
	if (c->in->filter.count)
		bh_compile_step(c, BH_OP_seccomp)->seccomp =
			(struct bh_args_seccomp){
				.program = c->in->filter,
				.flags = c->in->filter_flags,
			};
}

/*
 * A capability is all that is between root and the host's disks where no cgroup
 * has rules for devices; in a user namespace nobody can make device nodes.
 */
static uint64_t without_mknod(const struct bh_compiler *c, uint64_t caps)
{
	bool guarded = c->grouped || c->user || !c->privileged;

	return guarded ? caps : caps & ~(1ull << CAP_MKNOD);
}

static struct bh_caps granted_caps(const struct bh_compiler *c)
{
	struct bh_caps caps = c->spec->process.caps;

	caps.bounding = without_mknod(c, caps.bounding);
	caps.effective = without_mknod(c, caps.effective);
	caps.permitted = without_mknod(c, caps.permitted);
	caps.inheritable = without_mknod(c, caps.inheritable);
	caps.ambient = without_mknod(c, caps.ambient);
	return caps;
}

/* Why a set is what it is. */
static void caps_origin(struct bh_compiler *c, const struct bh_caps *granted)
{
	const struct bh_process *process = &c->spec->process;

	if (!process->caps_set)
		bh_compile_why(c, "default",
			       "the config grants no capabilities");
	else if (granted->bounding != process->caps.bounding)
		bh_compile_why(c, "config /process/capabilities",
			       "without CAP_MKNOD, as no cgroup guards the "
			       "host's devices");
	else
		bh_compile_why(c, "config /process/capabilities", NULL);
}

static void set_user(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;
	const struct bh_caps caps = granted_caps(c);

	caps_origin(c, &caps);
	bh_compile_step(c, BH_OP_bounding_set)->bounding_set.keep =
		caps.bounding;
	bh_compile_why(c, "config /process/user", NULL);
	bh_compile_step(c, BH_OP_user_set)->user_set =
		(struct bh_args_user_set){
			.uid = process->uid,
			.gid = process->gid,
			.groups = { process->group_count, process->groups },
			.keep_groups = bh_compile_keeps_groups(c) &&
				       !process->group_count,
		};
	bh_compile_why(c,
		       process->caps_set ? "config /process/capabilities" :
					   "default",
		       NULL);
	bh_compile_step(c, BH_OP_caps_set)->caps_set =
		(struct bh_args_caps_set){
			.effective = caps.effective,
			.permitted = caps.permitted,
			.inheritable = caps.inheritable,
			.ambient = caps.ambient,
		};
}

static bool is_variable(const char *text, const char *name)
{
	size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && text[len] == '=';
}

static const char *environment_value(const struct bh_process *process,
				     const char *name)
{
	for (size_t i = 0; process->env[i]; i++)
		if (is_variable(process->env[i], name))
			return process->env[i] + strlen(name) + 1;
	return NULL;
}

/* The first thing that its user sees; from here on nobody but the shared page
 * hears of a failure. */
static void take_terminal(struct bh_compiler *c)
{
	if (!c->spec->process.terminal)
		return;
	if (!c->new_root)
		bh_compile_terminal(c);
	bh_compile_why(c, "config /process/terminal", NULL);
	bh_compile_step(c, BH_OP_terminal_send)->terminal_send =
		(struct bh_args_terminal_send){
			.master = c->master,
			.console = bh_compile_preset(
				c, c->spec->wanted_count + BH_PRESET_CONSOLE,
				"console"),
		};
	bh_compile_step(c, BH_OP_terminal_take)->terminal_take.terminal =
		c->terminal;
}

/* From here on a path such as /proc/self/fd/3/.. leads nowhere on the host
 * (CVE-2024-21626); before the limits, which may allow no descriptor more. */
static void close_descriptors(struct bh_compiler *c)
{
	int start = -1;

	if (c->in->waits)
		start = bh_compile_preset(
			c, c->spec->wanted_count + BH_PRESET_START, "start");
	bh_compile_why(c, "default", NULL);
	bh_compile_step(c, BH_OP_close_fds)->close_fds =
		(struct bh_args_close_fds){
			.keep = c->in->caller.kept_count,
			.start = start,
		};
	c->start = start;
}

/* While no filter forbids it. */
static void find_home(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;

	bh_compile_why(c, "default", NULL);
	if (!environment_value(process, "HOME"))
		bh_compile_step(c, BH_OP_home)->home =
			(struct bh_args_home){ c->root, process->uid };
}

/* The pid that goes with them is known in the child alone. */
static void hand_sockets_on(struct bh_compiler *c)
{
	const struct bh_caller *caller = &c->in->caller;
	struct bh_arena *arena = &c->plan->arena;
	struct bh_args_listen args = { 0 };

	if (!caller->listen_count)
		return;
	args.count =
		bh_arena_printf(arena, "LISTEN_FDS=%u", caller->listen_count);
	if (caller->listen_names)
		args.names = bh_arena_printf(arena, "LISTEN_FDNAMES=%s",
					     caller->listen_names);
	bh_compile_why(c, "caller", NULL);
	bh_compile_step(c, BH_OP_listen)->listen = args;
}

int bh_compile_harden(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;
	int r;

	bh_compile_at(c, BH_CHILD, BH_PHASE_HARDEN);
	set_names(c);
	find_home(c);
	hand_sockets_on(c);
	take_terminal(c);
	close_descriptors(c);
	set_final_cpus(c);
	set_limits(c);
	bh_compile_why(c, "default", NULL);
	(void)bh_compile_step(c, BH_OP_signals_reset);
	bh_compile_why(c, "config /process/cwd", NULL);
	bh_compile_step(c, BH_OP_cwd_early)->cwd_early.path = process->cwd;
	r = bh_compile_landlock(c);
	/* Without no_new_privs the kernel wants CAP_SYS_ADMIN for both. */
	if (!process->no_new_privs) {
		bh_compile_landlock_restrict(c);
		install_filters(c);
	}
	set_user(c);
	bh_compile_why(c, "config /process/cwd", NULL);
	bh_compile_step(c, BH_OP_cwd)->cwd.path = process->cwd;
	bh_compile_why(c,
		       process->umask_set ? "config /process/user/umask" :
					    "default",
		       NULL);
	bh_compile_step(c, BH_OP_umask)->umask.mask =
		process->umask_set ? process->umask : 022;
	return r;
}

/* Each place where a shell would look, in order; execvp(3). */
static const char *const *candidates(struct bh_compiler *c, const char *name)
{
	const char *path = environment_value(&c->spec->process, "PATH");
	struct bh_arena *arena = &c->plan->arena;
	const char **list;
	size_t count = 0;

	if (strchr(name, '/')) {
		list = bh_arena_alloc(arena, 2 * sizeof(*list));
		list[0] = name;
		return list;
	}
	if (!path || !*path)
		path = DEFAULT_PATH;
	list = bh_arena_alloc(arena, (strlen(path) + 2) * sizeof(*list));
	for (;;) {
		size_t len = strcspn(path, ":");

		/* An empty or relative entry means the working directory,
		 * which is no place to take programs from. */
		if (path[0] == '/')
			list[count++] = bh_arena_printf(arena, "%.*s/%s",
							(int)len, path, name);
		if (!path[len])
			return list;
		path += len + 1;
	}
}

/* All that can fail early has been tried by then; `create` ends here. */
static void wait_for_start(struct bh_compiler *c)
{
	if (!c->in->waits)
		return;
	bh_compile_why(c, "default", NULL);
	bh_compile_at(c, BH_PARENT, BH_PHASE_EXEC);
	bh_compile_step(c, BH_OP_created)->created.process = c->process;
	bh_compile_at(c, BH_CHILD, BH_PHASE_EXEC);
	bh_compile_step(c, BH_OP_await_start)->await_start.start = c->start;
}

/* What the config says of sockets holds unless the caller gives them. */
static bool is_replaced(const struct bh_caller *caller, const char *text)
{
	if (caller->notify_path && is_variable(text, "NOTIFY_SOCKET"))
		return true;
	return caller->listen_count && (is_variable(text, "LISTEN_FDS") ||
					is_variable(text, "LISTEN_PID") ||
					is_variable(text, "LISTEN_FDNAMES"));
}

static const char *const *environment(struct bh_compiler *c)
{
	const struct bh_caller *caller = &c->in->caller;
	const char *const *from = c->spec->process.env;
	const char **list;
	size_t count = 0, kept = 0;

	while (from[count])
		count++;
	list = bh_arena_alloc(&c->plan->arena, (count + 2) * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		if (!is_replaced(caller, from[i]))
			list[kept++] = from[i];
	if (caller->notify_path)
		list[kept++] = "NOTIFY_SOCKET=" BH_NOTIFY_TARGET
			       "/" BH_NOTIFY_NAME;
	return list;
}

void bh_compile_exec(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;

	bh_compile_at(c, BH_CHILD, BH_PHASE_EXEC);
	bh_compile_why(c, "config /process/args", NULL);
	bh_compile_step(c, BH_OP_program_find)->program_find =
		(struct bh_args_program_find){
			.name = process->args[0],
			.candidates = candidates(c, process->args[0]),
		};
	wait_for_start(c);
	bh_compile_load_hooks(c);
	if (process->no_new_privs) {
		bh_compile_why(c, "config /process/noNewPrivileges", NULL);
		(void)bh_compile_step(c, BH_OP_no_new_privs);
		bh_compile_landlock_restrict(c);
		install_filters(c);
	}
	bh_compile_inside_hooks(c);
	bh_compile_why(c, "config /process/args", NULL);
	bh_compile_step(c, BH_OP_exec)->exec = (struct bh_args_exec){
		.arguments = process->args,
		.environment = environment(c),
	};
}
