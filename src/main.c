/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"

/*
 * Engines may start us with standard descriptors closed.  Ours must not take
 * their numbers, or the container would inherit them.
 */
static void fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		abort();
	(void)close(fd);
}

static int standard_fds_are_open(void)
{
	return fcntl(STDIN_FILENO, F_GETFD) >= 0 &&
	       fcntl(STDOUT_FILENO, F_GETFD) >= 0 &&
	       fcntl(STDERR_FILENO, F_GETFD) >= 0;
}

int main(int argc, char **argv, char **envp)
{
	/* A reader that has gone away is an error like any other.  Containers
	 * start with the default action again. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (!standard_fds_are_open())
		fill_standard_fds();
	return bh_cli_main(argc, argv, envp);
}
