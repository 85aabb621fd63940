/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification's own examples: good ones are read and come back with
 * nothing lost, bad ones are refused at the right place.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "json.h"
#include "ocispec.h"
#include "tap.h"

enum kind {
	CONFIG,
	STATE,
	FEATURES,
	KIND_COUNT
};

static const char *const folders[] = { "config", "state", "features" };

static const struct {
	enum kind kind;
	const char *file;
	const char *pointer;
	size_t line, column;
	const char *message;
} bad[] = {
	{ CONFIG, "invalid-json.json", "", 1, 2,
	  "not JSON: invalid object key (must be a string)" },
	{ CONFIG, "linux-hugepage.json",
	  "/linux/resources/hugepageLimits/0/pageSize", 11, 33,
	  "expected a page size like 2MB; found \"64kB\"" },
	{ CONFIG, "linux-netdevice.json", "/linux/netDevices/eth0/name", 9, 25,
	  "expected a string, found a number" },
	{ CONFIG, "linux-rdma.json", "/linux/resources/rdma/mlx5_1/hcaHandles",
	  10, 35,
	  "expected a whole number from 0 to 4294967295, found a string" },
	{ STATE, "invalid-json.json", "", 1, 2,
	  "not JSON: invalid object key (must be a string)" },
	{ FEATURES, "missing-ociVersionMax.json", "", 1, 1,
	  "missing member \"ociVersionMax\"" },
};

#define BAD_COUNT (sizeof(bad) / sizeof(bad[0]))

/* Members of the good examples that the specification does not have. */
static const char *const extras[] = { "/linux/resources/oomScoreAdj" };

/* ---- files --------------------------------------------------------------- */

/* The tree's tests/data; the programs may run in another build folder. */
static char *data_path(const char *name)
{
	const char *data = getenv("TEST_DATA");
	const char *source = getenv("SRCDIR");
	char *path = NULL;

	if (asprintf(&path, "%s%s%s",
		     data   ? data :
		     source ? source :
			      ".",
		     data ? "/oci-schema/" : "/tests/data/oci-schema/",
		     name) < 0)
		abort();
	return path;
}

static char *path_of(const char *folder, const char *group, const char *file)
{
	char *name = NULL, *path;

	if (asprintf(&name, "%s/%s%s%s", folder, group, file ? "/" : "",
		     file ? file : "") < 0)
		abort();
	path = data_path(name);
	free(name);
	return path;
}

static char *load(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, 65536);

	if (!text)
		abort();
	if (!file) {
		diag("open %s: %s", path, strerror(errno));
		free(text);
		return NULL;
	}
	*ret_len = fread(text, 1, 65535, file);
	(void)fclose(file);
	return text;
}

/* ---- the documents, whatever their kind ---------------------------------- */

static int read_any(enum kind kind, const char *text, size_t len, char **ret,
		    struct oci_strings *unknown, struct oci_error *err)
{
	struct oci_config *config = NULL;
	struct oci_state *state = NULL;
	struct oci_features *features = NULL;
	int result = -EINVAL;

	*ret = NULL;
	if (kind == CONFIG)
		result = oci_config_read(text, len, &config, unknown, err);
	if (kind == STATE)
		result = oci_state_read(text, len, &state, unknown, err);
	if (kind == FEATURES)
		result = oci_features_read(text, len, &features, unknown, err);

	if (config)
		*ret = oci_config_write(config, NULL);
	if (state)
		*ret = oci_state_write(state, NULL);
	if (features)
		*ret = oci_features_write(features, NULL);

	oci_config_free(config);
	oci_state_free(state);
	oci_features_free(features);
	return result;
}

/* ---- comparing two JSON values ------------------------------------------- */

static const struct oci_json *find(const struct oci_json *object,
				   const char *key)
{
	for (const struct oci_json *i = object->first; i; i = i->next)
		if (strcmp(i->key, key) == 0)
			return i;
	return NULL;
}

static bool is_extra(const struct oci_json *node)
{
	return node->key && strcmp(node->key, "oomScoreAdj") == 0 &&
	       strcmp(node->parent->key, "resources") == 0;
}

