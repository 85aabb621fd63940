/* SPDX-License-Identifier: Apache-2.0 */
/* Inside container/: what a container's plan promises, kept in its entry. */
#ifndef BH_CONTAINER_POSTURE_FILE_H
#define BH_CONTAINER_POSTURE_FILE_H

#include "container/store.h"
#include "plan/posture.h"

#define BH_POSTURE_FILE "posture.json"

int bh_posture_save(const struct bh_entry *entry,
		    const struct bh_posture *posture, struct bh_err *err);

/* 0 or -errno; free what was read. */
int bh_posture_load(const struct bh_entry *entry, struct bh_posture **ret,
		    struct bh_err *err);
void bh_posture_free(struct bh_posture *posture);

#endif
