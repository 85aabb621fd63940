/* SPDX-License-Identifier: Apache-2.0 */
/* Items as looking at a host would make them, without a host. */
#ifndef TRUST_ITEM_H
#define TRUST_ITEM_H

#include <string.h>

#include "trust/grant.h"

struct item {
	struct bh_hook hook;
	const char *args[8], *env[8];
	struct bh_item_argument arguments[4];
	struct bh_item item;
};

static inline struct bh_digest digest_of(const char *text)
{
	struct bh_digest digest;

	bh_digest_of(text, strlen(text), &digest);
	return digest;
}

static inline struct bh_item_file file_of(const char *path, const char *content)
{
	return (struct bh_item_file){
		.path = path,
		.digest = digest_of(content),
	};
}

/* It stands for identity.c's, whose encoding is of no interest here. */
static inline void identify(struct item *it)
{
	struct bh_item *item = &it->item;
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_number(&hash, it->hook.stage);
	bh_hash_text(&hash, item->file.path);
	bh_hash_add(&hash, item->file.digest.bytes, BH_DIGEST_SIZE);
	for (size_t i = 0; i < item->interpreter_count; i++)
		bh_hash_add(&hash, item->interpreters[i].digest.bytes,
			    BH_DIGEST_SIZE);
	for (size_t i = 0; i < item->argument_count; i++)
		bh_hash_add(&hash, item->arguments[i].file.digest.bytes,
			    BH_DIGEST_SIZE);
	for (size_t i = 0; it->args[i]; i++)
		bh_hash_text(&hash, it->args[i]);
	bh_hash_text(&hash, NULL);
	for (size_t i = 0; it->env[i]; i++)
		bh_hash_text(&hash, it->env[i]);
	bh_hash_number(&hash, it->hook.timeout);
	bh_hash_end(&hash, &item->identity);
}

/* createRuntime of /srv/hook, a binary, `hook eth0 br0`, A=1, 10 s. */
static inline void make_item(struct item *it)
{
	*it = (struct item){
		.hook = { .stage = BH_CREATE_RUNTIME,
			  .path = "/srv/hook",
			  .env_set = true,
			  .timeout = 10 },
		.args = { "hook", "eth0", "br0" },
		.env = { "A=1", "PATH=/bin" },
	};
	it->hook.args = it->args;
	it->hook.env = it->env;
	it->item = (struct bh_item){
		.hook = &it->hook,
		.hashed = true,
		.file = file_of("/srv/hook", "binary"),
		.arguments = it->arguments,
	};
	identify(it);
}

/* A script of sh, with a file as its second argument. */
static inline void make_script(struct item *it)
{
	make_item(it);
	it->item.interpreter_count = 1;
	it->item.interpreters[0] = file_of("/usr/bin/dash", "dash");
	it->args[2] = "/srv/net.conf";
	it->item.argument_count = 1;
	it->arguments[0] = (struct bh_item_argument){
		2,
		file_of("/srv/net.conf", "bridge"),
	};
	identify(it);
}

#endif
