/* SPDX-License-Identifier: Apache-2.0 */
/* Where grants lie: read, kept, taken away. */
#include <errno.h>

#include "trust-places.h"

static void fails(const char *words, const char *title)
{
	struct bh_trust_store store;
	struct bh_err err = { 0 };
	int r = bh_trust_load(&places, &store, &err);

	if (!ok(r < 0 && strstr(err.text, words), "%s", title))
		diag("%s", r < 0 ? err.text : "loaded");
	if (r == 0)
		bh_trust_clear(&store);
	bh_trust_list(&places, &store);
	ok(store.count > 0 && store.entries[store.count - 1].broken,
	   "%s: listed as broken", title);
	bh_trust_clear(&store);
}

static void put(const char *dir, const char *name, const char *text)
{
	char path[256];
	bh_autoclose int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || bh_write_all(fd, text, strlen(text)) < 0)
		abort();
}

static void drop(const char *dir, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (unlink(path) < 0)
		abort();
}

static void place_of(const struct bh_grant *grant, char ret[256])
{
	(void)snprintf(ret, 256, "%s/%s.json", granted, grant->id);
}

/* ---- reading and writing ----------------------------------------------------- */

static void check_keep(void)
{
	struct bh_grant *one = grant_of("a", "old"), *two = grant_of("b", "x");
	struct bh_grant *again = grant_of("a", "new");
	struct bh_err err = { 0 };
	const char *comment = NULL;
	char path[256];
	struct stat st;

	is_int(count(NULL), 0, "nothing is there, and that is no error");
	ok(stat(granted, &st) < 0, "nor is it made by looking");
	is_int(bh_trust_grant(&places, one, &err), 0, "one is kept: %s",
	       err.text);
	place_of(one, path);
	ok(stat(path, &st) == 0 && st.st_mode == (S_IFREG | 0600),
	   "for its owner");
	ok(stat(granted, &st) == 0 && st.st_mode == (S_IFDIR | 0700),
	   "in a directory for its owner");
	is_int(bh_trust_grant(&places, two, &err), 0, "another");
	is_int(count(NULL), 2, "both are read");
	is_int(bh_trust_grant(&places, again, &err), 0, "the first once more");
	is_int(count(NULL), 2, "takes its place");
	is_int(bh_trust_revoke(&places, two->id, &err), 1, "one is revoked");
	is_int(count(&comment), 1, "the other is left");
	is_str(comment, "new", "in its newer form");
	is_int(events("grant"), 3, "each grant is an event");
	is_int(events("revoke"), 1, "and the revocation");
	bh_grant_free(one);
	bh_grant_free(two);
	bh_grant_free(again);
}

static void check_broken(void)
{
	struct bh_grant *one = grant_of("a", "new");
	bh_autofree char *text = NULL;
	char path[256];
	size_t len;

	put(granted, ".new", "{");
	put(granted, ".x.json", "{");
	put(granted, "README", "{");
	is_int(count(NULL), 1, "what is no NAME.json is nobody's");
	drop(granted, ".x.json");
	drop(granted, "README");
	put(granted, "zz.json", "{\n\"version\": 1,\n\"wrong\": 2}");
	fails("zz.json: line 3, column", "a broken document");
	drop(granted, "zz.json");
	text = bh_grant_print(one, &len);
	put(granted, "zz.json", text);
	fails("not what its name says", "a document under another name");
	drop(granted, "zz.json");
	place_of(one, path);
	if (chmod(path, 0620) < 0)
		abort();
	fails("is writable for others", "a document that others can write");
	if (chmod(path, 0600) < 0 || chmod(granted, 0770) < 0)
		abort();
	fails("is writable for others", "a directory that others can write");
	if (chmod(granted, 0700) < 0)
		abort();
	(void)snprintf(path, sizeof(path), "%s/zz.json", granted);
	if (symlink("/dev/null", path) < 0)
		abort();
	fails("open the grants", "a link");
	drop(granted, "zz.json");
	if (mkfifo(path, 0600) < 0)
		abort();
	fails("no regular file", "a pipe");
	drop(granted, "zz.json");
	is_int(count(NULL), 1, "all is well again");
	bh_grant_free(one);
}

