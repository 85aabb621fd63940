/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of a container: those in its group and in its pid namespace.  The
 * first one is held to the plan's promises; others, that exec may have given more
 * of what the profile allows, to the bounds that hold for all.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "cgroup/driver.h"
#include "container/group.h"
#include "container/profile.h"
#include "container/verifying.h"
#include "spec/names.h"

/* What status says, proc_pid_status(5). */
struct status {
	bool zombie;
	bool no_new_privs;
	uint64_t filters;
	uint64_t inheritable, permitted, effective, bounding, ambient;
};

/* What holds for all processes but the first. */
struct bounds {
	bool checked; /* the profile has any */
	uint64_t caps;
	uint64_t filters;
};

static bool parse_hex(const char *text, uint64_t *ret)
{
	uint64_t value = 0;

	for (; *text && *text != '\n'; text++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, *text);

		if (!digit || value >> 60)
			return false;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*ret = value;
	return true;
}

static int take_line(const char *key, const char *value, struct status *ret)
{
	const struct {
		const char *key;
		uint64_t *to;
	} sets[] = {
		{ "CapInh", &ret->inheritable }, { "CapPrm", &ret->permitted },
		{ "CapEff", &ret->effective },	 { "CapBnd", &ret->bounding },
		{ "CapAmb", &ret->ambient },
	};

	for (size_t i = 0; i < BH_COUNT(sets); i++)
		if (bh_str_eq(key, sets[i].key))
			return parse_hex(value, sets[i].to) ? 0 : -EINVAL;
	if (bh_str_eq(key, "State"))
		ret->zombie = value[0] == 'Z' || value[0] == 'X';
	if (bh_str_eq(key, "NoNewPrivs"))
		ret->no_new_privs = value[0] == '1';
	if (bh_str_eq(key, "Seccomp_filters"))
		return bh_parse_u64(value, UINT64_MAX, &ret->filters);
	return 0;
}

static int read_status(const struct bh_verifying *v, pid_t pid,
		       struct status *ret)
{
	bh_autobuf struct bh_buf text = { 0 };
	char *rest, *line;
	int r = bh_verify_read(v, pid, "status", &text);

	*ret = (struct status){ 0 };
	rest = text.data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ':');

		if (!value)
			continue;
		*value++ = '\0';
		value += strspn(value, " \t");
		r = take_line(line, value, ret);
	}
	return r;
}

/* ---- one process ----------------------------------------------------------------- */

/* "no_new_privs of process 7"; the first one's name is left out. */
static const char *name_of(struct bh_verifying *v, const char *promise,
			   pid_t pid)
{
	if (pid == v->pid)
		return promise;
	return bh_arena_printf(&v->verdict->arena, "%s of process %d", promise,
			       (int)pid);
}

static void check_caps(struct bh_verifying *v, pid_t pid, const char *set,
		       uint64_t found, uint64_t most)
{
	const char *promise = name_of(
		v, bh_arena_printf(&v->verdict->arena, "%s capabilities", set),
		pid);
	bh_autobuf struct bh_buf more = { 0 };

	for (unsigned int i = 0; i < 64; i++) {
		const char *name;

		if (!((found & ~most) >> i & 1))
			continue;
		name = bh_value_name(bh_capability_names, i);
		bh_buf_printf(&more, " %s", name ? name : "unknown");
	}
	if (more.len)
		bh_verify_broken(v, promise, "it has%s besides", more.data);
	else if (pid == v->pid)
		bh_verify_kept(v, promise);
}

static void check_first(struct bh_verifying *v, const struct status *status)
{
	const struct bh_posture *p = v->posture;

	if (p->no_new_privs.value && !status->no_new_privs)
		bh_verify_broken(v, "no_new_privs", "it is not set");
	else if (p->no_new_privs.value)
		bh_verify_kept(v, "no_new_privs");
	if (status->filters < p->filters.value)
		bh_verify_broken(v, "seccomp", "%llu filters instead of %llu",
				 (unsigned long long)status->filters,
				 (unsigned long long)p->filters.value);
	else if (p->filters.value)
		bh_verify_kept(v, "seccomp");
	check_caps(v, v->pid, "bounding", status->bounding, p->bounding.value);
	check_caps(v, v->pid, "effective", status->effective,
		   p->effective.value);
	check_caps(v, v->pid, "permitted", status->permitted,
		   p->permitted.value);
	check_caps(v, v->pid, "inheritable", status->inheritable,
		   p->inheritable.value);
	check_caps(v, v->pid, "ambient", status->ambient, p->ambient.value);
}

