/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents from structures that were built by hand, as the runtime builds its
 * state and its features.
 */
#include <stdlib.h>

#include "ocispec.h"
#include "tap.h"

static void test_state(void)
{
	static const char want[] = "{\n"
				   "    \"ociVersion\": \"1.3.0\",\n"
				   "    \"id\": \"a\\tb\\u0001\\\"\\\\/\",\n"
				   "    \"status\": \"paused\",\n"
				   "    \"pid\": 4422,\n"
				   "    \"bundle\": \"/b\",\n"
				   "    \"annotations\": {\n"
				   "        \"k\": \"v\"\n"
				   "    }\n"
				   "}\n";
	struct oci_pair pair = { (char[]){ "k" }, (char[]){ "v" } };
	struct oci_state state = {
		.oci_version = (char[]){ "1.3.0" },
		.id = (char[]){ "a\tb\001\"\\/" },
		.status = { true, OCI_STATUS_PAUSED },
		.pid = { true, 4422 },
		.bundle = (char[]){ "/b" },
		.annotations = { true, 1, &pair },
	};
	struct oci_state *again = NULL;
	char *text;
	size_t len = 0;

	text = oci_state_write(&state, &len);
	is_str(text, want, "a state");
	is_int(len, strlen(want), "its length");
	is_int(oci_state_read(text, len, &again, NULL, NULL), 0,
	       "it can be read");
	is_str(again ? again->id : NULL, state.id, "its id survives");
	oci_state_free(again);
	free(text);
}

static void test_empty(void)
{
	struct oci_capabilities capabilities = { 0 };
	struct oci_process process = {
		.cwd = (char[]){ "/" },
		.args = { .set = true },
		.capabilities = &capabilities,
	};
	struct oci_config nothing = { 0 };
	char *text = oci_process_write(&process, NULL);

	is_str(text,
	       "{\n    \"args\": [],\n    \"cwd\": \"/\",\n"
	       "    \"capabilities\": {}\n}\n",
	       "empty arrays and objects");
	free(text);

	text = oci_config_write(&nothing, NULL);
	is_str(text, "{}\n", "nothing at all");
	free(text);
}

/* A bundle's path is bytes; JSON is not. */
static void test_invalid(void)
{
	struct oci_process process = {
		.cwd = (char[]){ "/\xff\xc3\xa9\xed\xa0\x80\xe2\x82" },
	};
	struct oci_process *again = NULL;
	char *text = oci_process_write(&process, NULL);

	is_int(oci_process_read(text, strlen(text), &again, NULL, NULL), 0,
	       "S25: bytes that are not UTF-8 make no broken document");
	is_str(again ? again->cwd : NULL,
	       "/\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	       "\xef\xbf\xbd\xef\xbf\xbd",
	       "each becomes U+FFFD");
	oci_process_free(again);
	free(text);
}

static void test_features(void)
{
	char *hooks[] = { (char[]){ "prestart" }, (char[]){ "poststop" } };
	struct oci_features_enabled enabled = { { true, true } };
	struct oci_features_mount_extensions extensions = { &enabled };
	struct oci_features_linux linux = { .mount_extensions = &extensions };
	struct oci_features features = {
		.oci_version_min = (char[]){ "1.0.0" },
		.oci_version_max = (char[]){ "1.3.0" },
		.hooks = { true, 2, hooks },
		.linux = &linux,
	};
	char *text = oci_features_write(&features, NULL);

	is_str(text,
	       "{\n    \"ociVersionMin\": \"1.0.0\",\n"
	       "    \"ociVersionMax\": \"1.3.0\",\n"
	       "    \"hooks\": [\n        \"prestart\",\n"
	       "        \"poststop\"\n    ],\n    \"linux\": {\n"
	       "        \"mountExtensions\": {\n            \"idmap\": {\n"
	       "                \"enabled\": true\n            }\n"
	       "        }\n    }\n}\n",
	       "features");
	free(text);
}

int main(void)
{
	test_state();
	test_empty();
	test_invalid();
	test_features();
	return done_testing();
}
