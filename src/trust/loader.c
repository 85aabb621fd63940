/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/str.h"
#include "trust/elf.h"
#include "trust/ldcache.h"
#include "trust/loader.h"

#define LD_CACHE      "/etc/ld.so.cache"
#define LD_PRELOAD    "/etc/ld.so.preload"
#define MAX_CACHE     (16u << 20)
#define MAX_PRELOAD   65536u
#define MAX_LIBRARIES 1024

#define NOT_ROOTS "could be changed by others than root"

/* Each distribution has its own list in glibc: here is what any of them has.
 * All of it is root's, so that the order doesn't matter. */
static const char *const glibc_directories[] = {
#if defined(__x86_64__)
	"/lib/x86_64-linux-gnu",
	"/usr/lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
	"/lib/aarch64-linux-gnu",
	"/usr/lib/aarch64-linux-gnu",
#elif defined(__riscv)
	"/lib/riscv64-linux-gnu",
	"/usr/lib/riscv64-linux-gnu",
#elif defined(__powerpc64__)
	"/lib/powerpc64le-linux-gnu",
	"/usr/lib/powerpc64le-linux-gnu",
#elif defined(__s390x__)
	"/lib/s390x-linux-gnu",
	"/usr/lib/s390x-linux-gnu",
#endif
	"/lib64",
	"/usr/lib64",
	"/lib",
	"/usr/lib",
	NULL,
};

static const char *const musl_directories[] = {
	"/lib",
	"/usr/local/lib",
	"/usr/lib",
	NULL,
};

/* An ELF file that is loaded; the first is the program. */
struct library {
	const char *name;   /* by which it is needed */
	const char *origin; /* its directory; NULL: it has none */
	size_t parent;	    /* who needs it */
	struct bh_elf elf;
};

struct loading {
	struct bh_ground *ground;
	struct bh_arena *arena;
	bool musl;
	const char *library_path; /* LD_LIBRARY_PATH, or NULL */
	bool cached;
	struct bh_ldcache cache;
	size_t directory_count; /* those that are known to be fixed */
	const char **directories;
	size_t count;
	struct library *items;
};

static const char *find_variable(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static const char *directory_of(struct bh_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash != path ?
		       bh_arena_strndup(arena, path, (size_t)(slash - path)) :
		       "/";
}

static int check_directory(struct loading *l, const char *dir,
			   struct bh_err *err)
{
	const char **known;

	for (size_t i = 0; i < l->directory_count; i++)
		if (bh_str_eq(l->directories[i], dir))
			return 0;
	if (!bh_fixed_is_directory(l->ground, dir))
		return bh_refuse(
			err,
			"libraries are searched for in %s, which " NOT_ROOTS,
			dir);
	known = bh_arena_append(l->arena, &l->directories, &l->directory_count,
				sizeof(*known));
	*known = dir;
	return 0;
}

/*
 * Take the file at path for name, if it is a library of this machine: 1; 0: the
 * loader would go on.
 */
static int take(struct loading *l, size_t parent, const char *name,
		const char *path, struct bh_err *err)
{
	struct library library = { .name = name, .parent = parent };
	bh_autoclose int fd = -1;
	struct bh_found found;
	int r = bh_fixed_find(l->ground, path, &found, err);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r >= 0) {
		fd = bh_fixed_open(l->ground, &found, err);
		r = fd < 0 ? fd : bh_elf_read(fd, l->arena, &library.elf, err);
		bh_close(&found.fd);
	}
	if (r == -ENOEXEC)
		return 0;
	if (r < 0)
		return bh_context(err, "its library %s", path);
	if (!found.fixed)
		return bh_refuse(err, "its library %s " NOT_ROOTS, path);
	if (library.elf.loads_more)
		return bh_refuse(err,
				 "its library %s has others loaded by "
				 "rules that aren't followed here",
				 path);
	if (l->count >= MAX_LIBRARIES)
		return bh_refuse(err, "it needs too many libraries");
	library.origin = directory_of(l->arena, path);
	*(struct library *)bh_arena_append(l->arena, &l->items, &l->count,
					   sizeof(library)) = library;
	return 1;
}

static int search_directory(struct loading *l, size_t parent, const char *name,
			    const char *dir, struct bh_err *err)
{
	int r = check_directory(l, dir, err);

	if (r < 0)
		return r;
	return take(l, parent, name,
		    bh_arena_printf(l->arena, "%s/%s", dir, name), err);
}

