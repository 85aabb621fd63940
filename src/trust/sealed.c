/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/sys.h"
#include "trust/sealed.h"

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define BLOCK	  (128u << 10)

/* All of from_fd, by blocks that are hashed, written, or both. */
static int pass(int from_fd, int to_fd, struct bh_hash *hash)
{
	bh_autofree char *block = bh_calloc(BLOCK, 1);
	uint64_t done = 0;

	for (;;) {
		ssize_t n = pread(from_fd, block, BLOCK, (off_t)done);
		int r = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		done += (uint64_t)n;
		if (done > BH_SEALED_MAX)
			return -EFBIG;
		if (hash)
			bh_hash_add(hash, block, (size_t)n);
		if (to_fd >= 0)
			r = bh_write_all(to_fd, block, (size_t)n);
		if (r < 0)
			return r;
	}
}

static int fail(int errnum, struct bh_err *err)
{
	if (errnum == EFBIG)
		return bh_refuse(err, "it is larger than %u MiB",
				 BH_SEALED_MAX >> 20);
	return bh_fail(err, errnum, "read it");
}

static void start_hash(int fd, struct bh_hash *hash)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size >= BH_HASH_LARGE)
		bh_hash_start_large(hash);
	else
		bh_hash_start(hash);
}

int bh_sealed_copy(int fd, struct bh_digest *ret_digest, struct bh_err *err)
{
	bh_autoclose int to_fd = bh_sys_memfd("hook");
	struct bh_hash hash;
	int r;

	if (to_fd == -EACCES) {
		(void)bh_refuse(err, "a copy in memory can't be executed here");
		return bh_hint(err, "sysctl vm.memfd_noexec must be 0 or 1");
	}
	if (to_fd < 0)
		return bh_fail(err, -to_fd, "make a copy in memory");
	start_hash(fd, &hash);
	r = pass(fd, to_fd, ret_digest ? &hash : NULL);
	if (r < 0)
		return fail(-r, err);
	if (fcntl(to_fd, F_ADD_SEALS, ALL_SEALS) < 0)
		return bh_fail(err, errno, "seal a copy in memory");
	if (ret_digest)
		bh_hash_end(&hash, ret_digest);
	return bh_steal_fd(&to_fd);
}

int bh_sealed_hash(int fd, struct bh_digest *ret, struct bh_err *err)
{
	struct bh_hash hash;
	int r;

	start_hash(fd, &hash);
	r = pass(fd, -1, &hash);
	if (r < 0)
		return fail(-r, err);
	bh_hash_end(&hash, ret);
	return 0;
}
