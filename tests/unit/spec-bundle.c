/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles on a real directory, and the config that `bulkhead spec` writes. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "spec-build.h"
#include "spec/bundle.h"
#include "spec/template.h"

/* Write config.json of the bundle in dir. */
static void put(const char *dir, const char *text)
{
	bh_autoclose int dir_fd = open(dir, O_PATH | O_CLOEXEC);
	bh_autoclose int fd = openat(dir_fd, "config.json",
				     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				     0600);

	if (fd < 0 || bh_write_all(fd, text, strlen(text)) < 0)
		abort();
}

static void is_message(const char *dir, int result, const char *words)
{
	struct bh_bundle bundle = { 0 };
	struct bh_err err = { 0 };

	is_int(bh_bundle_open(dir, NULL, &bundle, &err), result, "result: %s", words);
	if (!ok(strstr(err.text, words) || strstr(err.hint, words),
		"message: %s", words))
		diag("%s; %s", err.text, err.hint);
	ok(!bundle.path && !bundle.config.data, "nothing is returned: %s",
	   words);
}

static void check_refusals(const char *dir, const char *config)
{
	int fd;

	is_message(dir, -ENOENT, "bulkhead spec --bundle");
	is_message("/nonexistent", -ENOENT, "open the bundle /nonexistent");
	is_message("/dev/null", -ENOTDIR, "open the bundle /dev/null");
	is_message("", -ENOENT, "open the bundle");

	ok(mkfifo(config, 0600) == 0, "a FIFO");
	is_message(dir, -EINVAL, "no regular file");
	ok(unlink(config) == 0 && mkdir(config, 0700) == 0, "a directory");
	is_message(dir, -EINVAL, "no regular file");
	ok(rmdir(config) == 0 && symlink("/dev/zero", config) == 0,
	   "a link to a device");
	is_message(dir, -EINVAL, "no regular file");
	ok(unlink(config) == 0, "removed");

	fd = open(config, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ok(fd >= 0 && ftruncate(fd, OCI_MAX_SIZE + 1) == 0, "a large file");
	bh_close(&fd);
	is_message(dir, -EFBIG, "read config.json in the bundle");
}

static void check_good(const char *dir, const char *config)
{
	struct bh_bundle bundle = { 0 };
	struct bh_err err = { 0 };
	bh_autofree char *link = NULL;

	put(dir, "{}");
	if (asprintf(&link, "%s-link", dir) < 0 || symlink(dir, link) < 0)
		abort();
	is_int(bh_bundle_open(link, NULL, &bundle, &err), 0, "a bundle by a link");
	is_str(bundle.path, dir, "its path is without links");
	is_str(bundle.config.data, "{}", "its config");
	bh_bundle_clear(&bundle);
	ok(!bundle.path, "cleared");
	bh_bundle_clear(&bundle);

	ok(chdir(dir) == 0, "inside the bundle");
	is_int(bh_bundle_open(".", NULL, &bundle, &err), 0, "a relative path");
	is_str(bundle.path, dir, "becomes absolute");
	bh_bundle_clear(&bundle);
	put(dir, "");
	is_int(bh_bundle_open(".", NULL, &bundle, &err), 0, "an empty config");
	is_int(bundle.config.len, 0, "is for the parser to refuse");
	bh_bundle_clear(&bundle);
	ok(unlink(config) == 0 && unlink(link) == 0, "removed");
}

/* What we hand out must be accepted whole, without a remark. */
static void check_template(void)
{
	struct oci_strings unknown = { 0 };
	struct oci_config *config = NULL;
	struct oci_error error = { 0 };
	struct bh_spec spec = { 0 };
	struct bh_err err = { 0 };
	int r;

	is_int(bh_config_template_len, strlen(bh_config_template), "its size");
	r = oci_config_read(bh_config_template, bh_config_template_len, &config,
			    &unknown, &error);
	if (!ok(r == 0, "the template is a config: %s", error.message))
		return;
	is_int(unknown.len, 0, "all of it is known");
	oci_strings_clear(&unknown);
	if (!ok(bh_spec_build(config, "/b", "x", &spec, &err) == 0,
		"and accepted: %s", err.text))
		return;
	is_int(spec.notes.len, 0, "without a remark");
	ok(spec.process.no_new_privs && spec.root_readonly &&
		   spec.process.caps_set && !spec.process.caps.inheritable &&
		   !spec.process.caps.ambient,
	   "it is careful");
	bh_spec_clear(&spec);
}

int main(void)
{
	char dir[] = "/tmp/bh-bundle.XXXXXX";
	bh_autofree char *config = NULL;

	if (!mkdtemp(dir) || asprintf(&config, "%s/config.json", dir) < 0)
		abort();
	check_refusals(dir, config);
	check_good(dir, config);
	check_template();
	ok(rmdir(dir) == 0, "nothing is left behind");
	return done_testing();
}
