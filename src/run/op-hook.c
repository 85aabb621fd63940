/* SPDX-License-Identifier: Apache-2.0 */
/* Programs beside the container's own: the config's hooks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/fd.h"
#include "base/sys.h"
#include "run/hook-states.h"
#include "run/hook.h"
#include "run/ops.h"
#include "run/sync.h"

/* Not in the headers of older distributions. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* "startContainer[255]" with what it is. */
#define NAME_SIZE 64

static int run_hook(struct bh_run *run, struct bh_hook_call *call,
		    const char *name, struct bh_err *err)
{
	struct bh_hook_output output;
	char full[NAME_SIZE];
	int r;

	(void)snprintf(full, sizeof(full), "hook %s", name);
	call->name = full;
	call->timeout_ms *= 1000;
	atomic_store(&run->shared->hooked, 1);
	r = bh_hook_run(call, &output, err);
	bh_printed_add(&run->shared->printed, full, &output);
	return r;
}

int op_hook(struct bh_run *run, const struct bh_args_hook *args,
	    struct bh_err *err)
{
	const struct bh_program program = {
		.fd = run->slots[args->program],
		.script_fd = bh_slot_fd(run, args->script),
	};
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_hook_call call = {
		.path = args->path,
		.program = &program,
		.args = args->arguments,
		.env = args->environment,
		.timeout_ms = args->timeout,
	};

	if (run->lane == BH_CHILD) {
		call.rest = args->ends_others ? BH_REST_ALL_ENDS : BH_REST_ENDS;
		call.input = bh_hook_states_get(run, BH_CREATE_CONTAINER,
						&call.input_len);
	} else if (run->in.state) {
		run->in.state(run, BH_CREATE_RUNTIME, &text);
		call.input = text.data;
		call.input_len = text.len;
	}
	return run_hook(run, &call, args->name, err);
}

/* A copy that can be executed, also where the host wants that said. */
static int make_copy(void)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("hook", flags | MFD_EXEC);

	/* Older kernels don't know the flag. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("hook", flags);
	return fd < 0 ? -errno : fd;
}

/* What is hashed is what was written: nobody else has the copy. */
static int copy(struct bh_run *run, int from_fd, int to_fd,
		struct bh_digest *digest)
{
	struct bh_hash hash;
	ssize_t n;
	int r;

	bh_hash_start(&hash);
	for (;;) {
		n = read(from_fd, run->scratch.data, run->scratch.size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		bh_hash_add(&hash, run->scratch.data, (size_t)n);
		r = bh_write_all(to_fd, run->scratch.data, (size_t)n);
		if (r < 0)
			return r;
	}
	if (n < 0)
		return -errno;
	bh_hash_end(&hash, digest);
	if (fcntl(to_fd, F_ADD_SEALS,
		  F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -errno;
	return 0;
}

static bool is_one_of(const struct bh_digest *digest, const char *const *list)
{
	char hex[BH_DIGEST_HEX_SIZE];

	bh_digest_hex(digest, hex);
	for (; *list; list++)
		if (bh_str_eq(*list, hex))
			return true;
	return false;
}

static int open_inside(const char *path)
{
	bh_autoclose int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Not to hang on a FIFO that the image has put there. */
	bh_autoclose int fd = bh_path_open(root_fd, path,
					   O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	/* The copy can be executed by all: may this be? */
	r = bh_sys_faccessat2(fd, "", X_OK, AT_EACCESS | AT_EMPTY_PATH);
	return r < 0 ? r : bh_steal_fd(&fd);
}

static int load(struct bh_run *run, const struct bh_args_hook_load *args,
		struct bh_err *err)
{
	bh_autoclose int fd = open_inside(args->path);
	bh_autoclose int copy_fd = -1;
	struct bh_digest digest;
	int r;

	if (fd < 0)
		return bh_fail(err, -fd, "run the hook %s %.256s: open it",
			       args->name, args->path);
	copy_fd = make_copy();
	r = copy_fd < 0 ? copy_fd : copy(run, fd, copy_fd, &digest);
	if (r < 0)
		return bh_fail(err, -r, "run the hook %s %.256s: copy it",
			       args->name, args->path);
	if (args->digests && !is_one_of(&digest, args->digests))
		return bh_refuse(err,
				 "run the hook %s %.256s: it is not what was "
				 "trusted",
				 args->name, args->path);
	run->slots[args->program] = bh_steal_fd(&copy_fd);
	return 0;
}

/* Whoever starts the container learns that it was a hook. */
static int note(struct bh_run *run, int r)
{
	if (r < 0)
		atomic_store(&run->shared->hook_failed, 1);
	return r;
}

int op_hook_load(struct bh_run *run, const struct bh_args_hook_load *args,
		 struct bh_err *err)
{
	return note(run, load(run, args, err));
}

static bool is_script(int fd)
{
	char head[2];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       head[0] == '#' && head[1] == '!';
}

int op_hook_inside(struct bh_run *run, const struct bh_args_hook_inside *args,
		   struct bh_err *err)
{
	int fd = run->slots[args->program];
	const struct bh_program program = {
		.fd = fd,
		/* Its interpreter is the image's own affair. */
		.script_fd = is_script(fd) ? fd : -1,
	};
	struct bh_hook_call call = {
		.path = args->path,
		.program = &program,
		.args = args->arguments,
		.env = args->inherits ? run->environment : args->environment,
		.timeout_ms = args->timeout,
	};

	call.input =
		bh_hook_states_get(run, BH_START_CONTAINER, &call.input_len);
	return note(run, run_hook(run, &call, args->name, err));
}
