/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/str.h"
#include "cgroup/devices.h"

/* Device numbers of the kernel: MINORBITS of linux/kdev_t.h is 20. */
#define MAX_MAJOR 0xfff
#define MAX_MINOR 0xfffff

/* The kernel's verifier goes through the v2 program in a time that grows with
 * the square of the rules, and gives up after a million steps. */
#define MAX_RULES 256

/* null zero full random urandom tty ptmx and the terminals of devpts */
static const struct {
	int32_t major, minor;
} default_devices[] = {
	{ 1, 3 }, { 1, 5 }, { 1, 7 }, { 1, 8 },
	{ 1, 9 }, { 5, 0 }, { 5, 2 }, { 136, BH_DEVICE_ANY },
};

static int parse_number(struct oci_i64 number, int32_t max, int32_t *ret)
{
	if (!number.set || number.value == BH_DEVICE_ANY) {
		*ret = BH_DEVICE_ANY;
		return 0;
	}
	if (number.value < 0 || number.value > max)
		return -1;
	*ret = (int32_t)number.value;
	return 0;
}

/* Unset means all, as it does for the other members. */
static int parse_access(const char *text, unsigned int *ret)
{
	unsigned int access = 0;

	if (!text) {
		*ret = BH_DEVICE_RWM;
		return 0;
	}
	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text == 'r')
			access |= BH_DEVICE_READ;
		else if (*text == 'w')
			access |= BH_DEVICE_WRITE;
		else if (*text == 'm')
			access |= BH_DEVICE_MKNOD;
		else
			return -1;
	}
	*ret = access;
	return 0;
}

static int parse_rule(const struct oci_device_rule *rule, size_t index,
		      struct bh_device_rule *ret, struct bh_err *err)
{
	const char *type = rule->type ? rule->type : "a";

	ret->allow = rule->allow.set && rule->allow.value;
	ret->index = index;
	if (strlen(type) != 1 || !strchr("abc", *type))
		return bh_refuse(err, "%s/%zu/type is not a, b or c",
				 BH_DEVICES, index);
	ret->type = *type;
	if (parse_number(rule->major, MAX_MAJOR, &ret->major) < 0)
		return bh_refuse(err, "%s/%zu/major is not from 0 to %d",
				 BH_DEVICES, index, MAX_MAJOR);
	if (parse_number(rule->minor, MAX_MINOR, &ret->minor) < 0)
		return bh_refuse(err, "%s/%zu/minor is not from 0 to %d",
				 BH_DEVICES, index, MAX_MINOR);
	if (parse_access(rule->access, &ret->access) < 0)
		return bh_refuse(err, "%s/%zu/access is not made of r, w and m",
				 BH_DEVICES, index);
	return 0;
}

static void append(struct bh_device_rules *rules, struct bh_arena *arena,
		   const struct bh_device_rule *rule)
{
	struct bh_device_rule *copy = bh_arena_append(
		arena, &rules->items, &rules->len, sizeof(*copy));

	*copy = *rule;
}

/*
 * A type of `a` that does not stand for everything becomes two rules: the
 * kernel's v1 interface would ignore its numbers and its access.
 */
static void append_types(struct bh_device_rules *rules, struct bh_arena *arena,
			 struct bh_device_rule rule)
{
	if (rule.type != 'a' ||
	    (rule.major == BH_DEVICE_ANY && rule.minor == BH_DEVICE_ANY &&
	     rule.access == BH_DEVICE_RWM)) {
		append(rules, arena, &rule);
		return;
	}
	rule.type = 'b';
	append(rules, arena, &rule);
	rule.type = 'c';
	append(rules, arena, &rule);
}

int bh_device_rules(const struct oci_resources *resources,
		    struct bh_arena *arena, struct bh_device_rules *ret,
		    struct bh_err *err)
{
	struct bh_device_rules rules = { 0 };
	size_t i;

	if (resources->devices.len > MAX_RULES)
		return bh_refuse(err, "%s has more than %d rules", BH_DEVICES,
				 MAX_RULES);
	for (i = 0; i < resources->devices.len; i++) {
		struct bh_device_rule rule = { 0 };
		int r = parse_rule(&resources->devices.items[i], i, &rule, err);

		if (r < 0)
			return r;
		append_types(&rules, arena, rule);
	}
	for (i = 0; resources->devices.len && i < BH_COUNT(default_devices);
	     i++) {
		struct bh_device_rule rule = {
			.allow = true,
			.type = 'c',
			.major = default_devices[i].major,
			.minor = default_devices[i].minor,
			.access = BH_DEVICE_RWM,
			.index = SIZE_MAX,
		};

		append(&rules, arena, &rule);
	}
	*ret = rules;
	return 0;
}
