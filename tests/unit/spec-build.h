/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specs from fragments of a config, for the tests of spec/.  Fragments are
 * written with ' for ", and go in behind what every config needs.
 */
#ifndef SPEC_BUILD_H
#define SPEC_BUILD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/spec.h"
#include "tap.h"

struct fragment {
	const char *process; /* members behind /process/args */
	const char *linux_;  /* all members of /linux */
	const char *top;     /* members behind /linux */
};

static inline char *fragment_text(const struct fragment *part)
{
	char *text;

	if (asprintf(&text,
		     "{'ociVersion':'1.3.0','root':{'path':'rootfs','readonly':false},"
		     "'process':{'cwd':'/','args':['sh']%s%s},"
		     "'linux':{%s}%s%s}",
		     part->process ? "," : "",
		     part->process ? part->process : "",
		     part->linux_ ? part->linux_ : "", part->top ? "," : "",
		     part->top ? part->top : "") < 0)
		abort();
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	return text;
}

/* Read and build; a text that is no config ends the test. */
static inline int build_text(const char *text, struct bh_spec *ret,
			     struct bh_err *err)
{
	struct oci_config *config = NULL;
	struct oci_error error = { 0 };

	if (oci_config_read(text, strlen(text), &config, NULL, &error) < 0) {
		diag("%s", text);
		ok(false, "is a config: %s: %s", error.pointer, error.message);
		exit(done_testing());
	}
	return bh_spec_build(config, "/bundle", "test", ret, err);
}

static inline int build_fragment(const struct fragment *part,
				 struct bh_spec *ret, struct bh_err *err)
{
	bh_autofree char *text = fragment_text(part);

	return build_text(text, ret, err);
}

/* Build what must be accepted. */
static inline bool build_good(const struct fragment *part, struct bh_spec *ret,
			      const char *title)
{
	struct bh_err err = { 0 };

	*ret = (struct bh_spec){ 0 };
	if (ok(build_fragment(part, ret, &err) == 0, "%s: accepted", title))
		return true;
	diag("%s", err.text);
	return false;
}

/* Build what must be refused, with the field's pointer and the words. */
static inline void is_refused(const struct fragment *part, const char *pointer,
			      const char *words)
{
	struct bh_spec spec = { 0 };
	struct bh_err err = { 0 };
	int r = build_fragment(part, &spec, &err);

	if (!ok(r == -EINVAL && err.explained && strstr(err.text, pointer) &&
			strstr(err.text, words),
		"refused: %s: %s", pointer, words))
		diag("%d %s", r, err.text);
	if (r == 0)
		bh_spec_clear(&spec);
}

#endif
