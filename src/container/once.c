/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "container/once.h"
#include "container/process.h"

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* A line for each hook, of which there are at most 256. */
#define MAX_TEXT (1u << 16)

/* Out of the way of descriptors that callers hand on. */
#define HIGH_FD 200

void bh_once_clear(struct bh_once *once)
{
	free(once->items);
	*once = (struct bh_once){ 0 };
}

static void print(const struct bh_once *once, struct bh_buf *out)
{
	for (size_t i = 0; i < once->count; i++) {
		char hex[BH_DIGEST_HEX_SIZE];

		bh_digest_hex(&once->items[i], hex);
		bh_buf_printf(out, "%s\n", hex);
	}
}

/* Lines of digests; -EINVAL for anything else. */
static int parse(char *text, struct bh_once *ret)
{
	char *line;

	while ((line = strsep(&text, "\n")) && *line) {
		ret->items = bh_realloc(ret->items, ret->count + 1,
					sizeof(*ret->items));
		if (bh_digest_parse(line, &ret->items[ret->count]) < 0)
			return -EINVAL;
		ret->count++;
	}
	return 0;
}

int bh_once_save(const struct bh_entry *entry, const struct bh_once *once,
		 struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };

	if (!once->count)
		return 0;
	print(once, &text);
	return bh_entry_write(entry, BH_ONCE_FILE, text.data, text.len, err);
}

int bh_once_load(const struct bh_entry *entry, struct bh_once *ret,
		 struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r;

	*ret = (struct bh_once){ 0 };
	if (!bh_entry_has(entry, BH_ONCE_FILE))
		return 0;
	r = bh_entry_read(entry, BH_ONCE_FILE, &text, err);
	if (r == 0 && text.data && parse(text.data, ret) < 0)
		r = bh_refuse(err,
			      "read the hooks of container %s: they are "
			      "no digests",
			      entry->id);
	if (r < 0)
		bh_once_clear(ret);
	return r;
}

/* Who this is: the process goes on over execve. */
static int print_self(struct bh_buf *out)
{
	uint64_t start_time;
	int r = bh_process_start_time(getpid(), &start_time);

	if (r < 0)
		return r;
	bh_buf_printf(out, "%d %llu\n", (int)getpid(),
		      (unsigned long long)start_time);
	return 0;
}

int bh_once_carry(const struct bh_once *once, struct bh_err *err)
{
	bh_autoclose int fd =
		memfd_create("once", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bh_autobuf struct bh_buf text = { 0 };
	int r = fd < 0 ? -errno : print_self(&text), high;

	print(once, &text);
	if (r == 0)
		r = bh_write_all(fd, text.data, text.len);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, ALL_SEALS) < 0)
		r = -errno;
	high = r < 0 ? r : fcntl(fd, F_DUPFD, HIGH_FD);
	if (r == 0 && high < 0)
		r = -errno;
	return r < 0 ? bh_fail(err, -r, "remember what was let pass") : high;
}

/* Somebody else's descriptor is left as it is. */
static void receive(int fd, struct bh_once *ret)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autobuf struct bh_buf self = { 0 };
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & ALL_SEALS) != ALL_SEALS ||
	    lseek(fd, 0, SEEK_SET) < 0 ||
	    bh_read_all(fd, MAX_TEXT, &text) < 0 || print_self(&self) < 0 ||
	    !text.data || !bh_starts_with(text.data, self.data))
		return;
	(void)close(fd);
	if (parse(text.data + self.len, ret) < 0)
		bh_once_clear(ret);
}

void bh_once_receive(const char *fd, struct bh_once *ret)
{
	uint64_t number;

	*ret = (struct bh_once){ 0 };
	if (!fd || bh_parse_u64(fd, INT_MAX, &number) < 0 || number < HIGH_FD)
		return;
	receive((int)number, ret);
}
