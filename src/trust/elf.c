/* SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "trust/elf.h"

/* Beyond what any linker makes. */
#define MAX_SEGMENTS 512
#define MAX_ENTRIES  65536u
#define MAX_NEEDED   512
#define MAX_TEXT     4096

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OWN_MACHINE EM_PPC64
#elif defined(__s390x__)
#define OWN_MACHINE EM_S390
#elif defined(__loongarch__)
#define OWN_MACHINE EM_LOONGARCH
#elif defined(__arm__)
#define OWN_MACHINE EM_ARM
#elif defined(__i386__)
#define OWN_MACHINE EM_386
#else
#error "the machine's number in ELF files is missing here"
#endif

#define OWN_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OWN_DATA \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

struct image {
	int fd;
	struct bh_arena *arena;
	size_t segment_count;
	ElfW(Phdr) * segments;
	uint64_t strings, strings_size; /* offset in the file */
};

static int damaged(struct bh_err *err)
{
	return bh_refuse(err, "it is a damaged ELF file");
}

/* Exactly size bytes from offset; false where the file has fewer. */
static bool read_at(int fd, uint64_t offset, void *ret, size_t size)
{
	char *to = ret;

	while (size) {
		ssize_t n;

		if (offset > INT64_MAX - size)
			return false;
		n = pread(fd, to, size, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return true;
}

/* A text of at most max bytes with its NUL; NULL where none ends there. */
static const char *read_text(const struct image *image, uint64_t offset,
			     uint64_t max)
{
	char text[MAX_TEXT];
	size_t size = max < sizeof(text) ? (size_t)max : sizeof(text);
	ssize_t n;

	if (offset > INT64_MAX)
		return NULL;
	n = pread(image->fd, text, size, (off_t)offset);
	if (n <= 0 || !memchr(text, '\0', (size_t)n))
		return NULL;
	return bh_arena_strdup(image->arena, text);
}

static int read_header(struct image *image, struct bh_err *err)
{
	ElfW(Ehdr) header;
	size_t size;

	if (!read_at(image->fd, 0, &header, sizeof(header)) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
		(void)bh_refuse(err, "it is neither a script nor an ELF file");
		err->errnum = ENOEXEC;
		return -ENOEXEC;
	}
	if (header.e_ident[EI_CLASS] != OWN_CLASS ||
	    header.e_ident[EI_DATA] != OWN_DATA ||
	    header.e_machine != OWN_MACHINE) {
		(void)bh_refuse(err, "it is a program for another machine");
		err->errnum = ENOEXEC;
		return -ENOEXEC;
	}
	if (header.e_phentsize != sizeof(*image->segments) ||
	    header.e_phnum == 0 || header.e_phnum > MAX_SEGMENTS)
		return damaged(err);
	size = header.e_phnum * sizeof(*image->segments);
	image->segment_count = header.e_phnum;
	image->segments = bh_arena_alloc(image->arena, size);
	if (!read_at(image->fd, header.e_phoff, image->segments, size))
		return damaged(err);
	return 0;
}

static const ElfW(Phdr) * find_segment(const struct image *image, uint32_t type)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == type)
			return &image->segments[i];
	return NULL;
}

/* Where in the file an address lies, and how much of its segment follows. */
static bool locate(const struct image *image, uint64_t address, uint64_t *ret,
		   uint64_t *ret_left)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const ElfW(Phdr) *load = &image->segments[i];
		uint64_t inside = address - load->p_vaddr;

		if (load->p_type != PT_LOAD || address < load->p_vaddr ||
		    inside >= load->p_filesz ||
		    load->p_offset > UINT64_MAX - inside)
			continue;
		*ret = load->p_offset + inside;
		*ret_left = load->p_filesz - inside;
		return true;
	}
	return false;
}

static bool find_strings(struct image *image, const ElfW(Dyn) * entries,
			 size_t count)
{
	uint64_t address = 0, size = 0, left;

	for (size_t i = 0; i < count; i++) {
		if (entries[i].d_tag == DT_STRTAB)
			address = entries[i].d_un.d_ptr;
		else if (entries[i].d_tag == DT_STRSZ)
			size = entries[i].d_un.d_val;
	}
	if (!locate(image, address, &image->strings, &left))
		return false;
	image->strings_size = size < left ? size : left;
	return true;
}

static const char *dynamic_text(const struct image *image, uint64_t at)
{
	if (at >= image->strings_size)
		return NULL;
	return read_text(image, image->strings + at, image->strings_size - at);
}

static bool take_text(const struct image *image, uint64_t at, const char **ret)
{
	*ret = dynamic_text(image, at);
	return *ret;
}

static bool take_entry(const struct image *image, const ElfW(Dyn) * entry,
		       struct bh_elf *elf)
{
	uint64_t value = entry->d_un.d_val;

	switch (entry->d_tag) {
	case DT_NEEDED:
		if (elf->needed_count >= MAX_NEEDED)
			return false;
		return take_text(image, value,
				 bh_arena_append(image->arena, &elf->needed,
						 &elf->needed_count,
						 sizeof(*elf->needed)));
	case DT_RPATH:
		return take_text(image, value, &elf->rpath);
	case DT_RUNPATH:
		return take_text(image, value, &elf->runpath);
	case DT_FLAGS_1:
		elf->no_default = value & DF_1_NODEFLIB;
		return true;
	case DT_AUDIT:
	case DT_DEPAUDIT:
	case DT_AUXILIARY:
	case DT_FILTER:
		elf->loads_more = true;
		return true;
	default:
		return true;
	}
}

static int read_dynamic(struct image *image, struct bh_elf *elf,
			struct bh_err *err)
{
	const ElfW(Phdr) *segment = find_segment(image, PT_DYNAMIC);
	ElfW(Dyn) * entries;
	size_t count = 0, room;

	if (!segment)
		return 0;
	room = segment->p_filesz / sizeof(*entries);
	if (room > MAX_ENTRIES)
		return damaged(err);
	entries = bh_arena_alloc(image->arena, room * sizeof(*entries) + 1);
	if (!read_at(image->fd, segment->p_offset, entries,
		     room * sizeof(*entries)))
		return damaged(err);
	while (count < room && entries[count].d_tag != DT_NULL)
		count++;
	/* Without strings nothing can be named. */
	if (!find_strings(image, entries, count))
		image->strings_size = 0;
	for (size_t i = 0; i < count; i++)
		if (!take_entry(image, &entries[i], elf))
			return damaged(err);
	return 0;
}

int bh_elf_read(int fd, struct bh_arena *arena, struct bh_elf *ret,
		struct bh_err *err)
{
	struct image image = { .fd = fd, .arena = arena };
	const ElfW(Phdr) * segment;
	struct bh_elf elf = { 0 };
	int r = read_header(&image, err);

	if (r < 0)
		return r;
	segment = find_segment(&image, PT_INTERP);
	if (segment) {
		elf.interpreter =
			read_text(&image, segment->p_offset, segment->p_filesz);
		if (!elf.interpreter || elf.interpreter[0] != '/')
			return damaged(err);
	}
	r = read_dynamic(&image, &elf, err);
	if (r == 0)
		*ret = elf;
	return r;
}
