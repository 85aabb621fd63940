/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/sys.h"
#include "cgroup/group.h"

/* cgroup.procs of a group full of processes fits with room to spare */
#define MAX_FILE (64u << 20)

/* Nothing in a cgroup file system needs a link or another mount. */
#define RESOLVE_GROUP                                                    \
	(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | \
	 RESOLVE_NO_XDEV)

/* ---- paths --------------------------------------------------------------- */

static bool is_plain(const char *name)
{
	return *name && !bh_str_eq(name, ".") && !bh_str_eq(name, "..");
}

static int split(const char *path, struct bh_group_path *ret)
{
	char *rest;

	ret->text = bh_strdup(path);
	rest = ret->text;
	if (*rest++ != '/')
		return -EINVAL;
	while (rest) {
		const char *name = strsep(&rest, "/");

		if (!is_plain(name))
			return -EINVAL;
		if (ret->len == BH_COUNT(ret->names))
			return -ELOOP;
		ret->names[ret->len++] = name;
	}
	return 0;
}

/* What follows the mount's root in path; NULL where path is not below it. */
static const char *skip_root(const char *root, const char *path)
{
	size_t len = strlen(root);

	if (bh_str_eq(root, "/"))
		return path;
	if (!bh_starts_with(path, root) || path[len] != '/')
		return NULL;
	return path + len;
}

int bh_group_path_parse(const struct bh_hierarchy *hierarchy, const char *path,
			struct bh_group_path *ret, struct bh_err *err)
{
	struct bh_group_path whole
		__attribute__((cleanup(bh_group_path_clear))) = { 0 };
	const char *below;
	int r = split(path, &whole);

	*ret = (struct bh_group_path){ 0 };
	if (r == -ELOOP)
		return bh_refuse(err, "cgroup path %s has more than %d parts",
				 path, BH_GROUP_MAX_DEPTH);
	if (r < 0)
		return bh_refuse(err,
				 "cgroup path %s is not an absolute path "
				 "of plain parts below the root",
				 path);
	below = skip_root(hierarchy->mount_root, path);
	if (!below)
		return bh_refuse(err,
				 "cgroup %s is outside of %s, all that is "
				 "mounted at %s",
				 path, hierarchy->mount_root, hierarchy->mount);
	(void)split(below, ret);
	return 0;
}

void bh_group_path_clear(struct bh_group_path *path)
{
	free(path->text);
	*path = (struct bh_group_path){ 0 };
}

/* ---- descriptors --------------------------------------------------------- */

int bh_group_open_mount(const struct bh_hierarchy *hierarchy,
			struct bh_err *err)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long magic = hierarchy->v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC;
	bh_autoclose int fd = -1;
	struct statfs fs;

	fd = bh_sys_openat2(AT_FDCWD, hierarchy->mount, &how);
	if (fd < 0)
		return bh_fail(err, -fd, "open %s", hierarchy->mount);
	if (fstatfs(fd, &fs) < 0)
		return bh_fail(err, errno, "statfs %s", hierarchy->mount);
	if ((long)fs.f_type != magic)
		return bh_refuse(err, "%s is not a cgroup %s file system",
				 hierarchy->mount, hierarchy->v2 ? "v2" : "v1");
	return bh_steal_fd(&fd);
}

static int open_below(int dir_fd, const char *name, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags,
		.resolve = RESOLVE_GROUP,
	};
	int fd;

	/* openat2(2): -EAGAIN when a rename somewhere raced the lookup. */
	do {
		fd = bh_sys_openat2(dir_fd, name, &how);
	} while (fd == -EINTR || fd == -EAGAIN);
	return fd;
}

int bh_group_open(int parent_fd, const char *name)
{
	return open_below(parent_fd, name, O_RDONLY | O_DIRECTORY);
}

int bh_group_read(int group_fd, const char *file, struct bh_buf *buf)
{
	bh_autoclose int fd = open_below(group_fd, file, O_RDONLY);
	int r;

	if (fd < 0)
		return fd;
	r = bh_read_all(fd, MAX_FILE, buf);
	if (r == 0 && !buf->data)
		bh_buf_str(buf, "");
	return r;
}

int bh_group_write(int group_fd, const char *file, const char *value)
{
	bh_autoclose int fd = -1;
	size_t len = strlen(value);
	ssize_t n;

	if (strchr(file, '/'))
		return -EINVAL;
	fd = open_below(group_fd, file, O_WRONLY);
	if (fd < 0)
		return fd;
	do {
		n = write(fd, value, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int bh_group_list(int group_fd, struct bh_buf *names)
{
	DIR *dir __attribute__((cleanup(close_dir))) = NULL;
	bh_autoclose int fd = open_below(group_fd, ".", O_RDONLY | O_DIRECTORY);
	struct dirent *entry;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	(void)bh_steal_fd(&fd);
	errno = 0;
	while ((entry = readdir(dir))) {
		/* kernfs always tells the type. */
		if (entry->d_type == DT_DIR && is_plain(entry->d_name))
			bh_buf_add(names, entry->d_name,
				   strlen(entry->d_name) + 1);
		errno = 0;
	}
	return -errno;
}

bool bh_group_has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	while (*(text += strspn(text, " \n"))) {
		size_t here = strcspn(text, " \n");

		if (here == len && memcmp(text, word, len) == 0)
			return true;
		text += here;
	}
	return false;
}
