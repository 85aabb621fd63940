/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors as values.  A function that can fail returns 0 or a value on success
 * and -errno on failure, and then fills a struct bh_err.  The record is flat
 * and of fixed size, so that it can be filled without allocating and handed
 * from the child to the parent in shared memory.
 *
 * A message reads: what was being done, on what: why; what helps.  The reader
 * who reports it adds the errno's text; bh_refuse says the reason itself.
 */
#ifndef BH_BASE_ERR_H
#define BH_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define BH_ERR_TEXT 1536
#define BH_ERR_HINT 512

struct bh_err {
	int errnum;		/* positive; 0 in an unused record */
	bool explained;		/* text holds the reason; errno adds nothing */
	bool block;		/* text has lines, and is escaped already */
	bool denied;		/* by policy or the trust gate */
	char text[BH_ERR_TEXT]; /* cut, never overrun; always ends in NUL */
	char hint[BH_ERR_HINT]; /* what helps; may be empty */
};

/* A system call failed: "open /proc/self/uid_map".  Returns -errnum. */
int bh_fail(struct bh_err *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Input was refused, for the reason in the text itself.  Returns -EINVAL. */
int bh_refuse(struct bh_err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Several things were refused: text is lines, shown below each other on a
 * terminal and joined in a log.  Whatever came from outside must be escaped in
 * it.  Returns -EINVAL.
 */
int bh_refuse_block(struct bh_err *err, const char *text);

/* Mark a refusal as one of policy or of the trust gate, of which the host's
 * observer hears.  Returns -errnum of the record. */
int bh_denied(struct bh_err *err);

/* Put "context: " in front of the text.  Returns -errnum of the record. */
int bh_context(struct bh_err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Say what helps.  Returns -errnum of the record. */
int bh_hint(struct bh_err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Make a record that came from another process safe to read. */
void bh_err_sanitize(struct bh_err *err);

/* The whole message, "text: reason; hint", owned by the caller; of a block, its
 * lines. */
char *bh_err_message(const struct bh_err *err);

#endif
