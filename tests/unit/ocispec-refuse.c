/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that the schemas refuse: where the refusal points and what it says.
 */
#include <errno.h>

#include "ocispec.h"
#include "tap.h"

struct refusal {
	const char *text;
	const char *pointer;
	size_t line, column;
	const char *message;
};

#define C   "{\"ociVersion\":\"1\","
#define U32 "expected a whole number from 0 to 4294967295"
#define U64 "expected a whole number from 0 to 18446744073709551615"
#define I64                                                     \
	"expected a whole number from -9223372036854775808 to " \
	"9223372036854775807"

static const struct refusal types[] = {
	{ "null", "", 1, 1, "expected an object, found null" },
	{ " 12", "", 1, 2, "expected an object, found a number" },
	{ "[]", "", 1, 1, "expected an object, found an array" },
	{ "{}", "", 1, 1, "missing member \"ociVersion\"" },
	{ "{\"ociVersion\":null}", "", 1, 1, "missing member \"ociVersion\"" },
	{ "{\"ociVersion\":true}", "/ociVersion", 1, 15,
	  "expected a string, found a boolean" },
	{ C "\n\"root\":{}}", "/root", 2, 8, "missing member \"path\"" },
	{ C "\n\"root\":{\"path\":\"/\",\n\t\"readonly\" : 1}}",
	  "/root/readonly", 3, 15, "expected a boolean, found a number" },
	{ C "\"process\":{}}", "/process", 1, 29, "missing member \"cwd\"" },
	{ C "\"process\":[]}", "/process", 1, 29,
	  "expected an object, found an array" },
	{ C "\"process\":{\"args\":{}}}", "/process/args", 1, 37,
	  "expected an array, found an object" },
	{ C "\"process\":{\"args\":[\"a\",null]}}", "/process/args/1", 1, 42,
	  "expected a string, found null" },
	{ C "\"mounts\":[{\"destination\":\"/\"},{}]}", "/mounts/1", 1, 49,
	  "missing member \"destination\"" },
	{ C "\"mounts\":[null]}", "/mounts/0", 1, 29,
	  "expected an object, found null" },
	{ C "\"hooks\":{\"poststop\":[{}]}}", "/hooks/poststop/0", 1, 40,
	  "missing member \"path\"" },
	{ C "\"annotations\":{\"a/b~c\":1}}", "/annotations/a~1b~0c", 1, 42,
	  "expected a string, found a number" },
	{ C "\"annotations\":{\"a\":null}}", "/annotations/a", 1, 38,
	  "expected a string, found null" },
	{ C "\"annotations\":{\"\":\"b\"}}", "/annotations/", 1, 37,
	  "expected a name, found an empty key" },
	{ C "\"linux\":{\"netDevices\":{\"\":{}}}}", "/linux/netDevices/", 1,
	  45, "expected a name, found an empty key" },
	{ C "\"linux\":{\"netDevices\":{\"e\":null}}}", "/linux/netDevices/e",
	  1, 46, "expected an object, found null" },
	{ C "\"linux\":{\"resources\":{\"pids\":{}}}}", "/linux/resources/pids",
	  1, 48, "missing member \"limit\"" },
	{ C "\"linux\":{\"seccomp\":{}}}", "/linux/seccomp", 1, 38,
	  "missing member \"defaultAction\"" },
};

static const struct refusal numbers[] = {
	{ C "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":4294967296}}}",
	  "/process/user/uid", 1, 54, U32 ", found 4294967296" },
	{ C "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":-1}}}",
	  "/process/user/uid", 1, 54, U32 ", found -1" },
	{ C "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":\"0\"}}}",
	  "/process/user/uid", 1, 54, U32 ", found a string" },
	{ C "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":1.0}}}",
	  "/process/user/uid", 1, 54,
	  U32 " without fraction or exponent, found 1.0" },
	{ C "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":1e3}}}",
	  "/process/user/uid", 1, 54,
	  U32 " without fraction or exponent, found 1e3" },
	{ C "\"process\":{\"user\":{\"additionalGids\":[1,-2]}}}",
	  "/process/user/additionalGids/1", 1, 58, U32 ", found -2" },
	{ C "\"process\":{\"oomScoreAdj\":9223372036854775808}}",
	  "/process/oomScoreAdj", 1, 44, I64 ", found 9223372036854775808" },
	{ C "\"process\":{\"oomScoreAdj\":-9223372036854775809}}",
	  "/process/oomScoreAdj", 1, 44, I64 ", found -9223372036854775809" },
	{ C "\"process\":{\"scheduler\":{\"runtime\":18446744073709551616}}}",
	  "/process/scheduler/runtime", 1, 53,
	  U64 ", found 18446744073709551616" },
	{ C "\"process\":{\"scheduler\":{\"nice\":2147483648}}}",
	  "/process/scheduler/nice", 1, 50,
	  "expected a whole number from -2147483648 to 2147483647, "
	  "found 2147483648" },
	{ C "\"hooks\":{\"poststop\":[{\"timeout\":0}]}}",
	  "/hooks/poststop/0/timeout", 1, 51,
	  "expected a whole number from 1 to 9223372036854775807, found 0" },
	{ C "\"linux\":{\"devices\":[{\"fileMode\":65536}]}}",
	  "/linux/devices/0/fileMode", 1, 51,
	  "expected a whole number from 0 to 65535, found 65536" },
	{ C "\"linux\":{\"resources\":{\"blockIO\":{\"weight\":65536}}}}",
	  "/linux/resources/blockIO/weight", 1, 61,
	  "expected a whole number from 0 to 65535, found 65536" },
};

