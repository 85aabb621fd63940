/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "trust/ldcache.h"

/* glibc's cache_file_new and file_entry_new, whose offsets are from the start. */
struct header {
	char magic[20];
	uint32_t count;
	uint32_t strings_size;
	uint8_t flags;
	uint8_t padding[3];
	uint32_t extensions;
	uint32_t unused[3];
};

struct entry {
	int32_t flags;
	uint32_t name;
	uint32_t path;
	uint32_t os_version;
	uint64_t hardware;
};

static const char magic[] = "glibc-ld.so.cache1.1";

int bh_ldcache_parse(const char *data, size_t len, struct bh_ldcache *ret)
{
	struct header header;

	if (len < sizeof(header) || data[len] ||
	    memcmp(data, magic, sizeof(header.magic)) != 0)
		return -EINVAL;
	memcpy(&header, data, sizeof(header));
	if (header.count > (len - sizeof(header)) / sizeof(struct entry))
		return -EINVAL;
	*ret = (struct bh_ldcache){ data, len, header.count };
	return 0;
}

const char *bh_ldcache_next(const struct bh_ldcache *cache, const char *name,
			    size_t *at)
{
	struct entry entry;

	while (*at < cache->count) {
		memcpy(&entry,
		       cache->data + sizeof(struct header) +
			       *at * sizeof(entry),
		       sizeof(entry));
		++*at;
		if (entry.name < cache->len && entry.path < cache->len &&
		    strcmp(cache->data + entry.name, name) == 0)
			return cache->data + entry.path;
	}
	return NULL;
}
