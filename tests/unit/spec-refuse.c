/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is skipped in silence: every member that libocispec's tables know is
 * honoured, refused by name, or left alone for a reason that stands here.  A
 * new member of the tables fails this test until somebody has decided.
 */
#include "base/str.h"
#include "cgroup/settings.h"
#include "seccomp/filter.h"
#include "spec-build.h"

/* Each is set in one of the good configs below, which are accepted. */
static const char *const honoured[] = {
	"/ociVersion",
	"/annotations",
	"/hostname",
	"/domainname",
	"/hooks",
	"/hooks/prestart",
	"/hooks/prestart/#/path",
	"/hooks/prestart/#/args",
	"/hooks/prestart/#/env",
	"/hooks/prestart/#/timeout",
	"/hooks/createRuntime",
	"/hooks/createRuntime/#/path",
	"/hooks/createRuntime/#/args",
	"/hooks/createRuntime/#/env",
	"/hooks/createRuntime/#/timeout",
	"/hooks/createContainer",
	"/hooks/createContainer/#/path",
	"/hooks/createContainer/#/args",
	"/hooks/createContainer/#/env",
	"/hooks/createContainer/#/timeout",
	"/hooks/startContainer",
	"/hooks/startContainer/#/path",
	"/hooks/startContainer/#/args",
	"/hooks/startContainer/#/env",
	"/hooks/startContainer/#/timeout",
	"/hooks/poststart",
	"/hooks/poststart/#/path",
	"/hooks/poststart/#/args",
	"/hooks/poststart/#/env",
	"/hooks/poststart/#/timeout",
	"/hooks/poststop",
	"/hooks/poststop/#/path",
	"/hooks/poststop/#/args",
	"/hooks/poststop/#/env",
	"/hooks/poststop/#/timeout",
	"/mounts",
	"/mounts/#/destination",
	"/mounts/#/type",
	"/mounts/#/source",
	"/mounts/#/options",
	"/root",
	"/root/path",
	"/root/readonly",
	"/process",
	"/process/terminal",
	"/process/consoleSize",
	"/process/consoleSize/height",
	"/process/consoleSize/width",
	"/process/user",
	"/process/user/uid",
	"/process/user/gid",
	"/process/user/umask",
	"/process/user/additionalGids",
	"/process/args",
	"/process/env",
	"/process/cwd",
	"/process/capabilities",
	"/process/capabilities/bounding",
	"/process/capabilities/permitted",
	"/process/capabilities/effective",
	"/process/capabilities/inheritable",
	"/process/capabilities/ambient",
	"/process/rlimits",
	"/process/rlimits/#/type",
	"/process/rlimits/#/soft",
	"/process/rlimits/#/hard",
	"/process/noNewPrivileges",
	"/process/selinuxLabel",
	"/linux/mountLabel",
	"/process/oomScoreAdj",
	"/linux",
	"/linux/devices",
	"/linux/devices/#/path",
	"/linux/devices/#/type",
	"/linux/devices/#/major",
	"/linux/devices/#/minor",
	"/linux/devices/#/fileMode",
	"/linux/devices/#/uid",
	"/linux/devices/#/gid",
	"/linux/uidMappings",
	"/linux/uidMappings/#/containerID",
	"/linux/uidMappings/#/hostID",
	"/linux/uidMappings/#/size",
	"/linux/gidMappings",
	"/linux/gidMappings/#/containerID",
	"/linux/gidMappings/#/hostID",
	"/linux/gidMappings/#/size",
	"/linux/namespaces",
	"/linux/namespaces/#/type",
	"/linux/namespaces/#/path",
	"/linux/resources",
	"/linux/resources/unified",
	"/linux/resources/devices",
	"/linux/resources/devices/#/allow",
	"/linux/resources/devices/#/type",
	"/linux/resources/devices/#/major",
	"/linux/resources/devices/#/minor",
	"/linux/resources/devices/#/access",
	"/linux/resources/memory",
	"/linux/resources/memory/limit",
	"/linux/resources/memory/reservation",
	"/linux/resources/memory/swap",
	"/linux/resources/memory/swappiness",
	"/linux/resources/memory/disableOOMKiller",
	"/linux/resources/cpu",
	"/linux/resources/cpu/shares",
	"/linux/resources/cpu/quota",
	"/linux/resources/cpu/burst",
	"/linux/resources/cpu/period",
	"/linux/resources/cpu/realtimeRuntime",
	"/linux/resources/cpu/realtimePeriod",
	"/linux/resources/cpu/cpus",
	"/linux/resources/cpu/mems",
	"/linux/resources/cpu/idle",
	"/linux/resources/pids",
	"/linux/resources/pids/limit",
	"/linux/cgroupsPath",
	"/linux/rootfsPropagation",
	"/linux/seccomp",
	"/linux/seccomp/defaultAction",
	"/linux/seccomp/defaultErrnoRet",
	"/linux/seccomp/architectures",
	"/linux/seccomp/flags",
	"/linux/seccomp/syscalls",
	"/linux/seccomp/syscalls/#/names",
	"/linux/seccomp/syscalls/#/action",
	"/linux/seccomp/syscalls/#/errnoRet",
	"/linux/seccomp/syscalls/#/args",
	"/linux/seccomp/syscalls/#/args/#/index",
	"/linux/seccomp/syscalls/#/args/#/value",
	"/linux/seccomp/syscalls/#/args/#/valueTwo",
	"/linux/seccomp/syscalls/#/args/#/op",
	"/linux/sysctl",
	"/linux/maskedPaths",
	"/linux/readonlyPaths",
	"/linux/timeOffsets",
	"/linux/timeOffsets/boottime",
	"/linux/timeOffsets/boottime/secs",
	"/linux/timeOffsets/boottime/nanosecs",
	"/linux/timeOffsets/monotonic",
	"/linux/timeOffsets/monotonic/secs",
	"/linux/timeOffsets/monotonic/nanosecs",
};

