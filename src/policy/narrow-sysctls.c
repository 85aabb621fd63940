/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel parameters: the namespaces' own (spec-sysctl.c refuses all others), and
 * of these what can do no harm outside. */
#include "base/str.h"
#include "policy/narrow.h"

static const char *const safe[] = {
	"kernel/domainname",
	"kernel/shm_rmid_forced",
	"net/ipv4/ip_local_port_range",
	"net/ipv4/ip_local_reserved_ports",
	"net/ipv4/ip_unprivileged_port_start",
	"net/ipv4/ping_group_range",
	"net/ipv4/tcp_fin_timeout",
	"net/ipv4/tcp_keepalive_intvl",
	"net/ipv4/tcp_keepalive_probes",
	"net/ipv4/tcp_keepalive_time",
	"net/ipv4/tcp_rmem",
	"net/ipv4/tcp_syncookies",
	"net/ipv4/tcp_wmem",
};

static bool is_safe(const char *key)
{
	for (size_t i = 0; i < BH_COUNT(safe); i++)
		if (bh_str_eq(safe[i], key))
			return true;
	return false;
}

/* As a config and a policy spell it. */
static const char *dotted(struct bh_narrowing *n, const char *key)
{
	char *text = bh_arena_strdup(&n->spec->arena, key);

	for (char *at = text; *at; at++)
		if (*at == '/')
			*at = '.';
	return text;
}

void bh_narrow_sysctls(struct bh_narrowing *n)
{
	const struct oci_strings *allow = &n->profile->sysctl->allow;

	for (size_t i = 0; i < n->spec->sysctl_count; i++) {
		const char *key = n->spec->sysctls[i].key;
		const char *name = dotted(n, key);

		if (!is_safe(key) && !bh_narrow_matches(allow, name))
			bh_narrow_refuse(n, "/linux/sysctl", name,
					 "not known to be safe",
					 "sysctl.allow");
	}
}
