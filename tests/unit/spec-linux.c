/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, id maps, devices, paths, clocks and names. */
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/str.h"
#include "spec-build.h"

#define NS(list) "'namespaces':[" list "]"
#define USER	 NS("{'type':'mount'},{'type':'user'}")
#define MAP(which, inside, outside, size)                          \
	"'" which "':[{'containerID':" inside ",'hostID':" outside \
	",'size':" size "}]"
#define MAPS                                 \
	MAP("uidMappings", "0", "1000", "1") \
	"," MAP("gidMappings", "0", "1000", "1")
#define UID(inside, outside, size)                   \
	USER "," MAP("uidMappings", inside, outside, \
		     size) "," MAP("gidMappings", "0", "0", "1")
#define DEVICE(members) "'devices':[{" members "}]"

static const char *const refusals[][3] = {
	{ NS("{'type':'pid'},{'type':'pid'}"), "/linux/namespaces/1",
	  "the pid namespace is given twice" },
	{ NS("{'type':'mount','path':'/a'},{'type':'uts'},{'type':'mount'}"),
	  "/linux/namespaces/2", "mount namespace is given twice" },
	{ NS("{'type':'network','path':'ns/net'}"), "/linux/namespaces/0/path",
	  "not absolute" },
	{ MAPS, "/linux/uidMappings", "without a user namespace" },
	{ NS("{'type':'mount'}") "," MAP("gidMappings", "0", "0", "1"),
	  "/linux/uidMappings", "without a user namespace" },
	{ USER, "/linux/uidMappings", "needs both" },
	{ USER "," MAP("uidMappings", "0", "0", "1"), "/linux/gidMappings",
	  "needs both" },
	{ USER "," MAP("gidMappings", "0", "0", "1"), "/linux/uidMappings",
	  "needs both" },
	{ USER ",'uidMappings':[],'gidMappings':[]", "/linux/uidMappings",
	  "needs both" },
	{ UID("0", "0", "0"), "/linux/uidMappings/0", "empty" },
	{ UID("0", "0", "4294967296"), "/linux/uidMappings/0", "" },
	{ UID("1", "0", "4294967295"), "/linux/uidMappings/0", "beyond" },
	{ UID("0", "1", "4294967295"), "/linux/uidMappings/0", "beyond" },
	{ UID("4294967295", "0", "1"), "/linux/uidMappings/0", "beyond" },
	{ UID("0", "4294967295", "1"), "/linux/uidMappings/0", "beyond" },
	{ UID("4294967295", "4294967295", "4294967295"), "/linux/uidMappings/0",
	  "beyond" },
	{ DEVICE("'path':'/dev/x','type':'c'"), "/linux/devices/0",
	  "needs major and minor" },
	{ DEVICE("'path':'/dev/x','type':'b','major':1"), "/linux/devices/0",
	  "needs major and minor" },
	{ DEVICE("'path':'/etc/x','type':'c','major':1,'minor':3"),
	  "/linux/devices/0/path", "does not lie below /dev" },
	{ DEVICE("'path':'/dev','type':'c','major':1,'minor':3"),
	  "/linux/devices/0/path", "does not lie below /dev" },
	{ DEVICE("'path':'/device','type':'c','major':1,'minor':3"),
	  "/linux/devices/0/path", "does not lie below /dev" },
	{ DEVICE("'path':'dev/../etc/x','type':'c','major':1,'minor':3"),
	  "/linux/devices/0/path", "" },
	{ DEVICE("'path':'/dev/x','type':'c','major':-1,'minor':3"),
	  "/linux/devices/0", "" },
	{ DEVICE("'path':'/dev/x','type':'c','major':4096,'minor':3"),
	  "/linux/devices/0", "12 and 20 bits" },
	{ DEVICE("'path':'/dev/x','type':'c','major':1,'minor':1048576"),
	  "/linux/devices/0", "12 and 20 bits" },
	{ "'maskedPaths':['/a','proc/kcore']", "/linux/maskedPaths/1",
	  "not absolute" },
	{ "'readonlyPaths':['']", "/linux/readonlyPaths/0", "not absolute" },
	{ "'timeOffsets':{'monotonic':{'secs':1}}", "/linux/timeOffsets",
	  "needs a new time namespace" },
	{ NS("{'type':'time','path':'/x'}") ",'timeOffsets':{}",
	  "/linux/timeOffsets", "needs a new time namespace" },
};

