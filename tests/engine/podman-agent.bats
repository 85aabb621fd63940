#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# podman with bulkhead as it comes: no profile is asked for, which is `agent`.
# What people and agents do in containers works in one of busybox and in one of
# Debian, made here by mmdebstrap; what needs a root to write to says so, and
# works with a policy of one key.
#
# shellcheck disable=SC2016,SC2154

load ../lib/podman

setup_file() {
	BULKHEAD=$PLAIN_BULKHEAD
	choose_driver
	engine_place
	make_debian
	export DEBIAN_MISSING
	make_workspace
}

teardown_file() {
	BULKHEAD=$PLAIN_BULKHEAD
	engine_tear_down
}

setup() {
	RUNTIME=$PLAIN_BULKHEAD
	NAME=bt$$-$RANDOM
	WORKSPACE=$ENGINE/workspace
}

teardown() {
	[ ! -d "${ENGINE-}" ] || p rm -f -t 0 "$NAME" >/dev/null 2>&1 || :
}

# ---- images ------------------------------------------------------------------

# An image `debian`, or the reason why there is none in $DEBIAN_MISSING.
make_debian() {
	local tar=$BATS_FILE_TMPDIR/debian.tar suite
	DEBIAN_MISSING='mmdebstrap is missing'
	command -v mmdebstrap >/dev/null || return 0
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	DEBIAN_MISSING='mmdebstrap does not get at the packages here'
	timeout 150 mmdebstrap --quiet --variant=minbase \
		--include=bash,coreutils,curl,gcc,git,libc6-dev,make,nodejs,python3,tmux \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		"$suite" "$tar" </dev/null >"$BATS_FILE_TMPDIR/log" 2>&1 3>&- || return 0
	DEBIAN_MISSING='podman does not import the image'
	RUNTIME=$BULKHEAD PATIENCE=120 p import -q "$tar" debian >/dev/null 2>&1 ||
		return 0
	DEBIAN_MISSING=
	rm "$tar"
}

# Not in a function whose output is taken: a skip would be lost.
needs_debian() {
	[ -z "$DEBIAN_MISSING" ] || skip "$DEBIAN_MISSING"
}

# What containers mount: a directory below /tmp, which the profile lets be written.
make_workspace() {
	local at=$ENGINE/workspace
	mkdir -p "$at/repository"
	python_program >"$at/main.py"
	node_program >"$at/main.js"
	traced_program >"$at/traced.c"
	printf '#include <stdio.h>\nint main(void) { return puts("made") < 0; }\n' \
		>"$at/made.c"
	printf 'all: made traced\n%%: %%.c\n\tgcc -o $@ $<\n' >"$at/Makefile"
	[ "$DEBIAN_MISSING" ] || make_package "$at/repository"
}

# A package, and an index of it as an archive has.
make_package() {
	local at=$BATS_FILE_TMPDIR/package
	mkdir -p "$at/DEBIAN" "$at/usr/bin"
	printf '%s\n' 'Package: tiny' 'Version: 1' 'Architecture: all' \
		'Maintainer: nobody <nobody@example.org>' \
		'Description: something small' >"$at/DEBIAN/control"
	printf '#!/bin/sh\nset -e\nchown nobody /usr/bin/tiny\n' >"$at/DEBIAN/postinst"
	printf '#!/bin/sh\necho tiny is here\n' >"$at/usr/bin/tiny"
	chmod 755 "$at/DEBIAN/postinst" "$at/usr/bin/tiny"
	dpkg-deb --root-owner-group --build "$at" "$1/tiny.deb" >/dev/null
	{
		dpkg-deb --field "$1/tiny.deb"
		printf 'Filename: ./tiny.deb\nSize: %s\nSHA256: %s\n\n' \
			"$(stat -c %s "$1/tiny.deb")" \
			"$(sha256sum "$1/tiny.deb" | cut -d' ' -f1)"
	} >"$1/Packages"
	echo 'deb [trusted=yes] file:/workspace/repository ./' >"$1/../sources.list"
}

