/* SPDX-License-Identifier: Apache-2.0 */
/* Container ids, the version, root, and how paths are normalised. */
#include "spec-build.h"
#include "spec/parts.h"

static const char *const good_ids[] = {
	"a", "A9", "0", "_", "+", "-", "a.b", "a..b", "a.", "my-app_1.2+x",
};

static const char *const bad_ids[] = {
	"",	    ".",     "..",	 ".a",	"a/b", "/",    "../a",
	"a b",	    " a",    "a\n",	 "a:b", "a%",  "a\\b", "a*",
	"\xc3\xa4", "a\xff", "a\x1b[2J", "a,b", "a=b", "a~",   "a@b",
};

static void check_ids(void)
{
	bh_autofree char *text = bh_calloc(300, 1);
	struct bh_err err = { 0 };

	for (size_t i = 0; i < BH_COUNT(good_ids); i++)
		is_int(bh_spec_check_id(good_ids[i], &err), 0, "id %s",
		       good_ids[i]);
	for (size_t i = 0; i < BH_COUNT(bad_ids); i++)
		ok(bh_spec_check_id(bad_ids[i], &err) == -EINVAL &&
			   strstr(err.text, "container id"),
		   "bad id %zu", i);
	memset(text, 'a', 200);
	is_int(bh_spec_check_id(text, &err), 0, "200 bytes");
	text[200] = 'a';
	is_int(bh_spec_check_id(text, &err), -EINVAL, "201 bytes");
}

static void check_paths(void)
{
	static const char *const paths[][2] = {
		{ "/a/b", "/a/b" },
		{ "/", "/" },
		{ "", "/" },
		{ ".", "/" },
		{ "./", "/" },
		{ "//", "/" },
		{ "a", "/a" },
		{ "a/b/", "/a/b" },
		{ "//a///b//", "/a/b" },
		{ "/./a/./b/.", "/a/b" },
		{ "/a/../b", "/a/../b" },
		{ "..", "/.." },
		{ "/.a/b.", "/.a/b." },
		{ "/a/...", "/a/..." },
	};
	struct bh_spec spec = { 0 };

	for (size_t i = 0; i < BH_COUNT(paths); i++)
		is_str(bh_spec_normal_path(&spec, paths[i][0]), paths[i][1],
		       "path \"%s\"", paths[i][0]);
	bh_arena_clear(&spec.arena);
}

static void check_version(const char *version, bool good)
{
	struct bh_spec spec = { 0 };
	struct bh_err err = { 0 };
	bh_autofree char *text = NULL;
	int r;

	if (asprintf(&text,
		     "{\"ociVersion\":\"%s\",\"root\":{\"path\":\"r\"},"
		     "\"process\":{\"cwd\":\"/\",\"args\":[\"sh\"]}}",
		     version) < 0)
		abort();
	r = build_text(text, &spec, &err);
	if (good)
		is_int(r, 0, "version %s", version);
	else
		ok(r == -EINVAL && strstr(err.text, "/ociVersion"),
		   "version \"%s\" is refused", version);
	bh_spec_clear(&spec);
}

static const char *const roots[][2] = {
	{ "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\","
	  "\"args\":[\"x\"]}}",
	  "/root: missing" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"\"},"
	  "\"process\":{\"cwd\":\"/\",\"args\":[\"x\"]}}",
	  "/root/path: empty" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"}}",
	  "/process: missing" },
};

static void check_roots(void)
{
	struct bh_spec spec = { 0 };
	struct bh_err err = { 0 };

	for (size_t i = 0; i < BH_COUNT(roots); i++)
		ok(build_text(roots[i][0], &spec, &err) == -EINVAL &&
			   strstr(err.text, roots[i][1]),
		   "refused: %s", roots[i][1]);
	if (!build_good(&(struct fragment){ 0 }, &spec, "the least config"))
		return;
	is_str(spec.wanted[spec.root].path, "/bundle/rootfs",
	       "root.path starts at the bundle");
	is_str(spec.wanted[spec.root].field, "/root/path", "its field");
	is_str(spec.id, "test", "the id");
	ok(!spec.root_readonly && !spec.process.no_new_privs &&
		   !spec.process.caps_set && !spec.process.umask_set &&
		   !spec.process.oom_set,
	   "what is not given is not set");
	ok(!spec.masked[0] && !spec.readonly[0] && !spec.time_offsets[0] &&
		   spec.process.args[0] && !spec.process.args[1] &&
		   !spec.process.env[0],
	   "lists end in NULL");
	is_int(spec.mount_count, 1, "one mount by default");
	is_str(spec.mounts[0].target, "/dev", "which is /dev");
	bh_spec_clear(&spec);
}

int main(void)
{
	check_ids();
	check_paths();
	check_version("1.0.0", true);
	check_version("1.3.0", true);
	check_version("1.0.0-rc5-dev", true);
	check_version("1.99.0", true);
	check_version("0.5.0", true);
	check_version("2.0.0", false);
	check_version("10.0.0", false);
	check_version("11", false);
	check_version("", false);
	check_roots();
	return done_testing();
}
