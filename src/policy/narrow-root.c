/* SPDX-License-Identifier: Apache-2.0 */
/* The root file system: read-only, with what has to be writable; what is masked
 * and read-only below /proc and /sys. */
#include <linux/mount.h>

#include "base/str.h"
#include "policy/narrow.h"
#include "policy/sizes.h"

/* Of an ephemeral root, where the profile says nothing; memory is taken as it is
 * used. */
#define EPHEMERAL_ROOM (1ull << 30)

static bool has_text(const char *const *list, const char *text)
{
	for (; *list; list++)
		if (bh_str_eq(*list, text))
			return true;
	return false;
}

/* Both lists together; *list ends with NULL.  How many were added. */
static size_t unite(struct bh_narrowing *n, const char ***list,
		    const struct oci_strings *more)
{
	const char **united;
	size_t len = 0, count;

	while ((*list)[len])
		len++;
	count = len;
	united = bh_arena_alloc(&n->spec->arena,
				(len + more->len + 1) * sizeof(*united));
	for (size_t i = 0; i < len; i++)
		united[i] = (*list)[i];
	for (size_t i = 0; i < more->len; i++)
		if (!has_text(united, more->items[i]))
			united[count++] = bh_arena_strdup(&n->spec->arena,
							  more->items[i]);
	*list = united;
	return count - len;
}

static bool has_mount(const struct bh_spec *spec, const char *target)
{
	for (size_t i = 0; i < spec->mount_count; i++)
		if (bh_str_eq(spec->mounts[i].target, target))
			return true;
	return false;
}

/* Where programs write although nothing of it is to be kept. */
static struct bh_mount make_tmpfs(struct bh_narrowing *n,
				  const struct oci_pair *pair)
{
	struct bh_arena *arena = &n->spec->arena;
	const char **options = bh_arena_alloc(arena, 3 * sizeof(*options));
	bool shared = bh_str_eq(pair->key, "/tmp") ||
		      bh_str_eq(pair->key, "/var/tmp");
	bool noexec = n->profile->rank == BH_RANK_STRICT;
	uint64_t size = 0;

	(void)bh_size_parse(pair->value, &size);
	options[0] =
		bh_arena_printf(arena, "size=%llu", (unsigned long long)size);
	/* Where the image has no such directory. */
	options[1] = shared ? "mode=1777" : "mode=755";
	return (struct bh_mount){
		.kind = BH_MOUNT_FS,
		.origin =
			bh_arena_printf(arena, "profile %s", n->profile->name),
		.reason = "the root is read-only",
		.target = bh_arena_strdup(arena, pair->key),
		.type = "tmpfs",
		.source = "tmpfs",
		.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
		       (noexec ? MOUNT_ATTR_NOEXEC : 0),
		.options = options,
		.copies_up = true,
	};
}

/* Before the config's: some of these lie in them. */
static void add_tmpfs(struct bh_narrowing *n)
{
	const struct oci_pairs *tmpfs = &n->profile->tmpfs;
	struct bh_spec *spec = n->spec;
	size_t count = 0, room = tmpfs->len + spec->mount_count;
	struct bh_mount *mounts =
		bh_arena_alloc(&spec->arena, room * sizeof(*mounts));

	for (size_t i = 0; i < tmpfs->len; i++)
		if (!has_mount(spec, tmpfs->items[i].key) &&
		    !bh_str_eq(tmpfs->items[i].key, "/"))
			mounts[count++] = make_tmpfs(n, &tmpfs->items[i]);
	for (size_t i = 0; i < spec->mount_count; i++)
		mounts[count++] = spec->mounts[i];
	spec->mounts = mounts;
	spec->mount_count = count;
}

static const char **copy_list(struct bh_narrowing *n,
			      const struct oci_strings *list)
{
	struct bh_arena *arena = &n->spec->arena;
	const char **ret =
		bh_arena_alloc(arena, (list->len + 1) * sizeof(*ret));

	for (size_t i = 0; i < list->len; i++)
		ret[i] = bh_arena_strdup(arena, list->items[i]);
	return ret;
}

/* The size of `/` among the profile's, or a default. */
static uint64_t room_of(const struct bh_profile *profile)
{
	uint64_t size = EPHEMERAL_ROOM;

	for (size_t i = 0; i < profile->tmpfs.len; i++)
		if (bh_str_eq(profile->tmpfs.items[i].key, "/"))
			(void)bh_size_parse(profile->tmpfs.items[i].value,
					    &size);
	return size;
}

/* A root that the config itself makes read-only gets nothing writable. */
static void close_root(struct bh_narrowing *n)
{
	enum bh_rootfs_choice choice =
		(enum bh_rootfs_choice)n->profile->rootfs.value;

	if (choice == BH_ROOTFS_AS_CONFIGURED || n->spec->root_readonly)
		return;
	if (choice == BH_ROOTFS_EPHEMERAL) {
		n->spec->root_ephemeral = true;
		n->spec->root_room = room_of(n->profile);
		bh_narrow_tighten(n, "/root/readonly",
				  "what is written is thrown away at the end; "
				  "policy key rootfs");
		return;
	}
	n->spec->root_readonly = true;
	bh_narrow_tighten(n, "/root/readonly",
			  "what the image brings stays as it is; policy key "
			  "rootfs lets it be written");
	n->spec->writable = copy_list(n, &n->profile->writable);
	add_tmpfs(n);
}

void bh_narrow_root(struct bh_narrowing *n)
{
	/* Whose mount namespace is joined has made its root already. */
	if (n->spec->namespaces[OCI_NS_MOUNT].by_path)
		return;
	close_root(n);
	if (unite(n, &n->spec->masked, &n->profile->masked_paths))
		bh_narrow_tighten(n, "/linux/maskedPaths/-",
				  "the profile masks more");
	if (unite(n, &n->spec->readonly, &n->profile->readonly_paths))
		bh_narrow_tighten(n, "/linux/readonlyPaths/-",
				  "the profile makes more read-only");
}
