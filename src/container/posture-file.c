/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "base/mem.h"
#include "container/posture-file.h"
#include "table.h"

#define SELF struct bh_promised_mount
static const struct oci_row mount_rows[] = {
	STRING("target", target, INERT, .required = true),
	STRING("type", type, INERT),
	UINT("attributes", attributes, INERT, UINT64_MAX),
	BOOL("optional", optional, INERT),
	BOOL("link", link, INERT),
	BOOL("recursive", recursive, INERT),
};
#undef SELF

static const struct oci_table mount_table = {
	sizeof(struct bh_promised_mount),
	BH_COUNT(mount_rows),
	mount_rows,
};

#define SELF struct bh_promised_limit
static const struct oci_row limit_rows[] = {
	STRING("mount", mount, INERT, .required = true),
	STRING("path", path, INERT, .required = true),
	STRING("file", file, INERT, .required = true),
	STRING("value", value, INERT, .required = true),
};
#undef SELF

static const struct oci_table limit_table = {
	sizeof(struct bh_promised_limit),
	BH_COUNT(limit_rows),
	limit_rows,
};

#define SELF struct bh_posture
static const struct oci_row posture_rows[] = {
	BOOL("noNewPrivs", no_new_privs, INERT),
	UINT("filters", filters, INERT, UINT64_MAX),
	UINT("bounding", bounding, INERT, UINT64_MAX),
	UINT("effective", effective, INERT, UINT64_MAX),
	UINT("permitted", permitted, INERT, UINT64_MAX),
	UINT("inheritable", inheritable, INERT, UINT64_MAX),
	UINT("ambient", ambient, INERT, UINT64_MAX),
	UINT("namespaces", namespaces, INERT, UINT64_MAX),
	STRING("uidMap", uid_map, INERT),
	STRING("gidMap", gid_map, INERT),
	{ OCI_ROW("mounts", OBJECTS, INERT,
		  OCI_LIST_AT(mounts, struct bh_promised_mount)),
	  .table = &mount_table },
	STRINGS("masked", masked, INERT),
	STRINGS("readonly", readonly, INERT),
	STRINGS("unenforced", unenforced, INERT),
	{ OCI_ROW("limits", OBJECTS, INERT,
		  OCI_LIST_AT(limits, struct bh_promised_limit)),
	  .table = &limit_table },
};
#undef SELF

static const struct oci_table posture_table = {
	sizeof(struct bh_posture),
	BH_COUNT(posture_rows),
	posture_rows,
};

int bh_posture_save(const struct bh_entry *entry,
		    const struct bh_posture *posture, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	size_t len;

	text = oci_table_write(&posture_table, posture, &len);
	return bh_entry_write(entry, BH_POSTURE_FILE, text, len, err);
}

int bh_posture_load(const struct bh_entry *entry, struct bh_posture **ret,
		    struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct oci_error error;
	void *object;
	int r = bh_entry_read(entry, BH_POSTURE_FILE, &text, err);

	if (r < 0)
		return r;
	if (oci_table_read_strict(&posture_table, text.data, text.len, &object,
				  &error) < 0)
		return bh_refuse(err,
				 "read what was promised of container %s: line "
				 "%zu, column %zu: %s",
				 entry->id, error.line, error.column,
				 error.message);
	*ret = object;
	return 0;
}

void bh_posture_free(struct bh_posture *posture)
{
	if (posture)
		oci_table_free(&posture_table, posture);
}
