/* SPDX-License-Identifier: Apache-2.0 */
#include "container/birth.h"
#include "container/container.h"

int bh_container_create(const char *root, const struct bh_prepared *prepared,
			const char *pid_file, struct bh_err *err)
{
	struct bh_birth birth;
	int r = bh_birth(root, prepared, pid_file, &birth, err);

	if (r == 0)
		bh_birth_clear(&birth);
	return r;
}
