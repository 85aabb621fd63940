/* SPDX-License-Identifier: Apache-2.0 */
/* What the loader would bring into a program, and from where. */
#include <errno.h>

#include "tap.h"
#include "trust-file.h"
#include "trust/ldcache.h"
#include "trust/loader.h"

/* @ is the plot. */
struct load {
	const char *title;
	struct sample program;
	const char *env[3];
	bool loose;	    /* the program is not fixed */
	const char *broken; /* part of the reason; NULL: it passes */
};

#define LD .interpreter = "@/ld.so"

static const struct load loads[] = {
	{ "a static program", { 0 }, { 0 }, false, NULL },
	{ "no libraries", { LD }, { 0 }, false, NULL },
	{ "no loader there",
	  { .interpreter = "@/none.so" },
	  { 0 },
	  false,
	  "its loader @/none.so: there is no such file" },
	{ "a user's loader",
	  { .interpreter = "@/user/ld.so" },
	  { 0 },
	  false,
	  "its loader @/user/ld.so could be" },
	{ "RUNPATH",
	  { LD, .needed = { "liba.so" }, .runpath = "@/none:@/lib" },
	  { 0 },
	  false,
	  NULL },
	{ "RPATH",
	  { LD, .needed = { "liba.so" }, .rpath = "@/lib" },
	  { 0 },
	  false,
	  NULL },
	{ "no library there",
	  { LD, .needed = { "libnone.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  "its library libnone.so isn't there" },
	{ "RPATH counts for what a library needs",
	  { LD, .needed = { "libneeds.so" }, .rpath = "@/lib" },
	  { 0 },
	  false,
	  NULL },
	{ "RUNPATH doesn't",
	  { LD, .needed = { "libneeds.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  "its library liba.so isn't there" },
	{ "a library's own RUNPATH, with $ORIGIN",
	  { LD, .needed = { "liborigin.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  NULL },
	{ "$ORIGIN of a fixed program",
	  { LD, .needed = { "liba.so" }, .runpath = "${ORIGIN}/lib" },
	  { 0 },
	  false,
	  NULL },
	{ "$ORIGIN of a copy",
	  { LD, .needed = { "liba.so" }, .runpath = "$ORIGIN/lib" },
	  { 0 },
	  true,
	  "searched for in $ORIGIN" },
	{ "a copy without",
	  { LD, .needed = { "liba.so" }, .runpath = "@/lib" },
	  { 0 },
	  true,
	  NULL },
	{ "another token",
	  { LD, .needed = { "liba.so" }, .runpath = "/usr/$LIB:@/lib" },
	  { 0 },
	  false,
	  "which isn't understood" },
	{ "a relative RUNPATH",
	  { LD, .needed = { "liba.so" }, .runpath = "lib" },
	  { 0 },
	  false,
	  "without an absolute path" },
	{ "an empty place in RUNPATH",
	  { LD, .needed = { "liba.so" }, .runpath = "@/lib:" },
	  { 0 },
	  false,
	  NULL },
	{ "an empty place before",
	  { LD, .needed = { "liba.so" }, .runpath = ":@/lib" },
	  { 0 },
	  false,
	  "without an absolute path" },
	{ "a user's directory first, with nothing in it",
	  { LD, .needed = { "liba.so" }, .runpath = "@/user/none:@/lib" },
	  { 0 },
	  false,
	  "searched for in @/user/none" },
	{ "a user's library",
	  { LD, .needed = { "libuser.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  "its library @/lib/libuser.so could be" },
	{ "a link to one",
	  { LD, .needed = { "liblink.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  "its library @/lib/liblink.so could be" },
	{ "a library that needs a user's",
	  { LD, .needed = { "libdeep.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  "its library @/lib/libuser.so could be" },
	{ "one for another machine is passed over",
	  { LD, .needed = { "liba.so" }, .runpath = "@/foreign:@/lib" },
	  { 0 },
	  false,
	  NULL },
	{ "a damaged one isn't",
	  { LD, .needed = { "libbad.so" }, .runpath = "@/lib" },
	  { 0 },
	  false,
	  "its library @/lib/libbad.so: it is a damaged" },
	{ "by path", { LD, .needed = { "@/lib/liba.so" } }, { 0 }, false, NULL },
	{ "a user's by path",
	  { LD, .needed = { "@/user/libu.so" } },
	  { 0 },
	  false,
	  "its library @/user/libu.so could be" },
	{ "an auditor", { LD, .auditor = true }, { 0 }, false, "by rules" },
	{ "LD_LIBRARY_PATH",
	  { LD, .needed = { "liba.so" } },
	  { "LD_LIBRARY_PATH=@/lib" },
	  false,
	  NULL },
	{ "LD_LIBRARY_PATH of a user",
	  { LD, .needed = { "liba.so" }, .runpath = "@/lib" },
	  { "LD_LIBRARY_PATH=@/user" },
	  false,
	  "searched for in @/user" },
	{ "LD_LIBRARY_PATH twice",
	  { LD, .needed = { "liba.so" } },
	  { "LD_LIBRARY_PATH=@/lib", "LD_LIBRARY_PATH=@/user" },
	  false,
	  "twice" },
	{ "LD_PRELOAD", { LD }, { "LD_PRELOAD=@/lib/liba.so" }, false, NULL },
	{ "LD_PRELOAD of a user's",
	  { LD },
	  { "LD_PRELOAD=@/lib/liba.so @/user/libu.so" },
	  false,
	  "LD_PRELOAD: its library @/user/libu.so" },
	{ "LD_AUDIT", { LD }, { "LD_AUDIT=@/lib/liba.so" }, false, "LD_AUDIT" },
	{ "default directories are left out",
	  { LD, .needed = { "ld.so" }, .flags = DF_1_NODEFLIB },
	  { 0 },
	  false,
	  "isn't there" },
	{ "musl is its own libc",
	  { .interpreter = "@/ld-musl-x.so.1",
	    .needed = { "libc.musl-x.so.1", "liba.so" },
	    .runpath = "@/lib" },
	  { 0 },
	  false,
	  NULL },
};

static const char *expand(const struct plot *plot, struct bh_arena *arena,
			  const char *text)
{
	bh_autofree char *full = text ? plot_text(plot, text) : NULL;

	return full ? bh_arena_strdup(arena, full) : NULL;
}

static void put(const struct plot *plot, const char *path,
		const struct sample *sample, uid_t owner)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct sample full = *sample;
	struct sample_file file;

	full.interpreter = expand(plot, &arena, sample->interpreter);
	full.rpath = expand(plot, &arena, sample->rpath);
	full.runpath = expand(plot, &arena, sample->runpath);
	for (size_t i = 0; i < 4; i++)
		full.needed[i] = expand(plot, &arena, sample->needed[i]);
	sample_make(&full, &file);
	plot_file(plot, path, &file, sizeof(file), 0755, owner);
}

static void put_foreign(const struct plot *plot)
{
	const struct sample none = { 0 };
	struct sample_file file;

	sample_make(&none, &file);
	file.header.e_machine = EM_68K;
	plot_file(plot, "@/foreign/liba.so", &file, sizeof(file), 0755, 0);
	sample_make(&none, &file);
	file.header.e_phnum = 0;
	plot_file(plot, "@/lib/libbad.so", &file, sizeof(file), 0755, 0);
}

static void fill(const struct plot *plot)
{
	const struct sample none = { 0 };
	const struct sample needs = { .needed = { "liba.so" } };
	const struct sample origin = { .needed = { "liba.so" },
				       .runpath = "$ORIGIN/../lib" };
	const struct sample deep = { .needed = { "libuser.so" },
				     .runpath = "@/lib" };

	plot_directory(plot, "@/lib", 0755, 0);
	plot_directory(plot, "@/foreign", 0755, 0);
	plot_directory(plot, "@/user", 0755, PLOT_USER);
	put(plot, "@/ld.so", &none, 0);
	put(plot, "@/ld-musl-x.so.1", &none, 0);
	put(plot, "@/user/ld.so", &none, 0);
	put(plot, "@/user/libu.so", &none, 0);
	put(plot, "@/lib/liba.so", &none, 0);
	put(plot, "@/lib/libuser.so", &none, PLOT_USER);
	put(plot, "@/lib/libneeds.so", &needs, 0);
	put(plot, "@/lib/liborigin.so", &origin, 0);
	put(plot, "@/lib/libdeep.so", &deep, 0);
	plot_link(plot, "@/user/libu.so", "@/lib/liblink.so", 0);
	put_foreign(plot);
}

static void check_load(const struct plot *plot, struct bh_ground *ground,
		       const struct load *load)
{
	bh_autoarena struct bh_arena arena = { 0 };
	const char *env[4] = { NULL };
	const char *broken = expand(plot, &arena, load->broken);
	struct bh_item_file file = { .fixed = !load->loose };
	struct bh_err err = { 0 };
	bh_autoclose int fd = -1;
	bool passes;

	put(plot, "@/program", &load->program, 0);
	file.path = expand(plot, &arena, "@/program");
	for (size_t i = 0; i < 3; i++)
		env[i] = expand(plot, &arena, load->env[i]);
	fd = open(file.path, O_RDONLY | O_CLOEXEC);
	passes = bh_loader_check(ground, fd, &file, env, &err) == 0;
	ok(broken ? !passes && strstr(err.text, broken) : passes, "%s%s%s",
	   load->title, broken ? ": " : "", broken ? "refused" : "");
	if (broken ? !strstr(err.text, broken) : !passes)
		diag("%s", err.text);
}

/* Programs that are there, with all that they load. */
static void check_system(struct bh_ground *ground)
{
	static const char *const paths[] = { "/bin/sh", "/usr/bin/env",
					     "/usr/bin/bash" };

	for (size_t i = 0; i < BH_COUNT(paths); i++) {
		bh_autoclose int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		struct bh_item_file file = { .fixed = true };
		struct bh_err err = { 0 };
		struct bh_found found;

		if (fd < 0 ||
		    bh_fixed_find(ground, paths[i], &found, &err) < 0) {
			skip("no %s", paths[i]);
			continue;
		}
		bh_close(&found.fd);
		file.path = found.path;
		if (!ok(bh_loader_check(ground, fd, &file, NULL, &err) == 0,
			"%s as it is installed", paths[i]))
			diag("%s", err.text);
	}
}

/* As glibc's ldconfig writes it. */
struct list {
	char magic[20];
	uint32_t count, strings_size;
	uint8_t flags, padding[3];
	uint32_t extensions, unused[3];
	struct {
		int32_t flags;
		uint32_t name, path, version;
		uint64_t hardware;
	} entries[3];
	char strings[64];
	char end;
};

static void check_cache(void)
{
	struct list list = {
		.magic = "glibc-ld.so.cache1.",
		.count = 3,
		.strings = "liba.so\0/x/liba.so\0/y/liba.so\0libb.so",
	};
	const uint32_t at = offsetof(struct list, strings);
	const size_t len = offsetof(struct list, end);
	struct bh_ldcache cache;
	size_t next = 0;

	list.magic[19] = '1';
	list.entries[0].name = list.entries[1].name = at;
	list.entries[0].path = at + 8;
	list.entries[1].path = at + 19;
	list.entries[2].name = at + 30;
	list.entries[2].path = UINT32_MAX;
	is_int(bh_ldcache_parse((const char *)&list, len, &cache), 0,
	       "a list of libraries");
	is_str(bh_ldcache_next(&cache, "liba.so", &next), "/x/liba.so",
	       "the first of a name");
	is_str(bh_ldcache_next(&cache, "liba.so", &next), "/y/liba.so",
	       "the second");
	is_str(bh_ldcache_next(&cache, "liba.so", &next), NULL, "no third");
	next = 0;
	is_str(bh_ldcache_next(&cache, "libb.so", &next), NULL,
	       "a path outside is none");
	list.count = UINT32_MAX;
	is_int(bh_ldcache_parse((const char *)&list, len, &cache), -EINVAL,
	       "more entries than bytes");
	is_int(bh_ldcache_parse((const char *)&list, 40, &cache), -EINVAL,
	       "a list that is cut");
	list.magic[19] = '2';
	is_int(bh_ldcache_parse((const char *)&list, len, &cache), -EINVAL,
	       "another form");
}

int main(void)
{
	static const struct bh_spec none;
	struct bh_ground ground;
	struct plot plot;
	struct bh_err err;

	check_cache();
	if (geteuid() != 0 || SAMPLE_MACHINE == EM_NONE) {
		skip("not root, or no sample for this machine");
		return done_testing();
	}
	plot_make(&plot);
	fill(&plot);
	if (!ok(bh_ground_open(&none, &ground, &err) == 0, "facts"))
		return done_testing();
	for (size_t i = 0; i < BH_COUNT(loads); i++)
		check_load(&plot, &ground, &loads[i]);
	check_system(&ground);
	bh_ground_close(&ground);
	plot_remove(&plot);
	return done_testing();
}