/* With all below them. */
static const char *const left_alone[] = {
	"/process/commandLine",	    /* for Windows */
	"/process/user/username",   /* for Windows; noted */
	"/process/execCPUAffinity", /* for exec alone */
	/* a group that is being made is empty, so there is nothing to check */
	"/linux/resources/memory/checkBeforeUpdate",
};

#define RESOURCES(members)                            \
	{                                             \
		.linux_ = "'resources':{" members "}" \
	}
#define SECCOMP(members)                                                       \
	{                                                                      \
		.linux_ =                                                      \
			"'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'," members \
			"}"                                                    \
	}
#define THROTTLE "[{'major':1,'minor':2,'rate':3}]"

/* With all below them; and a config that asks for each. */
static const struct {
	const char *pattern;
	struct fragment part;
} refused[] = {
	{ "/mounts/#/uidMappings",
	  { .top = "'mounts':[{'destination':'/x','type':'tmpfs',"
		   "'uidMappings':[]}]" } },
	{ "/mounts/#/gidMappings",
	  { .top = "'mounts':[{'destination':'/y','type':'tmpfs'},"
		   "{'destination':'/x','type':'tmpfs','gidMappings':["
		   "{'containerID':0,'hostID':0,'size':1}]}]" } },
	{ "/process/apparmorProfile", { .process = "'apparmorProfile':'p'" } },
	{ "/process/ioPriority",
	  { .process = "'ioPriority':{'class':'IOPRIO_CLASS_IDLE',"
		       "'priority':0}" } },
	{ "/process/scheduler",
	  { .process = "'scheduler':{'policy':'SCHED_OTHER'}" } },
	{ "/linux/netDevices", { .linux_ = "'netDevices':{'eth0':{}}" } },
	{ "/linux/intelRdt", { .linux_ = "'intelRdt':{}" } },
	{ "/linux/memoryPolicy",
	  { .linux_ = "'memoryPolicy':{'mode':'MPOL_DEFAULT','nodes':''}" } },
	{ "/linux/personality",
	  { .linux_ = "'personality':{'domain':'LINUX'}" } },
	{ "/linux/resources/memory/kernel",
	  RESOURCES("'memory':{'kernel':4096}") },
	{ "/linux/resources/memory/kernelTCP",
	  RESOURCES("'memory':{'kernelTCP':4096}") },
	{ "/linux/resources/memory/useHierarchy",
	  RESOURCES("'memory':{'useHierarchy':false}") },
	{ "/linux/resources/blockIO", RESOURCES("'blockIO':{'weight':10}") },
	{ "/linux/resources/blockIO",
	  RESOURCES("'blockIO':{'leafWeight':10}") },
	{ "/linux/resources/blockIO",
	  RESOURCES("'blockIO':{'weightDevice':[{'major':1,'minor':2}]}") },
	{ "/linux/resources/blockIO",
	  RESOURCES("'blockIO':{'throttleReadBpsDevice':" THROTTLE "}") },
	{ "/linux/resources/blockIO",
	  RESOURCES("'blockIO':{'throttleWriteBpsDevice':" THROTTLE "}") },
	{ "/linux/resources/blockIO",
	  RESOURCES("'blockIO':{'throttleReadIOPSDevice':" THROTTLE "}") },
	{ "/linux/resources/blockIO",
	  RESOURCES("'blockIO':{'throttleWriteIOPSDevice':" THROTTLE "}") },
	{ "/linux/resources/hugepageLimits",
	  RESOURCES("'hugepageLimits':[{'pageSize':'2MB','limit':1}]") },
	{ "/linux/resources/network", RESOURCES("'network':{'classID':1}") },
	{ "/linux/resources/network",
	  RESOURCES("'network':{'priorities':[{'name':'lo','priority':1}]}") },
	{ "/linux/resources/rdma",
	  RESOURCES("'rdma':{'mlx5':{'hcaHandles':1}}") },
	{ "/linux/seccomp/listenerPath", SECCOMP("'listenerPath':'/s'") },
	{ "/linux/seccomp/listenerMetadata",
	  SECCOMP("'listenerMetadata':'m'") },
};

