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

/* A directory of root's, in directories of root's; removed by plot_remove. */
struct plot {
	char path[64];
};

#define PLOT_USER 12345

static inline void plot_make(struct plot *plot)
{
	static const char base[] = "/var/lib/bh-trust.XXXXXX";

	(void)umask(022);
	memcpy(plot->path, base, sizeof(base));
	if (!mkdtemp(plot->path) || chmod(plot->path, 0755) < 0)
		abort();
}

static inline int plot_remove_one(const char *path, const struct stat *st,
				  int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void plot_remove(const struct plot *plot)
{
	(void)nftw(plot->path, plot_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* text with the plot's path in the place of each @; owned by the caller. */
static inline char *plot_text(const struct plot *plot, const char *text)
{
	struct bh_buf buf = { 0 };

	for (; *text; text++)
		if (*text == '@')
			bh_buf_str(&buf, plot->path);
		else
			bh_buf_char(&buf, *text);
	bh_buf_str(&buf, "");
	return buf.data ? buf.data : bh_strdup("");
}

static inline void plot_directory(const struct plot *plot, const char *path,
				  mode_t mode, uid_t owner)
{
	bh_autofree char *full = plot_text(plot, path);

	if (mkdir(full, 0755) < 0 || chmod(full, mode) < 0 ||
	    chown(full, owner, 0) < 0)
		abort();
}

/* Replaced, if it exists; not written into. */
static inline void plot_file(const struct plot *plot, const char *path,
			     const void *data, size_t size, mode_t mode,
			     uid_t owner)
{
	bh_autofree char *full = plot_text(plot, path);
	bh_autoclose int fd = -1;

	(void)unlink(full);
	fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || bh_write_all(fd, data, size) < 0 ||
	    fchown(fd, owner, 0) < 0 || fchmod(fd, mode) < 0)
		abort();
}

static inline void plot_script(const struct plot *plot, const char *path,
			       const char *text, mode_t mode, uid_t owner)
{
	bh_autofree char *full = plot_text(plot, text);

	plot_file(plot, path, full, strlen(full), mode, owner);
}

static inline void plot_link(const struct plot *plot, const char *target,
			     const char *path, uid_t owner)
{
	bh_autofree char *to = plot_text(plot, target);
	bh_autofree char *full = plot_text(plot, path);

	if (symlink(to, full) < 0 || lchown(full, owner, 0) < 0)
		abort();
}

#endif
