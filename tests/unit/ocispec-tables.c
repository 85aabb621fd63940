/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables against the specification's schemas: each member that a schema
 * names for Linux is in a table, nothing else is, and the same are required.
 * Also: each row has a class, so that no member slips past policy unjudged.
 */
#include <errno.h>
#include <stdlib.h>

#include "json.h"
#include "table.h"
#include "tap.h"

#define MAX_FILES 8
#define MAX_LINES 512

/* A set of lines "/pattern" or "/pattern required". */
struct lines {
	size_t len;
	char *items[MAX_LINES];
};

struct schema {
	char name[40];
	char *text;
	struct oci_document document;
};

static struct schema schemas[MAX_FILES];

/* Objects of config.json for platforms that are not Linux. */
static const char *const foreign[] = { "solaris", "windows", "vm", "zos",
				       "freebsd" };

static void collect(const struct schema *schema, const struct oci_json *node,
		    const char *pattern, struct lines *lines);

/* ---- lines --------------------------------------------------------------- */

static void add(struct lines *lines, const char *pattern, bool required)
{
	if (lines->len == MAX_LINES ||
	    asprintf(&lines->items[lines->len], "%s%s", pattern,
		     required ? " required" : "") < 0)
		abort();
	lines->len++;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void clear(struct lines *lines)
{
	for (size_t i = 0; i < lines->len; i++)
		free(lines->items[i]);
	lines->len = 0;
}

static bool has(const struct lines *lines, const char *line)
{
	for (size_t i = 0; i < lines->len; i++)
		if (strcmp(lines->items[i], line) == 0)
			return true;
	return false;
}

/* ---- schemas ------------------------------------------------------------- */

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

static const struct schema *load(const char *name, size_t len)
{
	struct schema *schema = schemas;
	char *folder, *path = NULL;
	FILE *file;

	for (; schema->text; schema++)
		if (strlen(schema->name) == len &&
		    strncmp(schema->name, name, len) == 0)
			return schema;

	snprintf(schema->name, sizeof(schema->name), "%.*s", (int)len, name);
	folder = data_path("schema");
	if (asprintf(&path, "%s/%s", folder, schema->name) < 0)
		abort();
	free(folder);
	file = fopen(path, "re");
	schema->text = calloc(1, 65536);
	if (!file || !schema->text) {
		diag("open %s: %s", path, strerror(errno));
		exit(1);
	}
	len = fread(schema->text, 1, 65535, file);
	if (oci_document_parse(schema->text, len, &schema->document, NULL) < 0)
		exit(1);
	(void)fclose(file);
	free(path);
	return schema;
}

static const struct oci_json *member(const struct oci_json *object,
				     const char *key, size_t len)
{
	for (const struct oci_json *i = object ? object->first : NULL; i;
	     i = i->next)
		if (i->key && i->key_len == len &&
		    memcmp(i->key, key, len) == 0)
			return i;
	return NULL;
}

static const struct oci_json *get(const struct oci_json *object,
				  const char *key)
{
	return member(object, key, strlen(key));
}

/* "file.json#/a/b", or "#/a/b" in the same file */
static const struct oci_json *resolve(const struct schema **schema,
				      const char *reference)
{
	size_t len = strcspn(reference, "#");
	const struct oci_json *node;

	if (len > 0)
		*schema = load(reference, len);
	node = (*schema)->document.root;
	for (reference += len + 1; *reference == '/'; reference += len) {
		reference++;
		len = strcspn(reference, "/");
		node = member(node, reference, len);
	}
	return node;
}

static bool is_required(const struct oci_json *schema, const char *key)
{
	const struct oci_json *list = get(schema, "required");

	for (const struct oci_json *i = list ? list->first : NULL; i;
	     i = i->next)
		if (strcmp(i->text, key) == 0)
			return true;
	return false;
}

static bool is_foreign(const char *key)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strcmp(foreign[i], key) == 0)
			return true;
	return false;
}

static void collect_members(const struct schema *schema,
			    const struct oci_json *node, const char *pattern,
			    struct lines *lines)
{
	const struct oci_json *properties = get(node, "properties");
	char *below = NULL;

	for (const struct oci_json *i = properties ? properties->first : NULL;
	     i; i = i->next) {
		if (is_foreign(i->key))
			continue;
		if (asprintf(&below, "%s/%s", pattern, i->key) < 0)
			abort();
		add(lines, below, is_required(node, i->key));
		collect(schema, i, below, lines);
		free(below);
	}
}

/* What items, free keys and alternatives of a schema add. */
static void collect_parts(const struct schema *schema,
			  const struct oci_json *node, const char *pattern,
			  struct lines *lines)
{
	static const char *const together[] = { "anyOf", "allOf" };
	const struct oci_json *items = get(node, "items");
	const struct oci_json *free_keys = get(node, "additionalProperties");
	char *below = NULL;

	if (asprintf(&below, "%s/#", pattern) < 0)
		abort();
	if (items)
		collect(schema, items, below, lines);
	if (free_keys)
		collect(schema, free_keys, below, lines);
	free(below);

	for (size_t i = 0; i < 2; i++) {
		const struct oci_json *list = get(node, together[i]);

		for (list = list ? list->first : NULL; list; list = list->next)
			collect(schema, list, pattern, lines);
	}
}