/* Annotations that would change what the runtime does. */
static const char *const annotations[] = {
	"run.oci.keep_original_groups",
	"run.oci.handler",
	"run.oci.",
	"org.criu.config",
	"org.systemd.property.MemoryMax",
};

#define MAPPING "[{'containerID':0,'hostID':0,'size':1}]"

/* Together they set all that is honoured: the first on v1, the second on v2. */
static const struct fragment good[] = {
	{ .process = "'user':{'uid':1,'gid':2,'umask':18,'additionalGids':[3]},"
		     "'env':['A=b'],'capabilities':{'bounding':['CAP_KILL'],"
		     "'permitted':['CAP_KILL'],'effective':['CAP_KILL'],"
		     "'inheritable':['CAP_KILL'],'ambient':['CAP_KILL']},"
		     "'rlimits':[{'type':'RLIMIT_CORE','soft':0,'hard':0}],"
		     "'noNewPrivileges':true,'oomScoreAdj':5,"
		     "'apparmorProfile':'','selinuxLabel':'','terminal':false,"
		     "'commandLine':'x','consoleSize':{'height':1,'width':2},"
		     "'execCPUAffinity':{'initial':'0','final':'0'}",
	  .linux_ =
		  "'devices':[{'path':'/dev/x','type':'c','major':1,'minor':3,"
		  "'fileMode':438,'uid':0,'gid':0}],"
		  "'uidMappings':" MAPPING ",'gidMappings':" MAPPING ","
		  "'namespaces':[{'type':'mount'},{'type':'user'},"
		  "{'type':'pid','path':'/p'},{'type':'uts'},{'type':'ipc'},"
		  "{'type':'time'}],"
		  "'resources':{'devices':[{'allow':true,'type':'c','major':1,"
		  "'minor':3,'access':'rw'}],'memory':{'limit':4096,"
		  "'reservation':4096,'swap':8192,'swappiness':1,"
		  "'disableOOMKiller':true,'checkBeforeUpdate':true,"
		  "'useHierarchy':true,'kernel':0},"
		  "'cpu':{'shares':2,'quota':1000,'burst':1,'period':1000,"
		  "'realtimeRuntime':1,'realtimePeriod':1,'cpus':'0',"
		  "'mems':'0','idle':1},'pids':{'limit':5},"
		  "'blockIO':{'weight':0},'network':{},'hugepageLimits':[]},"
		  "'cgroupsPath':'/a/b','rootfsPropagation':'rprivate',"
		  "'seccomp':{'defaultAction':'SCMP_ACT_ERRNO',"
		  "'defaultErrnoRet':38,'architectures':['SCMP_ARCH_X86_64'],"
		  "'flags':['SECCOMP_FILTER_FLAG_LOG'],'syscalls':[{'names':"
		  "['read'],'action':'SCMP_ACT_ALLOW'},{'names':['socket'],"
		  "'action':'SCMP_ACT_ERRNO','errnoRet':1,'args':[{'index':0,"
		  "'value':1,'valueTwo':2,'op':'SCMP_CMP_MASKED_EQ'}]}]},"
		  "'sysctl':{'kernel.shmmax':'1'},'maskedPaths':['/m'],"
		  "'readonlyPaths':['/r'],'mountLabel':'','netDevices':{},"
		  "'timeOffsets':{'boottime':{'secs':1,'nanosecs':2},"
		  "'monotonic':{'secs':1,'nanosecs':2}}",
	  .top = "'annotations':{'org.example':'x'},'hostname':'h',"
		 "'domainname':'d','mounts':[{'destination':'/t','type':"
		 "'tmpfs','source':'t','options':['ro']}],"
		 "'hooks':{'prestart':[{'path':'/h','args':['h','x'],'env':['A=b'],"
		 "'timeout':5}],'createRuntime':[{'path':'/h','args':['h'],"
		 "'env':['A=b'],'timeout':5}],'createContainer':[{'path':'/h',"
		 "'args':['h'],'env':['A=b'],'timeout':5}],'startContainer':[{"
		 "'path':'/h','args':['h'],'env':['A=b'],'timeout':5}],"
		 "'poststart':[{'path':'/h','args':['h'],'env':['A=b'],"
		 "'timeout':5}],'poststop':[{'path':'/h','args':['h'],"
		 "'env':['A=b'],'timeout':5}]}" },
	{ .linux_ = "'resources':{'unified':{'memory.high':'5'}}" },
};

