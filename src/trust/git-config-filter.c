/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "trust/git-config.h"

/* What a value may be.  None has control characters, and what could become an
 * argument does not begin with "-". */
enum form {
	WORD,	/* true, a number, a name; or nothing: true */
	LIST,	/* words with commas, equal signs and colons */
	TEXT,	/* anything in one line, which git prints or stores */
	REF,	/* a ref or a refspec */
	URL,	/* of a transport that git has built in */
	REMOTE, /* a remote's name, or a URL */
	TAGS,	/* --tags or --no-tags */
};

/*
 * What a container's git gets of a workspace that nobody has trusted.  A key is
 * here only if no value of its form runs a program, names a file that git reads,
 * writes or executes, sends work elsewhere than the user sees, or takes away
 * a protection of git's.
 */
static const struct {
	const char *pattern;
	enum form form;
} kept[] = {
	/* What the repository is; without them git reads it wrongly. */
	{ "core.repositoryformatversion", WORD },
	{ "core.bare", WORD },
	{ "core.filemode", WORD },
	{ "core.ignorecase", WORD },
	{ "core.logallrefupdates", WORD },
	{ "core.precomposeunicode", WORD },
	{ "core.symlinks", WORD },
	/* Unknown ones as well: git refuses a repository with them, and must. */
	{ "extensions.*", WORD },

	/* How files are stored and compared. */
	{ "core.abbrev", WORD },
	{ "core.autocrlf", WORD },
	{ "core.bigfilethreshold", WORD },
	{ "core.checkstat", WORD },
	{ "core.compression", WORD },
	{ "core.eol", WORD },
	{ "core.quotepath", WORD },
	{ "core.safecrlf", WORD },
	{ "core.whitespace", LIST },
	{ "i18n.commitencoding", WORD },
	{ "i18n.logoutputencoding", WORD },

	/* Who commits. */
	{ "author.email", TEXT },
	{ "author.name", TEXT },
	{ "committer.email", TEXT },
	{ "committer.name", TEXT },
	{ "user.email", TEXT },
	{ "user.name", TEXT },
	{ "user.useconfigonly", WORD },

	/* Where it comes from and goes to. */
	{ "branch.*.merge", REF },
	{ "branch.*.pushremote", REMOTE },
	{ "branch.*.rebase", WORD },
	{ "branch.*.remote", REMOTE },
	{ "branch.autosetupmerge", WORD },
	{ "branch.autosetuprebase", WORD },
	{ "branch.sort", WORD },
	{ "fetch.prune", WORD },
	{ "fetch.prunetags", WORD },
	{ "init.defaultbranch", REF },
	{ "pull.ff", WORD },
	{ "pull.rebase", WORD },
	{ "push.autosetupremote", WORD },
	{ "push.default", WORD },
	{ "push.followtags", WORD },
	{ "remote.*.fetch", REF },
	{ "remote.*.partialclonefilter", LIST },
	{ "remote.*.promisor", WORD },
	{ "remote.*.prune", WORD },
	{ "remote.*.prunetags", WORD },
	{ "remote.*.push", REF },
	{ "remote.*.pushurl", URL },
	{ "remote.*.skipdefaultupdate", WORD },
	{ "remote.*.skipfetchall", WORD },
	{ "remote.*.tagopt", TAGS },
	{ "remote.*.url", URL },
	{ "remote.pushdefault", REMOTE },
	/* Its content is the submodule's own matter, with its own config. */
	{ "submodule.*.active", WORD },
	{ "submodule.*.url", URL },

	/* How commands behave and print. */
	{ "apply.whitespace", WORD },
	{ "color.ui", WORD },
	{ "column.ui", WORD },
	{ "commit.cleanup", WORD },
	{ "commit.status", WORD },
	{ "commit.verbose", WORD },
	{ "diff.algorithm", WORD },
	{ "diff.colormoved", WORD },
	{ "diff.context", WORD },
	{ "diff.mnemonicprefix", WORD },
	{ "diff.noprefix", WORD },
	{ "diff.renames", WORD },
	{ "gc.auto", WORD },
	{ "log.date", LIST },
	{ "log.decorate", WORD },
	{ "maintenance.auto", WORD },
	{ "merge.conflictstyle", WORD },
	{ "merge.ff", WORD },
	{ "merge.renames", WORD },
	{ "rebase.autosquash", WORD },
	{ "rebase.autostash", WORD },
	{ "rebase.updaterefs", WORD },
	{ "rerere.enabled", WORD },
	{ "status.branch", WORD },
	{ "status.short", WORD },
	{ "status.showuntrackedfiles", WORD },
	{ "tag.sort", LIST },
};

