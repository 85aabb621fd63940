/* SPDX-License-Identifier: Apache-2.0 */
/* Digests; the values are those of FIPS 180-4's examples. */
#include <errno.h>

#include "base/digest.h"
#include "tap.h"

static void is_digest(const char *text, const char *expected)
{
	char hex[BH_DIGEST_HEX_SIZE];
	struct bh_digest digest, parsed;
	struct bh_hash hash;

	bh_digest_of(text, strlen(text), &digest);
	bh_digest_hex(&digest, hex);
	is_str(hex, expected, "\"%s\"", text);
	bh_hash_start(&hash);
	for (size_t i = 0; i < strlen(text); i++)
		bh_hash_add(&hash, text + i, 1);
	bh_hash_end(&hash, &parsed);
	ok(bh_digest_equal(&digest, &parsed), "\"%s\" byte by byte", text);
	is_int(bh_digest_parse(hex, &parsed), 0, "\"%s\": parse", text);
	ok(bh_digest_equal(&digest, &parsed), "\"%s\": the same", text);
}

static void is_refused(const char *hex)
{
	struct bh_digest digest;

	is_int(bh_digest_parse(hex, &digest), -EINVAL, "\"%s\"", hex);
}

/* The digest of two texts, one behind the other. */
static struct bh_digest of_two(const char *a, const char *b)
{
	struct bh_digest digest;
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_text(&hash, a);
	bh_hash_text(&hash, b);
	bh_hash_end(&hash, &digest);
	return digest;
}

static void are_different(const char *a, const char *b, const char *c,
			  const char *d)
{
	struct bh_digest one = of_two(a, b), other = of_two(c, d);

	ok(!bh_digest_equal(&one, &other), "(%s, %s) is not (%s, %s)",
	   a ? a : "NULL", b, c ? c : "NULL", d);
}

/* The other library makes the same of the same, whatever the pieces. */
static void test_large(void)
{
	static unsigned char data[100000];
	struct bh_digest one, other;
	struct bh_hash hash;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * i >> 3);
	bh_digest_of(data, sizeof(data), &one);
	bh_hash_start_large(&hash);
	diag("by %s", hash.large ? "libcrypto" : "libmd");
	for (size_t at = 0, len = 1; at < sizeof(data); at += len, len += 7) {
		if (len > sizeof(data) - at)
			len = sizeof(data) - at;
		bh_hash_add(&hash, data + at, len);
	}
	bh_hash_end(&hash, &other);
	ok(bh_digest_equal(&one, &other), "much of it");
	bh_hash_start_large(&hash);
	bh_hash_end(&hash, &other);
	bh_digest_of("", 0, &one);
	ok(bh_digest_equal(&one, &other), "nothing of it");
}

static void test_sha1(void)
{
	static const unsigned char abc[] =
		"\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e"
		"\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d";
	unsigned char sum[BH_SHA1_SIZE];

	bh_sha1_of("abc", 3, sum);
	ok(memcmp(sum, abc, sizeof(sum)) == 0, "SHA-1 of \"abc\"");
}

int main(void)
{
	test_large();
	test_sha1();
	is_digest("abc", "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad");
	is_digest("", "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855");
	is_refused("");
	is_refused("abc");
	is_refused("BA7816BF8F01CFEA414140DE5DAE2223"
		   "B00361A396177A9CB410FF61F20015AD");
	is_refused("ba7816bf8f01cfea414140de5dae2223"
		   "b00361a396177a9cb410ff61f20015ad0");
	are_different("ab", "c", "a", "bc");
	are_different("", "a", NULL, "a");
	return done_testing();
}
