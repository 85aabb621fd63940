/* SPDX-License-Identifier: Apache-2.0 */
/* Ceilings in the files of the container's groups: lower is as good. */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/str.h"
#include "cgroup/driver.h"
#include "container/group.h"
#include "container/verifying.h"

/* "max" and -1 are none at all. */
static uint64_t number(const char *text)
{
	char digits[24] = "";
	size_t len = strcspn(text, " \n");
	uint64_t value;

	if (len >= sizeof(digits))
		return UINT64_MAX;
	memcpy(digits, text, len);
	return bh_parse_u64(digits, UINT64_MAX, &value) < 0 ? UINT64_MAX :
							      value;
}

/* The second word of cpu.max, "50000 100000"; 1 where there is none. */
static uint64_t period(const char *text)
{
	const char *blank = strchr(text, ' ');
	uint64_t value = blank ? number(blank + 1) : 1;

	return value ? value : 1;
}

static bool is_more(const char *found, const char *promised)
{
	uint64_t most = number(promised), now = number(found);

	if (most == UINT64_MAX)
		return false;
	return now == UINT64_MAX ||
	       (double)now / (double)period(found) >
		       (double)most / (double)period(promised);
}

static const struct bh_state_group *find_group(const struct bh_state *state,
					       const char *mount)
{
	for (size_t i = 0; i < state->groups.len; i++)
		if (bh_str_eq(state->groups.items[i].mount, mount))
			return &state->groups.items[i];
	return NULL;
}

static int check_limit(struct bh_verifying *v,
		       const struct bh_promised_limit *limit,
		       struct bh_err *err)
{
	const struct bh_state_group *group =
		find_group(v->container->state, limit->mount);
	const char *name =
		bh_arena_printf(&v->verdict->arena, "limit %s", limit->file);
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = group ? bh_state_group_open(group, err) : -ENOENT;

	if (fd < 0) {
		bh_verify_broken(v, name, "the group is gone");
		return 0;
	}
	if (bh_cgroup_read(fd, limit->file, &text, err) < 0)
		return -err->errnum;
	text.data[strcspn(text.data, "\n")] = '\0';
	if (is_more(text.data, limit->value))
		bh_verify_broken(v, name, "%s instead of %s", text.data,
				 limit->value);
	else
		bh_verify_kept(v, name);
	return 0;
}

int bh_verify_limits(struct bh_verifying *v, struct bh_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->posture->limits.len; i++)
		r = check_limit(v, &v->posture->limits.items[i], err);
	return r;
}
