/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this version does not implement is refused by name: a container that is
 * less than its config says must not start.  A unit test walks the tables of
 * libocispec, so that a new field is either honoured or stands here.
 */
#include "base/mem.h"
#include "base/str.h"
#include "spec/parts.h"

static const struct {
	const char *pattern; /* as oci_config_walk gives it */
	const char *why;
} refused[] = {
	{ "/process/apparmorProfile", "AppArmor is not implemented yet" },
	{ "/process/ioPriority", "not implemented yet" },
	{ "/process/scheduler", "not implemented yet" },
	{ "/linux/netDevices", "not implemented yet" },
	{ "/linux/intelRdt", "not implemented yet" },
	{ "/linux/memoryPolicy", "not implemented yet" },
	{ "/linux/personality", "not implemented yet" },
	{ "/mounts/#/uidMappings", "id-mapped mounts are not implemented yet" },
	{ "/mounts/#/gidMappings", "id-mapped mounts are not implemented yet" },
};

/* Annotations by which engines and images reach features of a runtime. */
static const char *const refused_annotations[] = {
	"run.oci.",
	"org.criu.",
	"org.systemd.property.",
	"org.bulkhead.",
};

/* Ours: whoever misspells one would believe that it holds.  Of systemd's, those that
 * podman sends; others start units, or run programs on the host. */
static const char *const known_annotations[] = {
	"org.systemd.property.KillSignal",
	"org.systemd.property.TimeoutStopUSec",
	"org.systemd.property.CollectMode",
	"org.bulkhead.profile",
	"org.bulkhead.deadline",
	"org.bulkhead.workspace",
};

static bool is_known(const char *key)
{
	for (size_t i = 0; i < BH_COUNT(known_annotations); i++)
		if (bh_str_eq(known_annotations[i], key))
			return true;
	return false;
}

static int refuse(struct bh_err *err, size_t i)
{
	return bh_refuse(err,
			 "read config.json: %s: %s; remove it from the "
			 "config",
			 refused[i].pattern, refused[i].why);
}

/* Fields that are set to "off" ask for nothing. */
static bool asks_nothing(const struct oci_config *config, const char *pattern)
{
	const struct oci_process *process = config->process;
	const struct oci_linux *lin = config->linux;

	if (bh_str_eq(pattern, "/process/apparmorProfile"))
		return !process->apparmor_profile[0];
	if (bh_str_eq(pattern, "/linux/netDevices"))
		return !lin->net_devices.len;
	return false;
}

struct search {
	const struct oci_config *config;
	struct bh_err *err;
};

static int visit(void *arg, const char *pattern, enum oci_class class)
{
	const struct search *search = arg;

	(void)class;
	for (size_t i = 0; i < BH_COUNT(refused); i++)
		if (bh_str_eq(refused[i].pattern, pattern) &&
		    !asks_nothing(search->config, pattern))
			return refuse(search->err, i);
	return 0;
}

static int refuse_annotations(const struct oci_config *config,
			      struct bh_err *err)
{
	for (size_t i = 0; i < config->annotations.len; i++) {
		const char *key = config->annotations.items[i].key;

		for (size_t j = 0; j < BH_COUNT(refused_annotations); j++)
			if (bh_starts_with(key, refused_annotations[j]) &&
			    !is_known(key))
				return bh_refuse(err,
						 "read config.json: "
						 "/annotations/%s: it changes "
						 "what the runtime does, and "
						 "is not implemented yet",
						 key);
	}
	return 0;
}

int bh_spec_refuse_unsupported(const struct oci_config *config,
			       struct bh_err *err)
{
	struct search search = { .config = config, .err = err };
	int r = refuse_annotations(config, err);

	if (r == 0)
		r = oci_config_walk(config, visit, &search);
	return r;
}
