/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "seccomp/build.h"

/* include/linux/err.h: the kernel cuts larger ones to this, seccomp(2). */
#define MAX_ERRNO 4095

static const struct action {
	uint32_t value;
	uint32_t max_data; /* 0: takes none */
} actions[] = {
	/* "KILL" is the old name of killing the thread, seccomp_init(3). */
	[OCI_SECCOMP_KILL] = { SCMP_ACT_KILL_THREAD, 0 },
	[OCI_SECCOMP_KILL_PROCESS] = { SCMP_ACT_KILL_PROCESS, 0 },
	[OCI_SECCOMP_KILL_THREAD] = { SCMP_ACT_KILL_THREAD, 0 },
	[OCI_SECCOMP_TRAP] = { SCMP_ACT_TRAP, 0 },
	[OCI_SECCOMP_ERRNO] = { SCMP_ACT_ERRNO(0), MAX_ERRNO },
	[OCI_SECCOMP_TRACE] = { SCMP_ACT_TRACE(0), SECCOMP_RET_DATA },
	[OCI_SECCOMP_ALLOW] = { SCMP_ACT_ALLOW, 0 },
	[OCI_SECCOMP_LOG] = { SCMP_ACT_LOG, 0 },
};

/*
 * "Some actions like SCMP_ACT_ERRNO and SCMP_ACT_TRACE allow to specify the
 * errno code to return. When the action doesn't support an errno, the runtime
 * MUST print and error and fail. If not specified then its default value is
 * EPERM." (config-linux.md)
 */
int bh_seccomp_action(struct oci_enum action, struct oci_u64 errno_ret,
		      const char *field, uint32_t *ret, struct bh_err *err)
{
	const struct action *row;
	uint64_t data = EPERM;

	if (!action.set)
		return bh_refuse(err, "%s has no action", field);
	if (action.value == OCI_SECCOMP_NOTIFY)
		return bh_refuse(err,
				 "%s: SCMP_ACT_NOTIFY is not implemented "
				 "yet",
				 field);
	if (action.value < 0 || (size_t)action.value >= BH_COUNT(actions))
		return bh_refuse(err, "%s has an unknown action", field);
	row = &actions[action.value];
	if (errno_ret.set)
		data = errno_ret.value;
	if (!row->max_data) {
		if (errno_ret.set)
			return bh_refuse(err,
					 "%s has an errno, which its "
					 "action can't return",
					 field);
		data = 0;
	} else if (data > row->max_data) {
		return bh_refuse(err, "%s has an errno above %u", field,
				 row->max_data);
	}
	*ret = row->value | (uint32_t)data;
	return 0;
}

/* The kernel's order of precedence is that of the signed numbers. */
bool bh_seccomp_stricter(uint32_t a, uint32_t b)
{
	return (int32_t)(a & SECCOMP_RET_ACTION_FULL) <
	       (int32_t)(b & SECCOMP_RET_ACTION_FULL);
}