/* Dropped for a reason of their own; before what is kept. */
static const struct {
	const char *pattern;
	const char *why;
} dropped_for[] = {
	{ "core.worktree", "it moves the work tree" },
	/* Git would unmark hidden files that it finds. */
	{ "core.sparsecheckout", "it would undo what hides files" },
	{ "core.sparsecheckoutcone", "it would undo what hides files" },
	{ "core.splitindex", "a split index can't be merged" },
	{ "extensions.worktreeconfig", "it brings in another config" },
	{ "index.sparse", "a sparse index can't be merged" },
	{ "branch.*.mergeoptions", "it can choose a program that merges" },
	{ "commit.gpgsign", "signing runs a program" },
	{ "merge.default", "it chooses a program that merges" },
	{ "pull.octopus", "it chooses a program that merges" },
	{ "pull.twohead", "it chooses a program that merges" },
	{ "tag.gpgsign", "signing runs a program" },
	{ "url.*.insteadof", "it sends work to another place" },
	{ "url.*.pushinsteadof", "it sends work to another place" },
};

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool is_made_of(const char *text, const char *others)
{
	static const char common[] = "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (;;) {
		text += strspn(text, common);
		text += strspn(text, others);
		if (!*text)
			return true;
		if (!strchr(common, *text) && !strchr(others, *text))
			return false;
	}
}

/* The schemes for which git runs no git-remote-NAME that others could add. */
static bool has_scheme(const char *url, const char **ret_rest)
{
	static const char *const schemes[] = { "https://",   "http://",
					       "ssh://",     "git://",
					       "git+ssh://", "ssh+git://",
					       "file://" };

	for (size_t i = 0; i < BH_COUNT(schemes); i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0) {
			*ret_rest = url + strlen(schemes[i]);
			return true;
		}
	return false;
}

/* "user:secret@" in front of the host. */
static bool has_password(const char *rest)
{
	size_t len = strcspn(rest, "/?#");
	const char *at = memrchr(rest, '@', len);

	return at && memchr(rest, ':', (size_t)(at - rest));
}

/* A host that ssh would take for an option. */
static bool is_option_host(const char *rest)
{
	size_t len = strcspn(rest, "/?#");
	const char *at = memrchr(rest, '@', len);

	return *rest == '-' || (at && at[1] == '-');
}

/* Why not, or NULL. */
static const char *judge_url(const char *url)
{
	const char *rest = url, *helper = strstr(url, "::");
	bool known = has_scheme(url, &rest);

	if (!*url)
		return "it is empty";
	if (strchr(url, '!'))
		return "it could be a command";
	/* "ext::sh -c ..." and any git-remote-NAME; but not "[::1]:path". */
	if (!known && helper && !memchr(url, '[', (size_t)(helper - url)))
		return "its transport is a program";
	if (!known && strstr(url, "://"))
		return "its transport is a program";
	if (is_option_host(rest))
		return "its host is an option";
	if (known && has_password(rest))
		return "there is a password in it";
	return NULL;
}

static bool is_word(const char *value)
{
	if (*value == '-')
		return value[strspn(value + 1, "0123456789") + 1] == '\0';
	return is_made_of(value, "_.-");
}