/* What is in one and not the same in two; objects in any order. */
static const struct oci_json *difference(const struct oci_json *one,
					 const struct oci_json *two)
{
	const struct oci_json *found = NULL;

	if (!two || one->type != two->type || one->boolean != two->boolean ||
	    one->text_len != two->text_len)
		return one;
	if (one->text && memcmp(one->text, two->text, one->text_len) != 0)
		return one;

	if (one->type == OCI_JSON_OBJECT) {
		for (const struct oci_json *i = one->first; i && !found;
		     i = i->next)
			if (!is_extra(i))
				found = difference(i, find(two, i->key));
		return found;
	}

	two = two->first;
	for (const struct oci_json *i = one->first; i && !found; i = i->next) {
		found = difference(i, two);
		two = two ? two->next : NULL;
	}
	return found;
}

static bool same(const char *one, size_t one_len, const char *two)
{
	struct oci_document a, b;
	const struct oci_json *lost, *added;

	if (oci_document_parse(one, one_len, &a, NULL) < 0 ||
	    oci_document_parse(two, strlen(two), &b, NULL) < 0)
		return false;

	lost = difference(a.root, b.root);
	added = difference(b.root, a.root);
	if (lost)
		diag("lost or changed: %s", lost->key ? lost->key : "-");
	if (added)
		diag("added: %s", added->key ? added->key : "-");
	oci_document_clear(&a);
	oci_document_clear(&b);
	return !lost && !added;
}

/* ---- tests --------------------------------------------------------------- */

static void test_unknown(const char *file, const struct oci_strings *unknown)
{
	bool example = strcmp(file, "spec-example.json") == 0 &&
		       unknown->len > 0;

	is_int(unknown->len, example ? 1 : 0, "%s: unknown members", file);
	if (unknown->len > 0)
		is_str(unknown->items[0], extras[0], "%s: its name", file);
}

static void test_good(enum kind kind, const char *file)
{
	char *path = path_of(folders[kind], "good", file);
	char *text, *first = NULL, *second = NULL;
	struct oci_strings unknown = { 0 };
	struct oci_error err = { 0 };
	size_t len = 0;
	int result;

	text = load(path, &len);
	result = read_any(kind, text, len, &first, &unknown, &err);
	if (!is_int(result, 0, "%s/good/%s is read", folders[kind], file))
		diag("%zu:%zu %s %s", err.line, err.column, err.pointer,
		     err.message);
	test_unknown(file, &unknown);

	if (first) {
		ok(same(text, len, first), "%s: nothing is lost", file);
		(void)read_any(kind, first, strlen(first), &second, NULL, NULL);
		is_str(second, first, "%s: written and read again", file);
	}
	oci_strings_clear(&unknown);
	free(second);
	free(first);
	free(text);
	free(path);
}

static void test_bad(size_t i)
{
	char *path = path_of(folders[bad[i].kind], "bad", bad[i].file);
	const char *file = bad[i].file;
	struct oci_error err = { 0 };
	char *text, *out = NULL;
	size_t len = 0;
	int result;

	text = load(path, &len);
	result = read_any(bad[i].kind, text, len, &out, NULL, &err);
	is_int(result, -EINVAL, "%s/bad/%s is refused", folders[bad[i].kind],
	       file);
	is_str(err.pointer, bad[i].pointer, "%s: pointer", file);
	is_int(err.line, bad[i].line, "%s: line", file);
	is_int(err.column, bad[i].column, "%s: column", file);
	is_str(err.message, bad[i].message, "%s: message", file);
	free(out);
	free(text);
	free(path);
}

static bool is_known_bad(enum kind kind, const char *file)
{
	for (size_t i = 0; i < BAD_COUNT; i++)
		if (bad[i].kind == kind && strcmp(bad[i].file, file) == 0)
			return true;
	return false;
}

/* Every file of a folder has a test: new ones of the specification too. */
static void test_folder(enum kind kind, const char *group)
{
	char *path = path_of(folders[kind], group, NULL);
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!ok(folder != NULL, "open %s", path)) {
		free(path);
		return;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		if (strcmp(group, "good") == 0)
			test_good(kind, entry->d_name);
		else
			ok(is_known_bad(kind, entry->d_name),
			   "%s/bad/%s has a row here", folders[kind],
			   entry->d_name);
	}
	(void)closedir(folder);
	free(path);
}

int main(void)
{
	for (enum kind kind = CONFIG; kind < KIND_COUNT; kind++) {
		test_folder(kind, "good");
		test_folder(kind, "bad");
	}
	for (size_t i = 0; i < BAD_COUNT; i++)
		test_bad(i);
	return done_testing();
}
