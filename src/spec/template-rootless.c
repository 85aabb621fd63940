/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the template an ordinary user may not have: cgroups, limits by them,
 * and other ids than the own ones.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "ocispec.h"
#include "spec/template.h"

static struct oci_config *read_template(void)
{
	struct oci_config *config = NULL;
	struct oci_error error;

	if (oci_config_read(bh_config_template, bh_config_template_len, &config,
			    NULL, &error) < 0)
		abort();
	return config;
}

static void remove_option(struct oci_strings *options, const char *option)
{
	size_t kept = 0;

	for (size_t i = 0; i < options->len; i++)
		if (bh_str_eq(options->items[i], option))
			free(options->items[i]);
		else
			options->items[kept++] = options->items[i];
	options->len = kept;
}

static void clear_mount(struct oci_mount *mount)
{
	free(mount->destination);
	free(mount->type);
	free(mount->source);
	oci_strings_clear(&mount->options);
}

static void change_mounts(struct oci_config *config)
{
	size_t kept = 0;

	for (size_t i = 0; i < config->mounts.len; i++) {
		struct oci_mount *mount = &config->mounts.items[i];

		if (bh_str_eq(mount->type, "cgroup")) {
			clear_mount(mount);
			continue;
		}
		/* Group 5 is not mapped. */
		remove_option(&mount->options, "gid=5");
		config->mounts.items[kept++] = *mount;
	}
	config->mounts.len = kept;
}

static void add_user_namespace(struct oci_linux *to)
{
	size_t len = to->namespaces.len++;

	to->namespaces.items = bh_realloc(to->namespaces.items, len + 1,
					  sizeof(*to->namespaces.items));
	to->namespaces.items[len] = (struct oci_namespace){
		.type = { true, OCI_NS_USER },
	};
}

static void map_one(struct oci_id_mappings *maps, uint32_t host)
{
	maps->set = true;
	maps->len = 1;
	maps->items = bh_calloc(1, sizeof(*maps->items));
	maps->items[0] = (struct oci_id_mapping){
		.container_id = { true, 0 },
		.host_id = { true, host },
		.size = { true, 1 },
	};
}

char *bh_config_rootless(uint32_t uid, uint32_t gid, size_t *ret_len)
{
	struct oci_config *config = read_template();
	struct oci_linux *linux_part = config->linux;
	char *text;

	change_mounts(config);
	oci_resources_free(linux_part->resources);
	linux_part->resources = NULL;
	add_user_namespace(linux_part);
	map_one(&linux_part->uid_mappings, uid);
	map_one(&linux_part->gid_mappings, gid);
	text = oci_config_write(config, ret_len);
	oci_config_free(config);
	return text;
}
