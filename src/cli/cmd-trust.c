/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/trust.h"

static const struct bh_option options[] = {
	BH_VALUE("bundle", 'b', "DIR", "what its config would run", bundle),
	BH_VALUE("config", 'f', "FILE", "in the bundle; default: config.json",
		 config),
	BH_VALUE("hook", 0, "FILE", "one program, at --stage", hook),
	BH_VALUE("stage", 0, "STAGE", "prestart, createRuntime ...", stage),
	BH_VALUE("workspace", 0, "DIR", "the protected files in a directory",
		 workspace),
	BH_VALUE("engine", 0, "NAME", "what an engine adds: docker", engine),
	BH_LIST("args", 0, "PATTERN...", "its arguments, * is anything", args),
	BH_FLAG("any-args", 0, "whatever arguments", any_args),
	BH_FLAG("any-env", 0, "whatever environment that is harmless", any_env),
	BH_FLAG("follow-package", 0, "whatever a package has at this path",
		follow_package),
	BH_VALUE("expires", 0, "TIME", "30d, 12h, 90m or a date", expires),
	BH_VALUE("comment", 0, "TEXT", "kept with the grant", comment),
	BH_FLAG("yes", 'y', "don't ask", yes),
	BH_FLAG("all", 'a', "revoke all", all),
	BH_VALUE("format", 0, "FORMAT", "text or json", format),
	{ 0 },
};

static int trust(struct bh_invocation *in, struct bh_err *err)
{
	static const struct {
		const char *name;
		int (*run)(struct bh_invocation *in, struct bh_err *err);
	} verbs[] = {
		{ "show", bh_trust_show_command },
		{ "grant", bh_trust_grant_command },
		{ "revoke", bh_trust_revoke_command },
		{ "list", bh_trust_list_command },
		{ "check", bh_trust_check_command },
	};

	if (in->format && !bh_str_eq(in->format, "json") &&
	    !bh_str_eq(in->format, "text"))
		return bh_refuse(err,
				 "read the command line: --format %s: must be "
				 "text or json",
				 in->format);
	for (size_t i = 0; in->id && i < BH_COUNT(verbs); i++)
		if (bh_str_eq(in->id, verbs[i].name))
			return verbs[i].run(in, err);
	return bh_refuse(err, "read the command line: bulkhead trust needs "
			      "show, grant, revoke, list or check");
}

const struct bh_command bh_cmd_trust = {
	.name = "trust",
	.summary = "show, grant and revoke trust in what configs run",
	.words = BH_ID_AND_WORDS,
	.options = options,
	.run = trust,
};
