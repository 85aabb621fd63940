/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "container/birth.h"
#include "container/console.h"
#include "container/container.h"

int bh_container_create(const char *root, const struct bh_prepared *prepared,
			const struct bh_create_options *options,
			struct bh_err *err)
{
	struct bh_birth_options wanted = {
		.pid_file = options->pid_file,
		.console_fd = -1,
		.warnings = options->warnings,
	};
	bh_autoclose int console_fd = -1;
	struct bh_birth birth;
	int r;

	if (options->console_socket) {
		console_fd = bh_console_connect(options->console_socket, err);
		if (console_fd < 0)
			return console_fd;
		wanted.console_fd = console_fd;
	}
	r = bh_birth_make(root, prepared, &wanted, &birth, err);
	if (r == 0)
		bh_birth_clear(&birth);
	return r;
}
