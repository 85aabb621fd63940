/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside cgroup/: device rules, checked and in numbers.  They are applied in
 * order; for each kind of access the last rule that covers it wins, and what
 * no rule covers is left as it was.
 */
#ifndef BH_CGROUP_DEVICES_H
#define BH_CGROUP_DEVICES_H

#include "base/err.h"
#include "base/mem.h"
#include "ocispec.h"

#define BH_DEVICES "/linux/resources/devices"

/* As BPF_DEVCG_ACC_* */
#define BH_DEVICE_MKNOD 1u
#define BH_DEVICE_READ	2u
#define BH_DEVICE_WRITE 4u
#define BH_DEVICE_RWM	7u

#define BH_DEVICE_ANY (-1)

struct bh_device_rule {
	bool allow;
	/* 'b' or 'c'; or 'a': every device and every access, with no numbers */
	char type;
	int32_t major; /* or BH_DEVICE_ANY */
	int32_t minor; /* or BH_DEVICE_ANY */
	unsigned int access;
	size_t index; /* in the config; SIZE_MAX for one of ours */
};

struct bh_device_rules {
	size_t len;
	struct bh_device_rule *items;
};

/*
 * The rules of the config, followed by those for the devices that every
 * container has (config-linux.md, "Default Devices").  Nothing without rules in
 * the config.
 */
int bh_device_rules(const struct oci_resources *resources,
		    struct bh_arena *arena, struct bh_device_rules *ret,
		    struct bh_err *err);

#endif
