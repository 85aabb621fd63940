/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <sha1.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"

void bh_digest_of(const void *data, size_t len, struct bh_digest *ret)
{
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_add(&hash, data, len);
	bh_hash_end(&hash, ret);
}

bool bh_digest_equal(const struct bh_digest *a, const struct bh_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void bh_digest_hex(const struct bh_digest *digest, char ret[BH_DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(digest->bytes); i++) {
		ret[2 * i] = digits[digest->bytes[i] >> 4];
		ret[2 * i + 1] = digits[digest->bytes[i] & 15];
	}
	ret[2 * sizeof(digest->bytes)] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int bh_digest_parse(const char *hex, struct bh_digest *ret)
{
	struct bh_digest digest;

	if (strlen(hex) != 2 * sizeof(digest.bytes))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(digest.bytes); i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		digest.bytes[i] = (unsigned char)(high << 4 | low);
	}
	*ret = digest;
	return 0;
}

/* SHA256_Init(3ssl) and others, which return 1. */
static struct {
	bool tried;
	int (*init)(void *context);
	int (*update)(void *context, const void *data, size_t len);
	int (*final)(unsigned char *digest, void *context);
} crypto;

static void load_crypto(void)
{
	static const char *const names[] = { "libcrypto.so.3",
					     "libcrypto.so.1.1" };
	void *handle = NULL;

	if (crypto.tried)
		return;
	crypto.tried = true;
	for (size_t i = 0; !handle && i < BH_COUNT(names); i++)
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return;
	*(void **)&crypto.update = dlsym(handle, "SHA256_Update");
	*(void **)&crypto.final = dlsym(handle, "SHA256_Final");
	if (crypto.update && crypto.final)
		*(void **)&crypto.init = dlsym(handle, "SHA256_Init");
}

void bh_hash_start(struct bh_hash *hash)
{
	hash->large = false;
	SHA256Init(&hash->context);
}

void bh_hash_start_large(struct bh_hash *hash)
{
	load_crypto();
	bh_hash_start(hash);
	hash->large = crypto.init && crypto.init(hash->other) == 1;
}

void bh_hash_add(struct bh_hash *hash, const void *data, size_t len)
{
	if (!hash->large)
		SHA256Update(&hash->context, data, len);
	else if (crypto.update(hash->other, data, len) != 1)
		abort();
}

void bh_hash_end(struct bh_hash *hash, struct bh_digest *ret)
{
	if (!hash->large)
		SHA256Final(ret->bytes, &hash->context);
	else if (crypto.final(ret->bytes, hash->other) != 1)
		abort();
}

void bh_hash_number(struct bh_hash *hash, uint64_t number)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(number >> (8 * i));
	bh_hash_add(hash, bytes, sizeof(bytes));
}

void bh_hash_text(struct bh_hash *hash, const char *text)
{
	bh_hash_number(hash, text ? strlen(text) : UINT64_MAX);
	if (text)
		bh_hash_add(hash, text, strlen(text));
}

void bh_sha1_of(const void *data, size_t len, unsigned char ret[BH_SHA1_SIZE])
{
	SHA1_CTX context;

	SHA1Init(&context);
	SHA1Update(&context, data, len);
	SHA1Final(ret, &context);
}
