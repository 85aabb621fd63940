/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/mem.h"
#include "trust/grant-table.h"
#include "trust/grant.h"

static bool is_absolute(const char *text, size_t len)
{
	return len > 1 && text[0] == '/' && text[len - 1] != '/';
}

static bool is_digest(const char *text, size_t len)
{
	return len == BH_DIGEST_HEX_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") >= len;
}

static bool is_when(const char *text, size_t len)
{
	char copy[BH_WHEN_SIZE] = "";
	int64_t ignored;

	if (len != sizeof(copy) - 1)
		return false;
	memcpy(copy, text, len);
	return bh_when_parse(copy, &ignored) == 0;
}

static const struct oci_check check_absolute = {
	is_absolute,
	"an absolute path that ends in a name",
};

static const struct oci_check check_digest = {
	is_digest,
	"64 lower-case hexadecimal digits",
};

static const struct oci_check check_when = {
	is_when,
	"a time such as \"2026-11-23T08:15:00Z\"",
};

static const char *const kind_words[] = {
	[BH_GRANT_HOOK] = "hook",
	[BH_GRANT_WORKSPACE] = "workspace",
};
static const struct oci_names kind_names = { kind_words, BH_COUNT(kind_words) };

static const char *const stage_words[] = {
	[BH_PRESTART] = "prestart",
	[BH_CREATE_RUNTIME] = "createRuntime",
	[BH_CREATE_CONTAINER] = "createContainer",
	[BH_START_CONTAINER] = "startContainer",
	[BH_POSTSTART] = "poststart",
	[BH_POSTSTOP] = "poststop",
};
static const struct oci_names stage_names = {
	stage_words,
	BH_COUNT(stage_words),
};

#define DIGEST_ROW(json, member, ...) \
	STRING(json, member, INERT, .check = &check_digest, ##__VA_ARGS__)
#define PATH_ROW(json, member, ...) \
	STRING(json, member, INERT, .check = &check_absolute, ##__VA_ARGS__)
#define WHEN_ROW(json, member) STRING(json, member, INERT, .check = &check_when)
#define CHOICE_ROW(json, member, choice, ...)                                \
	{                                                                    \
		OCI_ROW(json, ENUM, INERT, OCI_AT(member, struct oci_enum)), \
			.names = &choice##_names, ##__VA_ARGS__              \
	}
#define PART_ROW(json, member, part)                               \
	{                                                          \
		OCI_ROW(json, OBJECT, INERT,                       \
			OCI_AT(member, struct bh_grant_##part *)), \
			.table = &part##_table                     \
	}
#define PARTS_ROW(json, member, part)                                 \
	{                                                             \
		OCI_ROW(json, OBJECTS, INERT,                         \
			OCI_LIST_AT(member, struct bh_grant_##part)), \
			.table = &part##_table                        \
	}
#define PART_TABLE(part)                               \
	static const struct oci_table part##_table = { \
		sizeof(SELF),                          \
		BH_COUNT(part##_rows),                 \
		part##_rows,                           \
	}

#define SELF struct bh_grant_file
static const struct oci_row file_rows[] = {
	PATH_ROW("path", path, .required = true),
	DIGEST_ROW("digest", digest),
};
PART_TABLE(file);
#undef SELF

#define SELF struct bh_grant_argument
static const struct oci_row argument_rows[] = {
	UINT("index", index, INERT, UINT32_MAX, .required = true),
	PATH_ROW("path", path, .required = true),
	DIGEST_ROW("digest", digest, .required = true),
};
PART_TABLE(argument);
#undef SELF

#define SELF struct bh_grant_wide
static const struct oci_row wide_rows[] = {
	BOOL("anyArgs", any_args, INERT),
	STRINGS("argsPattern", args_pattern, INERT, .filled = true),
	BOOL("anyEnv", any_env, INERT),
	BOOL("followPackage", follow_package, INERT),
};
PART_TABLE(wide);
#undef SELF

#define SELF struct bh_grant_by
static const struct oci_row by_rows[] = {
	UINT("uid", uid, INERT, UINT32_MAX, .required = true),
	UINT("loginUid", login_uid, INERT, UINT32_MAX),
};
PART_TABLE(by);
#undef SELF

#define SELF struct bh_grant
static const struct oci_row grant_rows[] = {
	UINT("version", version, INERT, UINT32_MAX, .required = true),
	CHOICE_ROW("kind", kind, kind, .required = true),
	CHOICE_ROW("stage", stage, stage),
	PATH_ROW("path", path, .required = true),
	DIGEST_ROW("digest", digest),
	DIGEST_ROW("content", content),
	PARTS_ROW("interpreters", interpreters, file),
	STRINGS("args", args, INERT),
	STRINGS("env", env, INERT),
	UINT("timeout", timeout, INERT, INT64_MAX),
	PARTS_ROW("argumentFiles", argument_files, argument),
	PART_ROW("wide", wide, wide),
	PARTS_ROW("files", files, file),
	WHEN_ROW("granted", granted),
	WHEN_ROW("expires", expires),
	PART_ROW("by", by, by),
	STRING("comment", comment, INERT),
};
#undef SELF

const struct oci_table bh_grant_table = {
	sizeof(struct bh_grant),
	BH_COUNT(grant_rows),
	grant_rows,
};
