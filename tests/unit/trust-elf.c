/* SPDX-License-Identifier: Apache-2.0 */
/* What ELF files need, and files that are none. */
#include <errno.h>

#include "tap.h"
#include "trust-file.h"
#include "trust/elf.h"

static int read_file(const struct sample_file *file, struct bh_arena *arena,
		     struct bh_elf *ret)
{
	bh_autoclose int fd = sample_open(file);
	struct bh_err err;

	return bh_elf_read(fd, arena, ret, &err);
}

static void check_contents(void)
{
	const struct sample all = {
		.interpreter = "/lib/ld.so",
		.needed = { "liba.so.1", "/srv/libb.so" },
		.rpath = "/opt/r",
		.runpath = "$ORIGIN/../lib:/opt/lib",
		.flags = DF_1_NODEFLIB,
		.auditor = true,
	};
	const struct sample none = { 0 };
	bh_autoarena struct bh_arena arena = { 0 };
	struct sample_file file;
	struct bh_elf elf;

	sample_make(&all, &file);
	is_int(read_file(&file, &arena, &elf), 0, "a file with everything");
	is_str(elf.interpreter, "/lib/ld.so", "its loader");
	is_int(elf.needed_count, 2, "its libraries");
	is_str(elf.needed[1], "/srv/libb.so", "the second one");
	is_str(elf.rpath, "/opt/r", "its RPATH");
	is_str(elf.runpath, "$ORIGIN/../lib:/opt/lib", "its RUNPATH");
	ok(elf.no_default && elf.loads_more, "its flags");

	sample_make(&none, &file);
	is_int(read_file(&file, &arena, &elf), 0, "a file with nothing");
	ok(!elf.interpreter && !elf.needed_count && !elf.rpath &&
		   !elf.runpath && !elf.no_default && !elf.loads_more,
	   "needs nothing");
}

static void check_own(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autoclose int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct bh_elf elf = { 0 };
	struct bh_err err;
	bool libc = false;

	is_int(bh_elf_read(fd, &arena, &elf, &err), 0, "this program");
	ok(elf.interpreter, "has a loader");
	for (size_t i = 0; i < elf.needed_count; i++)
		libc |= bh_starts_with(elf.needed[i], "libc.");
	ok(libc, "needs libc");
}

enum breakage {
	MAGIC,
	CLASS,
	DATA,
	MACHINE,
	ENTRY_SIZE,
	NO_SEGMENTS,
	MANY_SEGMENTS,
	SEGMENTS_OUTSIDE,
	INTERPRETER_OUTSIDE,
	INTERPRETER_ENDLESS,
	INTERPRETER_RELATIVE,
	DYNAMIC_OUTSIDE,
	DYNAMIC_HUGE,
	STRINGS_OUTSIDE,
	STRINGS_OVERFLOW,
	STRING_OUTSIDE,
	STRING_ENDLESS,
};

static void damage_header(struct sample_file *file, enum breakage how)
{
	ElfW(Ehdr) *header = &file->header;

	switch (how) {
	case MAGIC:
		header->e_ident[1] = 'e';
		break;
	case CLASS:
		header->e_ident[EI_CLASS] ^= 3;
		break;
	case DATA:
		header->e_ident[EI_DATA] ^= 3;
		break;
	case MACHINE:
		header->e_machine = EM_68K;
		break;
	case ENTRY_SIZE:
		header->e_phentsize--;
		break;
	case NO_SEGMENTS:
		header->e_phnum = 0;
		break;
	case MANY_SEGMENTS:
		header->e_phnum = 0xffff;
		break;
	case SEGMENTS_OUTSIDE:
		header->e_phoff = (ElfW(Off)) - 64;
		break;
	default:
		break;
	}
}

