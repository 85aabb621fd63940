# SPDX-License-Identifier: Apache-2.0
# What the guest is made from.  A script that loads this has set $here.
#
# shellcheck shell=bash disable=SC2154

vm_release=trixie

# The guest's packages, one a line.
vm_packages() {
	grep -v '^#' "$here/packages" | tr -s ' \n' '\n' | sed '/^$/d'
}

# Sources for mmdebstrap: the archive that this machine's own apt uses, if that is
# one of Debian; else mmdebstrap knows one itself.
vm_sources() {
	local archive security
	archive=$(apt_archive /debian)
	security=$(apt_archive /debian-security)
	[ "$archive" ] || return 0
	printf '%s\n' \
		"deb $archive $vm_release main" \
		"deb $archive $vm_release-updates main" \
		"deb ${security:-$archive-security} $vm_release-security main"
}

# apt_archive END: the first address in apt's sources that ends so.
apt_archive() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} \
		2>/dev/null | awk -v end="$1" '
		/^(URIs:|deb )/ {
			for (i = 2; i <= NF; i++) {
				sub("/+$", "", $i)
				if ($i ~ "^[a-z+]+:/.*" end "$") {
					print $i
					exit
				}
			}
		}'
}

# A digest of all that decides what is on the disk, but for what the archive has.
vm_image_key() {
	(cd "$here" && find guest init make-image packages recipe.bash stdio.cil \
		-type f -exec sha256sum {} + | LC_ALL=C sort -k2 |
		sha256sum | cut -d' ' -f1)
}
