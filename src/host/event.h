/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: a JSON object on a line of its own for each event, and an
 * entry of the journal where there is a journal.
 *
 *	{"time":"2026-11-23T08:15:00Z","event":"grant","uid":0,"loginUid":1000,
 *	 "pid":4711,"digest":"..."}
 *
 * Each text is escaped, so that it can't move a cursor, and cut at 256 bytes.
 */
#ifndef BH_HOST_EVENT_H
#define BH_HOST_EVENT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* All borrowed. */
struct bh_event_places {
	const char *log;     /* /var/log/bulkhead/trust.jsonl; NULL: none */
	const char *journal; /* /run/systemd/journal/socket; NULL: none */
};

/* What the journal's socket is called everywhere. */
#define BH_EVENT_JOURNAL "/run/systemd/journal/socket"

/* The names are in lower case with capitals inside, "containerId"; in the journal
 * that one is BULKHEAD_CONTAINER_ID. */
struct bh_event_field {
	const char *name;
	const char *value; /* NULL: the field is left out */
};

struct bh_event {
	const char *name; /* "grant", "revoke", "refuse" */
	int priority;	  /* of syslog(3): LOG_NOTICE, LOG_WARNING */
	const char *text; /* one line for the journal */
	const struct bh_event_field *fields; /* ended by a name of NULL */
};

/*
 * Write an event: the line, in one write that is whole or not there, then the
 * journal's entry, whose failure is none of the event's.  The log's directory
 * must be there and guarded (host/guarded.h); the file is made.
 */
int bh_event_write(const struct bh_event_places *places,
		   const struct bh_event *event, struct bh_err *err);

/* The same, for what must not be lost in a crash; the directory is made, too. */
int bh_event_save(const struct bh_event_places *places,
		  const struct bh_event *event, struct bh_err *err);

/* Who logged in (pam_loginuid(8)); -1: nobody, or not known. */
int64_t bh_event_login_uid(void);

#endif