static void damage_content(struct sample_file *file, enum breakage how)
{
	switch (how) {
	case INTERPRETER_OUTSIDE:
		file->segments[2].p_offset = (ElfW(Off)) - 1;
		break;
	case INTERPRETER_ENDLESS:
		file->segments[2].p_filesz = 3;
		break;
	case INTERPRETER_RELATIVE:
		file->segments[2].p_offset++;
		break;
	case DYNAMIC_OUTSIDE:
		file->segments[1].p_offset = sizeof(*file) - 8;
		break;
	case DYNAMIC_HUGE:
		file->segments[1].p_filesz = (ElfW(Xword)) - 1;
		break;
	case STRINGS_OUTSIDE:
		file->entries[0].d_un.d_ptr = sizeof(*file);
		break;
	case STRINGS_OVERFLOW:
		file->segments[0].p_offset = (ElfW(Off)) - 1;
		break;
	case STRING_OUTSIDE:
		file->entries[2].d_un.d_val = sizeof(file->text);
		break;
	case STRING_ENDLESS:
		memset(file->text, 'x', sizeof(file->text));
		break;
	default:
		break;
	}
}

static void check_damage(void)
{
	static const struct {
		const char *title;
		enum breakage how;
		int error;
	} cases[] = {
		{ "another magic", MAGIC, -ENOEXEC },
		{ "another class", CLASS, -ENOEXEC },
		{ "another byte order", DATA, -ENOEXEC },
		{ "another machine", MACHINE, -ENOEXEC },
		{ "segments of another size", ENTRY_SIZE, -EINVAL },
		{ "no segments", NO_SEGMENTS, -EINVAL },
		{ "too many segments", MANY_SEGMENTS, -EINVAL },
		{ "segments outside", SEGMENTS_OUTSIDE, -EINVAL },
		{ "loader outside", INTERPRETER_OUTSIDE, -EINVAL },
		{ "loader without an end", INTERPRETER_ENDLESS, -EINVAL },
		{ "loader without a directory", INTERPRETER_RELATIVE, -EINVAL },
		{ "dynamic part outside", DYNAMIC_OUTSIDE, -EINVAL },
		{ "dynamic part of any size", DYNAMIC_HUGE, -EINVAL },
		{ "strings outside", STRINGS_OUTSIDE, -EINVAL },
		{ "strings where offsets overflow", STRINGS_OVERFLOW, -EINVAL },
		{ "string outside", STRING_OUTSIDE, -EINVAL },
		{ "string without an end", STRING_ENDLESS, -EINVAL },
	};
	const struct sample sample = {
		.interpreter = "/lib/ld.so",
		.needed = { "liba.so.1" },
	};

	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		bh_autoarena struct bh_arena arena = { 0 };
		struct sample_file file;
		struct bh_elf elf;

		sample_make(&sample, &file);
		damage_header(&file, cases[i].how);
		damage_content(&file, cases[i].how);
		is_int(read_file(&file, &arena, &elf), cases[i].error, "%s",
		       cases[i].title);
	}
}

/* Cut anywhere: a result or an error, and nothing else. */
static void check_cuts(void)
{
	const struct sample sample = { .interpreter = "/l", .needed = { "a" } };
	struct sample_file file;
	bh_autoclose int fd = -1;
	size_t good = 0;

	sample_make(&sample, &file);
	fd = sample_open(&file);
	for (size_t size = sizeof(file); size-- > 0;) {
		bh_autoarena struct bh_arena arena = { 0 };
		struct bh_elf elf;
		struct bh_err err = { 0 };

		if (ftruncate(fd, (off_t)size) < 0)
			abort();
		if (bh_elf_read(fd, &arena, &elf, &err) == 0)
			good++;
		else if (!err.explained)
			abort();
	}
	ok(good < sizeof(file.text), "a file that is cut");
}

int main(void)
{
	if (SAMPLE_MACHINE == EM_NONE)
		return skip_all("no sample for this machine");
	check_contents();
	check_own();
	check_damage();
	check_cuts();
	return done_testing();
}
