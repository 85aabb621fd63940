/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration of git.  What is filtered must be read again and
 * have the settings that were kept, no more and no less, and filtering it again
 * must change nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trust/git-config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct bh_err *err)
{
	if (!err->text[0])
		abort();
	for (const char *i = err->text; *i; i++)
		if ((unsigned char)*i < 0x20)
			abort();
}

static void count(const struct bh_git_setting *setting, void *data)
{
	size_t *settings = data;

	if (!setting->name[0] || !setting->key[0] || setting->line == 0)
		abort();
	(*settings)++;
}

static void count_dropped(const struct bh_git_setting *setting, const char *why,
			  void *data)
{
	if (!*why)
		abort();
	count(setting, data);
}

static void count_named(const struct bh_git_setting *setting,
			enum bh_git_named kind, const char *what, void *data)
{
	enum bh_git_named same;

	if (!bh_git_setting_names(setting, &same) || same != kind || !what)
		abort();
	count(setting, data);
}

static void no_command(const struct bh_git_setting *setting,
		       enum bh_git_named kind, const char *what, void *data)
{
	(void)setting;
	(void)kind;
	(void)what;
	(void)data;
	abort();
}

static void check(const char *text, size_t size)
{
	bh_autobuf struct bh_buf out = { 0 }, again = { 0 };
	size_t all = 0, dropped = 0, kept = 0, named = 0;
	struct bh_err err = { 0 };

	if (bh_git_config_walk(text, size, count, &all, &err) < 0) {
		check_error(&err);
		if (bh_git_config_filter(text, size, NULL, NULL, &out, &err) ==
		    0)
			abort();
		return;
	}
	if (bh_git_config_names(text, size, count_named, &named, &err) < 0 ||
	    bh_git_config_filter(text, size, count_dropped, &dropped, &out,
				 &err) < 0 ||
	    bh_git_config_walk(out.data, out.len, count, &kept, &err) < 0 ||
	    bh_git_config_names(out.data, out.len, no_command, NULL, &err) <
		    0 ||
	    bh_git_config_filter(out.data, out.len, NULL, NULL, &again, &err) <
		    0)
		abort();
	if (kept + dropped != all || again.len != out.len ||
	    memcmp(again.data, out.data, out.len) != 0)
		abort();
	(void)bh_git_config_hash_size(text, size, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its own, so that a byte too far is seen; nothing is NULL. */
	char *text = size ? malloc(size) : NULL;

	if (size && !text)
		abort();
	if (size)
		memcpy(text, data, size);
	check(text, size);
	free(text);
	return 0;
}
