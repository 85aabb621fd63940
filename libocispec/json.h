/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as a tree of nodes, and JSON text from calls.  Only json-read.c and
 * json-write.c know yajl.
 *
 * A node remembers where its text began, so that whoever refuses it can say
 * so.  Numbers are kept as text: what 18446744073709551615 means is for the
 * reader of the number to decide.  Everything lives in the document's arena;
 * the text that was parsed is borrowed and must outlive the document.
 */
#ifndef OCISPEC_JSON_H
#define OCISPEC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "ocispec.h"

/*
 * A node takes about forty times the two bytes of its shortest text; without
 * this limit 16 MiB of "0,0,0" would take 640 MiB.
 */
#define OCI_JSON_MAX_VALUES (1u << 20)

enum oci_json_type {
	OCI_JSON_NULL,
	OCI_JSON_BOOL,
	OCI_JSON_NUMBER,
	OCI_JSON_STRING,
	OCI_JSON_ARRAY,
	OCI_JSON_OBJECT
};

struct oci_json {
	struct oci_json *parent;
	struct oci_json *next;
	struct oci_json *first; /* child of an array or object */
	struct oci_json *last;
	const char *key;  /* NULL unless the parent is an object */
	const char *text; /* of a string or number, NUL-terminated */
	uint32_t key_len;
	uint32_t text_len;
	uint32_t key_offset; /* of the key in the document */
	uint32_t offset;     /* of the value */
	uint32_t index;	     /* place among its siblings */
	uint32_t count;	     /* of children */
	enum oci_json_type type;
	bool boolean;
};

struct oci_document {
	const char *text;
	size_t len;
	struct oci_json *root;
	struct oci_arena arena;
};

/*
 * Parse one value and nothing after it.  Refuses what the limits of ocispec.h
 * and scan.h refuse, and an object that has a key twice.  On success document
 * is to be cleared, on failure it is clear already and err is filled.
 */
int oci_document_parse(const char *text, size_t len,
		       struct oci_document *document, struct oci_error *err);
void oci_document_clear(struct oci_document *document);

/* Make node the last child of parent. */
void oci_json_append(struct oci_json *parent, struct oci_json *node);

/*
 * The first member of an object that repeats an earlier key, NULL when none
 * does.  Sorts, since a hostile object has as many members as fit.
 */
const struct oci_json *oci_json_find_repetition(const struct oci_json *object);

/* ---- writing ------------------------------------------------------------- */

/*
 * Text of one value.  Calls follow the structure of the value; a key precedes
 * each member of an object.  A byte of a string that is not UTF-8, which only
 * trees built by hand can have, is written as U+FFFD.
 */
struct oci_writer;

struct oci_writer *oci_writer_new(void);

void oci_write_key(struct oci_writer *writer, const char *key);
void oci_write_string(struct oci_writer *writer, const char *string);
void oci_write_bool(struct oci_writer *writer, bool value);
void oci_write_i64(struct oci_writer *writer, int64_t value);
void oci_write_u64(struct oci_writer *writer, uint64_t value);

/* An open must be told whether it has members: {} and [] close themselves. */
bool oci_write_open_object(struct oci_writer *writer, bool empty);
void oci_write_close_object(struct oci_writer *writer);
bool oci_write_open_array(struct oci_writer *writer, bool empty);
void oci_write_close_array(struct oci_writer *writer);

/* End the writer and give its text, owned, with a newline at the end. */
char *oci_writer_finish(struct oci_writer *writer, size_t *ret_len);

#endif