static void check_provisioned(void)
{
	struct bh_grant *one = grant_of("p", "laid down");
	struct bh_err err = { 0 };
	struct bh_trust_store store;
	bh_autofree char *text = NULL;
	const struct bh_trust_entry *entry;
	size_t len;

	if (mkdir(provisioned, 0755) < 0)
		abort();
	text = bh_grant_print(one, &len);
	put(provisioned, "any-name.json", text);
	if (bh_trust_load(&places, &store, &err) < 0)
		abort();
	is_int(store.grant_count, 2, "one of each place");
	entry = bh_trust_find(&store, store.grants[0]);
	ok(entry && entry->provisioned && strstr(entry->file, "any-name.json"),
	   "it is known where they lie");
	bh_trust_clear(&store);
	ok(bh_trust_revoke(&places, one->id, &err) == -EINVAL &&
		   strstr(err.text, "any-name.json") &&
		   strcmp(err.hint, "remove that file") == 0,
	   "one that was laid down can't be revoked");
	is_int(bh_trust_grant(&places, one, &err), 0, "granted here as well");
	ok(bh_trust_revoke(&places, one->id, &err) == -EINVAL &&
		   strstr(err.text, "1 revoked: "),
	   "that one is revoked, and the other not");
	is_int(count(NULL), 2, "it is left");
	drop(provisioned, "any-name.json");
	bh_grant_free(one);
}

/* ---- revoking ---------------------------------------------------------------- */

static bool is_of(void *arg, const struct bh_grant *grant)
{
	return strcmp(grant->args.items[1], arg) == 0;
}

static void check_revoke(void)
{
	struct bh_grant *one = grant_of("a", NULL), *two = grant_of("b", NULL);
	char name[] = "b", prefix[80];
	struct bh_err err = { 0 };

	if (bh_trust_grant(&places, two, &err) < 0)
		abort();
	(void)snprintf(prefix, sizeof(prefix), "%.7s", one->id);
	ok(bh_trust_revoke(&places, prefix, &err) == -EINVAL &&
		   strstr(err.text, "too short"),
	   "seven digits are too few");
	is_int(bh_trust_revoke(&places, "0123456789", &err), -ENOENT,
	       "there is none");
	(void)snprintf(prefix, sizeof(prefix), "sha256:%.8s", one->digest);
	is_int(bh_trust_revoke(&places, prefix, &err), 1,
	       "by the beginning of its digest");
	is_int(bh_trust_revoke_those(&places, is_of, name, &err), 1,
	       "those that somebody picks");
	is_int(count(NULL), 0, "none is left");
	if (bh_trust_grant(&places, one, &err) < 0 ||
	    bh_trust_grant(&places, two, &err) < 0)
		abort();
	put(granted, "12345678.json", "{");
	is_int(bh_trust_revoke(&places, "12345678", &err), 1, "a broken one");
	put(granted, "12345678.json", "{");
	is_int(bh_trust_revoke_all(&places, &err), 3, "all");
	is_int(count(NULL), 0, "none is left");
	put(granted, "0123456789a.json", "{");
	put(granted, "0123456789b.json", "{");
	ok(bh_trust_revoke(&places, "0123456789", &err) == -EINVAL &&
		   strstr(err.text, "2 grants begin with"),
	   "one of two that begin alike is none");
	is_int(bh_trust_revoke_all(&places, &err), 2, "none of them is gone");
	bh_grant_free(one);
	bh_grant_free(two);
}

int main(void)
{
	make_places();
	check_keep();
	check_broken();
	check_provisioned();
	check_revoke();
	tree_remove(&tree);
	return done_testing();
}
