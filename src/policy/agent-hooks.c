/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "policy/policy.h"
#include "policy/profile-table.h"

static bool is_absolute(const char *text, size_t len)
{
	return len > 1 && text[0] == '/';
}

static const struct oci_check check_absolute = {
	is_absolute,
	"an absolute path",
};

#define SELF struct bh_agent_hook
static const struct oci_row agent_hook_rows[] = {
	STRING("path", path, INERT, .required = true, .check = &check_absolute),
	STRINGS("args", args, INERT),
	UINT("timeout", timeout, INERT, 86400),
};
#undef SELF

static const struct oci_table agent_hook_table = {
	sizeof(struct bh_agent_hook),
	BH_COUNT(agent_hook_rows),
	agent_hook_rows,
};

#define HOOK_ROW(json, member)                                   \
	{                                                        \
		OCI_ROW(json, OBJECT, INERT,                     \
			OCI_AT(member, struct bh_agent_hook *)), \
			.table = &agent_hook_table,              \
	}

#define SELF struct bh_agent_hooks
static const struct oci_row agent_hooks_rows[] = {
	HOOK_ROW("beforeTrust", before_trust),
	HOOK_ROW("onRefusal", on_refusal),
	HOOK_ROW("onStart", on_start),
	HOOK_ROW("onExit", on_exit),
};
#undef SELF

const struct oci_table bh_agent_hooks_table = {
	sizeof(struct bh_agent_hooks),
	BH_COUNT(agent_hooks_rows),
	agent_hooks_rows,
};

char *bh_agent_hooks_print(const struct bh_agent_hooks *hooks, size_t *ret_len)
{
	static const struct bh_agent_hooks none;

	return oci_table_write(&bh_agent_hooks_table, hooks ? hooks : &none,
			       ret_len);
}

int bh_agent_hooks_parse(const char *text, size_t len,
			 struct bh_agent_hooks **ret, struct bh_err *err)
{
	struct oci_error error;
	void *object;

	if (oci_table_read_strict(&bh_agent_hooks_table, text, len, &object,
				  &error) < 0)
		return bh_refuse(err, "read the agent hooks: %s: %s",
				 error.pointer, error.message);
	*ret = object;
	return 0;
}

void bh_agent_hooks_free(struct bh_agent_hooks *hooks)
{
	if (hooks)
		oci_table_free(&bh_agent_hooks_table, hooks);
}
