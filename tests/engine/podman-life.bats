#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# podman's commands on containers, with bulkhead and beside it with a reference
# runtime: exec, logs, stop, pause, copy, build, pods, terminals.
#
# A or else B: that is what is meant.
# shellcheck disable=SC2016,SC2154,SC2015

load ../lib/podman

setup_file() {
	table=${BUILDDIR:-.}/podman-life.txt
	engine_set_up
}

teardown_file() {
	table=${BUILDDIR:-.}/podman-life.txt
	engine_tear_down
}

# A container that waits to be ended, and does so at once on SIGTERM.
waiting() {
	p run -d --name "$NAME" "$@" test sh -c 'trap "exit 5" TERM; echo up; echo err >&2
		while :; do sleep 0.1; done' >/dev/null
	soon matches '^up$' p logs "$NAME"
}

e() {
	p exec "$@"
}

state() { p inspect -f '{{.State.Status}}' "$NAME"; }

run_on_terminal() { matches '^/dev/pts/0$' on_terminal run --rm -it --name "$NAME" test tty; }
run_on_terminal_size() { matches '^30 70$' on_terminal run --rm -it --name "$NAME" test sh -c 'sleep 0.5; stty size'; }
run_on_terminal_status() { exits 9 on_terminal_status 9; }
on_terminal_status() {
	set -o pipefail
	on_terminal run --rm -it --name "$NAME" test sh -c "exit $1"
}
exec_command() { waiting && says hello e "$NAME" echo hello; }
exec_status() { waiting && exits 6 e "$NAME" sh -c 'exit 6'; }
exec_not_found() { waiting && exits 127 e "$NAME" nosuch; }
exec_not_executable() { waiting && exits 126 e "$NAME" /etc/plain; }
exec_user_directory_environment() {
	waiting && says '77 88 /var/tmp here' e -u 77:88 -w /var/tmp -e A=here "$NAME" \
		sh -c 'echo $(id -u) $(id -g) $(pwd) $A'
}
exec_input() { waiting && [ "$(echo in | p_with_input exec -i "$NAME" cat)" = in ]; }
exec_detached() {
	waiting && e -d "$NAME" sh -c 'echo finished >/tmp/file' >/dev/null &&
		soon says finished e "$NAME" cat /tmp/file
}
exec_on_terminal() { waiting && matches '^/dev/pts/[0-9]$' on_terminal exec -it "$NAME" tty; }
exec_capabilities() {
	waiting && says same sh -c '[ "$1" = "$2" ] && echo same' sh \
		"$(e "$NAME" grep CapEff /proc/self/status)" \
		"$(e "$NAME" grep CapEff /proc/1/status)"
}
exec_of_a_stopped_one() { waiting && p kill "$NAME" >/dev/null && p wait "$NAME" >/dev/null && exits 255 e "$NAME" true; }
logs() {
	waiting
	[ "$(p logs "$NAME" 2>/dev/null)" = up ]
	[ "$(p logs "$NAME" 2>&1 >/dev/null)" = err ]
}
stop() { waiting && p stop -t 20 "$NAME" >/dev/null && says 5 p inspect -f '{{.State.ExitCode}}' "$NAME"; }
stop_by_force() {
	p run -d --name "$NAME" test sleep 1000 >/dev/null
	p stop -t 0 "$NAME" >/dev/null
	says 137 p inspect -f '{{.State.ExitCode}}' "$NAME"
}
kill_by_a_signal() { waiting && p kill -s TERM "$NAME" >/dev/null && says 5 p wait "$NAME"; }
remove() { p create --name "$NAME" test true >/dev/null && p rm "$NAME" >/dev/null && exits 1 p container exists "$NAME"; }
remove_by_force() { waiting && p rm -f -t 0 "$NAME" >/dev/null && exits 1 p container exists "$NAME"; }
remove_a_running_one() { waiting && exits 2 p rm "$NAME"; }
create_and_start() { p create --name "$NAME" test echo started >/dev/null && says started p start -a "$NAME"; }
start_again() {
	p run --name "$NAME" test echo one >/dev/null
	says one p start -a "$NAME"
}
restart() { waiting && p restart -t 0 "$NAME" >/dev/null && says running state; }
list() { waiting && matches "$NAME" p ps --format '{{.Names}}'; }
inspect() { waiting && matches '^[0-9]+$' p inspect -f '{{.State.Pid}}' "$NAME"; }
top() { waiting && matches 'sh -c trap' p top "$NAME" -eo pid,args || matches 'sh' p top "$NAME"; }
top_of_the_container() { waiting && matches '^1 ' p top "$NAME" pid user; }
statistics() { waiting && matches "$NAME" p stats --no-stream --no-reset; }
pause_and_go_on() {
	waiting
	p pause "$NAME" >/dev/null
	says paused state
	exits 125 e "$NAME" true || exits 255 e "$NAME" true
	p unpause "$NAME" >/dev/null
	says running state
}
remove_a_paused_one() { waiting && p pause "$NAME" >/dev/null && p rm -f -t 0 "$NAME" >/dev/null; }
wait_for_the_end() { p run -d --name "$NAME" test sh -c 'exit 8' >/dev/null && says 8 p wait "$NAME"; }
copy_in() {
	waiting
	echo data >"$ENGINE/data"
	p cp "$ENGINE/data" "$NAME:/etc/data"
	says data e "$NAME" cat /etc/data
}
copy_out() {
	waiting
	p cp "$NAME:/etc/plain" "$ENGINE/plain"
	[ "$(cat "$ENGINE/plain")" = 'plain file' ]
}
commit() {
	p run --name "$NAME" test sh -c 'echo kept >/kept'
	p commit "$NAME" "kept-${NAME,,}" >/dev/null
	says kept p run --rm "kept-${NAME,,}" cat /kept
}
differences() {
	p run --name "$NAME" test sh -c 'echo x >/new'
	matches '^A /new' p diff "$NAME"
}
build() {
	mkdir -p "$ENGINE/build"
	printf 'FROM localhost/test\nRUN echo built >/built && id -u\nUSER 77\nRUN id -u >/tmp/id\n' \
		>"$ENGINE/build/Containerfile"
	p build --isolation oci -t "built-${NAME,,}" "$ENGINE/build" >/dev/null
	says 'built 77' p run --rm "built-${NAME,,}" sh -c 'echo $(cat /built /tmp/id)'
}
build_that_fails() {
	mkdir -p "$ENGINE/build"
	printf 'FROM localhost/test\nRUN exit 7\n' >"$ENGINE/build/Containerfile"
	exits 7 p build --isolation oci "$ENGINE/build" || exits 125 p build --isolation oci "$ENGINE/build"
}
pod_without_infra() {
	p pod create --infra=false --name "pod$NAME" >/dev/null
	says hello p run --rm --pod "pod$NAME" test echo hello
	p pod rm -f -t 0 "pod$NAME" >/dev/null
}
pod_that_shares() {
	p pod create --infra-image localhost/test --infra-command 'sleep 1000' \
		--share ipc,uts --hostname podhost --name "pod$NAME" >/dev/null
	p run -d --pod "pod$NAME" --name "$NAME" test sleep 1000 >/dev/null
	says podhost e "$NAME" hostname
	p pod rm -f -t 0 "pod$NAME" >/dev/null
}
pod_stop_and_start() {
	p pod create --infra=false --name "pod$NAME" >/dev/null
	p run -d --pod "pod$NAME" --name "$NAME" test sleep 1000 >/dev/null
	p pod stop -t 0 "pod$NAME" >/dev/null
	says exited state
	p pod start "pod$NAME" >/dev/null
	says running state
	p pod rm -f -t 0 "pod$NAME" >/dev/null
}
health_check() {
	p run -d --name "$NAME" --health-cmd true --health-interval disable test \
		sleep 1000 >/dev/null
	exits 0 p healthcheck run "$NAME"
}
rename() { waiting && p rename "$NAME" "x$NAME" && p rm -f -t 0 "x$NAME" >/dev/null; }

