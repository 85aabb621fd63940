/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "spec/exec.h"

/* (uid_t)-1 means "unchanged" to setresuid(2). */
#define MAX_ID 4294967294u

static void append(struct oci_strings *list, const char *text)
{
	list->items =
		bh_realloc(list->items, list->len + 1, sizeof(*list->items));
	list->items[list->len++] = bh_strdup(text);
	list->set = true;
}

static bool has(const struct oci_strings *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (bh_str_eq(list->items[i], text))
			return true;
	return false;
}

static int refuse_user(const char *text, struct bh_err *err)
{
	(void)bh_refuse(err, "read the command line: --user %s: not a user",
			text);
	return bh_hint(err,
		       "it must be UID or UID:GID, in decimal numbers up "
		       "to %u; names are not looked up",
		       MAX_ID);
}

/* Never a name, never partly a number (CVE-2026-30892, CVE-2026-46680). */
static int set_user(struct oci_process *process, const char *text,
		    struct bh_err *err)
{
	bh_autofree char *uid_text = bh_strdup(text);
	char *gid_text = strchr(uid_text, ':');
	uint64_t uid, gid = 0;

	if (gid_text)
		*gid_text++ = '\0';
	if (bh_parse_u64(uid_text, MAX_ID, &uid) < 0 ||
	    (gid_text && bh_parse_u64(gid_text, MAX_ID, &gid) < 0))
		return refuse_user(text, err);
	if (!process->user)
		process->user = bh_calloc(1, sizeof(*process->user));
	process->user->uid = (struct oci_u64){ true, uid };
	if (gid_text)
		process->user->gid = (struct oci_u64){ true, gid };
	return 0;
}

static int add_environment(struct oci_process *process,
			   const struct bh_texts *env, struct bh_err *err)
{
	for (size_t i = 0; i < env->len; i++) {
		const char *equals = strchr(env->items[i], '=');

		if (!equals || equals == env->items[i])
			return bh_refuse(err,
					 "read the command line: --env %s: "
					 "must be NAME=VALUE",
					 env->items[i]);
		append(&process->env, env->items[i]);
	}
	return 0;
}

/* To the sets of which a program gets it, and to the ambient ones only if the
 * container has such. */
static void add_capability(struct oci_process *process, const char *name)
{
	struct oci_capabilities *caps = process->capabilities;
	struct oci_strings *sets[] = { &caps->bounding, &caps->effective,
				       &caps->permitted, &caps->ambient };
	size_t count = caps->ambient.len ? 4 : 3;

	for (size_t i = 0; i < count; i++)
		if (!has(sets[i], name))
			append(sets[i], name);
}

static void set_arguments(struct oci_process *process,
			  const struct bh_texts *args)
{
	oci_strings_clear(&process->args);
	for (size_t i = 0; i < args->len; i++)
		append(&process->args, args->items[i]);
}

int bh_exec_change(struct oci_process *process, const struct bh_exec *exec,
		   struct bh_err *err)
{
	int r = exec->user ? set_user(process, exec->user, err) : 0;

	if (r == 0)
		r = add_environment(process, &exec->env, err);
	if (r < 0)
		return r;
	set_arguments(process, &exec->args);
	if (exec->cwd) {
		free(process->cwd);
		process->cwd = bh_strdup(exec->cwd);
	}
	if (exec->caps.len && !process->capabilities)
		process->capabilities =
			bh_calloc(1, sizeof(*process->capabilities));
	for (size_t i = 0; i < exec->caps.len; i++)
		add_capability(process, exec->caps.items[i]);
	if (exec->no_new_privs)
		process->no_new_privileges = (struct oci_bool){ true, true };
	/* Whether it has a terminal is not the container's to say. */
	process->terminal = (struct oci_bool){ true, exec->terminal };
	free(process->console_size);
	process->console_size = NULL;
	return 0;
}

static void set_namespaces(struct oci_linux *to,
			   const char *const paths[OCI_NS_COUNT])
{
	to->namespaces.set = true;
	to->namespaces.items =
		bh_calloc(OCI_NS_COUNT, sizeof(*to->namespaces.items));
	for (int i = 0; i < OCI_NS_COUNT; i++)
		if (paths[i])
			to->namespaces.items[to->namespaces.len++] =
				(struct oci_namespace){
					.type = { true, i },
					.path = bh_strdup(paths[i]),
				};
}

struct oci_config *bh_exec_config(struct oci_config *config,
				  struct oci_process *process,
				  const char *const paths[OCI_NS_COUNT])
{
	struct oci_config *ret = bh_calloc(1, sizeof(*ret));

	ret->oci_version = bh_steal_ptr(config->oci_version);
	ret->root = bh_steal_ptr(config->root);
	if (ret->root)
		ret->root->readonly = (struct oci_bool){ 0 };
	ret->process = process;
	ret->linux = bh_calloc(1, sizeof(*ret->linux));
	if (config->linux)
		ret->linux->seccomp = bh_steal_ptr(config->linux->seccomp);
	set_namespaces(ret->linux, paths);
	if (config->process == process)
		config->process = NULL;
	/* One that says nothing gets the container's. */
	else if (config->process && !process->selinux_label)
		process->selinux_label =
			bh_steal_ptr(config->process->selinux_label);
	oci_config_free(config);
	return ret;
}
