/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document in which every row of the tables is used once, made from the
 * tables: read, written, and the same again.  Then documents by hand, for what
 * absent, empty and null mean and for each member's place in the structures.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "table.h"
#include "tap.h"

/* ---- the complete document ----------------------------------------------- */

struct sample {
	char *text;
	size_t size;
	FILE *out;
	unsigned int serial; /* so that no two values are alike */
};

static void put_object(struct sample *sample, const struct oci_table *table,
		       unsigned int indent);

static void put_line(struct sample *sample, unsigned int indent)
{
	fprintf(sample->out, "\n%*s", (int)indent * 4, "");
}

static void put_word(struct sample *sample, const struct oci_row *row)
{
	static const struct {
		const struct oci_check *check;
		const char *text;
	} fitting[] = {
		{ &oci_check_rlimit, "RLIMIT_NOFILE" },
		{ &oci_check_capability, "CAP_SYS_ADMIN" },
		{ &oci_check_cpu_list, "0-3, 7" },
		{ &oci_check_device_type, "c" },
		{ &oci_check_page_size, "2MB" },
		{ &oci_check_mem_bw, "MB:0=70" },
	};

	if (row->names) {
		fprintf(sample->out, "\"%s\"",
			row->names->names[row->names->count - 1]);
		return;
	}
	for (size_t i = 0; i < sizeof(fitting) / sizeof(fitting[0]); i++)
		if (fitting[i].check == row->check) {
			fprintf(sample->out, "\"%s\"", fitting[i].text);
			return;
		}
	fprintf(sample->out, "\"%s %u \\\" \\\\ \\n \xc3\xa9\"", row->name,
		sample->serial++);
}

static void put_scalar(struct sample *sample, const struct oci_row *row)
{
	switch (row->kind) {
	case OCI_KIND_BOOL:
		fputs(sample->serial++ % 2 ? "true" : "false", sample->out);
		break;
	case OCI_KIND_INT:
		fprintf(sample->out, "%" PRId64, row->min);
		break;
	case OCI_KIND_UINT:
	case OCI_KIND_UINTS:
		fprintf(sample->out, "%" PRIu64,
			row->max - sample->serial++ % 9);
		break;
	default:
		put_word(sample, row);
		break;
	}
}

/* Two items of an array or two members of an object with free keys. */
static void put_parts(struct sample *sample, const struct oci_row *row,
		      unsigned int indent)
{
	bool keys = row->kind == OCI_KIND_PAIRS || row->kind == OCI_KIND_MAP;

	fputc(keys ? '{' : '[', sample->out);
	for (unsigned int i = 0; i < 2; i++) {
		fputs(i > 0 ? "," : "", sample->out);
		put_line(sample, indent + 1);
		if (keys)
			fprintf(sample->out, "\"key %u\": ", sample->serial++);
		if (row->table)
			put_object(sample, row->table, indent + 1);
		else
			put_scalar(sample, row);
	}
	put_line(sample, indent);
	fputc(keys ? '}' : ']', sample->out);
}

static void put_value(struct sample *sample, const struct oci_row *row,
		      unsigned int indent)
{
	switch (row->kind) {
	case OCI_KIND_OBJECT:
		put_object(sample, row->table, indent);
		break;
	case OCI_KIND_STRINGS:
	case OCI_KIND_UINTS:
	case OCI_KIND_ENUMS:
	case OCI_KIND_OBJECTS:
	case OCI_KIND_PAIRS:
	case OCI_KIND_MAP:
		put_parts(sample, row, indent);
		break;
	default:
		put_scalar(sample, row);
		break;
	}
}

static void put_object(struct sample *sample, const struct oci_table *table,
		       unsigned int indent)
{
	fputc('{', sample->out);
	for (size_t i = 0; i < table->count; i++) {
		fputs(i > 0 ? "," : "", sample->out);
		put_line(sample, indent + 1);
		fprintf(sample->out, "\"%s\": ", table->rows[i].name);
		put_value(sample, &table->rows[i], indent + 1);
	}
	put_line(sample, indent);
	fputc('}', sample->out);
}

static void test_complete(const struct oci_table *table, const char *name)
{
	struct sample sample = { 0 };
	struct oci_strings unknown = { 0 };
	struct oci_error err = { 0 };
	void *object = NULL;
	char *written;
	size_t len;

	sample.out = open_memstream(&sample.text, &sample.size);
	put_object(&sample, table, 0);
	fputc('\n', sample.out);
	(void)fclose(sample.out);

	if (!is_int(oci_table_read(table, sample.text, sample.size, &object,
				   &unknown, &err),
		    0, "complete %s is read", name)) {
		diag("%zu:%zu %s %s", err.line, err.column, err.pointer,
		     err.message);
		free(sample.text);
		return;
	}
	is_int(unknown.len, 0, "%s: nothing is unknown", name);
	written = oci_table_write(table, object, &len);
	is_int(len, strlen(written), "%s: length", name);
	is_str(written, sample.text, "%s: written as it was read", name);
	free(written);
	free(sample.text);
	oci_table_free(table, object);
}

/* ---- absent, empty, null ------------------------------------------------- */

static struct oci_config *read_config(const char *text)
{
	struct oci_config *config = NULL;
	struct oci_error err = { 0 };

