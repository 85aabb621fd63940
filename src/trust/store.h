/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where grants lie: those that the host's owner has laid down, a document in
 * each NAME.json; and those that were granted here, each in ID.json.
 *
 * Both directories, all above them and all in them are guarded
 * (host/guarded.h), links in them are refused.  A file that fails a check is an
 * error: a store that lacks a grant and one that can't be read differ.  Missing
 * directories are empty ones.
 *
 * Readers take no lock: each document is written beside, saved and renamed, so
 * that whoever is killed at whatever point leaves it whole or not there.
 * Writers exclude each other by a lock on the directory.
 */
#ifndef BH_TRUST_STORE_H
#define BH_TRUST_STORE_H

#include "host/event.h"
#include "trust/grant.h"

/* More grants than this are refused, in each directory. */
#define BH_TRUST_MAX 4096

/* All borrowed. */
struct bh_trust_places {
	const char *provisioned; /* /etc/bulkhead/trust.d */
	const char *granted;	 /* /var/lib/bulkhead/trust */
	struct bh_event_places events;
};

struct bh_trust_entry {
	char *file;		/* where it lies */
	bool provisioned;	/* not of this host's `trust grant` */
	struct bh_grant *grant; /* NULL: it is broken */
	char *broken;		/* the message, or NULL */
};

struct bh_trust_store {
	size_t count;
	struct bh_trust_entry *entries; /* provisioned first; by file name */
	/* Those that are whole, for bh_match_best. */
	size_t grant_count;
	const struct bh_grant **grants;
};

/* Read all grants; the first that is broken is the error.  Changes nothing. */
int bh_trust_load(const struct bh_trust_places *places,
		  struct bh_trust_store *ret, struct bh_err *err);

/* The same for people: what is broken is an entry that says so, the directory
 * itself too. */
void bh_trust_list(const struct bh_trust_places *places,
		   struct bh_trust_store *ret);
void bh_trust_clear(struct bh_trust_store *store);

/* Where a grant of the store lies; NULL: it is not of this store. */
const struct bh_trust_entry *bh_trust_find(const struct bh_trust_store *store,
					   const struct bh_grant *grant);

/*
 * Keep a grant, in place of one with the same id.  Makes the directory where it
 * is missing.  It is saved, then the event "grant" is written, then it counts;
 * where any of that fails, nothing has changed.
 */
int bh_trust_grant(const struct bh_trust_places *places,
		   const struct bh_grant *grant, struct bh_err *err);

/*
 * Take grants away: the one whose id or digest begins with prefix (8 digits or
 * more); those for which fits says so; all.  Broken files go by prefix of
 * their name, and with all.  Each is an event "revoke"; where that can't be
 * written, trust has been taken away all the same, and the error says so.
 * Returns how many they were; -ENOENT where there are none.  A provisioned one
 * is refused: its file is to be removed.
 */
int bh_trust_revoke(const struct bh_trust_places *places, const char *prefix,
		    struct bh_err *err);

typedef bool (*bh_trust_fits)(void *arg, const struct bh_grant *grant);

int bh_trust_revoke_those(const struct bh_trust_places *places,
			  bh_trust_fits fits, void *arg, struct bh_err *err);
int bh_trust_revoke_all(const struct bh_trust_places *places,
			struct bh_err *err);

#endif
