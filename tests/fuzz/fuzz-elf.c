/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a program: what is read must be text, and a refusal a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trust/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_err err = { 0 };
	struct bh_elf elf = { 0 };
	size_t total = 0;

	if (fd < 0)
		fd = memfd_create("elf", MFD_CLOEXEC);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) < 0)
		abort();
	if (bh_elf_read(fd, &arena, &elf, &err) < 0) {
		if (!err.explained || !err.text[0])
			abort();
		return 0;
	}
	for (size_t i = 0; i < elf.needed_count; i++)
		total += strlen(elf.needed[i]);
	if (elf.interpreter && elf.interpreter[0] != '/')
		abort();
	return total > size * elf.needed_count;
}
