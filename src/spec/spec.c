/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/str.h"
#include "spec/parts.h"
#include "spec/spec.h"

#define MAX_ID 200

int bh_spec_check_id(const char *id, struct bh_err *err)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_+-";
	size_t len = strlen(id);

	if (len == 0 || len > MAX_ID)
		return bh_refuse(err,
				 "check the container id: it must have 1 "
				 "to %d characters",
				 MAX_ID);
	if (!strchr(first, id[0]))
		return bh_refuse(err,
				 "check the container id \"%s\": it must "
				 "start with a letter, digit, _, + or -",
				 id);
	for (size_t i = 1; i < len; i++)
		if (id[i] != '.' && !strchr(first, id[i]))
			return bh_refuse(err,
					 "check the container id \"%s\": "
					 "only letters, digits and _ + . - are "
					 "allowed",
					 id);
	return 0;
}

size_t bh_spec_want(struct bh_spec *spec, const char *path, const char *field,
		    bool namespace)
{
	struct bh_wanted_path *wanted =
		bh_arena_append(&spec->arena, &spec->wanted,
				&spec->wanted_count, sizeof(*wanted));

	/* Relative paths start at the bundle (config.md, mounts and root). */
	wanted->path = path[0] == '/' ? path :
					bh_arena_printf(&spec->arena, "%s/%s",
							spec->bundle, path);
	wanted->field = field;
	wanted->namespace = namespace;
	return spec->wanted_count - 1;
}

const char **bh_spec_texts(struct bh_spec *spec,
			   const struct oci_strings *strings)
{
	const char **texts = bh_arena_alloc(
		&spec->arena, (strings->len + 1) * sizeof(*texts));

	for (size_t i = 0; i < strings->len; i++)
		texts[i] = strings->items[i];
	return texts;
}

const char *bh_spec_normal_path(struct bh_spec *spec, const char *path)
{
	char *normal = bh_arena_alloc(&spec->arena, strlen(path) + 2);
	size_t len = 0;

	while (*path) {
		size_t part = strcspn(path, "/");

		if (part && !(part == 1 && path[0] == '.')) {
			normal[len++] = '/';
			memcpy(normal + len, path, part);
			len += part;
		}
		path += part + (path[part] == '/');
	}
	if (len == 0)
		normal[0] = '/';
	return normal;
}

bool bh_spec_has_dotdot(const char *path)
{
	for (; *path; path += strcspn(path, "/")) {
		path += strspn(path, "/");
		if (strcspn(path, "/") == 2 && bh_starts_with(path, ".."))
			return true;
	}
	return false;
}

const struct bh_mount *bh_spec_mount_at(const struct bh_spec *spec,
					const char *path)
{
	/* The last one is on top. */
	for (size_t i = spec->mount_count; i > 0; i--)
		if (bh_str_eq(spec->mounts[i - 1].target, path))
			return &spec->mounts[i - 1];
	return NULL;
}

static int check_version(const char *version, struct bh_err *err)
{
	/* 1.x in any form, a pre-release too; 0.x was never stable, but its
	 * configs read the same. */
	if (bh_starts_with(version, "1.") || bh_starts_with(version, "0."))
		return 0;
	return bh_refuse(err,
			 "read config.json: /ociVersion: version %s is "
			 "not supported, only 1.x is",
			 version);
}

static int build_root(struct bh_spec *spec, struct bh_err *err)
{
	const struct oci_root *root = spec->config->root;

	if (!root)
		return bh_refuse(err, "read config.json: /root: missing; a "
				      "container needs a rootfs");
	if (!root->path[0])
		return bh_refuse(err, "read config.json: /root/path: empty");
	spec->root = bh_spec_want(spec, root->path, "/root/path", false);
	spec->root_readonly = root->readonly.value;
	return 0;
}

/* The parts in the order in which they rely on each other. */
static int build(struct bh_spec *spec, struct bh_err *err)
{
	int r = check_version(spec->config->oci_version, err);

	if (r == 0)
		r = bh_spec_refuse_unsupported(spec->config, err);
	if (r == 0)
		r = build_root(spec, err);
	if (r == 0)
		r = bh_spec_linux(spec, err);
	if (r == 0)
		r = bh_spec_mounts(spec, err);
	if (r == 0)
		r = bh_spec_sysctls(spec, err);
	if (r == 0)
		r = bh_spec_process(spec, err);
	if (r == 0)
		r = bh_spec_hooks(spec, BH_ALL_STAGES, err);
	return r;
}

static struct bh_spec begin(struct oci_config *config, const char *bundle,
			    const char *id)
{
	struct bh_spec spec = { .config = config };

	spec.bundle = bh_arena_strdup(&spec.arena, bundle);
	spec.id = bh_arena_strdup(&spec.arena, id);
	return spec;
}

static int end(struct bh_spec *spec, int result, struct bh_spec *ret)
{
	if (result < 0)
		bh_spec_clear(spec);
	else
		*ret = *spec;
	return result;
}

int bh_spec_build(struct oci_config *config, const char *bundle, const char *id,
		  struct bh_spec *ret, struct bh_err *err)
{
	struct bh_spec spec = begin(config, bundle, id);

	return end(&spec, build(&spec, err), ret);
}

int bh_spec_build_hooks(struct oci_config *config, const char *bundle,
			const char *id, unsigned int stages,
			struct bh_spec *ret, struct bh_err *err)
{
	struct bh_spec spec = begin(config, bundle, id);
	int r = build_root(&spec, err);

	if (r == 0)
		r = bh_spec_hooks(&spec, stages, err);
	return end(&spec, r, ret);
}

void bh_spec_clear(struct bh_spec *spec)
{
	oci_config_free(spec->config);
	bh_arena_clear(&spec->arena);
	*spec = (struct bh_spec){ 0 };
}
