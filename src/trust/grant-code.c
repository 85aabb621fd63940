/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments and variables that are code in effect: whoever may choose them has a
 * shell.  Both lists are reviewed like code; a name too many makes a grant
 * narrower than somebody wanted, a name too few opens the host.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/glob.h"
#include "trust/grant.h"

/* Names and patterns of programs, with blanks between. */
static const struct {
	enum bh_args_rule rule;
	const char *reason;
	const char *names;
} runners[] = {
	{ BH_ARGS_EXACT, "a shell executes its arguments",
	  "sh sh.* bash* rbash dash* ash zsh* ksh* mksh* "
	  "pdksh csh tcsh* fish rc es elvish nu pwsh xonsh "
	  "busybox* toybox* sash coreutils" },
	{ BH_ARGS_EXACT, "an interpreter's arguments are programs",
	  "python* pypy* perl* ruby* irb* node* nodejs deno "
	  "bun lua* luajit* php* tclsh* wish* expect* guile* "
	  "awk gawk* mawk nawk original-awk java jshell "
	  "groovy* scala* kotlin* dotnet mono* ghc runghc "
	  "erl escript elixir R Rscript octave* julia* gjs* "
	  "qjs* sed bc dc m4 sqlite3*" },
	{ BH_ARGS_EXACT, "it runs the program that its arguments name",
	  "env nsenter unshare chroot xargs find fd fdfind "
	  "ssh sudo sudoedit su runuser doas pkexec setpriv "
	  "capsh timeout nice ionice chrt taskset choom "
	  "prlimit setsid setarch linux32 linux64 nohup "
	  "stdbuf flock watch time script scriptreplay "
	  "strace ltrace gdb perf valgrind parallel entr "
	  "start-stop-daemon daemonize runcon aa-exec" },
	{ BH_ARGS_EXACT, "it runs the program that its arguments name",
	  "systemd-run systemd-nspawn machinectl run-parts "
	  "bwrap firejail unbuffer xvfb-run fakeroot "
	  "faketime proot dbus-run-session dbus-launch at "
	  "batch crontab screen tmux socat nc ncat netcat "
	  "nc.* numactl cgexec catatonit tini dumb-init gosu "
	  "su-exec s6-* ld-*.so* ld.so ld-linux* libtool "
	  "make gmake ninja cmake" },
	{ BH_ARGS_PATTERN, "some of its commands and options run programs",
	  "ip tc git git-* tar bsdtar rsync zip cpio docker* "
	  "podman* nerdctl crictl ctr runc crun youki "
	  "bulkhead* buildah skopeo kubectl systemctl "
	  "journalctl busctl gdbus dbus-send iptables* "
	  "ip6tables* nft modprobe insmod kmod tcpdump man "
	  "less more vi* vim* nvim emacs* ed nano" },
	{ BH_ARGS_PATTERN, "it writes where its arguments say",
	  "cp mv ln dd install tee rm chmod chown setfacl "
	  "setcap mount umount losetup sysctl truncate patch "
	  "curl wget scp sftp openssl gpg apt apt-get dpkg "
	  "dnf yum rpm pip* npm sort shred split" },
};

/* Names that decide what code the loader, libc, a shell or an interpreter takes
 * in, or where a program finds others and its own configuration. */
static const char *const variables[] = {
	/* the loader and libc */
	"LD_* GCONV_PATH GLIBC_TUNABLES LOCPATH NLSPATH "
	"MALLOC_* GETCONF_DIR HOSTALIASES RESOLV_* "
	"RES_OPTIONS LOCALDOMAIN TZDIR PATH CDPATH IFS "
	"HOME TMPDIR XDG_*",
	/* shells */
	"BASH_* BASHOPTS SHELLOPTS ENV PS4 PROMPT_COMMAND "
	"SHELL ZDOTDIR FPATH EDITOR VISUAL PAGER BROWSER",
	/* interpreters */
	"PYTHON* PERL5* PERLLIB PERL_* RUBY* GEM_* "
	"BUNDLE_* NODE_* NPM_* npm_* DENO_* BUN_* LUA_* "
	"PHP* PHPRC TCL* AWKPATH AWKLIBPATH GUILE_* R_* "
	"JULIA_* JAVA_* _JAVA_* JDK_* CLASSPATH DOTNET_* "
	"CORECLR_* COR_* COMPlus_* MONO_* ERL_* GODEBUG",
	/* libraries and programs that load what they name */
	"OPENSSL_* SSL_* SSLKEYLOGFILE CURL_* KRB5* GSS_* "
	"GIO_* GTK_* QT_* GST_* SASL_* PKCS11_* P11_KIT_* "
	"GIT_* SSH_* MAKE* MAKEFLAGS GNUMAKEFLAGS CC CXX "
	"*_PRELOAD CUDA_* VK_* LIBGL_* OCL_* OPENCL_*",
};

/* Whether one of the patterns is name's. */
static bool is_among(const char *patterns, const char *name)
{
	while (*patterns) {
		size_t len = strcspn(patterns, " ");
		bh_autobuf struct bh_buf pattern = { 0 };

		bh_buf_add(&pattern, patterns, len);
		if (bh_glob(pattern.data, name))
			return true;
		patterns += len + strspn(patterns + len, " ");
	}
	return false;
}

enum bh_args_rule bh_args_rule(const char *path, const char **ret_reason)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < BH_COUNT(runners); i++)
		if (is_among(runners[i].names, name)) {
			*ret_reason = runners[i].reason;
			return runners[i].rule;
		}
	return BH_ARGS_FREE;
}

bool bh_env_is_code(const char *entry)
{
	size_t len = strcspn(entry, "=");
	bh_autobuf struct bh_buf name = { 0 };

	/* Without a name or a value, and with a slash that no pattern expects:
	 * whatever reads it decides. */
	if (len == 0 || entry[len] == '\0' || memchr(entry, '/', len))
		return true;
	bh_buf_add(&name, entry, len);
	for (size_t i = 0; i < BH_COUNT(variables); i++)
		if (is_among(variables[i], name.data))
			return true;
	return false;
}
