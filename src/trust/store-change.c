/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/guarded.h"
#include "spec/spec.h"
#include "trust/store.h"

/* What is not yet a grant.  One name is enough for all writers, since they are
 * locked out by each other; what a killed one has left is the next one's. */
#define NEW ".new"

/* Less is too easily another's. */
#define LEAST_PREFIX 8

static int lock(const struct bh_guarded_dir *dir, struct bh_err *err)
{
	int r;

	do
		r = flock(dir->fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	return r < 0 ? bh_fail(err, errno, "lock the grants %s", dir->path) : 0;
}

/* ---- events ------------------------------------------------------------------ */

/* grant may be NULL: of a file that nobody can read. */
static int write_event(const struct bh_trust_places *places, const char *name,
		       const char *file, const struct bh_grant *grant,
		       struct bh_err *err)
{
	static const struct bh_grant unknown;
	const struct bh_grant *of = grant ? grant : &unknown;
	bool hook = grant && grant->kind.value == BH_GRANT_HOOK;
	bh_autobuf struct bh_buf wide = { 0 }, text = { 0 };
	struct bh_event event = { .name = name, .priority = LOG_NOTICE };
	struct bh_event_field fields[] = {
		{ "grant", grant ? of->id : NULL },
		{ "digest", of->digest ? of->digest : of->content },
		{ "kind", !grant ? NULL :
			  hook	 ? "hook" :
				   "workspace" },
		{ "stage", hook ? bh_hook_stage_name(
					  (enum bh_hook_stage)of->stage.value) :
				  NULL },
		{ "path", of->path },
		{ "wide", NULL },
		{ "expires", of->expires },
		{ "comment", of->comment },
		{ "file", file },
		{ NULL, NULL },
	};

	bh_grant_print_wide(of, &wide);
	fields[5].value = wide.data;
	bh_buf_printf(&text, "trust %s: %s", name, of->path ? of->path : file);
	event.text = text.data;
	event.fields = fields;
	return bh_event_save(&places->events, &event, err);
}

/* ---- granting ---------------------------------------------------------------- */

/* A document too many would be everyone's error, the gate's first. */
static int check_room(const struct bh_trust_places *places,
		      const struct bh_grant *grant, struct bh_err *err)
{
	struct bh_trust_store store;
	size_t granted = 0;
	bool there = false;

	bh_trust_list(places, &store);
	for (size_t i = 0; i < store.count; i++) {
		if (store.entries[i].provisioned)
			continue;
		granted++;
		there |= store.entries[i].grant &&
			 strcmp(store.entries[i].grant->id, grant->id) == 0;
	}
	bh_trust_clear(&store);
	if (there || granted < BH_TRUST_MAX)
		return 0;
	(void)bh_refuse(err, "keep the grant: %s has %d of them",
			places->granted, BH_TRUST_MAX);
	return bh_hint(err, "revoke those that are not needed any more");
}

/* Write the document beside the others, where no reader looks. */
static int save_new(const struct bh_guarded_dir *dir,
		    const struct bh_grant *grant, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	bh_autoclose int fd = -1;
	size_t len;
	int r;

	if (unlinkat(dir->fd, NEW, 0) < 0 && errno != ENOENT)
		return bh_fail(err, errno, "remove %s/" NEW, dir->path);
	fd = bh_guarded_open_in(dir, NEW, O_WRONLY | O_CREAT | O_EXCL, err);
	if (fd < 0)
		return fd;
	text = bh_grant_print(grant, &len);
	r = bh_write_all(fd, text, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r < 0 ? bh_fail(err, -r, "write the grant %s/" NEW, dir->path) :
		       0;
}

static int put_in_place(const struct bh_guarded_dir *dir, const char *name,
			struct bh_err *err)
{
	if (renameat(dir->fd, NEW, dir->fd, name) < 0)
		return bh_fail(err, errno, "keep the grant %s/%s", dir->path,
			       name);
	if (fsync(dir->fd) == 0)
		return 0;
	/* It might be gone after a crash: then it shall not be there now. */
	(void)bh_fail(err, errno, "save the grants %s", dir->path);
	(void)unlinkat(dir->fd, name, 0);
	return -err->errnum;
}

static int keep(const struct bh_trust_places *places,
		const struct bh_guarded_dir *dir, const struct bh_grant *grant,
		struct bh_err *err)
{
	bh_autobuf struct bh_buf name = { 0 }, file = { 0 };
	struct bh_err ignored;
	int r = check_room(places, grant, err);

	if (r < 0)
		return r;
	bh_buf_printf(&name, "%s.json", grant->id);
	bh_buf_printf(&file, "%s/%s", dir->path, name.data);
	r = save_new(dir, grant, err);
	if (r == 0) {
		/* Before it counts: one that nobody was told of must not. */
		r = write_event(places, "grant", file.data, grant, err);
		if (r == 0) {
			r = put_in_place(dir, name.data, err);
			if (r < 0)
				(void)write_event(places, "grantFailed",
						  file.data, grant, &ignored);
		}
	}
	if (r < 0)
		(void)unlinkat(dir->fd, NEW, 0);
	return r;
}

int bh_trust_grant(const struct bh_trust_places *places,
		   const struct bh_grant *grant, struct bh_err *err)
{
	struct bh_guarded_dir dir = { .fd = -1 };
	int r = bh_guarded_dir_make("grants", places->granted, &dir, err);

	if (r == 0)
		r = lock(&dir, err);
	if (r == 0)
		r = keep(places, &dir, grant, err);
	bh_close(&dir.fd);
	return r;
}

/* ---- revoking ---------------------------------------------------------------- */

/* Which entries are meant.  One of the three, or none for all. */
struct choice {
	const char *prefix;
	bh_trust_fits fits;
	void *arg;
};

static const char *name_of(const struct bh_trust_entry *entry)
{
	const char *slash = strrchr(entry->file, '/');

	return slash ? slash + 1 : entry->file;
}

static bool is_meant(const struct choice *choice,
		     const struct bh_trust_entry *entry)
{
	const struct bh_grant *grant = entry->grant;

	if (choice->fits)
		return grant && choice->fits(choice->arg, grant);
	if (!choice->prefix)
		return true;
	if (!grant)
		return bh_starts_with(name_of(entry), choice->prefix);
	return bh_starts_with(grant->id, choice->prefix) ||
	       (grant->digest && bh_starts_with(grant->digest, choice->prefix));
}

/* The directory itself can be an entry, when it can't be read. */
static int check_readable(const struct bh_trust_store *store,
			  const struct bh_guarded_dir *dir, struct bh_err *err)
{
	for (size_t i = 0; i < store->count; i++)
		if (strcmp(store->entries[i].file, dir->path) == 0)
			return bh_refuse(err, "revoke trust: %s",
					 store->entries[i].broken);
	return 0;
}

static int remove_one(const struct bh_trust_places *places,
		      const struct bh_guarded_dir *dir,
		      const struct bh_trust_entry *entry, struct bh_err *err)
{
	int r;

	if (unlinkat(dir->fd, name_of(entry), 0) < 0)
		return bh_fail(err, errno, "revoke the grant %s", entry->file);
	if (fsync(dir->fd) < 0)
		return bh_fail(err, errno, "save the grants %s", dir->path);
	r = write_event(places, "revoke", entry->file, entry->grant, err);
	if (r < 0)
		return bh_context(err,
				  "the grant %s is revoked, but that is not "
				  "in the audit log",
				  entry->file);
	return 0;
}

/* All that are meant, whatever fails: the first failure is the result. */
static int remove_meant(const struct bh_trust_places *places,
			const struct bh_guarded_dir *dir,
			const struct bh_trust_store *store,
			const struct choice *choice, struct bh_err *err)
{
	struct bh_err one;
	int count = 0, r = 0;

	for (size_t i = 0; i < store->count; i++) {
		const struct bh_trust_entry *entry = &store->entries[i];

		if (entry->provisioned || !is_meant(choice, entry))
			continue;
		one = (struct bh_err){ 0 };
		if (remove_one(places, dir, entry, &one) == 0) {
			count++;
		} else if (r == 0) {
			r = -one.errnum;
			*err = one;
		}
	}
	return r < 0 ? r : count;
}

/* What was laid down stays, and that must not be missed. */
static int check_provisioned(const struct bh_trust_store *store,
			     const struct choice *choice, int revoked,
			     struct bh_err *err)
{
	for (size_t i = 0; i < store->count; i++) {
		const struct bh_trust_entry *entry = &store->entries[i];

		if (!entry->provisioned || !is_meant(choice, entry))
			continue;
		(void)bh_refuse(err,
				"revoke trust: %s was not granted by `bulkhead "
				"trust grant`, and still holds",
				entry->file);
		if (revoked > 0)
			(void)bh_context(err, "%d revoked", revoked);
		return bh_hint(err, "remove that file");
	}
	return revoked;
}

static int check_one(const struct bh_trust_store *store,
		     const struct choice *choice, struct bh_err *err)
{
	size_t count = 0;

	for (size_t i = 0; choice->prefix && i < store->count; i++)
		count += !store->entries[i].provisioned &&
			 is_meant(choice, &store->entries[i]);
	if (count < 2)
		return 0;
	(void)bh_refuse(err, "revoke trust: %zu grants begin with %s", count,
			choice->prefix);
	return bh_hint(err, "give more of its digits");
}

static int revoke_in(const struct bh_trust_places *places,
		     const struct bh_guarded_dir *dir,
		     const struct choice *choice, struct bh_err *err)
{
	struct bh_trust_store store;
	int r;

	bh_trust_list(places, &store);
	r = check_readable(&store, dir, err);
	if (r == 0)
		r = check_one(&store, choice, err);
	if (r == 0 && dir->fd >= 0)
		r = remove_meant(places, dir, &store, choice, err);
	if (r >= 0)
		r = check_provisioned(&store, choice, r, err);
	bh_trust_clear(&store);
	if (r == 0) {
		(void)bh_refuse(err, "revoke trust: there is no such grant");
		err->errnum = ENOENT;
		return -ENOENT;
	}
	return r;
}

static int take_away(const struct bh_trust_places *places,
		     const struct choice *choice, struct bh_err *err)
{
	struct bh_guarded_dir dir = { .path = places->granted, .fd = -1 };
	int r = bh_guarded_dir_open("grants", places->granted, &dir, err);

	if (r == 0)
		r = lock(&dir, err);
	else if (r == -ENOENT)
		r = 0;
	if (r == 0)
		r = revoke_in(places, &dir, choice, err);
	bh_close(&dir.fd);
	return r;
}

int bh_trust_revoke(const struct bh_trust_places *places, const char *prefix,
		    struct bh_err *err)
{
	static const char scheme[] = "sha256:";
	struct choice choice = { .prefix = prefix };

	if (bh_starts_with(prefix, scheme))
		choice.prefix += strlen(scheme);
	if (strlen(choice.prefix) < LEAST_PREFIX)
		return bh_refuse(err,
				 "revoke trust: %s is too short: give %d "
				 "digits or more",
				 prefix, LEAST_PREFIX);
	return take_away(places, &choice, err);
}

int bh_trust_revoke_those(const struct bh_trust_places *places,
			  bh_trust_fits fits, void *arg, struct bh_err *err)
{
	const struct choice choice = { .fits = fits, .arg = arg };

	return take_away(places, &choice, err);
}

int bh_trust_revoke_all(const struct bh_trust_places *places,
			struct bh_err *err)
{
	const struct choice choice = { 0 };

	return take_away(places, &choice, err);
}
