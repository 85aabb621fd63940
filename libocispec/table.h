/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables that say which member of a JSON object goes where in a structure.
 * One reader, one writer, one destructor and one walk follow them, so that a
 * new member of the specification is a new row and nothing else.
 *
 * A table is written between "#define SELF struct oci_NAME" and "#undef SELF",
 * as an array NAME_rows and a line OCI_TABLE(NAME).  The compiler checks that
 * each member has the type that its row's kind stores, and that each row has a
 * class (INERT, NARROW, GATE, REFUSE; see enum oci_class).
 */
#ifndef OCISPEC_TABLE_H
#define OCISPEC_TABLE_H

#include "check.h"
#include "enums.h"
#include "ocispec.h"

enum oci_kind {
	OCI_KIND_STRING,  /* char * */
	OCI_KIND_BOOL,	  /* struct oci_bool */
	OCI_KIND_INT,	  /* struct oci_i64, min to max */
	OCI_KIND_UINT,	  /* struct oci_u64, 0 to max */
	OCI_KIND_ENUM,	  /* struct oci_enum, one of names */
	OCI_KIND_OBJECT,  /* pointer to a structure of table */
	OCI_KIND_STRINGS, /* struct oci_strings, of names if given */
	OCI_KIND_UINTS,	  /* OCI_LIST(uint64_t), each 0 to max */
	OCI_KIND_ENUMS,	  /* OCI_LIST(int), each one of names */
	OCI_KIND_OBJECTS, /* OCI_LIST of structures of table */
	OCI_KIND_PAIRS,	  /* struct oci_pairs */
	OCI_KIND_MAP,	  /* as OBJECTS; each begins with char *key */
	OCI_KIND_COUNT
};

struct oci_table;

struct oci_row {
	const char *name;
	enum oci_kind kind;
	enum oci_class class;
	size_t offset;
	bool required;
	bool filled; /* a list must not be empty */
	int64_t min;
	uint64_t max;
	const struct oci_table *table;
	const struct oci_names *names;
	const struct oci_check *check; /* of a string, or each of strings */
};

struct oci_table {
	size_t size; /* of the structure */
	size_t count;
	const struct oci_row *rows;
};

/* Every OCI_LIST begins like this one; pointers are alike on our platforms. */
struct oci_list {
	bool set;
	size_t len;
	void *items;
};

/* ---- rows ---------------------------------------------------------------- */

/* 0, or a compile error when a condition does not hold */
#define OCI_MUST(condition, message)                   \
	(0 * sizeof(struct {                           \
		 _Static_assert((condition), message); \
		 char unused;                          \
	 }))

#define OCI_IS(expression, type) \
	__builtin_types_compatible_p(__typeof__(expression), type)

#define OCI_MEMBER(member) (((SELF *)NULL)->member)

/* where member is, which must be of this type */
#define OCI_AT(member, type)                                                 \
	(offsetof(SELF, member) + OCI_MUST(OCI_IS(OCI_MEMBER(member), type), \
					   #member                           \
					   " has another type than its row"))

