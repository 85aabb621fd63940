/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a path depends on. */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

#include "tap.h"
#include "trust-file.h"
#include "trust/fixed.h"

struct way {
	const char *title, *path;
	bool fixed;
	const char *leads; /* the path without links; NULL: not looked at */
};

static const struct way ways[] = {
	{ "root's file", "@/root/file", true, "@/root/file" },
	{ "spelled otherwise", "@/./root//sub/../file", true, "@/root/file" },
	{ "root's link", "@/link", true, "@/root/file" },
	{ "root's link to a directory", "@/dirlink/file", true, "@/root/file" },
	{ "relative link", "@/relative", true, "@/root/file" },
	{ "chain of links", "@/chain", true, "@/root/file" },
	{ "link of another user", "@/userlink", false, "@/root/file" },
	{ "chain through one", "@/userchain", false, "@/root/file" },
	{ "another user's file", "@/root/users", false, "@/root/users" },
	{ "file writable for the group", "@/root/group", false, NULL },
	{ "file writable for all", "@/root/all", false, NULL },
	{ "another user's directory", "@/user/file", false, NULL },
	{ "directory writable for the group", "@/group/file", false, NULL },
	{ "sticky directory", "@/sticky/file", false, NULL },
	{ "below another user's directory", "@/user/root/file", false, NULL },
	{ "through it and back", "@/user/../root/file", false, "@/root/file" },
	{ "link in it", "@/user/link", false, "@/root/file" },
	{ "a directory", "@/root", true, "@/root" },
	{ "the root", "/", true, "/" },
	{ "of the system", "/bin/sh", true, NULL },
};

static void fill(const struct plot *plot)
{
	plot_directory(plot, "@/root", 0755, 0);
	plot_directory(plot, "@/root/sub", 0755, 0);
	plot_directory(plot, "@/user", 0755, PLOT_USER);
	plot_directory(plot, "@/user/root", 0755, 0);
	plot_directory(plot, "@/group", 0775, 0);
	plot_directory(plot, "@/sticky", 01777, 0);
	plot_file(plot, "@/root/file", "x", 1, 0644, 0);
	plot_file(plot, "@/root/users", "x", 1, 0644, PLOT_USER);
	plot_file(plot, "@/root/group", "x", 1, 0664, 0);
	plot_file(plot, "@/root/all", "x", 1, 0646, 0);
	plot_file(plot, "@/user/file", "x", 1, 0644, 0);
	plot_file(plot, "@/user/root/file", "x", 1, 0644, 0);
	plot_file(plot, "@/group/file", "x", 1, 0644, 0);
	plot_file(plot, "@/sticky/file", "x", 1, 0644, 0);
	plot_link(plot, "@/root/file", "@/link", 0);
	plot_link(plot, "@/root", "@/dirlink", 0);
	plot_link(plot, "root/sub/../file", "@/relative", 0);
	plot_link(plot, "dirlink/../relative", "@/chain", 0);
	plot_link(plot, "@/root/file", "@/userlink", PLOT_USER);
	plot_link(plot, "userlink", "@/userchain", 0);
	plot_link(plot, "@/root/file", "@/user/link", 0);
	plot_link(plot, "loop", "@/loop", 0);
	plot_link(plot, "nowhere", "@/dangling", 0);
}

static void check_way(const struct plot *plot, struct bh_ground *ground,
		      const struct way *way)
{
	bh_autofree char *path = plot_text(plot, way->path);
	struct bh_err err = { 0 };
	struct bh_found found;
	int r = bh_fixed_find(ground, path, &found, &err);

	if (!ok(r == 0, "%s: is found", way->title)) {
		diag("%s", err.text);
		return;
	}
	ok(found.fixed == way->fixed, "%s: is %sfixed", way->title,
	   way->fixed ? "" : "not ");
	if (way->leads) {
		bh_autofree char *leads = plot_text(plot, way->leads);

		is_str(found.path, leads, "%s: leads there", way->title);
	}
	bh_close(&found.fd);
}

static void check_refusals(const struct plot *plot, struct bh_ground *ground)
{
	static const struct {
		const char *path;
		int error;
	} cases[] = {
		{ "@/missing", -ENOENT },
		{ "@/missing/file", -ENOENT },
		{ "@/dangling", -ENOENT },
		{ "@/root/file/", -ENOTDIR },
		{ "@/root/file/..", -ENOTDIR },
		{ "@/loop", -ELOOP },
		{ "/proc/self/root/bin/sh", -ELOOP },
		{ "/proc/self/exe", -ELOOP },
		{ "/proc/self/fd/0", -ELOOP },
		{ "/proc/0/exe", -ENOENT },
		{ "/proc/999999999/exe", -ENOENT },
	};

	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		bh_autofree char *path = plot_text(plot, cases[i].path);
		struct bh_err err = { 0 };
		struct bh_found found;

		is_int(bh_fixed_find(ground, path, &found, &err),
		       cases[i].error, "%s", cases[i].path);
		ok(err.explained && !strstr(err.text, "No such file or"),
		   "%s: in words of our own", cases[i].path);
	}
}

static void check_exe(struct bh_ground *ground)
{
	char path[64], place[4096] = "";
	struct bh_found found = { .fd = -1 };
	struct bh_err err;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)getpid());
	if (readlink("/proc/self/exe", place, sizeof(place) - 1) < 0)
		abort();
	is_int(bh_fixed_find(ground, path, &found, &err), 0,
	       "a process's program");
	is_str(found.path, place, "is the path that it names");
	bh_close(&found.fd);
}