static void collect(const struct schema *schema, const struct oci_json *node,
		    const char *pattern, struct lines *lines)
{
	const struct oci_json *reference = get(node, "$ref");

	if (reference)
		node = resolve(&schema, reference->text);
	if (!ok(node != NULL, "schema of %s", pattern))
		return;

	collect_members(schema, node, pattern, lines);
	collect_parts(schema, node, pattern, lines);
}

/* ---- tables -------------------------------------------------------------- */

static void list_rows(const struct oci_table *table, const char *pattern,
		      struct lines *lines)
{
	char *below = NULL, *items = NULL;

	for (size_t i = 0; i < table->count; i++) {
		const struct oci_row *row = &table->rows[i];

		if (asprintf(&below, "%s/%s", pattern, row->name) < 0 ||
		    asprintf(&items, "%s/#", below) < 0)
			abort();
		add(lines, below, row->required);
		ok(row->class >= OCI_CLASS_INERT &&
			   row->class <= OCI_CLASS_REFUSE,
		   "%s has a class", below);
		if (row->table)
			list_rows(row->table,
				  row->kind == OCI_KIND_OBJECT ? below : items,
				  lines);
		free(items);
		free(below);
	}
}

static void test_table(const struct oci_table *table, const char *file)
{
	static struct lines known, wanted;
	const struct schema *schema = load(file, strlen(file));

	list_rows(table, "", &known);
	collect(schema, schema->document.root, "", &wanted);
	qsort(known.items, known.len, sizeof(char *), compare);
	qsort(wanted.items, wanted.len, sizeof(char *), compare);

	is_int(known.len, wanted.len, "%s: as many rows as members", file);
	for (size_t i = 0; i < wanted.len; i++)
		ok(has(&known, wanted.items[i]), "%s: %s is in a table", file,
		   wanted.items[i]);
	for (size_t i = 0; i < known.len; i++)
		ok(has(&wanted, known.items[i]), "%s: %s is in the schema",
		   file, known.items[i]);
	clear(&known);
	clear(&wanted);
}

/* ---- enumerations -------------------------------------------------------- */

/* The first names are those of the schema; a table may have more. */
static void test_names(const struct oci_names *names, const char *file,
		       const char *definition, size_t more)
{
	const struct schema *schema = load(file, strlen(file));
	const struct oci_json *list =
		get(get(get(schema->document.root, "definitions"), definition),
		    "enum");
	size_t count = 0;

	if (!ok(list != NULL, "schema has %s", definition))
		return;
	for (const struct oci_json *i = list->first; i; i = i->next, count++)
		is_str(oci_names_get(names, (int)count), i->text, "%s %zu",
		       definition, count);
	is_int(names->count, count + more, "%s: how many", definition);
	for (size_t i = 0; i < names->count; i++)
		ok(names->names[i] != NULL, "%s %zu has a name", definition, i);
}

static void test_enumerations(void)
{
	static const char file[] = "defs-linux.json";

	test_names(&oci_namespace_type_names, file, "NamespaceType", 0);
	test_names(&oci_propagation_names, file, "RootfsPropagation", 4);
	test_names(&oci_seccomp_action_names, file, "SeccompAction", 0);
	test_names(&oci_seccomp_op_names, file, "SeccompOperators", 0);
	test_names(&oci_seccomp_flag_names, file, "SeccompFlag", 0);
	test_names(&oci_seccomp_arch_names, file, "SeccompArch", 0);
	test_names(&oci_scheduler_policy_names, file, "SchedulerPolicy", 0);
	test_names(&oci_scheduler_flag_names, file, "SchedulerFlag", 0);
	test_names(&oci_mempolicy_mode_names, file, "MemoryPolicyMode", 0);
	test_names(&oci_mempolicy_flag_names, file, "MemoryPolicyFlag", 0);
	test_names(&oci_personality_domain_names, file, "PersonalityDomain", 0);
	is_str(oci_namespace_name(OCI_NS_TIME), "time", "a public name");
	is_str(oci_seccomp_action_name(OCI_SECCOMP_NOTIFY), "SCMP_ACT_NOTIFY",
	       "an action");
	is_str(oci_seccomp_op_name(OCI_CMP_NE), "SCMP_CMP_NE", "an operator");
	is_str(oci_seccomp_arch_name(OCI_ARCH_RISCV64), "SCMP_ARCH_RISCV64",
	       "an architecture");
	is_str(oci_seccomp_flag_name(OCI_SECCOMP_FLAG_TSYNC),
	       "SECCOMP_FILTER_FLAG_TSYNC", "a flag");
	is_str(oci_status_name(OCI_STATUS_PAUSED), "paused", "a status");
	is_str(oci_status_name((enum oci_status)77), "(unknown)",
	       "a value that is none");
}

int main(void)
{
	test_table(&oci_config_table, "config-schema.json");
	test_table(&oci_state_table, "state-schema.json");
	test_table(&oci_features_table, "features-schema.json");
	test_enumerations();

	for (struct schema *i = schemas; i->text; i++) {
		oci_document_clear(&i->document);
		free(i->text);
	}
	return done_testing();
}