/* libcgroup has every controller of v1 in one place. */
static struct bh_hierarchy v1_item = {
	.name = "cpu,cpuset,memory,pids,devices",
	.mount = "/cg",
	.mount_root = "/",
	.own = "/",
};
static struct bh_hierarchy v2_item = {
	.v2 = true,
	.name = "",
	.mount = "/cg",
	.mount_root = "/",
	.own = "/",
};
static const struct bh_cgroups layouts[] = {
	{ BH_CGROUP_V1, 1, &v1_item },
	{ BH_CGROUP_V2, 1, &v2_item },
};

/* The way of prepare.c, up to the compiler. */
static int judge(const struct fragment *part, const struct bh_cgroups *cgroups,
		 struct bh_err *err)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_cgroup_settings settings = { 0 };
	struct bh_filter filter = { 0 };
	struct bh_spec spec = { 0 };
	int r = build_fragment(part, &spec, err);

	if (r < 0)
		return r;
	r = bh_cgroup_settings(spec.resources, cgroups, &arena, &settings, err);
	if (r == 0 && spec.seccomp)
		r = bh_seccomp_compile(spec.seccomp, &arena, &filter,
				       &spec.notes, err);
	bh_spec_clear(&spec);
	return r;
}

static bool is_at_or_below(const char *pattern, const char *above)
{
	size_t len = strlen(above);

	return strncmp(pattern, above, len) == 0 &&
	       (pattern[len] == '\0' || pattern[len] == '/');
}

static int decide(void *arg, const char *pattern, enum oci_class class)
{
	size_t *count = arg, places = 0;

	(void)class;
	for (size_t i = 0; i < BH_COUNT(honoured); i++)
		places += bh_str_eq(honoured[i], pattern);
	for (size_t i = 0; i < BH_COUNT(left_alone); i++)
		places += is_at_or_below(pattern, left_alone[i]);
	for (size_t i = 0; i < BH_COUNT(refused) && !places; i++)
		if (is_at_or_below(pattern, refused[i].pattern))
			places = 1;
	is_int(places, 1, "%s is decided on, once", pattern);
	++*count;
	return 0;
}

struct search {
	const char *pattern;
	bool found;
};

static int look(void *arg, const char *pattern, enum oci_class class)
{
	struct search *search = arg;

	(void)class;
	search->found |= bh_str_eq(search->pattern, pattern);
	return 0;
}

static bool sets(const struct fragment *part, const char *pattern)
{
	bh_autofree char *text = fragment_text(part);
	struct search search = { .pattern = pattern };
	struct oci_config *config = NULL;

	if (oci_config_read(text, strlen(text), &config, NULL, NULL) < 0)
		return false;
	(void)oci_config_walk(config, look, &search);
	oci_config_free(config);
	return search.found;
}

static void check_good(void)
{
	for (size_t i = 0; i < BH_COUNT(good); i++) {
		struct bh_err err = { 0 };

		if (!is_int(judge(&good[i], &layouts[i], &err), 0,
			    "what is honoured is accepted, %zu", i))
			diag("%s", err.text);
	}
	for (size_t i = 0; i < BH_COUNT(honoured); i++)
		ok(sets(&good[0], honoured[i]) || sets(&good[1], honoured[i]),
		   "%s is among it", honoured[i]);
}

static void check_refused(void)
{
	for (size_t i = 0; i < BH_COUNT(refused); i++) {
		const char *pattern = refused[i].pattern;

		ok(sets(&refused[i].part, pattern), "%s is set", pattern);
		for (size_t j = 0; j < BH_COUNT(layouts); j++) {
			struct bh_err err = { 0 };
			int r = judge(&refused[i].part, &layouts[j], &err);

			if (!ok(r == -EINVAL && strstr(err.text, pattern),
				"%s is refused by name", pattern))
				diag("%d %s", r, err.text);
		}
	}
}

static void check_annotations(void)
{
	for (size_t i = 0; i < BH_COUNT(annotations); i++) {
		bh_autofree char *text = NULL;

		if (asprintf(&text, "'annotations':{'a':'b','%s':'x'}",
			     annotations[i]) < 0)
			abort();
		is_refused(&(struct fragment){ .top = text }, annotations[i],
			   "changes what the runtime does");
	}
}

int main(void)
{
	size_t count = 0;

	(void)oci_config_walk_known(decide, &count);
	ok(count > 200, "%zu members are known", count);
	check_good();
	check_refused();
	check_annotations();
	return done_testing();
}
