/* SPDX-License-Identifier: Apache-2.0 */
#include "container/birth.h"
#include "container/container.h"

int bh_container_create(const char *root, const struct bh_prepared *prepared,
			const struct bh_birth_options *options,
			struct bh_err *err)
{
	struct bh_birth birth;
	int r = bh_birth_make(root, prepared, options, &birth, err);

	if (r == 0)
		bh_birth_clear(&birth);
	return r;
}