/* Some of what must not pass is the reader's to refuse: then it never gets
 * here, and that is as good. */
static bool reader_refuses(const struct fragment *part)
{
	bh_autofree char *text = fragment_text(part);
	struct oci_config *config = NULL;

	if (oci_config_read(text, strlen(text), &config, NULL, NULL) < 0)
		return true;
	oci_config_free(config);
	return false;
}

static void check_refusals(void)
{
	static const char *const names[][2] = {
		{ "'hostname':'x'", "/hostname" },
		{ "'domainname':'x'", "/domainname" },
		{ "'hostname':'x','domainname':'y'", "/hostname" },
	};

	for (size_t i = 0; i < BH_COUNT(refusals); i++) {
		struct fragment part = { .linux_ = refusals[i][0] };

		if (reader_refuses(&part))
			ok(true, "the reader refuses %s", refusals[i][0]);
		else
			is_refused(&part, refusals[i][1], refusals[i][2]);
	}
	for (size_t i = 0; i < BH_COUNT(names); i++)
		is_refused(&(struct fragment){ .linux_ = NS("{'type':'mount'}"),
					       .top = names[i][0] },
			   names[i][1], "needs a uts namespace");
	is_refused(
		&(struct fragment){
			.linux_ = NS("{'type':'uts'}"),
			.top = "'hostname':'1234567890123456789012345678901"
			       "2345678901234567890123456789012345'" },
		"/hostname", "longer than 64 bytes");
}

static void check_namespaces(void)
{
	static const struct fragment part = {
		.linux_ = NS("{'type':'mount'},{'type':'pid','path':'/p'},"
			     "{'type':'network','path':''},{'type':'ipc'},"
			     "{'type':'cgroup','path':'/c'}")
	};
	struct bh_spec spec;

	if (!build_good(&part, &spec, "namespaces"))
		return;
	ok(spec.namespaces[OCI_NS_MOUNT].wanted &&
		   !spec.namespaces[OCI_NS_MOUNT].by_path,
	   "a new one");
	ok(spec.namespaces[OCI_NS_NETWORK].wanted &&
		   !spec.namespaces[OCI_NS_NETWORK].by_path,
	   "an empty path is none");
	ok(spec.namespaces[OCI_NS_PID].by_path &&
		   spec.namespaces[OCI_NS_CGROUP].by_path,
	   "by path");
	ok(!spec.namespaces[OCI_NS_USER].wanted &&
		   !spec.namespaces[OCI_NS_UTS].wanted &&
		   !spec.namespaces[OCI_NS_TIME].wanted,
	   "not wanted");
	is_int(spec.wanted_count, 3, "paths: two namespaces and the root");
	is_str(spec.wanted[spec.namespaces[OCI_NS_CGROUP].wanted_path].field,
	       "/linux/namespaces/4/path", "the field of a path");
	ok(spec.wanted[spec.namespaces[OCI_NS_PID].wanted_path].namespace &&
		   !spec.wanted[spec.root].namespace,
	   "what is opened for reading");
	bh_spec_clear(&spec);
	is_int(bh_namespace_flag(OCI_NS_TIME), CLONE_NEWTIME, "time's flag");
	for (int i = 0; i < OCI_NS_COUNT; i++)
		ok(bh_namespace_flag((enum oci_namespace_type)i) != 0,
		   "%s has a flag",
		   oci_namespace_name((enum oci_namespace_type)i));
}

