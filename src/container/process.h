/* SPDX-License-Identifier: Apache-2.0 */
/* A process by pid and start time: never somebody else's with the same pid. */
#ifndef BH_CONTAINER_PROCESS_H
#define BH_CONTAINER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * When pid started, in clock ticks since boot (proc_pid_stat(5), field 22).
 * 0, -ESRCH or another -errno.
 */
int bh_process_start_time(pid_t pid, uint64_t *ret);

/*
 * A pidfd of pid if it is still the one that started then; -ESRCH when that
 * has ended.
 */
int bh_process_open(pid_t pid, uint64_t start_time);

/* Wait until the process of a pidfd has ended: 0, or -ETIMEDOUT. */
int bh_process_wait(int pidfd, int timeout_ms);

#endif
