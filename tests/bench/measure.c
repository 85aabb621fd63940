/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure PROGRAM [ARGUMENT...]: run it without input or output and print
 * what it took: wall microseconds, CPU microseconds (user and system, of every
 * process that was waited for), the largest process in KiB, exit status.
 *
 * Small and static, so that the harness does not show in what it measures.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t cpu_us(const struct rusage *usage)
{
	return (int64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) *
		       1000000 +
	       usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

int main(int argc, char *argv[])
{
	if (argc < 2)
		return 2;

	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		return 2;

	int64_t start = now_us();
	/* No page tables are copied: only the program's own cost shows. */
	pid_t pid = vfork();
	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(null_fd, fd);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0)
		return 2;

	struct rusage usage;
	int status;
	if (wait4(pid, &status, 0, &usage) < 0)
		return 2;

	int64_t wall_us = now_us() - start;
	printf("%lld %lld %ld %d\n", (long long)wall_us,
	       (long long)cpu_us(&usage), usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status));
	return 0;
}