static void check_maps(void)
{
	struct fragment part = { .linux_ = UID("0", "0", "4294967295") };
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_spec spec;

	if (build_good(&part, &spec, "every id but the last")) {
		is_int(spec.uid_maps.items[0].count, UINT32_MAX, "its size");
		bh_spec_clear(&spec);
	}
	part.linux_ = UID("4294967294", "4294967294", "1");
	if (build_good(&part, &spec, "the largest id"))
		bh_spec_clear(&spec);
	part.linux_ = NS("{'type':'mount'},{'type':'user','path':'/u'}");
	if (build_good(&part, &spec, "a joined user namespace needs no maps"))
		bh_spec_clear(&spec);

	for (size_t count = 340; count <= 341; count++) {
		bh_buf_clear(&text);
		bh_buf_str(&text, USER "," MAP("gidMappings", "0", "0",
					       "1") ",'uidMappings':[");
		for (size_t i = 0; i < count; i++)
			bh_buf_printf(&text,
				      "%s{'containerID':%zu,'hostID':%zu,"
				      "'size':1}",
				      i ? "," : "", i, i);
		bh_buf_str(&text, "]");
		part.linux_ = text.data;
		if (count == 341)
			is_refused(&part, "/linux/uidMappings", "340");
		else if (build_good(&part, &spec, "340 mappings"))
			bh_spec_clear(&spec);
	}
}

static void check_devices(void)
{
	static const struct fragment part = {
		.linux_ = DEVICE(
			"'path':'dev//x','type':'u','major':4095,"
			"'minor':1048575,'fileMode':384,'uid':5,'gid':6},"
			"{'path':'/dev/p','type':'p'},"
			"{'path':'/dev/b','type':'b','major':0,'minor':0")
	};
	struct bh_spec spec;

	if (!build_good(&part, &spec, "devices"))
		return;
	is_int(spec.device_count, 3, "three");
	is_str(spec.devices[0].path, "/dev/x", "a path is made absolute");
	is_int(spec.devices[0].mode, S_IFCHR | 0600, "its type and mode");
	ok(spec.devices[0].major == 4095 && spec.devices[0].minor == 1048575 &&
		   spec.devices[0].uid == 5 && spec.devices[0].gid == 6,
	   "its numbers");
	is_int(spec.devices[1].mode, S_IFIFO | 0666, "a FIFO");
	is_int(spec.devices[2].mode, S_IFBLK | 0666, "a block device");
	is_str(spec.devices[2].origin, "config /linux/devices/2", "whose");
	bh_spec_clear(&spec);
}

static void check_rest(void)
{
	static const struct fragment part = {
		.linux_ = NS(
			"{'type':'time'},{'type':'uts'}") ",'timeOffsets':{'boottime':{'secs':-5,'nanosecs':7},"
							  "'monotonic':{'secs':86400}},'maskedPaths':['/a/../b'],"
							  "'readonlyPaths':['/c'],'rootfsPropagation':'rslave',"
							  "'cgroupsPath':''",
		.top = "'hostname':'h'"
	};
	struct bh_spec spec;

	if (!build_good(&part, &spec, "the rest"))
		return;
	is_str(spec.time_offsets[0], "monotonic 86400 0", "one clock");
	is_str(spec.time_offsets[1], "boottime -5 7", "the other");
	ok(!spec.time_offsets[2], "and no third");
	is_str(spec.masked[0], "/a/../b", "a mask is left to the kernel");
	is_int(spec.root_propagation, MS_SLAVE, "propagation");
	ok(spec.root_propagation_all, "of all below");
	ok(!spec.cgroup_path, "an empty cgroup path is none");
	is_str(spec.hostname, "h", "a host name");
	bh_spec_clear(&spec);
}

int main(void)
{
	check_refusals();
	check_namespaces();
	check_maps();
	check_devices();
	check_rest();
	return done_testing();
}