	if (!ok(oci_config_read(text, strlen(text), &config, NULL, &err) == 0,
		"%s", text))
		diag("%zu:%zu %s %s", err.line, err.column, err.pointer,
		     err.message);
	return config;
}

static void test_absence(void)
{
	struct oci_config *config = read_config(
		"{\"ociVersion\":\"\",\"mounts\":[],\"annotations\":{},"
		"\"hooks\":{},\"linux\":null,\"hostname\":null,\"process\":"
		"{\"cwd\":\"/\",\"terminal\":false,\"args\":null,"
		"\"user\":{\"uid\":0,\"gid\":null,\"umask\":-0}}}");
	const struct oci_process *process = config->process;

	ok(config->mounts.set && config->mounts.len == 0, "[] is set");
	ok(config->annotations.set && config->annotations.len == 0,
	   "{} is set");
	ok(config->hooks && !config->hooks->prestart.set,
	   "an empty object is there");
	ok(!config->linux && !config->root, "null and nothing are the same");
	ok(!config->hostname, "a string that is null");
	ok(process->terminal.set && !process->terminal.value, "false is set");
	ok(!process->args.set && !process->env.set, "a list that is null");
	ok(process->user->uid.set && process->user->uid.value == 0, "0 is set");
	ok(!process->user->gid.set, "a number that is null");
	ok(process->user->umask.set && process->user->umask.value == 0,
	   "-0 is 0");
	oci_config_free(config);
}

/* ---- places -------------------------------------------------------------- */

/* Like structures in which one member could stand for the other. */
static void test_places(void)
{
	struct oci_config *config = read_config(
		"{\"linux\":{\"devices\":[{\"path\":\"/dev/a\",\"type\":\"c\","
		"\"major\":1,\"minor\":2,\"uid\":3,\"gid\":4}],"
		"\"uidMappings\":[{\"containerID\":1,\"hostID\":2,\"size\":3}],"
		"\"resources\":{\"memory\":{\"limit\":1,\"reservation\":2,"
		"\"swap\":3},\"cpu\":{\"quota\":-1,\"period\":2}},"
		"\"netDevices\":{\"eth0\":{\"name\":\"a\"},\"eth1\":{}},"
		"\"rootfsPropagation\":\"rslave\"},"
		"\"process\":{\"cwd\":\"/\",\"rlimits\":[{\"soft\":1,"
		"\"hard\":18446744073709551615,\"type\":\"RLIMIT_CPU\"}],"
		"\"oomScoreAdj\":-9223372036854775808},\"ociVersion\":\"1\"}");
	const struct oci_linux *linux = config->linux;
	const struct oci_device *device = linux->devices.items;
	const struct oci_resources *resources = linux->resources;

	is_int(device->major.value, 1, "major");
	is_int(device->minor.value, 2, "minor");
	is_int(device->uid.value, 3, "uid");
	is_int(device->gid.value, 4, "gid");
	is_int(linux->uid_mappings.items[0].host_id.value, 2, "hostID");
	is_int(resources->memory->reservation.value, 2, "reservation");
	is_int(resources->cpu->quota.value, -1, "quota");
	is_int(resources->cpu->period.value, 2, "period");
	is_int(linux->net_devices.len, 2, "net devices");
	is_str(linux->net_devices.items[0].key, "eth0", "a key");
	is_str(linux->net_devices.items[0].name, "a", "a name");
	is_str(linux->net_devices.items[1].key, "eth1", "the second key");
	is_int(linux->rootfs_propagation.value, OCI_PROPAGATION_RSLAVE,
	       "a recursive propagation");
	is_int(config->process->rlimits.items[0].soft.value, 1, "soft");
	is_int(config->process->rlimits.items[0].hard.value, UINT64_MAX,
	       "S25: the largest number survives");
	is_int(config->process->oom_score_adj.value, INT64_MIN,
	       "S25: so does the smallest");
	oci_config_free(config);
}

static void test_unknown(void)
{
	static const char text[] =
		"{\"ociVersion\":\"1\",\"windows\":{\"a\":1},\"x/y\":[],"
		"\"root\":{\"path\":\"/\",\"\\u001b\":null}}";
	struct oci_config *config = NULL;
	struct oci_strings unknown = { 0 };

	is_int(oci_config_read(text, strlen(text), &config, &unknown, NULL), 0,
	       "unknown members are ignored");
	is_int(unknown.len, 3, "but counted");
	is_str(unknown.items[0], "/windows", "another platform");
	is_str(unknown.items[1], "/x~1y", "a slash in a key");
	is_str(unknown.items[2], "/root/\\x1b", "a key that is not printable");
	oci_strings_clear(&unknown);
	ok(!unknown.set && unknown.len == 0 && !unknown.items, "cleared");
	oci_config_free(config);
}

static void test_free_nothing(void)
{
	oci_config_free(NULL);
	oci_process_free(NULL);
	oci_resources_free(NULL);
	oci_state_free(NULL);
	oci_features_free(NULL);
	ok(true, "nothing can be freed");
}

int main(void)
{
	test_complete(&oci_config_table, "config");
	test_complete(&oci_process_table, "process");
	test_complete(&oci_resources_table, "resources");
	test_complete(&oci_state_table, "state");
	test_complete(&oci_features_table, "features");
	test_absence();
	test_places();
	test_unknown();
	test_free_nothing();
	return done_testing();
}
