/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files for the tests of trust/: directories that nobody but root can change,
 * texts, and ELF files that say what they need and do nothing.
 */
#ifndef TRUST_FILE_H
#define TRUST_FILE_H

#include <elf.h>
#include <fcntl.h>
#include <ftw.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"

#if defined(__x86_64__)
#define SAMPLE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define SAMPLE_MACHINE EM_AARCH64
#else
#define SAMPLE_MACHINE EM_NONE
#endif

/* What an ELF file is to say; NULL: nothing. */
struct sample {
	const char *interpreter, *rpath, *runpath;
	const char *needed[4];
	uint64_t flags;
	bool auditor;
};

struct sample_file {
	ElfW(Ehdr) header;
	ElfW(Phdr) segments[3];
	ElfW(Dyn) entries[12];
	char text[1024];
};

static inline uint64_t sample_text(struct sample_file *file, size_t *end,
				   const char *text)
{
	size_t at = *end, size = strlen(text) + 1;

	if (size > sizeof(file->text) - at)
		abort();
	memcpy(file->text + at, text, size);
	*end += size;
	return at;
}

static inline void sample_entry(struct sample_file *file, size_t *count,
				int64_t tag, uint64_t value)
{
	file->entries[*count].d_tag = tag;
	file->entries[*count].d_un.d_val = value;
	++*count;
}

static inline void sample_entries(const struct sample *sample,
				  struct sample_file *file, size_t *end)
{
	size_t n = 0;

	sample_entry(file, &n, DT_STRTAB, offsetof(struct sample_file, text));
	sample_entry(file, &n, DT_STRSZ, sizeof(file->text));
	for (size_t i = 0; i < 4 && sample->needed[i]; i++)
		sample_entry(file, &n, DT_NEEDED,
			     sample_text(file, end, sample->needed[i]));
	if (sample->rpath)
		sample_entry(file, &n, DT_RPATH,
			     sample_text(file, end, sample->rpath));
	if (sample->runpath)
		sample_entry(file, &n, DT_RUNPATH,
			     sample_text(file, end, sample->runpath));
	if (sample->flags)
		sample_entry(file, &n, DT_FLAGS_1, sample->flags);
	if (sample->auditor)
		sample_entry(file, &n, DT_AUDIT, 0);
}

static inline void sample_make(const struct sample *sample,
			       struct sample_file *ret)
{
	size_t end = 1;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->header.e_ident, ELFMAG, SELFMAG);
	ret->header.e_ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 :
							      ELFCLASS32;
	ret->header.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB :
							    ELFDATA2MSB;
	ret->header.e_machine = SAMPLE_MACHINE;
	ret->header.e_phoff = offsetof(struct sample_file, segments);
	ret->header.e_phentsize = sizeof(ret->segments[0]);
	ret->header.e_phnum = 3;
	ret->segments[0].p_type = PT_LOAD;
	ret->segments[0].p_filesz = sizeof(*ret);
	ret->segments[1].p_type = PT_DYNAMIC;
	ret->segments[1].p_offset = offsetof(struct sample_file, entries);
	ret->segments[1].p_filesz = sizeof(ret->entries);
	sample_entries(sample, ret, &end);
	if (!sample->interpreter)
		return;
	ret->segments[2].p_type = PT_INTERP;
	ret->segments[2].p_offset = offsetof(struct sample_file, text) +
				    sample_text(ret, &end, sample->interpreter);
	ret->segments[2].p_filesz = strlen(sample->interpreter) + 1;
}

/* In memory. */
static inline int sample_open(const struct sample_file *file)
{
	int fd = memfd_create("sample", MFD_CLOEXEC);

	if (fd < 0 || bh_write_all(fd, file, sizeof(*file)) < 0)
		abort();
	return fd;
}

#endif