static void check_directories(const struct plot *plot, struct bh_ground *ground)
{
	static const struct {
		const char *path;
		bool fixed;
	} cases[] = {
		{ "@/root", true },
		{ "@/root/new/er", true },
		{ "@/dirlink/new", true },
		{ "@/user", false },
		{ "@/user/new", false },
		{ "@/root/file", false },
		{ "@/group", false },
		{ "@/userlink/new", false },
		{ "/tmp", false },
		{ "/srv/new", false },
		{ "/usr/lib", true },
		{ "/workspace-1/new", false },
		{ "/var/lib/docker/new", false },
	};

	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		bh_autofree char *path = plot_text(plot, cases[i].path);

		ok(bh_fixed_is_directory(ground, path) == cases[i].fixed,
		   "directory %s is %sfixed", cases[i].path,
		   cases[i].fixed ? "" : "not ");
	}
}

/* What the container could write to is its, whoever owns it. */
static void check_reach(const struct plot *plot)
{
	bh_autofree char *root = plot_text(plot, "@/root");
	struct bh_wanted_path wanted[] = { { .path = "/nowhere" },
					   { .path = root } };
	struct bh_mount mount = { .kind = BH_MOUNT_BIND, .wanted = 1 };
	struct bh_spec spec = {
		.bundle = plot->path,
		.wanted_count = 2,
		.wanted = wanted,
		.mount_count = 1,
		.mounts = &mount,
	};
	const struct way bundle = { "in the bundle", "@/root/file", false,
				    NULL };
	const struct way bound = { "bound to be written", "@/root/file", false,
				   NULL };
	const struct way shown = { "bound read-only", "@/root/file", true,
				   NULL };
	struct bh_ground ground;
	struct bh_err err;

	for (int i = 0; i < 3; i++) {
		if (bh_ground_open(&spec, &ground, &err) < 0)
			abort();
		check_way(plot, &ground,
			  i == 0 ? &bundle :
			  i == 1 ? &bound :
				   &shown);
		bh_ground_close(&ground);
		if (i == 0)
			spec.bundle = NULL;
		else
			mount.set = MOUNT_ATTR_RDONLY;
	}
}

static void mount_one(const struct plot *plot, const char *source,
		      const char *target, const char *type, unsigned long flags,
		      const char *data)
{
	bh_autofree char *at = plot_text(plot, target);
	bh_autofree char *options = data ? plot_text(plot, data) : NULL;

	if (mkdir(at, 0755) < 0 || mount(source, at, type, flags, options) < 0)
		diag("mount %s: %s", target, strerror(errno));
}

static const struct way mounted[] = {
	{ "a tmpfs of the host", "@/tmpfs/file", true, NULL },
	{ "a medium without setuid", "@/medium/file", false, NULL },
	{ "an overlay", "@/overlay/file", false, NULL },
	{ "another mount of what lies in /tmp", "@/bound/file", false, NULL },
	{ "another mount of root's", "@/again/file", true, "@/again/file" },
};

/* In a mount namespace of this process. */
static void check_mounts(const struct plot *plot)
{
	static const struct bh_spec none;
	char outside[] = "/tmp/bh-trust.XXXXXX";
	bh_autofree char *root = plot_text(plot, "@/root"), *file = NULL;
	struct bh_ground ground;
	struct bh_err err;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		skip("no mount namespace");
		return;
	}
	if (!mkdtemp(outside) || chmod(outside, 0755) < 0)
		abort();
	mount_one(plot, "t", "@/tmpfs", "tmpfs", 0, "mode=755");
	mount_one(plot, "t", "@/medium", "tmpfs", MS_NOSUID, "mode=755");
	plot_directory(plot, "@/tmpfs/u", 0755, 0);
	plot_directory(plot, "@/tmpfs/w", 0755, 0);
	mount_one(plot, "o", "@/overlay", "overlay", 0,
		  "lowerdir=@/root,upperdir=@/tmpfs/u,workdir=@/tmpfs/w");
	mount_one(plot, outside, "@/bound", NULL, MS_BIND, NULL);
	mount_one(plot, root, "@/again", NULL, MS_BIND, NULL);
	plot_file(plot, "@/tmpfs/file", "x", 1, 0644, 0);
	plot_file(plot, "@/medium/file", "x", 1, 0644, 0);
	plot_file(plot, "@/bound/file", "x", 1, 0644, 0);
	if (bh_ground_open(&none, &ground, &err) < 0)
		abort();
	for (size_t i = 0; i < BH_COUNT(mounted); i++)
		check_way(plot, &ground, &mounted[i]);
	bh_ground_close(&ground);
	for (size_t i = 0; i < BH_COUNT(mounted); i++) {
		bh_autofree char *at = plot_text(plot, mounted[i].path);

		*strrchr(at, '/') = '\0';
		(void)umount2(at, MNT_DETACH);
	}
	if (asprintf(&file, "%s/file", outside) > 0)
		(void)unlink(file);
	(void)rmdir(outside);
}

int main(void)
{
	static const struct bh_spec none;
	struct bh_ground ground;
	struct plot plot;
	struct bh_err err;

	if (geteuid() != 0)
		return skip_all("not root");
	plot_make(&plot);
	fill(&plot);
	if (!ok(bh_ground_open(&none, &ground, &err) == 0, "facts"))
		return done_testing();
	for (size_t i = 0; i < BH_COUNT(ways); i++)
		check_way(&plot, &ground, &ways[i]);
	check_refusals(&plot, &ground);
	check_exe(&ground);
	check_directories(&plot, &ground);
	bh_ground_close(&ground);
	check_reach(&plot);
	check_mounts(&plot);
	plot_remove(&plot);
	return done_testing();
}