/* where member is, which must be a list of this type */
#define OCI_LIST_AT(member, type)                                   \
	(offsetof(SELF, member) +                                   \
	 OCI_MUST(OCI_IS(OCI_MEMBER(member.items), type *) &&       \
			  sizeof(OCI_MEMBER(member)) ==             \
				  sizeof(struct oci_list) &&        \
			  offsetof(SELF, member.items) -            \
					  offsetof(SELF, member) == \
				  offsetof(struct oci_list, items), \
		  #member " has another type than its row"))

#define OCI_ROW(json, k, c, at)                                       \
	.name = (json), .kind = OCI_KIND_##k, .class = OCI_CLASS_##c, \
	.offset = (at)

/* Further arguments are initializers, such as .required = true. */
#define STRING(json, member, c, ...)                                          \
	{                                                                     \
		OCI_ROW(json, STRING, c, OCI_AT(member, char *)), __VA_ARGS__ \
	}
#define BOOL(json, member, c, ...)                                       \
	{                                                                \
		OCI_ROW(json, BOOL, c, OCI_AT(member, struct oci_bool)), \
			__VA_ARGS__                                      \
	}
#define INT(json, member, c, low, high, ...)                           \
	{                                                              \
		OCI_ROW(json, INT, c, OCI_AT(member, struct oci_i64)), \
			.min = (low), .max = (high), __VA_ARGS__       \
	}
#define UINT(json, member, c, high, ...)                                \
	{                                                               \
		OCI_ROW(json, UINT, c, OCI_AT(member, struct oci_u64)), \
			.max = (high), __VA_ARGS__                      \
	}
#define ENUM(json, member, c, enumeration, ...)                          \
	{                                                                \
		OCI_ROW(json, ENUM, c, OCI_AT(member, struct oci_enum)), \
			.names = &oci_##enumeration##_names, __VA_ARGS__ \
	}
#define OBJECT(json, member, c, type, ...)                                     \
	{                                                                      \
		OCI_ROW(json, OBJECT, c, OCI_AT(member, struct oci_##type *)), \
			.table = &oci_##type##_table, __VA_ARGS__              \
	}
#define STRINGS(json, member, c, ...)                                          \
	{                                                                      \
		OCI_ROW(json, STRINGS, c, OCI_AT(member, struct oci_strings)), \
			__VA_ARGS__                                            \
	}
#define UINTS(json, member, c, high, ...)                               \
	{                                                               \
		OCI_ROW(json, UINTS, c, OCI_LIST_AT(member, uint64_t)), \
			.max = (high), __VA_ARGS__                      \
	}
#define ENUMS(json, member, c, enumeration, ...)                         \
	{                                                                \
		OCI_ROW(json, ENUMS, c, OCI_LIST_AT(member, int)),       \
			.names = &oci_##enumeration##_names, __VA_ARGS__ \
	}
#define OBJECTS(json, member, c, type, ...)                       \
	{                                                         \
		OCI_ROW(json, OBJECTS, c,                         \
			OCI_LIST_AT(member, struct oci_##type)),  \
			.table = &oci_##type##_table, __VA_ARGS__ \
	}
#define PAIRS(json, member, c, ...)                                        \
	{                                                                  \
		OCI_ROW(json, PAIRS, c, OCI_AT(member, struct oci_pairs)), \
			__VA_ARGS__                                        \
	}
#define MAP(json, member, c, type, ...)                                      \
	{                                                                    \
		OCI_ROW(json, MAP, c,                                        \
			OCI_LIST_AT(member, struct oci_##type) +             \
				OCI_MUST(offsetof(struct oci_##type, key) == \
						 0,                          \
					 #type                               \
					 " does not begin with its key")),   \
			.table = &oci_##type##_table, __VA_ARGS__            \
	}

#define OCI_TABLE(type)                                                        \
	const struct oci_table oci_##type##_table = {                          \
		sizeof(SELF) +                                                 \
			OCI_MUST(OCI_IS((*(SELF *)NULL), struct oci_##type),   \
				 #type " is not the structure of these rows"), \
		sizeof(type##_rows) / sizeof(type##_rows[0]), type##_rows      \
	}

/* ---- tables that more than one file needs -------------------------------- */

extern const struct oci_table oci_id_mapping_table;
extern const struct oci_table oci_process_table;
extern const struct oci_table oci_resources_table;
extern const struct oci_table oci_seccomp_table;
extern const struct oci_table oci_linux_table;
extern const struct oci_table oci_config_table;
extern const struct oci_table oci_state_table;
extern const struct oci_table oci_features_table;

/* ---- what follows tables ------------------------------------------------- */

/* Read a whole document into a new structure of table; see oci_config_read. */
int oci_table_read(const struct oci_table *table, const char *text, size_t len,
		   void **ret, struct oci_strings *unknown,
		   struct oci_error *err);

/* The same for documents of our own, where a word that nobody knows is a
 * mistake: refused, as null is. */
int oci_table_read_strict(const struct oci_table *table, const char *text,
			  size_t len, void **ret, struct oci_error *err);

/* The text of a structure of table; see oci_config_write. */
char *oci_table_write(const struct oci_table *table, const void *object,
		      size_t *ret_len);

/* Free what a structure of table owns, without and with the structure. */
void oci_table_clear(const struct oci_table *table, void *object);
void oci_table_free(const struct oci_table *table, void *object);

/* Visit the members that object sets; with object NULL, all that table has. */
int oci_table_walk(const struct oci_table *table, const void *object,
		   oci_visit visit, void *arg);

/* Whether the member of a row is there. */
bool oci_row_is_set(const struct oci_row *row, const void *object);

/* A list and an object pointer, whatever their members' type. */
struct oci_list oci_list_get(const void *slot);
void oci_list_set(void *slot, const struct oci_list *list);
void *oci_object_get(const void *slot);

#endif
