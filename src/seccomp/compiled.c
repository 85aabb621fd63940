/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp/compiled.h"

#define MAGIC 0x31666862u

struct header {
	uint32_t magic;
	uint32_t flags;
	uint32_t insns;	     /* how many */
	uint32_t notes_size; /* in bytes, each with its NUL */
};

/* The writer knows every member: a new one can't be forgotten here. */
static void hash_rules(const struct oci_seccomp *seccomp, struct bh_hash *hash)
{
	struct oci_seccomp rules = *seccomp;
	struct oci_linux linux_ = { .seccomp = &rules };
	const struct oci_config config = { .linux = &linux_ };
	bh_autofree char *text = NULL;
	size_t len;

	text = oci_config_write(&config, &len);
	bh_hash_number(hash, len);
	bh_hash_add(hash, text, len);
}

void bh_seccomp_key(const struct oci_seccomp *seccomp, struct bh_digest *ret)
{
	const struct scmp_version *version = seccomp_version();
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_text(&hash, bh_seccomp_sources);
	bh_hash_number(&hash, version->major);
	bh_hash_number(&hash, version->minor);
	bh_hash_number(&hash, version->micro);
	bh_hash_number(&hash, seccomp_arch_native());
	hash_rules(seccomp, &hash);
	bh_hash_end(&hash, ret);
}

static void digest_of(const struct bh_digest *key, const char *data, size_t len,
		      struct bh_digest *ret)
{
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_add(&hash, key->bytes, sizeof(key->bytes));
	bh_hash_add(&hash, data, len);
	bh_hash_end(&hash, ret);
}

void bh_compiled_print(const struct bh_filter *filter,
		       const struct bh_notes *notes,
		       const struct bh_digest *key, struct bh_buf *ret)
{
	struct header header = { MAGIC, filter->flags, (uint32_t)filter->len,
				 0 };
	size_t begin = ret->len;
	struct bh_digest digest;

	for (size_t i = 0; i < notes->len; i++)
		header.notes_size += (uint32_t)strlen(notes->items[i]) + 1;
	bh_buf_add(ret, (const char *)&header, sizeof(header));
	bh_buf_add(ret, (const char *)filter->insns,
		   filter->len * sizeof(*filter->insns));
	for (size_t i = 0; i < notes->len; i++)
		bh_buf_add(ret, notes->items[i], strlen(notes->items[i]) + 1);
	digest_of(key, ret->data + begin, ret->len - begin, &digest);
	bh_buf_add(ret, (const char *)digest.bytes, sizeof(digest.bytes));
}

/* The sizes that the header gives, against what there is. */
static bool fits(const struct header *header, size_t len)
{
	const uint64_t size =
		sizeof(*header) +
		(uint64_t)header->insns * sizeof(struct sock_filter) +
		header->notes_size + BH_DIGEST_SIZE;

	return header->magic == MAGIC && header->insns &&
	       header->insns <= BPF_MAXINSNS && size == len;
}

int bh_compiled_parse(const char *data, size_t len, const struct bh_digest *key,
		      struct bh_arena *arena, struct bh_filter *ret,
		      struct bh_notes *notes)
{
	struct bh_digest kept, digest;
	struct header header;
	size_t size;
	const char *at;

	if (len < sizeof(header) + sizeof(kept.bytes))
		return -EINVAL;
	memcpy(&header, data, sizeof(header));
	memcpy(kept.bytes, data + len - sizeof(kept.bytes), sizeof(kept.bytes));
	if (!fits(&header, len))
		return -EINVAL;
	digest_of(key, data, len - sizeof(kept.bytes), &digest);
	at = data + len - sizeof(kept.bytes);
	if (!bh_digest_equal(&kept, &digest) ||
	    (header.notes_size && at[-1] != '\0'))
		return -EINVAL;
	size = header.insns * sizeof(struct sock_filter);
	at = data + sizeof(header);
	*ret = (struct bh_filter){
		.len = header.insns,
		.insns = bh_arena_memdup(arena, at, size),
		.flags = header.flags,
	};
	for (at += size; at < data + len - sizeof(kept.bytes);
	     at += strlen(at) + 1)
		bh_note(notes, arena, "%s", at);
	return 0;
}
