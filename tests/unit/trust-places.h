/* SPDX-License-Identifier: Apache-2.0 */
/* A store below a directory of its own, for its tests. */
#ifndef TRUST_PLACES_H
#define TRUST_PLACES_H

#include "base-tree.h"
#include "tap.h"
#include "trust-item.h"
#include "trust/store.h"

/* 2026-11-23T08:15:00Z */
#define NOW 1795421700

static struct tree tree;
static char provisioned[128], granted[128], log_path[128];
static const struct bh_trust_places places = {
	.provisioned = provisioned,
	.granted = granted,
	.events = { .log = log_path },
};

/* ---- what is there ----------------------------------------------------------- */

static inline struct bh_grant *grant_of(const char *argument,
					const char *comment)
{
	const struct bh_grant_request request = { .now = NOW,
						  .comment = comment };
	struct bh_grant *made = NULL;
	struct bh_err err = { 0 };
	struct item it;

	make_item(&it);
	it.args[1] = argument;
	identify(&it);
	if (bh_grant_hook(&it.item, &request, &made, &err) < 0)
		abort();
	return made;
}

/* How many grants are read; -1 with the message printed. */
static inline int count(const char **ret_comment)
{
	static char comment[64];
	struct bh_trust_store store;
	struct bh_err err = { 0 };
	int found;

	if (bh_trust_load(&places, &store, &err) < 0) {
		diag("%s", err.text);
		return -1;
	}
	found = (int)store.grant_count;
	if (ret_comment && found > 0 && store.grants[0]->comment) {
		(void)snprintf(comment, sizeof(comment), "%s",
			       store.grants[0]->comment);
		*ret_comment = comment;
	}
	bh_trust_clear(&store);
	return found;
}

/* The lines of the audit log with an event. */
static inline size_t events(const char *name)
{
	bh_autoclose int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	bh_autobuf struct bh_buf text = { 0 };
	char words[64];
	size_t found = 0;

	(void)snprintf(words, sizeof(words), "\"event\":\"%s\"", name);
	if (fd < 0 || bh_read_all(fd, 1u << 20, &text) < 0)
		return 0;
	for (const char *at = text.data; at && (at = strstr(at, words)); at++)
		found++;
	return found;
}

static inline void make_places(void)
{
	tree_make(&tree);
	(void)snprintf(provisioned, sizeof(provisioned), "%s/root/trust.d",
		       tree.path);
	(void)snprintf(granted, sizeof(granted), "%s/root/lib/bulkhead/trust",
		       tree.path);
	(void)snprintf(log_path, sizeof(log_path), "%s/root/log/trust.jsonl",
		       tree.path);
}

#endif
