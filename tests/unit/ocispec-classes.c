/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every member of config.json has a class for policy, and docs/fields.md lists it.
 * UPDATE_FIELDS=FILE writes the list: docs/make-fields.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "ocispec.h"
#include "tap.h"

static const char introduction[] =
	"<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
	"# Members of config.json and their classes\n"
	"\n"
	"Each row of libocispec's tables has one; a member of the specification\n"
	"without a row fails the tests, a row without a class the build. `#` stands\n"
	"for an index or a free key. Written by `docs/make-fields`.\n"
	"\n"
	"- **inert**: changes nothing outside of the container.\n"
	"- **narrow**: a profile may take away from it.\n"
	"- **gate**: reaches code or sockets of the host.\n"
	"- **refuse**: widens the sandbox; only by policy.\n"
	"\n"
	"| member | class |\n"
	"|---|---|\n";

static int add(void *arg, const char *pattern, enum oci_class class)
{
	const char *name = oci_class_name(class);

	ok(name && *name, "%s has a class", pattern);
	bh_buf_printf(arg, "| `%s` | %s |\n", pattern, name ? name : "");
	return 0;
}

int main(void)
{
	const char *update = getenv("UPDATE_FIELDS");
	bh_autobuf struct bh_buf list = { 0 }, wanted = { 0 }, file = { 0 };
	bh_autoclose int fd = -1;

	bh_buf_str(&list, introduction);
	is_int(oci_config_walk_known(add, &list), 0, "all members are visited");
	bh_buf_printf(&file, "%s/docs/fields.md",
		      getenv("SRCDIR") ? getenv("SRCDIR") : ".");
	if (update)
		fd = open(update, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	else
		fd = open(file.data, O_RDONLY);
	if (update) {
		ok(fd >= 0 && bh_write_all(fd, list.data, list.len) == 0,
		   "the list is written");
		return done_testing();
	}
	ok(fd >= 0 && bh_read_all(fd, 1u << 20, &wanted) == 0,
	   "docs/fields.md is there");
	is_str(wanted.data ? wanted.data : "", list.data,
	       "docs/fields.md is up to date; docs/make-fields writes it");
	return done_testing();
}
