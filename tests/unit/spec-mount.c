/* SPDX-License-Identifier: Apache-2.0 */
/* Mount options as a table, and the rules of destinations. */
#include <linux/mount.h>

#include "base/str.h"
#include "spec-build.h"
#include "spec/names.h"
#include "spec/options.h"

/*
 * A list of options and what it comes to: "+ro -nosuid ++ro --ro", propagation
 * ("shared", "rshared"), "bind" or "rbind", then what is left for the file
 * system.  Bits by the names of bh_attribute_names; the access time field, two
 * bits in one, shows as "atime" where all of it is cleared.
 */
static const char *const examples[][2] = {
	{ "", "" },
	{ "defaults", "" },
	{ "ro", "+ro" },
	{ "rw", "-ro" },
	{ "ro,rw", "-ro" },
	{ "rw,ro", "+ro" },
	{ "nosuid,nodev,noexec", "+nosuid,nodev,noexec" },
	{ "suid,dev,exec", "-nosuid,nodev,noexec" },
	{ "nosuid,suid", "-nosuid" },
	{ "nosymfollow", "+nosymfollow" },
	{ "symfollow", "-nosymfollow" },
	{ "nodiratime", "+nodiratime" },
	{ "diratime", "-nodiratime" },
	{ "noatime", "+noatime" },
	{ "strictatime", "+strictatime" },
	{ "relatime", "-atime" },
	{ "atime", "-atime" },
	{ "norelatime", "-atime" },
	{ "nostrictatime", "-atime" },
	{ "noatime,strictatime", "+strictatime" },
	{ "strictatime,noatime", "+noatime" },
	{ "noatime,relatime", "-atime" },
	{ "relatime,noatime", "+noatime" },
	{ "noatime,nodiratime,relatime", "+nodiratime -atime" },
	{ "rro", "++ro" },
	{ "rrw", "--ro" },
	{ "rro,rrw", "--ro" },
	{ "ro,rrw", "+ro --ro" },
	{ "rnosuid,rnodev,rnoexec", "++nosuid,nodev,noexec" },
	{ "rsuid,rdev,rexec", "--nosuid,nodev,noexec" },
	{ "rnosymfollow", "++nosymfollow" },
	{ "rnodiratime,rdiratime", "--nodiratime" },
	{ "rnoatime", "++noatime" },
	{ "rstrictatime", "++strictatime" },
	{ "rrelatime", "--atime" },
	{ "ratime", "--atime" },
	{ "rnorelatime", "--atime" },
	{ "rnostrictatime", "--atime" },
	{ "shared", "shared" },
	{ "rshared", "rshared" },
	{ "slave", "slave" },
	{ "rslave", "rslave" },
	{ "private", "private" },
	{ "rprivate", "rprivate" },
	{ "unbindable", "unbindable" },
	{ "runbindable", "runbindable" },
	{ "shared,rslave", "rslave" },
	{ "rslave,shared", "shared" },
	{ "bind", "bind" },
	{ "rbind", "rbind" },
	{ "rbind,bind", "bind" },
	{ "bind,rbind,ro", "rbind +ro" },
	{ "size=65536k", "[size=65536k]" },
	{ "ro,mode=755,size=5,nosuid", "+ro,nosuid [mode=755] [size=5]" },
	/* spelled otherwise, an option is not ours */
	{ "RO", "[RO]" },
	{ "ro ", "[ro ]" },
	{ "ro=1", "[ro=1]" },
	{ "sync", "[sync]" },
};

static const char *const later[] = {
	"idmap",	 "ridmap",	 "idmap=uids=0-1000-5",
	"ridmap=x",	 "copy-symlink", "src-nofollow",
	"dest-nofollow", "remount",	 "loop",
};

static void show_bits(const char *sign, uint64_t bits, struct bh_buf *out)
{
	if (!bits)
		return;
	bh_buf_printf(out, "%s%s", out->len ? " " : "", sign);
	if ((bits & MOUNT_ATTR__ATIME) == MOUNT_ATTR__ATIME) {
		bits &= ~(uint64_t)MOUNT_ATTR__ATIME;
		if (bits) {
			bh_names_of_bits(bh_attribute_names, bits, out);
			bh_buf_char(out, ',');
		}
		bh_buf_str(out, "atime");
		return;
	}
	bh_names_of_bits(bh_attribute_names, bits, out);
}

/* A mode that is set stands for the whole field. */
static uint64_t cleared(uint64_t clear, uint64_t set)
{
	return set & MOUNT_ATTR__ATIME ? clear & ~(uint64_t)MOUNT_ATTR__ATIME :
					 clear;
}