@test "podman: run on terminal" {
	both run_on_terminal
}

@test "podman: run on terminal size" {
	both run_on_terminal_size
}

@test "podman: run on terminal status" {
	both run_on_terminal_status
}

@test "podman: exec command" {
	both exec_command
}

@test "podman: exec status" {
	both exec_status
}

@test "podman: exec not found" {
	both exec_not_found
}

@test "podman: exec not executable" {
	both exec_not_executable
}

@test "podman: exec user directory environment" {
	both exec_user_directory_environment
}

@test "podman: exec input" {
	both exec_input
}

@test "podman: exec detached" {
	both exec_detached
}

@test "podman: exec on terminal" {
	both exec_on_terminal
}

@test "podman: exec capabilities" {
	both exec_capabilities
}

@test "podman: exec of a stopped one" {
	both exec_of_a_stopped_one
}

@test "podman: logs" {
	both logs
}

@test "podman: stop" {
	both stop
}

@test "podman: stop by force" {
	both stop_by_force
}

@test "podman: kill by a signal" {
	both kill_by_a_signal
}

@test "podman: remove" {
	both remove
}

@test "podman: remove by force" {
	both remove_by_force
}

@test "podman: remove a running one" {
	both remove_a_running_one
}

@test "podman: create and start" {
	both create_and_start
}

@test "podman: start again" {
	both start_again
}

@test "podman: restart" {
	both restart
}

@test "podman: list" {
	both list
}

@test "podman: inspect" {
	both inspect
}

@test "podman: top" {
	both top
}

@test "podman: top of the container" {
	both top_of_the_container
}

@test "podman: statistics" {
	both statistics
}

@test "podman: pause and go on" {
	both pause_and_go_on
}

@test "podman: remove a paused one" {
	both remove_a_paused_one
}

@test "podman: wait for the end" {
	both wait_for_the_end
}

@test "podman: copy in" {
	both copy_in
}

@test "podman: copy out" {
	both copy_out
}

@test "podman: commit" {
	both commit
}

@test "podman: differences" {
	both differences
}

@test "podman: build" {
	both build
}

@test "podman: build that fails" {
	both build_that_fails
}

@test "podman: pod without infra" {
	both pod_without_infra
}

@test "podman: pod that shares" {
	both pod_that_shares
}

@test "podman: pod stop and start" {
	both pod_stop_and_start
}

@test "podman: health check" {
	both health_check
}

@test "podman: rename" {
	both rename
}
