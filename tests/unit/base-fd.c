/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors, and /proc through a verified handle (S15). */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/procfs.h"
#include "tap.h"

static void check_ownership(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC), copy = fd, stolen;

	errno = 77;
	bh_close(&fd);
	is_int(fd, -1, "closed, it is -1");
	ok(fcntl(copy, F_GETFD) < 0, "and closed");
	errno = 77;
	bh_close(&fd);
	is_int(errno, 77, "errno stays");
	fd = 5;
	stolen = bh_steal_fd(&fd);
	ok(stolen == 5 && fd == -1, "ownership leaves");
}

static int file_of(size_t size)
{
	int fd = memfd_create("read", MFD_CLOEXEC);
	bh_autofree char *data = bh_calloc(size + 1, 1);

	memset(data, 'x', size);
	if (fd < 0 || bh_write_all(fd, data, size) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

static void check_read(size_t size, size_t max, int want)
{
	bh_autobuf struct bh_buf buf = { 0 };
	bh_autoclose int fd = file_of(size);

	is_int(bh_read_all(fd, max, &buf), want, "%zu bytes of at most %zu",
	       size, max);
	if (want == 0)
		is_int(buf.len, size, "%zu bytes are read", size);
	else
		ok(buf.len <= max, "no more than the limit is kept");
}

static void check_reads(void)
{
	bh_autobuf struct bh_buf buf = { 0 };
	bh_autoclose int fd = file_of(10);

	check_read(0, 0, 0);
	check_read(0, 10, 0);
	check_read(1, 0, -EFBIG);
	check_read(10, 10, 0);
	check_read(11, 10, -EFBIG);
	check_read(16384, 16384, 0);
	check_read(16385, 16384, -EFBIG);
	check_read(100000, 1 << 20, 0);
	check_read(100000, 99999, -EFBIG);

	bh_buf_str(&buf, "12345");
	is_int(bh_read_all(fd, 14, &buf), -EFBIG,
	       "what is there already counts");
	is_int(bh_read_all(-1, 14, &buf), -EBADF, "no descriptor");
	is_int(bh_write_all(-1, "x", 1), -EBADF, "none to write to either");
	is_int(bh_write_all(-1, "", 0), 0, "nothing to write needs none");
}

static bool is_procfs(int fd)
{
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 &&
	       fs.f_type == PROC_SUPER_MAGIC;
}

struct refusal {
	const char *path;
	int result;
	int other; /* just as well; 0: none */
};

static const struct refusal refusals[] = {
	{ "../etc/passwd", -EXDEV, 0 },
	{ "self/../../etc", -EXDEV, 0 },
	{ "/etc/passwd", -EXDEV, 0 },
	{ "self/root", -ELOOP, 0 },
	{ "self/cwd", -ELOOP, 0 },
	{ "self/exe", -ELOOP, 0 },
	{ "self/fd/0", -ELOOP, -ENOENT },
	{ "self/ns/net", -ELOOP, 0 },
	/* openat2(2): something was mounted or renamed meanwhile. */
	{ "self/task/../root/etc", -ELOOP, -EAGAIN },
	{ "self/nothing", -ENOENT, 0 },
	{ "", -ENOENT, 0 },
};

static void check_files(int procfs, const char *which)
{
	bh_autobuf struct bh_buf text = { 0 };

	for (size_t i = 0; i < BH_COUNT(refusals); i++) {
		int fd = bh_procfs_open_file(procfs, refusals[i].path, O_PATH);

		ok(fd == refusals[i].result ||
			   (refusals[i].other && fd == refusals[i].other),
		   "%s: \"%s\" is refused", which, refusals[i].path);
		bh_close(&fd);
	}
	is_int(bh_procfs_write(procfs, "self/comm", "renamed", 7), 0,
	       "%s: write", which);
	is_int(bh_procfs_read(procfs, "self/comm", 100, &text), 0, "%s: read",
	       which);
	is_str(text.data, "renamed\n", "%s: what was written", which);
	is_int(bh_procfs_read(procfs, "self/status", 10, &text), -EFBIG,
	       "%s: too large", which);
	is_int(bh_procfs_write(procfs, "self/nothing", "1", 1), -ENOENT,
	       "%s: a missing file is not made", which);
	ok(bh_procfs_write(procfs, "self/oom_score_adj", "x", 1) < 0,
	   "%s: a value that the kernel refuses", which);
	ok(bh_procfs_write(procfs, "self", "1", 1) < 0,
	   "%s: a directory can't be written", which);
}

static void check_namespaces(int procfs, const char *which)
{
	bh_autoclose int fd = bh_procfs_open_namespace(procfs, "uts");
	struct stat got = { 0 }, want = { 0 };

	ok(fd >= 0 && fstat(fd, &got) == 0 &&
		   stat("/proc/self/ns/uts", &want) == 0 &&
		   got.st_ino == want.st_ino && got.st_dev == want.st_dev,
	   "%s: our uts namespace", which);
	is_int(bh_procfs_open_namespace(procfs, "nothing"), -ENOENT,
	       "%s: no such namespace", which);
}

static void check_procfs(int fd, const char *which)
{
	if (!ok(is_procfs(fd), "%s: a procfs", which))
		return;
	check_files(fd, which);
	check_namespaces(fd, which);
}

/* A handle that is no procfs does not get that far, but nothing may be
 * followed in one that somebody has filled. */
static void check_false(void)
{
	char path[] = "/tmp/bh-proc.XXXXXX";
	bh_autoclose int fd = -1;

	if (!mkdtemp(path))
		abort();
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (symlinkat("/etc", fd, "self") < 0)
		abort();
	is_int(bh_procfs_open_file(fd, "self/passwd", O_RDONLY), -EXDEV,
	       "self as a link to elsewhere");
	ok(unlinkat(fd, "self", 0) == 0 && rmdir(path) == 0, "removed");
}

int main(void)
{
	bh_autoclose int shared = -1;
	bh_autoclose int own = -1;

	check_ownership();
	check_reads();
	check_false();
	shared = bh_procfs_open_shared();
	own = bh_procfs_open();
	check_procfs(shared, "shared");
	check_procfs(own, "own");
	return done_testing();
}