static void show(const struct bh_mount *mount, struct bh_buf *out)
{
	if (mount->kind == BH_MOUNT_BIND)
		bh_buf_str(out, mount->recursive ? "rbind" : "bind");
	show_bits("+", mount->set, out);
	show_bits("-", cleared(mount->clear, mount->set), out);
	show_bits("++", mount->set_all, out);
	show_bits("--", cleared(mount->clear_all, mount->set_all), out);
	if (mount->propagation)
		bh_buf_printf(out, "%s%s%s", out->len ? " " : "",
			      mount->propagation_all ? "r" : "",
			      bh_value_name(bh_propagation_names,
					    mount->propagation));
}

static void check_options(void)
{
	for (size_t i = 0; i < BH_COUNT(examples); i++) {
		struct bh_mount mount = { .target = "/x" };
		bh_autofree char *list = bh_strdup(examples[i][0]);
		bh_autobuf struct bh_buf left = { 0 }, got = { 0 };
		struct bh_err err = { 0 };
		char *rest = list, *option;

		while ((option = strsep(&rest, ",")) != NULL) {
			int r = *option ?
					bh_mount_option(&mount, option, &err) :
					1;

			if (r == 0)
				bh_buf_printf(&left, " [%s]", option);
			else if (r < 0)
				diag("%s", err.text);
		}
		bh_buf_str(&got, "");
		show(&mount, &got);
		bh_buf_str(&got, left.data ? left.data + !got.len : "");
		is_str(got.data, examples[i][1], "options \"%s\"",
		       examples[i][0]);
	}
	for (size_t i = 0; i < BH_COUNT(later); i++) {
		struct bh_mount mount = { .target = "/x" };
		struct bh_err err = { 0 };

		ok(bh_mount_option(&mount, later[i], &err) == -EINVAL &&
			   strstr(err.text, later[i]),
		   "option %s is not implemented", later[i]);
	}
}

static void check_listed(void *arg, const char *option)
{
	struct bh_mount mount = { .target = "/x" };
	struct bh_err err = { 0 };
	size_t *count = arg;

	++*count;
	if (bh_mount_option(&mount, option, &err) != 1)
		ok(false, "listed option %s is taken", option);
}

#define MOUNT(members)	 "'mounts':[{" members "}]"
#define AT(target, rest) MOUNT("'destination':'" target "'," rest)

static const char *const refusals[][2] = {
	{ AT("/", "'type':'tmpfs'"), "use root.path" },
	{ AT("//./", "'type':'tmpfs'"), "use root.path" },
	{ AT("", "'type':'tmpfs'"), "use root.path" },
	{ AT("/a/../b", "'type':'tmpfs'"), "must not contain .." },
	{ AT("..", "'type':'tmpfs'"), "must not contain .." },
	{ AT("/a/..", "'type':'tmpfs'"), "must not contain .." },
	{ AT("/proc", "'type':'tmpfs'"), "only a file system of type proc" },
	{ AT("/proc/", "'type':'tmpfs'"), "only a file system of type proc" },
	{ AT("//proc/.", "'type':'bind','source':'/x'"), "of type proc" },
	{ AT("/proc", "'type':'proc','options':['bind'],'source':'/proc'"),
	  "of type proc" },
	{ AT("/proc/sys", "'type':'tmpfs'"), "inside /proc" },
	{ AT("/proc/self/attr", "'type':'tmpfs'"), "inside /proc" },
	{ AT("/proc/uptime/x", "'type':'tmpfs'"), "inside /proc" },
	{ AT("/proc/net", "'type':'bind','source':'/x'"), "inside /proc" },
	{ AT("/x", "'source':'y'"), "/mounts/0/type: missing" },
	{ AT("/x", "'type':''"), "/mounts/0/type: missing" },
	{ AT("/x", "'type':'none'"), "/mounts/0/type: none is not supported" },
	{ AT("/x", "'type':'overlay'"), "overlay is not supported" },
	{ AT("/x", "'type':'ext4','source':'/dev/sda'"), "not supported" },
	{ AT("/x", "'type':'Tmpfs'"), "not supported" },
	{ AT("/x", "'type':'cgroup3'"), "not supported" },
	{ AT("/x", "'type':'bind'"), "/mounts/0/source: missing" },
	{ AT("/x", "'options':['rbind'],'source':''"),
	  "/mounts/0/source: missing" },
	{ AT("/x", "'type':'mqueue','options':['tmpcopyup']"), "tmpcopyup" },
	{ AT("/x", "'type':'tmpfs','uidMappings':[]"), "/mounts/#/uidMapp" },
};