/* One directory of a list, with what $ORIGIN in it stands for. */
static int expand(struct loading *l, const char *text, size_t len,
		  const char *origin, const char **ret, struct bh_err *err)
{
	bh_autobuf struct bh_buf dir = { 0 };
	const char *end = text + len;

	while (text < end) {
		size_t token = bh_starts_with(text, "$ORIGIN")	 ? 7 :
			       bh_starts_with(text, "${ORIGIN}") ? 9 :
								   0;

		if (*text != '$') {
			bh_buf_char(&dir, *text++);
			continue;
		}
		if (!token || !origin)
			return bh_refuse(
				err,
				"libraries are searched for in %.*s, "
				"which %s",
				(int)(end - text), text,
				token ? "is known only of a file that only "
					"root can change" :
					"isn't understood");
		bh_buf_str(&dir, origin);
		text += token;
	}
	if (!dir.data || dir.data[0] != '/')
		return bh_refuse(err, "libraries are searched for in a "
				      "directory without an absolute path");
	*ret = bh_arena_strdup(l->arena, dir.data);
	return 0;
}

/* A list with colons; NULL is an empty one. */
static int search_list(struct loading *l, size_t parent, const char *name,
		       const char *list, const char *origin, struct bh_err *err)
{
	int r = 0;

	while (list && r == 0) {
		size_t len = strcspn(list, ":");
		const char *dir = NULL;

		r = expand(l, list, len, origin, &dir, err);
		if (r == 0)
			r = search_directory(l, parent, name, dir, err);
		list = list[len] ? list + len + 1 : NULL;
	}
	return r;
}

/* RPATH counts of who needs it, and of who needs that, and where there is no
 * RUNPATH.  musl(7) makes no difference between the two. */
static int search_rpaths(struct loading *l, size_t parent, const char *name,
			 struct bh_err *err)
{
	size_t i = parent;
	int r = 0;

	if (l->items[i].elf.runpath && !l->musl)
		return 0;
	for (;;) {
		struct library at = l->items[i];

		if (!at.elf.runpath)
			r = search_list(l, parent, name, at.elf.rpath,
					at.origin, err);
		else if (l->musl)
			r = search_list(l, parent, name, at.elf.runpath,
					at.origin, err);
		if (r != 0 || i == 0)
			return r;
		i = at.parent;
	}
}

/* All that the list has: which one is taken depends on the processor. */
static int search_cache(struct loading *l, size_t parent, const char *name,
			struct bh_err *err)
{
	const char *path;
	size_t at = 0;
	int found = 0;

	if (!l->cached)
		return 0;
	while ((path = bh_ldcache_next(&l->cache, name, &at))) {
		int r = path[0] == '/' ? take(l, parent, name, path, err) : 0;

		if (r < 0)
			return r;
		found |= r;
	}
	return found;
}

static int search_defaults(struct loading *l, size_t parent, const char *name,
			   struct bh_err *err)
{
	const char *const *dir = l->musl ? musl_directories : glibc_directories;
	int r = 0;

	if (l->items[parent].elf.no_default)
		return 0;
	for (; *dir && r == 0; dir++)
		r = search_directory(l, parent, name, *dir, err);
	return r;
}

static bool is_known(const struct loading *l, const char *name)
{
	for (size_t i = 1; i < l->count; i++)
		if (bh_str_eq(l->items[i].name, name))
			return true;
	/* musl is its own libc. */
	return l->musl && (bh_str_eq(name, "libc.so") ||
			   bh_starts_with(name, "libc.musl-"));
}

static int search(struct loading *l, size_t parent, const char *name,
		  struct bh_err *err)
{
	int r;

	if (is_known(l, name))
		return 0;
	/* The working directory of a hook is /. */
	if (strchr(name, '/'))
		r = take(l, parent, name,
			 name[0] == '/' ?
				 name :
				 bh_arena_printf(l->arena, "/%s", name),
			 err);
	else
		r = l->musl ? search_list(l, parent, name, l->library_path,
					  NULL, err) :
			      search_rpaths(l, parent, name, err);
	if (r == 0 && !strchr(name, '/')) {
		struct library by = l->items[parent];

		r = l->musl ? search_rpaths(l, parent, name, err) :
			      search_list(l, parent, name, l->library_path,
					  NULL, err);
		if (r == 0 && !l->musl)
			r = search_list(l, parent, name, by.elf.runpath,
					by.origin, err);
		if (r == 0)
			r = search_cache(l, parent, name, err);
		if (r == 0)
			r = search_defaults(l, parent, name, err);
	}
	if (r == 0)
		return bh_refuse(err, "its library %s isn't there", name);
	return r < 0 ? r : 0;
}

/* Words with any of the separators between them are libraries. */
static int search_words(struct loading *l, const char *text,
			const char *separators, struct bh_err *err)
{
	int r = 0;

	for (; *text && r == 0; text += strcspn(text, separators)) {
		size_t len;

		text += strspn(text, separators);
		len = strcspn(text, separators);
		if (len)
			r = search(l, 0, bh_arena_strndup(l->arena, text, len),
				   err);
	}
	return r;
}

