/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "trust/git-config.h"

/* Which of its values name something. */
enum when {
	ALWAYS,	     /* but for an empty one */
	UNLESS_BOOL, /* there is a built-in one */
	IF_SHELL,    /* begins with "!" */
	IF_EXT,	     /* the transport that runs a program */
	IF_TRUE,     /* stands for the file beside it */
};

static const struct {
	const char *pattern;
	enum bh_git_named kind;
	enum when when;
} names[] = {
	{ "include.path", BH_GIT_NAMED_CONFIG, ALWAYS },
	{ "includeif.*.path", BH_GIT_NAMED_CONFIG, ALWAYS },
	{ "extensions.worktreeconfig", BH_GIT_NAMED_CONFIG, IF_TRUE },

	/* Programs by their place. */
	{ "core.hookspath", BH_GIT_NAMED_DIRECTORY, ALWAYS },
	{ "init.templatedir", BH_GIT_NAMED_DIRECTORY, ALWAYS },

	/* Attributes choose filters and drivers; the others are data that git
	 * reads. */
	{ "core.attributesfile", BH_GIT_NAMED_FILE, ALWAYS },
	{ "core.excludesfile", BH_GIT_NAMED_FILE, ALWAYS },
	{ "blame.ignorerevsfile", BH_GIT_NAMED_FILE, ALWAYS },
	{ "commit.template", BH_GIT_NAMED_FILE, ALWAYS },
	{ "mailmap.file", BH_GIT_NAMED_FILE, ALWAYS },
	{ "fsck.skiplist", BH_GIT_NAMED_FILE, ALWAYS },
	{ "fetch.fsck.skiplist", BH_GIT_NAMED_FILE, ALWAYS },
	{ "receive.fsck.skiplist", BH_GIT_NAMED_FILE, ALWAYS },
	{ "gpg.ssh.allowedsignersfile", BH_GIT_NAMED_FILE, ALWAYS },
	{ "gpg.ssh.revocationfile", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.sslcainfo", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.*.sslcainfo", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.sslcapath", BH_GIT_NAMED_DIRECTORY, ALWAYS },
	{ "http.*.sslcapath", BH_GIT_NAMED_DIRECTORY, ALWAYS },
	{ "http.sslcert", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.*.sslcert", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.sslkey", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.*.sslkey", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.cookiefile", BH_GIT_NAMED_FILE, ALWAYS },
	{ "http.*.cookiefile", BH_GIT_NAMED_FILE, ALWAYS },

	/* An alias without "!" can set `-c core.editor=...`, too. */
	{ "alias.*", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "alias.*.*", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "browser.*.*", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "core.alternaterefscommand", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "core.askpass", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "core.editor", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "core.fsmonitor", BH_GIT_NAMED_COMMAND, UNLESS_BOOL },
	{ "core.gitproxy", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "core.pager", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "core.sshcommand", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "credential.helper", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "credential.*.helper", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "diff.external", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "diff.*.command", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "diff.*.textconv", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "difftool.*.cmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "difftool.*.path", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "filter.*.clean", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "filter.*.process", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "filter.*.smudge", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "gpg.program", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "gpg.*.program", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "gpg.ssh.defaultkeycommand", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "guitool.*.cmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "hook.*.command", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "imap.tunnel", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "instaweb.httpd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "interactive.difffilter", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "lfs.*.clean", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "lfs.*.path", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "lfs.*.smudge", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "man.*.cmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "man.*.path", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "merge.*.driver", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "mergetool.*.cmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "mergetool.*.path", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "pager.*", BH_GIT_NAMED_COMMAND, UNLESS_BOOL },
	{ "remote.*.receivepack", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "remote.*.uploadpack", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "remote.*.vcs", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "remote.*.url", BH_GIT_NAMED_COMMAND, IF_EXT },
	{ "remote.*.pushurl", BH_GIT_NAMED_COMMAND, IF_EXT },
	{ "submodule.*.url", BH_GIT_NAMED_COMMAND, IF_EXT },
	{ "sendemail.cccmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.*.cccmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.headercmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.*.headercmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.sendmailcmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.*.sendmailcmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.smtpserver", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.*.smtpserver", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.tocmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sendemail.*.tocmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "sequence.editor", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "submodule.*.update", BH_GIT_NAMED_COMMAND, IF_SHELL },
	{ "tar.*.command", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "trailer.*.cmd", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "trailer.*.command", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "uploadpack.packobjectshook", BH_GIT_NAMED_COMMAND, ALWAYS },
	{ "web.browser", BH_GIT_NAMED_COMMAND, ALWAYS },
};

static bool is_one_of(const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

static bool is_false(const char *value)
{
	static const char *const words[] = { "", "false", "no", "off", "0" };

	return value && is_one_of(value, words, BH_COUNT(words));
}

static bool is_bool(const char *value)
{
	static const char *const words[] = { "true", "yes", "on", "1" };

	return !value || is_false(value) ||
	       is_one_of(value, words, BH_COUNT(words));
}

static bool applies(enum when when, const char *value)
{
	switch (when) {
	case ALWAYS:
		return value && *value;
	case UNLESS_BOOL:
		return !is_bool(value);
	case IF_SHELL:
		return value && *value == '!';
	case IF_EXT:
		return value && bh_starts_with(value, "ext::");
	case IF_TRUE:
		return !is_false(value);
	}
	return true;
}

/* What is named, without the marks in front of it. */
static const char *named(size_t row, const char *value)
{
	static const char optional[] = ":(optional)";

	if (names[row].when == IF_TRUE)
		return "config.worktree";
	if (names[row].when == IF_EXT)
		return value + strlen("ext::");
	if (names[row].kind == BH_GIT_NAMED_COMMAND)
		return *value == '!' ? value + 1 : value;
	return bh_starts_with(value, optional) ? value + strlen(optional) :
						 value;
}

struct visitor {
	bh_git_named_fn visit;
	void *data;
};

static void visit_names(const struct bh_git_setting *setting, void *data)
{
	const struct visitor *visitor = data;

	for (size_t i = 0; i < BH_COUNT(names); i++)
		if (bh_git_setting_is(setting, names[i].pattern) &&
		    applies(names[i].when, setting->value))
			visitor->visit(setting, names[i].kind,
				       named(i, setting->value), visitor->data);
}

int bh_git_config_names(const char *text, size_t len, bh_git_named_fn visit,
			void *data, struct bh_err *err)
{
	struct visitor visitor = { visit, data };

	return bh_git_config_walk(text, len, visit_names, &visitor, err);
}

bool bh_git_setting_names(const struct bh_git_setting *setting,
			  enum bh_git_named *ret)
{
	for (size_t i = 0; i < BH_COUNT(names); i++)
		if (bh_git_setting_is(setting, names[i].pattern)) {
			*ret = names[i].kind;
			return true;
		}
	return false;
}
