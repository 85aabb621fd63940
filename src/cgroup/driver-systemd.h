/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes by way of systemd's manager, over D-Bus
 * (org.freedesktop.systemd1(5)).  libsystemd is loaded at the first call: whoever
 * has no systemd driver pays nothing for it.  Each call waits for the manager, for
 * half a minute at most.
 */
#ifndef BH_CGROUP_DRIVER_SYSTEMD_H
#define BH_CGROUP_DRIVER_SYSTEMD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Whether bulkhead was built with it. */
bool bh_systemd_is_built(void);

/*
 * Start a scope in slice with the process pid in it, delegated, with properties as
 * bh_scope_properties() gives them.  0 when it is there.  Refused where a unit has
 * that name.
 */
int bh_systemd_start(const char *unit, const char *slice, pid_t pid,
		     const char *const *properties, struct bh_err *err);

/* Change properties of a unit until it ends. */
int bh_systemd_set(const char *unit, const char *const *properties,
		   struct bh_err *err);

/* Stop a unit and wait until it is gone; one that is not there is. */
int bh_systemd_stop(const char *unit, struct bh_err *err);

#endif