static void check_refusals(void)
{
	for (size_t i = 0; i < BH_COUNT(refusals); i++)
		is_refused(&(struct fragment){ .top = refusals[i][0] }, "mount",
			   refusals[i][1]);
}

static void check_kinds(void)
{
	static const struct fragment part = {
		.top = "'mounts':["
		       "{'destination':'/proc','type':'proc'},"
		       "{'destination':'/proc/uptime','type':'bind',"
		       "'source':'/lxcfs/uptime'},"
		       "{'destination':'rel','type':'none','source':'data',"
		       "'options':['rbind','ro']},"
		       "{'destination':'/sys/fs/cgroup','type':'cgroup'},"
		       "{'destination':'/t','type':'tmpfs','source':'name',"
		       "'options':['','size=1','ro']},"
		       "{'destination':'/b','type':'bind','source':'/x',"
		       "'options':['size=1']}]"
	};
	struct bh_spec spec;

	if (!build_good(&part, &spec, "mounts"))
		return;
	is_int(spec.mount_count, 7, "all of them, and /dev");
	is_str(spec.mounts[0].target, "/dev", "/dev goes first");
	is_str(spec.mounts[0].origin, "default", "and is not the config's");
	is_str(spec.mounts[1].source, "proc", "a source by default");
	is_str(spec.mounts[3].target, "/rel", "a relative destination");
	ok(spec.mounts[3].kind == BH_MOUNT_BIND && spec.mounts[3].recursive,
	   "rbind makes a bind of any type");
	is_str(spec.wanted[spec.mounts[3].wanted].path, "/bundle/data",
	       "a relative source starts at the bundle");
	is_str(spec.wanted[spec.mounts[3].wanted].field, "/mounts/2/source",
	       "its field");
	ok(spec.mounts[4].kind == BH_MOUNT_CGROUP, "cgroup");
	is_str(spec.mounts[5].options[0], "size=1", "its own option");
	ok(!spec.mounts[5].options[1], "and no other");
	is_str(spec.mounts[5].source, "name", "the source as it shows");
	ok(spec.notes.len == 1 && strstr(spec.notes.items[0], "size=1") &&
		   strstr(spec.notes.items[0], "/mounts/5"),
	   "an option without meaning is noted");
	bh_spec_clear(&spec);
}

/* Namespaces, and whether a sysfs can be made with them. */
static const struct {
	const char *namespaces;
	bool made;
} sysfs[] = {
	{ "{'type':'mount'}", true },
	{ "{'type':'mount'},{'type':'network','path':'/n'}", true },
	{ "{'type':'user'},{'type':'network'}", true },
	{ "{'type':'user'}", false },
	{ "{'type':'user'},{'type':'network','path':'/n'}", false },
	{ "{'type':'user','path':'/u'},{'type':'network','path':'/n'}", true },
	{ "{'type':'user','path':'/u'},{'type':'network'}", true },
	{ "{'type':'user','path':'/u'}", false },
};

#define MAP "[{'containerID':0,'hostID':1,'size':1}]"

static void check_sysfs(void)
{
	for (size_t i = 0; i < BH_COUNT(sysfs); i++) {
		bool maps =
			bh_starts_with(sysfs[i].namespaces, "{'type':'user'}");
		bh_autofree char *linux_ = NULL;
		struct fragment part = {
			.top = AT("/sys", "'type':'sysfs','options':['rw']")
		};
		struct bh_err err = { 0 };
		struct bh_spec spec;
		const struct bh_mount *mount;

		if (asprintf(
			    &linux_, "'namespaces':[%s]%s", sysfs[i].namespaces,
			    maps ? ",'uidMappings':" MAP ",'gidMappings':" MAP :
				   "") < 0)
			abort();
		part.linux_ = linux_;
		if (!ok(build_fragment(&part, &spec, &err) == 0, "builds"))
			continue;
		mount = &spec.mounts[1];
		if (sysfs[i].made)
			ok(mount->kind == BH_MOUNT_FS, "made with %s",
			   sysfs[i].namespaces);
		else
			ok(mount->kind == BH_MOUNT_BIND && mount->recursive &&
				   mount->set_all & MOUNT_ATTR_RDONLY &&
				   !mount->clear && mount->reason,
			   "bound read-only with %s", sysfs[i].namespaces);
		bh_spec_clear(&spec);
	}
}

int main(void)
{
	size_t count = 0;

	check_options();
	bh_mount_options_each(check_listed, &count);
	ok(count > 40, "%zu options are listed for features", count);
	check_refusals();
	check_kinds();
	check_sysfs();
	return done_testing();
}
