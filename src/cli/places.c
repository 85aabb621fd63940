/* SPDX-License-Identifier: Apache-2.0 */
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/command.h"
#include "host/host.h"

/* Root's own file system in memory. */
#define CACHE "/run/bulkhead/.hooks"

/* The XDG base directory specification: absolute, or as if not set.  The home is
 * the passwd's, whatever the environment says. */
static char *find(const char *variable, const char *fallback, const char *name)
{
	const char *value = getenv(variable);
	const struct passwd *user = getpwuid(geteuid());
	struct bh_buf path = { 0 };

	if (value && value[0] == '/')
		bh_buf_printf(&path, "%s/%s", value, name);
	else
		bh_buf_printf(&path, "%s/%s/%s",
			      user && user->pw_dir ? user->pw_dir : "/nowhere",
			      fallback, name);
	return path.data;
}

static void find_users(struct bh_places *ret)
{
	ret->owned[0] = find("XDG_CONFIG_HOME", ".config", "bulkhead/trust.d");
	ret->owned[1] = find("XDG_DATA_HOME", ".local/share", "bulkhead/trust");
	ret->owned[2] =
		find("XDG_STATE_HOME", ".local/state", "bulkhead/trust.jsonl");
	ret->owned[3] = find("XDG_CONFIG_HOME", ".config",
			     "bulkhead/policy.json");
	ret->policy = ret->owned[3];
	ret->gate = (struct bh_gate_places){
		.trust = {
			.provisioned = ret->owned[0],
			.granted = ret->owned[1],
			.events = { .log = ret->owned[2],
				    .journal = BH_EVENT_JOURNAL },
		},
	};
}

void bh_places_find(struct bh_places *ret)
{
	*ret = (struct bh_places){
		.gate = {
			.trust = {
				.provisioned = "/etc/bulkhead/trust.d",
				.granted = "/var/lib/bulkhead/trust",
				.events = {
					.log = "/var/log/bulkhead/trust.jsonl",
					.journal = BH_EVENT_JOURNAL,
				},
			},
			.cache = CACHE,
		},
	};
	if (bh_host_is_rootless())
		find_users(ret);
}

void bh_places_clear(struct bh_places *places)
{
	for (size_t i = 0; i < BH_COUNT(places->owned); i++)
		free(places->owned[i]);
	*places = (struct bh_places){ 0 };
}
