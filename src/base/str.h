/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings: the one integer parser, escaping for people's eyes, and a growing
 * buffer for output.
 */
#ifndef BH_BASE_STR_H
#define BH_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Parse the whole of text as a decimal number from 0 to max.  No sign, no
 * blanks, no leading zero before another digit, no 0x: what is not plainly a
 * number is -EINVAL, what is too large -ERANGE (CVE-2026-30892, -46680: user
 * strings that a lenient parser read as 0).  *ret is written on success only.
 */
int bh_parse_u64(const char *text, uint64_t max, uint64_t *ret);

/* The same in octal, for file modes; a leading 0 is allowed here. */
int bh_parse_octal(const char *text, uint64_t max, uint64_t *ret);

bool bh_str_eq(const char *a, const char *b); /* NULL equals NULL only */
bool bh_starts_with(const char *text, const char *prefix);

/* An owned, always terminated buffer that grows; all zero is empty. */
struct bh_buf {
	char *data; /* NULL while empty */
	size_t len;
	size_t room;
};

void bh_buf_add(struct bh_buf *buf, const char *data, size_t len);
void bh_buf_str(struct bh_buf *buf, const char *text);
void bh_buf_char(struct bh_buf *buf, char c);
void bh_buf_printf(struct bh_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void bh_buf_clear(struct bh_buf *buf);

#define bh_autobuf __attribute__((cleanup(bh_buf_clear)))

/*
 * Append text in such a form that no byte of it can move a cursor, start a
 * line or turn writing direction: control characters, DEL, invalid UTF-8 as
 * \xNN, C1 controls, bidi controls, line separators and other invisible
 * format characters as \u{NNNN}; backslash doubled.  At most max bytes of text
 * are looked at (0: all); what was cut is marked by "...".
 */
void bh_buf_escaped(struct bh_buf *buf, const char *text, size_t max);

/* Append a JSON string with its quotes; invalid bytes become U+FFFD. */
void bh_buf_json(struct bh_buf *buf, const char *text);

#endif
