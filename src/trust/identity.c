/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/identity.h"

/* Grants hold identities: another encoding needs another name. */
#define ENCODING "bulkhead item 1"

static void add_file(struct bh_hash *hash, const struct bh_item_file *file)
{
	bh_hash_text(hash, file->path);
	bh_hash_add(hash, file->digest.bytes, sizeof(file->digest.bytes));
}

static void add_list(struct bh_hash *hash, const char *const *list)
{
	size_t count = 0;

	while (list && list[count])
		count++;
	bh_hash_number(hash, count);
	for (size_t i = 0; i < count; i++)
		bh_hash_text(hash, list[i]);
}

void bh_identity_of(const struct bh_item *item, struct bh_digest *ret)
{
	const struct bh_hook *hook = item->hook;
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_text(&hash, ENCODING);
	/* The name: numbers of an enumeration may change. */
	bh_hash_text(&hash, bh_hook_stage_name(hook->stage));
	add_file(&hash, &item->file);
	bh_hash_number(&hash, item->interpreter_count);
	for (size_t i = 0; i < item->interpreter_count; i++)
		add_file(&hash, &item->interpreters[i]);
	add_list(&hash, hook->args);
	bh_hash_number(&hash, hook->env_set);
	add_list(&hash, hook->env);
	bh_hash_number(&hash, hook->timeout);
	bh_hash_number(&hash, item->argument_count);
	for (size_t i = 0; i < item->argument_count; i++) {
		bh_hash_number(&hash, item->arguments[i].index);
		add_file(&hash, &item->arguments[i].file);
	}
	bh_hash_end(&hash, ret);
}