static void check_other(struct bh_verifying *v, pid_t pid,
			const struct status *status,
			const struct bounds *bounds)
{
	if (v->posture->no_new_privs.value && !status->no_new_privs)
		bh_verify_broken(v, name_of(v, "no_new_privs", pid),
				 "it is not set");
	if (status->filters < bounds->filters)
		bh_verify_broken(v, name_of(v, "seccomp", pid),
				 "%llu filters instead of %llu",
				 (unsigned long long)status->filters,
				 (unsigned long long)bounds->filters);
	check_caps(v, pid, "bounding", status->bounding, bounds->caps);
	check_caps(v, pid, "effective", status->effective, bounds->caps);
	check_caps(v, pid, "permitted", status->permitted, bounds->caps);
	check_caps(v, pid, "inheritable", status->inheritable,
		   v->posture->inheritable.value);
}

/* ---- its groups ------------------------------------------------------------------- */

static bool is_within(const char *path, const char *group)
{
	size_t len = strlen(group);

	return bh_starts_with(path, group) && (path[len] == '/' || !path[len]);
}

/* The group of a hierarchy in proc_pid_cgroup(5), "4:memory:/a"; NULL without. */
static const char *group_path(char *text, const struct bh_state_group *group)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		const char *names;

		(void)strsep(&line, ":");
		names = strsep(&line, ":");
		if (line &&
		    bh_str_eq(names, group->v2.value ? "" : group->name))
			return line;
	}
	return NULL;
}

static void check_groups(struct bh_verifying *v, pid_t pid)
{
	const struct bh_state *state = v->container->state;
	bh_autobuf struct bh_buf text = { 0 };
	size_t outside = 0;

	if (!state->groups.len || bh_verify_read(v, pid, "cgroup", &text) < 0)
		return;
	for (size_t i = 0; i < state->groups.len; i++) {
		const struct bh_state_group *group = &state->groups.items[i];
		bh_autofree char *copy = bh_strdup(text.data);
		const char *path = group_path(copy, group);

		if (path && is_within(path, group->path))
			continue;
		bh_verify_broken(v, name_of(v, "cgroup", pid),
				 "it is in %s of %s instead of %s",
				 path ? path : "none", group->mount,
				 group->path);
		outside++;
	}
	if (!outside && pid == v->pid)
		bh_verify_kept(v, "cgroup");
}

/* ---- its descriptors --------------------------------------------------------------- */

/* The mount of a descriptor, from its fdinfo; 0 when it can't be told. */
static uint64_t mount_of(const struct bh_verifying *v, pid_t pid,
			 const char *number)
{
	bh_autobuf struct bh_buf name = { 0 }, text = { 0 };
	uint64_t id = 0;
	char *at;

	bh_buf_printf(&name, "fdinfo/%s", number);
	if (bh_verify_read(v, pid, name.data, &text) < 0)
		return 0;
	at = strstr(text.data, "mnt_id:");
	if (!at)
		return 0;
	at += strlen("mnt_id:");
	at += strspn(at, " \t");
	at[strcspn(at, "\n")] = '\0';
	return bh_parse_u64(at, UINT64_MAX, &id) < 0 ? 0 : id;
}

/* A directory that is on none of the container's mounts leads out of it
 * (CVE-2024-21626). */
static void check_descriptors(struct bh_verifying *v, pid_t pid)
{
	const char *promise = name_of(v, "descriptors", pid);
	bh_autobuf struct bh_buf path = { 0 };
	bool leaked = false;
	struct dirent *entry;
	int fd;
	DIR *dir;

	bh_buf_printf(&path, "%d/fd", (int)pid);
	fd = openat(v->procfs_fd, path.data,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir))) {
		struct stat st;

		if (entry->d_name[0] == '.' ||
		    fstatat(fd, entry->d_name, &st, 0) < 0 ||
		    !S_ISDIR(st.st_mode) ||
		    bh_mount_lines_find(&v->mounts,
					mount_of(v, pid, entry->d_name)))
			continue;
		bh_verify_broken(v, promise,
				 "descriptor %s is a directory outside",
				 entry->d_name);
		leaked = true;
	}
	if (dir)
		(void)closedir(dir);
	if (!leaked && pid == v->pid)
		bh_verify_kept(v, promise);
}

/* ---- namespaces -------------------------------------------------------------------- */

static const struct {
	const char *file;
	uint64_t flag;
} namespaces[] = {
	{ "mnt", CLONE_NEWNS },	       { "pid", CLONE_NEWPID },
	{ "net", CLONE_NEWNET },       { "ipc", CLONE_NEWIPC },
	{ "uts", CLONE_NEWUTS },       { "user", CLONE_NEWUSER },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },
};

