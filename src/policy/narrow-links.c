/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with several names may be a credential under a harmless one.  Those of
 * homes are looked for only where there is such a file.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/str.h"
#include "host/lineage.h"
#include "policy/narrow.h"
#include "policy/paths.h"

static bool is_same(const struct bh_host *host, const char *home,
		    const char *rest, const struct bh_host_path *path)
{
	bh_autobuf struct bh_buf file = { 0 };
	struct bh_file_id id;

	bh_buf_printf(&file, "%s%s", home, rest);
	return bh_host_identify(host, file.data, &id) &&
	       id.device == path->device && id.inode == path->inode;
}

static bool is_of_home(const struct bh_host *host, const char *home,
		       const struct bh_host_path *path)
{
	for (size_t i = 0; i < bh_path_rule_count; i++) {
		const struct bh_path_rule *rule = &bh_path_rules[i];

		if (rule->kind == BH_PATH_FILE && rule->pattern[0] == '~' &&
		    is_same(host, home, rule->pattern + 1, path))
			return true;
	}
	return false;
}

bool bh_narrow_is_linked(const struct bh_host *host,
			 const struct bh_host_path *path)
{
	const struct dirent *entry;
	bool found = false;
	struct stat st;
	DIR *homes;

	if (host->fake || fstat(path->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_nlink < 2)
		return false;
	if (is_of_home(host, "/root", path))
		return true;
	homes = opendir("/home");
	while (homes && !found && (entry = readdir(homes))) {
		bh_autobuf struct bh_buf home = { 0 };

		bh_buf_printf(&home, "/home/%s", entry->d_name);
		found = entry->d_name[0] != '.' &&
			is_of_home(host, home.data, path);
	}
	if (homes)
		(void)closedir(homes);
	return found;
}