static const struct refusal words[] = {
	{ C "\"linux\":{\"namespaces\":[{\"type\":\"foo\"}]}}",
	  "/linux/namespaces/0/type", 1, 50,
	  "expected one of mount, pid, network, uts, ipc, user, cgroup, time; "
	  "found \"foo\"" },
	{ C "\"linux\":{\"rootfsPropagation\":\"rbind\"}}",
	  "/linux/rootfsPropagation", 1, 48,
	  "expected one of private, shared, slave, unbindable, rprivate, "
	  "rshared, rslave, runbindable; found \"rbind\"" },
	{ C "\"linux\":{\"seccomp\":{\"architectures\":[\"x\\ny\\u00e9\"]}}}",
	  "/linux/seccomp/architectures/0", 1, 56,
	  "expected one of SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_X32, "
	  "SCMP_ARCH_ARM, SCMP_ARCH_AARCH64, SCMP_ARCH_LOONGARCH64, "
	  "SCMP_ARCH_M68K, SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64, ...; "
	  "found \"x\\x0ay\\xc3\\xa9\"" },
	{ C "\"process\":{\"rlimits\":[{\"type\":\"NOFILE\"}]}}",
	  "/process/rlimits/0/type", 1, 49,
	  "expected RLIMIT_ and capital letters; found \"NOFILE\"" },
	{ C "\"process\":{\"rlimits\":[{\"type\":\"RLIMIT_\"}]}}",
	  "/process/rlimits/0/type", 1, 49,
	  "expected RLIMIT_ and capital letters; found \"RLIMIT_\"" },
	{ C "\"process\":{\"execCPUAffinity\":{\"initial\":\"0x1\"}}}",
	  "/process/execCPUAffinity/initial", 1, 59,
	  "expected a list of CPUs like 0-3,7; found \"0x1\"" },
	{ C "\"linux\":{\"devices\":[{\"type\":\"cb\"}]}}",
	  "/linux/devices/0/type", 1, 47,
	  "expected one of c, b, u, p; found \"cb\"" },
	{ C "\"linux\":{\"intelRdt\":{\"memBwSchema\":\"MB:0=1\\n\"}}}",
	  "/linux/intelRdt/memBwSchema", 1, 54,
	  "expected one line that begins with MB:; found \"MB:0=1\\x0a\"" },
	{ C "\"linux\":{\"seccomp\":{\"syscalls\":[{\"names\":[]}]}}}",
	  "/linux/seccomp/syscalls/0/names", 1, 60,
	  "expected at least one item, found none" },
	{ C "\"process\":{\"rlimits\":[{\"type\":\"aaaaaaaaaabbbbbbbbbb"
	    "ccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhh"
	    "\"}]}}",
	  "/process/rlimits/0/type", 1, 49,
	  "expected RLIMIT_ and capital letters; found \"aaaaaaaaaabbbbbbbbbb"
	  "ccccccccccddddddddddeeeeeeeeeeffffffffffgggggg...\"" },
};

static void test_config(const struct refusal *refusal)
{
	struct oci_config *config = NULL;
	struct oci_error err = { 0 };
	int result = oci_config_read(refusal->text, strlen(refusal->text),
				     &config, NULL, &err);

	is_int(result, -EINVAL, "%s", refusal->text);
	is_str(err.pointer, refusal->pointer, "pointer");
	is_int(err.line, refusal->line, "line");
	is_int(err.column, refusal->column, "column");
	is_str(err.message, refusal->message, "message");
	oci_config_free(config);
}

static void test_state(void)
{
	static const char text[] =
		"{\"ociVersion\":\"1\",\"id\":\"a\",\"bundle\":\"/\","
		"\"status\":\"dead\"}";
	struct oci_state *state = NULL;
	struct oci_error err = { 0 };

	is_int(oci_state_read(text, strlen(text), &state, NULL, &err), -EINVAL,
	       "a status that is none");
	is_str(err.message,
	       "expected one of creating, created, running, stopped, paused; "
	       "found \"dead\"",
	       "its message");
	ok(!state, "nothing is given on failure");
}

static void test_features(void)
{
	static const char text[] =
		"{\"ociVersionMin\":\"1\",\"ociVersionMax\":\"1\",\"linux\":"
		"{\"capabilities\":[\"CAP_chown\"]}}";
	struct oci_features *features = NULL;
	struct oci_error err = { 0 };

	is_int(oci_features_read(text, strlen(text), &features, NULL, &err),
	       -EINVAL, "a capability that is none");
	is_str(err.pointer, "/linux/capabilities/0", "its pointer");
}

static void test_resources(void)
{
	static const char text[] = "{\"cpu\":{\"shares\":\"1\"}}";
	struct oci_resources *resources = NULL;
	struct oci_error err = { 0 };

	is_int(oci_resources_read(text, strlen(text), &resources, NULL, &err),
	       -EINVAL, "resources as a document");
	is_str(err.pointer, "/cpu/shares", "its pointer");
	is_int(oci_resources_read("{}", 2, &resources, NULL, NULL), 0,
	       "no resources at all");
	oci_resources_free(resources);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		test_config(&types[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		test_config(&numbers[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		test_config(&words[i]);
	test_state();
	test_features();
	test_resources();
	return done_testing();
}
