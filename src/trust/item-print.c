/* SPDX-License-Identifier: Apache-2.0 */
/* An item with all its parts, for who is to trust it. */
#include "trust/gate.h"

/* Nothing that a config says takes more of a line. */
#define SHOWN 256

static void add_label(struct bh_buf *out, const char *label)
{
	bh_buf_printf(out, "    %-12s ", label);
}

static void add_file(struct bh_buf *out, const char *label,
		     const struct bh_item_file *file)
{
	char hex[BH_DIGEST_HEX_SIZE];

	add_label(out, label);
	bh_buf_escaped(out, file->path, SHOWN);
	bh_digest_hex(&file->digest, hex);
	bh_buf_printf(out, "\n    %-12s sha256:%s\n", "", hex);
}

static void add_texts(struct bh_buf *out, const char *label,
		      const char *const *texts)
{
	for (size_t i = 0; texts[i]; i++) {
		add_label(out, i ? "" : label);
		bh_buf_escaped(out, texts[i], SHOWN);
		bh_buf_char(out, '\n');
	}
}

void bh_item_print(const struct bh_item *item, struct bh_buf *out)
{
	const struct bh_hook *hook = item->hook;

	bh_buf_printf(out, "  %s[%zu]%s\n", bh_hook_stage_name(hook->stage),
		      hook->index,
		      item->inside ? ", inside the container" : "");
	if (item->broken || !item->hashed) {
		add_label(out, "program");
		bh_buf_escaped(out, hook->path, SHOWN);
		bh_buf_printf(out, "\n    %-12s ", "");
		bh_buf_escaped(out,
			       item->broken ? item->broken : "not looked at",
			       SHOWN);
		bh_buf_char(out, '\n');
	} else {
		add_file(out, "program", &item->file);
	}
	for (size_t i = 0; i < item->interpreter_count; i++)
		add_file(out, "interpreter", &item->interpreters[i]);
	add_texts(out, "arguments", hook->args);
	add_texts(out, "environment", hook->env);
	if (hook->timeout)
		bh_buf_printf(out, "    %-12s %llu s\n", "timeout",
			      (unsigned long long)hook->timeout);
	for (size_t i = 0; i < item->argument_count; i++)
		add_file(out, "reads", &item->arguments[i].file);
}
