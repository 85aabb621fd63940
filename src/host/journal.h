/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry of the journal, by its native protocol
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/); for host/event.c alone.
 */
#ifndef BH_HOST_JOURNAL_H
#define BH_HOST_JOURNAL_H

#include "host/event.h"

/* Send it to a socket of root's, without waiting.  0 or -errno: -ENOENT where
 * there is no journal, -EPERM where the socket could be another's. */
int bh_journal_send(const char *journal, const struct bh_event *event,
		    int64_t login_uid);

#endif
