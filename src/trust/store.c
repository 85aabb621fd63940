/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the store; what changes it is in store-change.c. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/guarded.h"
#include "trust/store.h"

#define SUFFIX ".json"

/* ---- one place --------------------------------------------------------------- */

struct names {
	size_t count;
	char **items; /* sorted */
};

static void clear_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

/* NAME.json; what begins with a dot is a writer's, or an editor's. */
static bool is_document(const char *name)
{
	size_t len = strlen(name), suffix = strlen(SUFFIX);

	return name[0] != '.' && len > suffix &&
	       strcmp(name + len - suffix, SUFFIX) == 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(const struct bh_guarded_dir *dir, struct names *names,
		      struct bh_err *err)
{
	/* Of its own: reading moves in what is shared with a dup(2). */
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!list) {
		r = bh_fail(err, errno, "read the %s %s", dir->what, dir->path);
		bh_close(&fd);
		return r;
	}
	while (r == 0) {
		errno = 0;
		entry = readdir(list);
		if (!entry)
			break;
		if (!is_document(entry->d_name))
			continue;
		if (names->count >= BH_TRUST_MAX)
			r = bh_refuse(err,
				      "read the %s %s: there are more than %d",
				      dir->what, dir->path, BH_TRUST_MAX);
		names->items = bh_realloc(names->items, names->count + 1,
					  sizeof(char *));
		names->items[names->count++] = bh_strdup(entry->d_name);
	}
	if (r == 0 && errno != 0) /* how readdir(3) ended */
		r = bh_fail(err, errno, "read the %s %s", dir->what, dir->path);
	(void)closedir(list);
	if (names->count > 1)
		qsort(names->items, names->count, sizeof(char *),
		      compare_names);
	return r;
}

/* What was granted here goes by its id; anything else was changed by hand. */
static int check_name(const char *file, const char *name,
		      const struct bh_grant *grant, struct bh_err *err)
{
	size_t len = strlen(grant->id);

	if (strncmp(name, grant->id, len) == 0 &&
	    strcmp(name + len, SUFFIX) == 0)
		return 0;
	return bh_refuse(err,
			 "read the grant %s: its content is not what its name "
			 "says, which is %s",
			 file, grant->id);
}

static int read_grant(const struct bh_guarded_dir *dir, const char *name,
		      bool provisioned, struct bh_trust_entry *entry,
		      struct bh_err *err)
{
	bh_autoclose int fd = bh_guarded_open_in(dir, name, O_RDONLY, err);
	bh_autobuf struct bh_buf text = { 0 };
	int r;

	if (fd < 0)
		return fd;
	r = bh_read_all(fd, BH_GRANT_MAX, &text);
	if (r < 0)
		return bh_fail(err, -r, "read the grant %s", entry->file);
	r = bh_grant_parse(entry->file, text.data ? text.data : "", text.len,
			   &entry->grant, err);
	if (r < 0 || provisioned)
		return r;
	r = check_name(entry->file, name, entry->grant, err);
	if (r < 0) {
		bh_grant_free(entry->grant);
		entry->grant = NULL;
	}
	return r;
}

/* ---- all of it --------------------------------------------------------------- */

static struct bh_trust_entry *add_entry(struct bh_trust_store *store,
					const char *dir, const char *name,
					bool provisioned)
{
	bh_autobuf struct bh_buf file = { 0 };
	struct bh_trust_entry *entry;

	bh_buf_str(&file, dir);
	if (name)
		bh_buf_printf(&file, "/%s", name);
	store->entries = bh_realloc(store->entries, store->count + 1,
				    sizeof(*store->entries));
	entry = &store->entries[store->count++];
	*entry = (struct bh_trust_entry){
		.file = bh_steal_ptr(file.data),
		.provisioned = provisioned,
	};
	return entry;
}

/* A failure is the caller's, or with tolerant the entry's own. */
static int settle(struct bh_trust_entry *entry, bool tolerant, int r,
		  const struct bh_err *err)
{
	if (r == 0 || !tolerant)
		return r;
	entry->broken = bh_err_message(err);
	return 0;
}

static int read_documents(const struct bh_guarded_dir *dir, bool provisioned,
			  bool tolerant, struct bh_trust_store *store,
			  struct bh_err *err)
{
	struct names names = { 0 };
	int r = read_names(dir, &names, err);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		struct bh_trust_entry *entry = add_entry(
			store, dir->path, names.items[i], provisioned);

		r = read_grant(dir, names.items[i], provisioned, entry, err);
		if (r == -ENOENT) {
			/* Revoked since we have read its name. */
			free(entry->file);
			store->count--;
			r = 0;
			continue;
		}
		r = settle(entry, tolerant, r, err);
	}
	clear_names(&names);
	return r;
}

static int read_place(const char *path, bool provisioned, bool tolerant,
		      struct bh_trust_store *store, struct bh_err *err)
{
	struct bh_guarded_dir dir = { .fd = -1 };
	int r = bh_guarded_dir_open("grants", path, &dir, err);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = read_documents(&dir, provisioned, tolerant, store, err);
	bh_close(&dir.fd);
	if (r < 0 && tolerant)
		r = settle(add_entry(store, path, NULL, provisioned), true, r,
			   err);
	return r;
}

static int read_places(const struct bh_trust_places *places, bool tolerant,
		       struct bh_trust_store *store, struct bh_err *err)
{
	int r = read_place(places->provisioned, true, tolerant, store, err);

	if (r == 0)
		r = read_place(places->granted, false, tolerant, store, err);
	store->grants = bh_calloc(store->count, sizeof(*store->grants));
	for (size_t i = 0; i < store->count; i++)
		if (store->entries[i].grant)
			store->grants[store->grant_count++] =
				store->entries[i].grant;
	return r;
}

int bh_trust_load(const struct bh_trust_places *places,
		  struct bh_trust_store *ret, struct bh_err *err)
{
	struct bh_trust_store store = { 0 };
	int r = read_places(places, false, &store, err);

	if (r < 0)
		bh_trust_clear(&store);
	else
		*ret = store;
	return r;
}

void bh_trust_list(const struct bh_trust_places *places,
		   struct bh_trust_store *ret)
{
	struct bh_trust_store store = { 0 };
	struct bh_err ignored;

	/* Each failure is an entry. */
	(void)read_places(places, true, &store, &ignored);
	*ret = store;
}

void bh_trust_clear(struct bh_trust_store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		free(store->entries[i].file);
		free(store->entries[i].broken);
		bh_grant_free(store->entries[i].grant);
	}
	free(store->entries);
	free(store->grants);
	*store = (struct bh_trust_store){ 0 };
}

const struct bh_trust_entry *bh_trust_find(const struct bh_trust_store *store,
					   const struct bh_grant *grant)
{
	for (size_t i = 0; i < store->count; i++)
		if (grant && store->entries[i].grant == grant)
			return &store->entries[i];
	return NULL;
}