static bool is_tag_option(const char *value)
{
	return bh_str_eq(value, "--tags") || bh_str_eq(value, "--no-tags");
}

static const char *judge_value(enum form form, const char *value)
{
	bool good = true;

	if (!value)
		return form == WORD ? NULL : "it has no value";
	if (has_control(value))
		return "there are control characters in it";
	switch (form) {
	case URL:
	case REMOTE:
		return judge_url(value);
	case WORD:
		good = is_word(value);
		break;
	case LIST:
		good = is_made_of(value, "_.-,=:");
		break;
	case REF:
		good = *value != '-' && !strstr(value, "..");
		break;
	case TAGS:
		good = is_tag_option(value);
		break;
	case TEXT:
		break;
	}
	return good ? NULL : "its value is not of the usual form";
}

static const char *why_unlisted(const struct bh_git_setting *setting)
{
	enum bh_git_named kind;

	if (!bh_git_setting_names(setting, &kind))
		return "it is none of those that are known to be harmless";
	return kind == BH_GIT_NAMED_COMMAND ? "it runs a program" :
					      "it names another file";
}

/* Why it is dropped, or NULL. */
static const char *judge(const struct bh_git_setting *setting)
{
	for (size_t i = 0; i < BH_COUNT(dropped_for); i++)
		if (bh_git_setting_is(setting, dropped_for[i].pattern))
			return dropped_for[i].why;
	for (size_t i = 0; i < BH_COUNT(kept); i++)
		if (bh_git_setting_is(setting, kept[i].pattern)) {
			if (setting->subsection &&
			    has_control(setting->subsection))
				return "there are control characters in it";
			return judge_value(kept[i].form, setting->value);
		}
	return why_unlisted(setting);
}

struct filter {
	bh_git_dropped_fn dropped;
	void *data;
	struct bh_buf out;
	struct bh_buf section; /* the head that was written last */
};

static void free_filter(struct filter *filter)
{
	bh_buf_clear(&filter->out);
	bh_buf_clear(&filter->section);
}

static void add_quoted(struct bh_buf *buf, const char *text)
{
	bh_buf_char(buf, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			bh_buf_char(buf, '\\');
		bh_buf_char(buf, *text);
	}
	bh_buf_char(buf, '"');
}

static void write_section(struct filter *filter,
			  const struct bh_git_setting *setting)
{
	bh_autobuf struct bh_buf head = { 0 };

	bh_buf_printf(&head, "[%s", setting->section);
	if (setting->subsection) {
		bh_buf_char(&head, ' ');
		add_quoted(&head, setting->subsection);
	}
	bh_buf_str(&head, "]\n");
	if (bh_str_eq(head.data, filter->section.data))
		return;
	bh_buf_str(&filter->out, head.data);
	bh_buf_clear(&filter->section);
	filter->section = head;
	head = (struct bh_buf){ 0 };
}

static void filter_setting(const struct bh_git_setting *setting, void *data)
{
	struct filter *filter = data;
	const char *why = judge(setting);

	if (why) {
		if (filter->dropped)
			filter->dropped(setting, why, filter->data);
		return;
	}
	write_section(filter, setting);
	bh_buf_printf(&filter->out, "\t%s", setting->key);
	if (setting->value) {
		bh_buf_str(&filter->out, " = ");
		add_quoted(&filter->out, setting->value);
	}
	bh_buf_char(&filter->out, '\n');
}

int bh_git_config_filter(const char *text, size_t len,
			 bh_git_dropped_fn dropped, void *data,
			 struct bh_buf *ret, struct bh_err *err)
{
	__attribute__((cleanup(free_filter))) struct filter filter = {
		.dropped = dropped,
		.data = data,
	};

	bh_buf_add(&filter.out, "", 0);
	if (bh_git_config_walk(text, len, filter_setting, &filter, err) < 0)
		return -err->errnum;
	*ret = filter.out;
	filter.out = (struct bh_buf){ 0 };
	return 0;
}