/* A file that the loader itself reads: 1, 0 where there is none. */
static int read_fixed(struct loading *l, const char *path, size_t max,
		      struct bh_buf *ret, struct bh_err *err)
{
	bh_autoclose int fd = -1;
	struct bh_found found;
	int r = bh_fixed_find(l->ground, path, &found, err);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return bh_context(err, "%s", path);
	fd = bh_fixed_open(l->ground, &found, err);
	bh_close(&found.fd);
	if (fd < 0)
		return bh_context(err, "%s", path);
	if (!found.fixed)
		return bh_refuse(err, "%s " NOT_ROOTS, path);
	r = bh_read_all(fd, max, ret);
	return r < 0 ? bh_fail(err, -r, "read %s", path) : 1;
}

static int read_cache(struct loading *l, struct bh_buf *text,
		      struct bh_err *err)
{
	int r = read_fixed(l, LD_CACHE, MAX_CACHE, text, err);

	if (r <= 0)
		return r;
	/* One of another form is passed over by the loader, too. */
	l->cached = text->data &&
		    bh_ldcache_parse(text->data, text->len, &l->cache) == 0;
	return 0;
}

/* What is loaded before all that is needed. */
static int search_preloads(struct loading *l, const char *const *env,
			   struct bh_err *err)
{
	const char *words = find_variable(env, "LD_PRELOAD");
	bh_autobuf struct bh_buf text = { 0 };
	int r;

	r = words ? search_words(l, words, " :", err) : 0;
	if (r < 0)
		return bh_context(err, "LD_PRELOAD");
	r = l->musl ? 0 : read_fixed(l, LD_PRELOAD, MAX_PRELOAD, &text, err);
	if (r <= 0 || !text.data)
		return r;
	r = search_words(l, text.data, " \t\n:", err);
	return r < 0 ? bh_context(err, LD_PRELOAD) : r;
}

/* The loader takes the last of several, others the first. */
static int read_environment(struct loading *l, const char *const *env,
			    struct bh_err *err)
{
	static const char *const once[] = { "LD_LIBRARY_PATH", "LD_PRELOAD" };

	for (size_t i = 0; i < BH_COUNT(once); i++) {
		const char *first = find_variable(env, once[i]);
		size_t at = 0;

		while (first && env[at] + strlen(once[i]) + 1 != first)
			at++;
		if (first && find_variable(env + at + 1, once[i]))
			return bh_refuse(err, "its environment has %s twice",
					 once[i]);
	}
	if (find_variable(env, "LD_AUDIT"))
		return bh_refuse(err, "its environment has LD_AUDIT");
	l->library_path = find_variable(env, "LD_LIBRARY_PATH");
	if (l->library_path && !*l->library_path)
		l->library_path = NULL;
	if (l->library_path && strchr(l->library_path, ';'))
		return bh_refuse(err, "its environment has LD_LIBRARY_PATH "
				      "with a semicolon");
	return 0;
}

static int check_interpreter(struct loading *l, struct bh_err *err)
{
	const char *path = l->items[0].elf.interpreter;
	const char *name = strrchr(path, '/') + 1;
	struct bh_found found;
	int r = bh_fixed_find(l->ground, path, &found, err);

	if (r < 0)
		return bh_context(err, "its loader %s", path);
	bh_close(&found.fd);
	l->musl = bh_starts_with(name, "ld-musl");
	if (!found.fixed || !S_ISREG(found.st.st_mode))
		return bh_refuse(err, "its loader %s " NOT_ROOTS, path);
	return 0;
}

static int load(struct loading *l, const char *const *env, struct bh_err *err)
{
	bh_autobuf struct bh_buf cache = { 0 };
	int r = check_interpreter(l, err);

	if (r == 0 && l->items[0].elf.loads_more)
		return bh_refuse(err, "it has libraries loaded by rules that "
				      "aren't followed here");
	if (r == 0)
		r = read_environment(l, env, err);
	if (r == 0 && !l->musl)
		r = read_cache(l, &cache, err);
	if (r == 0)
		r = search_preloads(l, env, err);
	for (size_t i = 0; i < l->count && r == 0; i++)
		for (size_t j = 0; j < l->items[i].elf.needed_count && r == 0;
		     j++)
			r = search(l, i, l->items[i].elf.needed[j], err);
	return r;
}

int bh_loader_check(struct bh_ground *ground, int fd,
		    const struct bh_item_file *file, const char *const *env,
		    struct bh_err *err)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct loading l = { .ground = ground, .arena = &arena };
	struct library *program =
		bh_arena_append(&arena, &l.items, &l.count, sizeof(*program));
	int r = bh_elf_read(fd, &arena, &program->elf, err);

	if (r < 0 || !program->elf.interpreter)
		return r;
	/* A copy's own link in /proc leads nowhere. */
	if (file->fixed)
		program->origin = directory_of(&arena, file->path);
	return load(&l, env, err);
}
