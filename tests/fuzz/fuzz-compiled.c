/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a kept filter, under a digest that is right: what is taken comes
 * out again as it went in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp/compiled.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bh_digest key;
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autobuf struct bh_buf text = { 0 }, again = { 0 };
	struct bh_notes notes = { 0 };
	struct bh_filter filter = { 0 };
	struct bh_digest digest;
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_add(&hash, key.bytes, sizeof(key.bytes));
	bh_hash_add(&hash, data, size);
	bh_hash_end(&hash, &digest);
	bh_buf_add(&text, (const char *)data, size);
	bh_buf_add(&text, (const char *)digest.bytes, sizeof(digest.bytes));
	if (bh_compiled_parse(text.data, text.len, &key, &arena, &filter,
			      &notes) < 0)
		return 0;
	bh_compiled_print(&filter, &notes, &key, &again);
	if (again.len != text.len ||
	    memcmp(again.data, text.data, text.len) != 0)
		abort();
	return 0;
}
