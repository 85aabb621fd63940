/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled filters as bytes, and the keys that they are found by. */
#include <errno.h>

#include "seccomp/compiled.h"
#include "tap.h"

static char allow[] = "allow", read_call[] = "read", write_call[] = "write";

static struct sock_filter insns[] = {
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 },
	{ BPF_RET | BPF_K, 0, 0, 0x7fff0000 },
};
static const struct bh_filter filter = { 2, insns, 2 };
static const char *texts[] = { "one", "", "three" };

static struct bh_digest key_of(const char *text)
{
	struct bh_digest key;

	bh_digest_of(text, strlen(text), &key);
	return key;
}

static int parse(const char *data, size_t len, const struct bh_digest *key)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_notes notes = { 0 };
	struct bh_filter ret;

	return bh_compiled_parse(data, len, key, &arena, &ret, &notes);
}

static void comes_back(const struct bh_notes *notes, const char *title)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autobuf struct bh_buf text = { 0 };
	const struct bh_digest key = key_of(allow);
	struct bh_filter ret = { 0 };
	struct bh_notes back = { 0 };

	bh_compiled_print(&filter, notes, &key, &text);
	is_int(bh_compiled_parse(text.data, text.len, &key, &arena, &ret,
				 &back),
	       0, "%s: parse", title);
	is_int(ret.len, filter.len, "%s: instructions", title);
	is_int(ret.flags, filter.flags, "%s: flags", title);
	ok(ret.insns && memcmp(ret.insns, insns, sizeof(insns)) == 0,
	   "%s: the same", title);
	is_int(back.len, notes->len, "%s: notes", title);
	for (size_t i = 0; i < back.len && i < notes->len; i++)
		is_str(back.items[i], notes->items[i], "%s: note %zu", title,
		       i);
}

/* Whatever is changed or cut off. */
static void others_are_refused(void)
{
	const struct bh_notes notes = { BH_COUNT(texts), texts };
	const struct bh_digest key = key_of(allow), other = key_of(read_call);
	bh_autobuf struct bh_buf text = { 0 };
	int taken = 0;

	bh_compiled_print(&filter, &notes, &key, &text);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		taken += parse(text.data, text.len, &key) == 0;
		text.data[i] ^= 1;
	}
	is_int(taken, 0, "no byte is another");
	for (size_t i = 0; i < text.len; i++)
		taken += parse(text.data, i, &key) == 0;
	is_int(taken, 0, "nothing is cut off");
	is_int(parse(text.data, text.len, &key), 0, "the whole");
	is_int(parse(text.data, text.len, &other), -EINVAL, "of other rules");
	bh_buf_char(&text, 0);
	is_int(parse(text.data, text.len, &key), -EINVAL, "a byte behind it");
}

/* Each member makes another key. */
static void keys_differ(void)
{
	char *one[] = { read_call }, *two[] = { read_call, write_call };
	int arch = OCI_ARCH_X86_64, flag = OCI_SECCOMP_FLAG_LOG;
	struct oci_seccomp_arg arg = { .index = { true, 1 },
				       .value = { true, 2 },
				       .op = { true, OCI_CMP_EQ } };
	struct oci_seccomp_rule rule = {
		.names = { true, 1, one }, .action = { true, OCI_SECCOMP_ERRNO }
	};
	struct oci_seccomp rules[] = {
		{ .default_action = { true, OCI_SECCOMP_ALLOW } },
		{ .default_action = { true, OCI_SECCOMP_ERRNO } },
		{ .default_action = { true, OCI_SECCOMP_ERRNO },
		  .default_errno_ret = { true, 38 } },
		{ .default_action = { true, OCI_SECCOMP_ALLOW },
		  .architectures = { true, 1, &arch } },
		{ .default_action = { true, OCI_SECCOMP_ALLOW },
		  .flags = { true, 1, &flag } },
		{ .default_action = { true, OCI_SECCOMP_ALLOW },
		  .listener_path = allow },
		{ .default_action = { true, OCI_SECCOMP_ALLOW },
		  .listener_metadata = allow },
		{ .default_action = { true, OCI_SECCOMP_ALLOW },
		  .syscalls = { true, 1, &rule } },
	};
	struct bh_digest keys[BH_COUNT(rules)], with_two, with_argument;

	for (size_t i = 0; i < BH_COUNT(rules); i++) {
		bh_seccomp_key(&rules[i], &keys[i]);
		for (size_t k = 0; k < i; k++)
			ok(!bh_digest_equal(&keys[i], &keys[k]),
			   "rules %zu and %zu", k, i);
	}
	rule.names.len = 2;
	rule.names.items = two;
	bh_seccomp_key(&rules[BH_COUNT(rules) - 1], &with_two);
	ok(!bh_digest_equal(&with_two, &keys[BH_COUNT(rules) - 1]),
	   "another name");
	rule.args.set = true;
	rule.args.len = 1;
	rule.args.items = &arg;
	bh_seccomp_key(&rules[BH_COUNT(rules) - 1], &with_argument);
	ok(!bh_digest_equal(&with_two, &with_argument), "an argument");
	arg.value.value = 3;
	bh_seccomp_key(&rules[BH_COUNT(rules) - 1], &with_two);
	ok(!bh_digest_equal(&with_two, &with_argument), "another value");
	arg.value.value = 2;
	bh_seccomp_key(&rules[BH_COUNT(rules) - 1], &with_two);
	ok(bh_digest_equal(&with_two, &with_argument), "the same again");
}

int main(void)
{
	const struct bh_notes none = { 0 }, some = { BH_COUNT(texts), texts };

	comes_back(&none, "without notes");
	comes_back(&some, "with notes");
	others_are_refused();
	keys_differ();
	return done_testing();
}
