/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a list of libraries; the name comes first, up to a NUL. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "trust/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	bh_autofree char *bytes = NULL;
	struct bh_ldcache cache;
	const char *path;
	size_t len, at = 0;

	if (!end)
		return 0;
	len = size - (size_t)(end - data) - 1;
	bytes = bh_calloc(len + 1, 1);
	memcpy(bytes, end + 1, len);
	if (bh_ldcache_parse(bytes, len, &cache) < 0)
		return 0;
	while ((path = bh_ldcache_next(&cache, (const char *)data, &at)))
		if (path < bytes || path + strlen(path) > bytes + len)
			abort();
	return 0;
}
