/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>

#include "base/mem.h"
#include "container/state.h"
#include "table.h"

#define SELF struct bh_state_group
static const struct oci_row group_rows[] = {
	BOOL("v2", v2, INERT),
	STRING("name", name, INERT),
	STRING("mount", mount, INERT, .required = true),
	STRING("mountRoot", mount_root, INERT, .required = true),
	STRING("path", path, INERT, .required = true),
	UINT("inode", inode, INERT, UINT64_MAX),
	UINT("existing", existing, INERT, UINT64_MAX),
};
#undef SELF

static const struct oci_table group_table = {
	sizeof(struct bh_state_group),
	BH_COUNT(group_rows),
	group_rows,
};

#define SELF struct bh_state_index
static const struct oci_row index_rows[] = {
	STRING("git", git, INERT, .required = true),
	UINT("device", device, INERT, UINT64_MAX),
	UINT("inode", inode, INERT, UINT64_MAX),
	STRING("digest", digest, INERT, .required = true),
	UINT("hashSize", hash_size, INERT, 32),
	STRING("kept", kept, INERT, .required = true),
};
#undef SELF

static const struct oci_table index_table = {
	sizeof(struct bh_state_index),
	BH_COUNT(index_rows),
	index_rows,
};

#define SELF struct bh_state
static const struct oci_row state_rows[] = {
	INT("version", version, INERT, 0, INT64_MAX, .required = true),
	STRING("ociVersion", oci_version, INERT, .required = true),
	STRING("id", id, INERT, .required = true),
	STRING("bundle", bundle, INERT, .required = true),
	STRING("rootfs", rootfs, INERT, .required = true),
	STRING("created", created, INERT, .required = true),
	UINT("owner", owner, INERT, UINT32_MAX, .required = true),
	INT("pid", pid, INERT, 1, INT32_MAX),
	UINT("startTime", start_time, INERT, UINT64_MAX),
	{ OCI_ROW("groups", OBJECTS, INERT,
		  OCI_LIST_AT(groups, struct bh_state_group)),
	  .table = &group_table },
	STRING("scope", scope, INERT),
	{ OCI_ROW("indexes", OBJECTS, INERT,
		  OCI_LIST_AT(indexes, struct bh_state_index)),
	  .table = &index_table },
	UINT("deadline", deadline, INERT, INT32_MAX),
	BOOL("hooks", hooks, INERT),
	PAIRS("annotations", annotations, INERT),
};
#undef SELF

static const struct oci_table state_table = {
	sizeof(struct bh_state),
	BH_COUNT(state_rows),
	state_rows,
};

/* The report: strings and pairs are borrowed from the record. */
struct report {
	char *oci_version;
	char *id;
	struct oci_i64 pid;
	struct oci_enum status;
	char *bundle;
	char *rootfs;
	char *created;
	struct oci_pairs annotations;
	char *owner;
};

#define SELF struct report
static const struct oci_row report_rows[] = {
	STRING("ociVersion", oci_version, INERT),
	STRING("id", id, INERT),
	INT("pid", pid, INERT, 0, INT32_MAX),
	ENUM("status", status, INERT, status),
	STRING("bundle", bundle, INERT),
	STRING("rootfs", rootfs, INERT),
	STRING("created", created, INERT),
	PAIRS("annotations", annotations, INERT),
	STRING("owner", owner, INERT),
};
#undef SELF

static const struct oci_table report_table = {
	sizeof(struct report),
	BH_COUNT(report_rows),
	report_rows,
};

int bh_state_parse(const char *text, size_t len, struct bh_state **ret,
		   struct bh_err *err)
{
	struct oci_error error;
	struct bh_state *state;
	void *object;

	if (oci_table_read(&state_table, text, len, &object, NULL, &error) < 0)
		return bh_refuse(err, "line %zu, column %zu: %s%s%s",
				 error.line, error.column, error.pointer,
				 error.pointer[0] ? ": " : "", error.message);
	state = object;
	if (state->version.value != BH_STATE_VERSION) {
		bh_refuse(err,
			  "it has version %lld, and this program knows "
			  "version %d",
			  (long long)state->version.value, BH_STATE_VERSION);
		bh_hint(err, "use the program that made the container");
		bh_state_free(state);
		return -EINVAL;
	}
	*ret = state;
	return 0;
}

struct bh_state *bh_state_blank(const char *id)
{
	struct bh_state *state = bh_calloc(1, sizeof(*state));

	state->version = (struct oci_i64){ true, BH_STATE_VERSION };
	state->oci_version = bh_strdup("1.0.0");
	state->id = bh_strdup(id);
	state->bundle = bh_strdup("");
	state->rootfs = bh_strdup("");
	state->created = bh_strdup("");
	return state;
}

char *bh_state_print(const struct bh_state *state, size_t *ret_len)
{
	return oci_table_write(&state_table, state, ret_len);
}

void bh_state_free(struct bh_state *state)
{
	if (state)
		oci_table_free(&state_table, state);
}

char *bh_state_report(const struct bh_state *state, enum oci_status status,
		      size_t *ret_len)
{
	bool ended = status == OCI_STATUS_STOPPED || !state->pid.set;
	struct report report = {
		.oci_version = state->oci_version,
		.id = state->id,
		.pid = { true, ended ? 0 : state->pid.value },
		.status = { true, (int)status },
		.bundle = state->bundle,
		.rootfs = state->rootfs,
		.created = state->created,
		.annotations = state->annotations,
		/* runc gives a user's name here, empty for most. */
		.owner = (char[]){ "" },
	};

	return oci_table_write(&report_table, &report, ret_len);
}