/* The inode of a namespace; 0 when it can't be told. */
static ino_t namespace_of(const struct bh_verifying *v, const char *who,
			  const char *file)
{
	bh_autobuf struct bh_buf path = { 0 };
	struct stat st;

	bh_buf_printf(&path, "%s/ns/%s", who, file);
	return fstatat(v->procfs_fd, path.data, &st, 0) < 0 ? 0 : st.st_ino;
}

static void check_namespaces(struct bh_verifying *v)
{
	char pid[16];

	(void)snprintf(pid, sizeof(pid), "%d", (int)v->pid);
	for (size_t i = 0; i < BH_COUNT(namespaces); i++) {
		const char *promise = bh_arena_printf(
			&v->verdict->arena, "namespace %s", namespaces[i].file);
		const char *file = namespaces[i].file;

		if (!(v->posture->namespaces.value & namespaces[i].flag))
			continue;
		if (namespace_of(v, pid, file) == namespace_of(v, "self", file))
			bh_verify_broken(v, promise, "it is the host's");
		else
			bh_verify_kept(v, promise);
	}
}

/* ---- all of them ------------------------------------------------------------------- */

/* Whether a process is in a user namespace of its own making, where it may have
 * every capability. */
static bool is_nested(const struct bh_verifying *v, const char *pid)
{
	char first[16];

	(void)snprintf(first, sizeof(first), "%d", (int)v->pid);
	return namespace_of(v, pid, "user") != namespace_of(v, first, "user");
}

static void check_process(struct bh_verifying *v, pid_t pid,
			  const struct bounds *bounds)
{
	struct status status;
	char text[16];

	/* It may have ended meanwhile. */
	if (read_status(v, pid, &status) < 0 || status.zombie)
		return;
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	check_groups(v, pid);
	check_descriptors(v, pid);
	if (pid == v->pid)
		check_first(v, &status);
	else if (bounds->checked && !is_nested(v, text))
		check_other(v, pid, &status, bounds);
}

static bool is_listed(const struct bh_buf *pids, const char *pid)
{
	bh_autobuf struct bh_buf line = { 0 }, all = { 0 };

	bh_buf_printf(&line, "\n%s\n", pid);
	bh_buf_printf(&all, "\n%s", pids->data ? pids->data : "");
	return strstr(all.data, line.data);
}

/* Those of the pid namespace that are not in the list yet. */
static void add_namespace(const struct bh_verifying *v, struct bh_buf *pids)
{
	char first[16];
	struct dirent *entry;
	ino_t own;
	int fd = openat(v->procfs_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	(void)snprintf(first, sizeof(first), "%d", (int)v->pid);
	own = namespace_of(v, first, "pid");
	while (dir && own && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    namespace_of(v, entry->d_name, "pid") == own &&
		    !is_listed(pids, entry->d_name))
			bh_buf_printf(pids, "%s\n", entry->d_name);
	if (dir)
		(void)closedir(dir);
}

static int list_processes(const struct bh_verifying *v, struct bh_buf *ret,
			  struct bh_err *err)
{
	const struct bh_state *state = v->container->state;
	int r = 0;

	if (state->groups.len) {
		bh_autoclose int fd = bh_container_open_group(state, err);

		r = fd < 0 ? fd : bh_cgroup_pids(fd, ret, err);
	}
	if (r == 0 && v->posture->namespaces.value & CLONE_NEWPID)
		add_namespace(v, ret);
	return r;
}

static int find_bounds(const struct bh_verifying *v, struct bounds *ret,
		       struct bh_err *err)
{
	struct bh_profile *profile = NULL;
	int r = bh_profile_load(&v->container->entry, &profile, err);

	if (r < 0)
		return r;
	*ret = (struct bounds){
		.checked = profile->rank > BH_RANK_OCI,
		.caps = v->posture->bounding.value,
		.filters = v->posture->filters.value,
	};
	for (size_t i = 0; i < profile->capabilities->allow.len; i++) {
		uint64_t capability;

		if (bh_name_value(bh_capability_names,
				  profile->capabilities->allow.items[i],
				  &capability))
			ret->caps |= 1ull << capability;
	}
	bh_profile_free(profile);
	return 0;
}

int bh_verify_processes(struct bh_verifying *v, struct bh_err *err)
{
	bh_autobuf struct bh_buf pids = { 0 };
	struct bounds bounds;
	char *rest, *line;
	int r = find_bounds(v, &bounds, err);

	check_namespaces(v);
	if (r == 0)
		r = list_processes(v, &pids, err);
	if (r < 0)
		return r;
	check_process(v, v->pid, &bounds);
	rest = pids.data;
	while (rest && (line = strsep(&rest, "\n"))) {
		uint64_t pid;

		if (bh_parse_u64(line, INT32_MAX, &pid) == 0 &&
		    (pid_t)pid != v->pid)
			check_process(v, (pid_t)pid, &bounds);
	}
	return 0;
}
