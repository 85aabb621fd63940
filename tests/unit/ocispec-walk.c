/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walks over what a config sets and over what the tables know, and the
 * classes that policy relies on.
 */
#include <stdlib.h>

#include "ocispec.h"
#include "tap.h"

struct trace {
	char *text;
	size_t size;
	FILE *out;
	size_t left; /* visits until the walk is stopped */
};

static int note(void *arg, const char *pattern, enum oci_class class)
{
	struct trace *trace = arg;

	fprintf(trace->out, "%s %s\n", oci_class_name(class), pattern);
	return --trace->left == 0 ? 42 : 0;
}

static void start(struct trace *trace, size_t limit)
{
	*trace = (struct trace){ .left = limit };
	trace->out = open_memstream(&trace->text, &trace->size);
	if (!trace->out)
		abort();
}

static struct oci_config *read_config(const char *text)
{
	struct oci_config *config = NULL;

	if (!ok(oci_config_read(text, strlen(text), &config, NULL, NULL) == 0,
		"%s", text))
		exit(done_testing());
	return config;
}

static void test_set(void)
{
	static const char want[] = "inert /ociVersion\n"
				   "gate /hooks\n"
				   "gate /hooks/poststop\n"
				   "gate /hooks/poststop/#/path\n"
				   "gate /annotations\n"
				   "narrow /mounts\n"
				   "narrow /mounts/#/destination\n"
				   "narrow /mounts/#/destination\n"
				   "narrow /mounts/#/options\n"
				   "narrow /process\n"
				   "inert /process/cwd\n"
				   "narrow /linux\n"
				   "refuse /linux/netDevices\n"
				   "refuse /linux/netDevices/#/name\n"
				   "narrow /linux/resources\n"
				   "narrow /linux/resources/pids\n"
				   "narrow /linux/resources/pids/limit\n"
				   "narrow /linux/sysctl\n";
	struct oci_config *config = read_config(
		"{\"linux\":{\"sysctl\":{\"a\":\"b\",\"c\":\"d\"},"
		"\"resources\":{\"pids\":{\"limit\":0}},\"netDevices\":"
		"{\"eth0\":{\"name\":\"e\"},\"eth1\":{}}},"
		"\"process\":{\"cwd\":\"/\",\"args\":null},\"mounts\":["
		"{\"destination\":\"/a\"},"
		"{\"destination\":\"/b\",\"options\":[]}],\"annotations\":{},"
		"\"hooks\":{\"poststop\":[{\"path\":\"/h\"}]},"
		"\"ociVersion\":\"1\",\"unknown\":{}}");
	struct trace trace;

	start(&trace, 1000);
	is_int(oci_config_walk(config, note, &trace), 0, "the walk ends");
	(void)fclose(trace.out);
	is_str(trace.text, want, "what is set, in the order of the tables");
	free(trace.text);

	start(&trace, 4);
	is_int(oci_config_walk(config, note, &trace), 42,
	       "a visit ends the walk");
	(void)fclose(trace.out);
	is_str(trace.text,
	       "inert /ociVersion\ngate /hooks\ngate /hooks/poststop\n"
	       "gate /hooks/poststop/#/path\n",
	       "at once");
	free(trace.text);
	oci_config_free(config);
}

/* ---- what the tables know ------------------------------------------------ */

static const char *const classes[] = {
	"inert /ociVersion",
	"inert /hostname",
	"gate /hooks",
	"gate /hooks/createRuntime/#/path",
	"gate /annotations",
	"narrow /mounts/#/source",
	"narrow /mounts/#/uidMappings/#/hostID",
	"narrow /root/path",
	"inert /process/args",
	"narrow /process/env",
	"narrow /process/capabilities/bounding",
	"narrow /process/selinuxLabel",
	"narrow /process/apparmorProfile",
	"refuse /process/scheduler",
	"refuse /process/ioPriority/class",
	"narrow /linux/devices",
	"refuse /linux/netDevices",
	"narrow /linux/namespaces/#/path",
	"narrow /linux/resources/unified",
	"narrow /linux/resources/blockIO/throttleWriteIOPSDevice/#/rate",
	"narrow /linux/resources/rdma/#/hcaHandles",
	"narrow /linux/rootfsPropagation",
	"narrow /linux/seccomp/syscalls/#/args/#/op",
	"gate /linux/seccomp/listenerPath",
	"gate /linux/seccomp/listenerMetadata",
	"narrow /linux/sysctl",
	"narrow /linux/mountLabel",
	"refuse /linux/intelRdt",
	"refuse /linux/memoryPolicy",
	"refuse /linux/personality",
	"inert /linux/timeOffsets/boottime/secs",
};

/* How often a whole line stands in a text. */
static size_t count_lines(const char *text, const char *line)
{
	size_t count = 0, len = strlen(line);

	for (; *text; text = strchr(text, '\n') + 1)
		if (strncmp(text, line, len) == 0 && text[len] == '\n')
			count++;
	return count;
}

static void test_known(void)
{
	struct trace trace;
	size_t lines = 0;

	start(&trace, 1000);
	is_int(oci_config_walk_known(note, &trace), 0, "the walk ends");
	(void)fclose(trace.out);

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		is_int(count_lines(trace.text, classes[i]), 1, "%s",
		       classes[i]);
	for (const char *i = trace.text; *i; i = strchr(i, '\n') + 1)
		lines++;
	is_int(lines, 223, "how many members the tables know");
	ok(!strstr(trace.text, "unknown"), "each has a class with a name");
	free(trace.text);

	start(&trace, 3);
	is_int(oci_config_walk_known(note, &trace), 42,
	       "a visit ends this walk too");
	(void)fclose(trace.out);
	free(trace.text);
}

int main(void)
{
	test_set();
	test_known();
	is_str(oci_class_name((enum oci_class)0), "(unknown)", "0 is no class");
	return done_testing();
}