python_program() {
	cat <<-'PYTHON'
		import asyncio, ctypes, multiprocessing, os, pty, socket, ssl
		import sqlite3, subprocess, tempfile, threading


		def square(n):
		    return n * n


		def serve(server):
		    peer, _ = server.accept()
		    with peer:
		        peer.sendall(peer.recv(100).upper())


		def main():
		    out = subprocess.run(["sh", "-c", "cat; exit 3"], input="in",
		                         capture_output=True, text=True)
		    assert (out.stdout, out.returncode) == ("in", 3)
		    got = []
		    threads = [threading.Thread(target=got.append, args=(i,))
		               for i in range(32)]
		    [thread.start() for thread in threads]
		    [thread.join() for thread in threads]
		    assert sorted(got) == list(range(32))
		    for family, at in ((socket.AF_INET, ("127.0.0.1", 0)),
		                       (socket.AF_UNIX, "/tmp/socket")):
		        with socket.socket(family) as server, socket.socket(family) as c:
		            server.bind(at)
		            server.listen()
		            thread = threading.Thread(target=serve, args=(server,))
		            thread.start()
		            c.connect(server.getsockname())
		            c.sendall(b"hello")
		            assert c.recv(100) == b"HELLO"
		            thread.join()
		    for how in "fork", "spawn", "forkserver":
		        with multiprocessing.get_context(how).Pool(3) as pool:
		            assert pool.map(square, range(9)) == [n * n for n in range(9)]
		    assert asyncio.run(asyncio.sleep(0.01, "slept")) == "slept"
		    with tempfile.TemporaryDirectory() as at:
		        with sqlite3.connect(at + "/db") as db:
		            db.execute("create table t (n)")
		    ssl.create_default_context()
		    assert ctypes.CDLL(None).getpid() == os.getpid()
		    assert pty.spawn(["true"]) == 0
		    print("python is well")


		if __name__ == "__main__":
		    main()
	PYTHON
}

node_program() {
	cat <<-'NODE'
		const http = require('http');
		const { exec } = require('child_process');
		const { Worker } = require('worker_threads');
		const server = http.createServer((request, answer) =>
			exec('echo child $((6 * 7))', (error, out) => answer.end(String(error || out))));
		server.listen(0, '127.0.0.1', () =>
			http.get({ port: server.address().port, host: '127.0.0.1' }, answer => {
				answer.pipe(process.stdout);
				answer.on('end', () => server.close());
			}));
		new Worker('require("worker_threads").parentPort.postMessage("worker")',
			{ eval: true }).on('message', text => console.log(text));
	NODE
}

# As a debugger does: stop a child, read and change its memory, go on.
traced_program() {
	cat <<-'C'
		#include <signal.h>
		#include <stdio.h>
		#include <sys/personality.h>
		#include <sys/ptrace.h>
		#include <sys/user.h>
		#include <sys/wait.h>
		#include <unistd.h>

		static volatile long word = 7;

		int main(int argc, char **argv)
		{
			int fixed = argc > 1 && argv[1] ? ADDR_NO_RANDOMIZE : 0;
			struct user_regs_struct regs;
			int status;
			pid_t pid = fork();

			if (pid == 0) {
				if (personality((unsigned long)fixed) < 0 ||
				    ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
					_exit(9);
				raise(SIGSTOP);
				_exit((int)word);
			}
			if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
				return 1;
			if (ptrace(PTRACE_PEEKDATA, pid, &word, 0) != 7)
				return 2;
			if (ptrace(PTRACE_GETREGS, pid, 0, &regs) < 0)
				return 3;
			if (ptrace(PTRACE_POKEDATA, pid, &word, 42) < 0)
				return 4;
			if (ptrace(PTRACE_CONT, pid, 0, 0) < 0)
				return 5;
			waitpid(pid, &status, 0);
			printf("child %d\n", WEXITSTATUS(status));
			return 0;
		}
	C
}

# ---- running -----------------------------------------------------------------

# in_image IMAGE SCRIPT: its shell, with the workspace.
in_image() {
	p run --rm --name "$NAME" -v "$WORKSPACE:/workspace" -w /workspace \
		"${@:3}" "$1" sh -ec "$2"
}

in_debian() {
	in_image debian "$@"
}

# waiting IMAGE: a container to execute programs in.
waiting() {
	p run -d --name "$NAME" -v "$WORKSPACE:/workspace" -w /workspace \
		"${@:2}" "$1" sleep 1000 >/dev/null
}

# What a process of the profile has, and how it looks.
agent_status=$'CapBnd:\t00000000000404fb\nNoNewPrivs:\t1\nSeccomp:\t2'
show_status='grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status'

# ---- the container -----------------------------------------------------------

@test "agent: a container has the profile agent" {
	says "$agent_status" p run --rm test sh -c "$show_status"
	matches ' / [^ ]+ ro,' p run --rm test grep ' / ' /proc/mounts
}

# verified: the container keeps all that its plan promised.
verified() {
	local id
	id=$(p inspect --format '{{.Id}}' "$NAME")
	XDG_RUNTIME_DIR='' "$PLAIN_BULKHEAD" verify "$id"
}

@test "agent: verify keeps silent on podman's containers" {
	mkdir -p "$WORKSPACE/volume"
	for options in '' '-it' '--read-only' "-v $WORKSPACE/volume:/volume" \
		'--tmpfs /x --shm-size 1m --memory 64m' '--user 7:8'; do
		# shellcheck disable=SC2086 # words
		p run -d --name "$NAME" $options test sleep 1000
		p exec -d "$NAME" sleep 1000
		verified
		p pause "$NAME"
		verified
		p rm -f -t 0 "$NAME"
	done
}

@test "agent: volumes and secrets where podman has them by default" {
	# Below /var/lib and /run, of which this mount namespace has its own.
	quiet unshare -m sh -ec '
		conf=$2
		mount -t tmpfs none /var/lib
		mount -t tmpfs none /run
		own() {
			CONTAINERS_CONF=$conf podman --storage-driver vfs \
				--runtime "$0" "$@" 3>&-
		}
		tar -C "$1" -c . | own import -q - test
		echo hidden | own secret create word -
		own run --rm -v kept:/kept --secret word test sh -ec "
			echo text >/kept/file
			cat /kept/file /run/secrets/word
			touch /dev/shm/new"
		own run --rm -v kept:/kept:ro test cat /kept/file' \
		"$PLAIN_BULKHEAD" "$BATS_FILE_TMPDIR/rootfs" "$ENGINE/containers.conf"
}

@test "agent: containers of a pod share" {
	p pod create --infra-image localhost/test --infra-command 'sleep 1000' \
		--share ipc,net,uts --hostname podhost --name "pod$NAME" >/dev/null
	p run -d --pod "pod$NAME" --name "$NAME" test sleep 1000 >/dev/null
	says podhost p exec "$NAME" hostname
	quiet p pod rm -f -t 0 "pod$NAME"
}

@test "agent: containers join others" {
	waiting test
	says lo p run --rm --network "container:$NAME" test ls /sys/class/net
	matches 'sleep 1000' p run --rm --pid "container:$NAME" test ps
	quiet p run --rm --ipc "container:$NAME" test true
}

@test "agent: options that tighten, limit or only tell" {
	quiet p run --rm --read-only --cap-drop all --security-opt no-new-privileges \
		--memory 64m --cpus 0.5 --pids-limit 100 --shm-size 1m --ulimit nofile=100:100 \
		--ulimit nproc=512:512 --hostname here --add-host a:127.0.0.1 \
		--annotation a=b --label c=d --user 1000:1000 --workdir /tmp \
		--tmpfs /t:size=512k --umask 0077 --stop-signal INT --no-hosts=false \
		-e A=b --tz local test sh -ec 'touch /tmp/file /t/file; [ "$A" = b ]'
}

@test "agent: a user namespace" {
	matches '^ +0 +200000 +1000$' p run --rm --uidmap 0:200000:1000 test \
		cat /proc/self/uid_map
}

# ---- busybox -----------------------------------------------------------------

tools='
	cd /tmp
	mkdir dir && echo "one two" >dir/file && ln -s dir link && ln dir/file hard
	chmod 640 dir/file && chown 1000:1000 dir/file && touch -d @0 hard
	[ "$(stat -c %a:%u:%Y link/file)" = 640:1000:0 ]
	tar -cf - dir | tar -tf - | grep -q dir/file
	gzip -c dir/file | gunzip -c | grep -q two
	find . -name file | xargs cat | sed s/two/three/ | sort | grep -q three
	mkfifo pipe && { echo text >pipe & } && [ "$(cat pipe)" = text ]
	(trap "echo caught >signal" USR1; sleep 0.2 & kill -USR1 "$(sh -c "echo \$PPID")"; wait)
	[ "$(cat signal)" = caught ]
	echo x >/run/file && echo x >/var/tmp/file && echo x >/dev/shm/file
	[ "$(dd if=/dev/urandom bs=1k count=64 2>/dev/null | wc -c)" = 65536 ]
	df / >/dev/null && id >/dev/null && date >/dev/null
	echo kept >/workspace/kept
	echo well'

@test "agent: busybox: tools of the shell" {
	says well in_image test "$tools"
	[ "$(cat "$WORKSPACE/kept")" = kept ]
}

@test "agent: busybox: exec" {
	waiting test
	says well p exec "$NAME" sh -ec "$tools"
	says 1000 p exec -u 1000 "$NAME" id -u
	[ "$(echo in | p_with_input exec -i "$NAME" cat)" = in ]
	exits 6 p exec "$NAME" sh -c 'exit 6'
	says "$agent_status" p exec "$NAME" sh -c "$show_status"
}

# ---- Debian ------------------------------------------------------------------

@test "agent: Debian: tools of the shell" {
	needs_debian
	says well in_debian "$tools"
	says 'array 2' in_debian 'bash -c "a=(x array); echo \${a[1]} \$(wc -l < <(printf \"1\\n2\\n\"))"'
}

@test "agent: Debian: another user" {
	needs_debian
	says '1000 1000' in_debian 'echo $(id -u) $(id -g)' -u 1000:1000
	says nobody in_debian 'su -s /bin/sh -c "id -un" nobody'
	says '7 7' in_debian 'setpriv --reuid 7 --regid 7 --clear-groups sh -c "echo \$(id -u) \$(id -G)"'
}

@test "agent: Debian: python3" {
	needs_debian
	says 'python is well' in_debian 'python3 main.py'
	says 'python is well' in_debian 'python3 main.py' -u 1000
}

@test "agent: Debian: node" {
	needs_debian
	says 'child 42
worker' in_debian 'node main.js | sort'
}

@test "agent: Debian: git" {
	needs_debian
	says 'second
first' in_debian '
		git init -q git && cd git
		git config user.name somebody && git config user.email somebody@example.org
		echo one >file && git add file && git commit -qm first
		git checkout -qb branch && echo two >>file && git commit -qam second
		git checkout -q - && git merge -q branch >/dev/null && git gc -q && git fsck
		git clone -q . /tmp/clone && git -C /tmp/clone log --format=%s'
	[ -d "$WORKSPACE/git/.git" ]
}

@test "agent: Debian: gcc, make, and a child that is traced" {
	needs_debian
	says 'made
child 42' in_debian 'make -s -j2 && ./made && ./traced'
	[ -x "$WORKSPACE/made" ]
	# gdb asks for addresses that are the same each time; podman's own filter,
	# which holds beside ours, does not let it.
	says 'child 42' in_debian './traced fixed' --security-opt seccomp=unconfined
}

@test "agent: Debian: curl and a server" {
	needs_debian
	says well in_debian '
		echo well >/tmp/page
		python3 -m http.server -b 127.0.0.1 -d /tmp 8000 >/dev/null 2>&1 &
		curl -sS --retry 9 --retry-delay 1 --retry-connrefused \
			http://127.0.0.1:8000/page'
}

@test "agent: Debian: tmux" {
	needs_debian
	local script='
		export TERM=screen LC_ALL=C.UTF-8
		tmux new-session -d -x 80 -y 24 "tty >/tmp/tty; exec sh"
		tmux send-keys "echo \$((6 * 7)) >/tmp/typed" Enter
		for i in $(seq 100); do [ -s /tmp/typed ] && break; sleep 0.1; done
		tmux split-window && tmux list-panes | wc -l
		tmux capture-pane -p -t 0.0 | grep -qF "6 * 7"
		cat /tmp/tty /tmp/typed
		tmux kill-server'
	says '2
/dev/pts/0
42' in_debian "$script"
}

@test "agent: Debian: exec" {
	needs_debian
	waiting debian
	says 'python is well' p exec "$NAME" python3 main.py
	says 42 p exec "$NAME" node -p '6 * 7'
	says 'made
child 42' p exec "$NAME" sh -c 'make -sB && ./made && ./traced'
	quiet p exec "$NAME" sh -ec 'git init -q exec && cd exec && git status'
	says /dev/pts/0 on_terminal exec -it "$NAME" tty
}

# ---- a root to write to ------------------------------------------------------

apt='apt-get -qq -o Dir::Etc::SourceList=/workspace/sources.list -o Dir::Etc::SourceParts=-'

@test "apt-get update: the root is read-only, and says so" {
	needs_debian
	exits 100 in_debian "$apt update"
	grep -qF '30: Read-only file system' "$ENGINE/out"
}

@test "apt-get install: the root is read-only, and says so" {
	needs_debian
	exits 100 in_debian "$apt install -y ./repository/tiny.deb"
	grep -qF 'unable to access the dpkg database directory /var/lib/dpkg: Read-only file system' \
		"$ENGINE/out"
}

@test "apt-get update and install, rootfs: asConfigured" {
	needs_debian
	matches '^tiny is here$' by_policy '{"rootfs": "asConfigured"}' in_debian \
		"$apt update && $apt install -y tiny 2>&1 && stat -c %U /usr/bin/tiny && tiny"
	matches '^tiny is here$' by_policy '{"rootfs": "ephemeral"}' in_debian \
		"$apt install -y ./repository/tiny.deb 2>&1 && tiny"
}

@test "podman build: the root is read-only; rootfs: asConfigured" {
	local at=$BATS_TEST_TMPDIR/build
	mkdir "$at"
	printf '%s\n' 'FROM localhost/test' 'RUN echo built >/built' 'USER 77' \
		'RUN id -u >/tmp/id' >"$at/Containerfile"
	exits 1 p build -t built "$at" || exits 2 p build -t built "$at"
	grep -qF "can't create /built: Read-only file system" "$ENGINE/out"
	by_policy '{"rootfs": "asConfigured"}' quiet p build -t built "$at"
	says $'built\n77' p run --rm built cat /built /tmp/id
}

@test "podman commit: rootfs: asConfigured" {
	exits 1 p run --rm test sh -c 'echo kept >/kept'
	grep -qF "can't create /kept: Read-only file system" "$ENGINE/out"
	by_policy '{"rootfs": "asConfigured"}' \
		quiet p run --name "$NAME" test sh -c 'echo kept >/kept'
	quiet p commit -q "$NAME" kept
	says kept p run --rm kept cat /kept
}

@test "podman cp: the root of a running container is read-only" {
	echo data >"$WORKSPACE/data"
	waiting test
	exits 125 p cp "$WORKSPACE/data" "$NAME:/etc/data"
	grep -qF 'open /etc/data: read-only file system' "$ENGINE/out"
	quiet p cp "$WORKSPACE/data" "$NAME:/tmp/data"
	says data p exec "$NAME" cat /tmp/data
	quiet p cp "$NAME:/etc/plain" "$BATS_TEST_TMPDIR/plain"
	# One that does not run is podman's alone.
	quiet p stop -t 0 "$NAME"
	quiet p cp "$WORKSPACE/data" "$NAME:/etc/data"
	quiet p commit -q "$NAME" copied
	says data p run --rm copied cat /etc/data
}
