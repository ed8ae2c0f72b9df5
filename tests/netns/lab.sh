# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# The laboratory: hosts that are network namespaces, cables that are veth pairs,
# and the promise that all of it is gone when the script ends. To be sourced
# first by every test, demonstration and benchmark; it begins the isolation.
#
# A script built on it reads:
#     . "$(dirname "$0")/lab.sh"     # from here on: inside its own world
#     lab_host left; lab_host right
#     lab_join left eth0 "192.0.2.1/24" right eth0 "192.0.2.2/24"
#     engine_up jvpn left tun-l "$config"
#     check "ping" ping_ok left 10.8.0.2
# and ends by ending. Nothing outside the namespaces made here is ever touched.

set -u

LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_ROOT=$(cd "$LAB_HERE/../.." && pwd)

# shellcheck source-path=SCRIPTDIR source=isolation.sh
. "$LAB_HERE/isolation.sh"
# shellcheck source-path=SCRIPTDIR source=result.sh
. "$LAB_HERE/result.sh"
# shellcheck source-path=SCRIPTDIR source=engine.sh
. "$LAB_HERE/engine.sh"
# shellcheck source-path=SCRIPTDIR source=traffic.sh
. "$LAB_HERE/traffic.sh"

LAB_NAME=$(basename "$0" .sh)
LAB_BUILD=$LAB_ROOT/build/tests/netns # tools compiled for the tests
LAB_KEPT=$LAB_ROOT/build/tests/netns/failed/$LAB_NAME # what a failed run leaves to look at
LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/jvpn-lab-$LAB_ID.XXXXXX") || exit 1
LAB_LOGS=$LAB_DIR/logs
LAB_HOSTS=()
LAB_PIDS=()
mkdir "$LAB_LOGS"
exec {LAB_TICK}<> <(:) # never readable: a place to wait a moment on, see wait_until

# ---- hosts and cables -------------------------------------------------------

lab_netns() { printf 'jl%s-%s' "$LAB_ID" "$1"; }

# lab_host NAME: a host of its own, nothing but a loopback device.
lab_host() {
	local netns
	netns=$(lab_netns "$1")
	ip netns add "$netns" || return
	LAB_HOSTS+=("$1")
	in_host "$1" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0
	ip -n "$netns" link set lo up
}

# lab_router NAME: a host that forwards.
lab_router() {
	lab_host "$1" || return
	in_host "$1" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# in_host NAME COMMAND...: runs it there, but in this process's mount namespace, so
# that pins stay visible (`ip netns exec` would give it a fresh sysfs).
in_host() {
	local netns
	netns=$(lab_netns "$1")
	shift
	nsenter --net="/run/netns/$netns" "$@"
}

ip_in() {
	local netns
	netns=$(lab_netns "$1")
	shift
	ip -n "$netns" "$@"
}

# lab_join HOST DEVICE "ADDRESS..." HOST DEVICE "ADDRESS...": a cable, up at both ends.
lab_join() {
	local address
	ip_in "$1" link add "$2" type veth peer name "$5" netns "$(lab_netns "$4")" || return
	for address in $3; do ip_in "$1" address add "$address" dev "$2" || return; done
	for address in $6; do ip_in "$4" address add "$address" dev "$5" || return; done
	ip_in "$1" link set "$2" up
	ip_in "$4" link set "$5" up
	wait_until 5 lab_carrier "$1" "$2" && wait_until 5 lab_carrier "$4" "$5"
}

lab_carrier() { [[ $(ip_in "$1" -j link show "$2" | jq -r '.[0].operstate') == UP ]]; }

# lab_two_hosts: `left` and `right` on one cable, the topology of most tests.
#
#   left  eth0 192.0.2.1/24 ──────────── eth0 192.0.2.2/24  right
#              2001:db8::1/64            2001:db8::2/64
lab_two_hosts() {
	lab_host left && lab_host right &&
		lab_join left eth0 "192.0.2.1/24 2001:db8::1/64" right eth0 "192.0.2.2/24 2001:db8::2/64"
}

# ---- waiting ----------------------------------------------------------------

# wait_until SECONDS COMMAND...: polls until the command succeeds; fails at the deadline.
wait_until() {
	local deadline=$((${EPOCHREALTIME//[.,]/} + $1 * 1000000))
	shift
	while ! "$@" >/dev/null 2>&1; do
		((${EPOCHREALTIME//[.,]/} < deadline)) || return 1
		read -rt 0.03 -u "$LAB_TICK"
	done
	return 0
}

# never: what wait_until waits for when time itself is the event (a protocol timer).
never() { false; }

process_gone() { ! kill -0 "$1" 2>/dev/null; }

now_ms() { printf '%s' $((${EPOCHREALTIME//[.,]/} / 1000)); }

# ---- processes --------------------------------------------------------------

# lab_start HOST LOG COMMAND...: in the background, its pid in LAB_PID, ended with the lab.
lab_start() {
	local netns log=$LAB_LOGS/$2
	netns=$(lab_netns "$1")
	shift 2
	nsenter --net="/run/netns/$netns" "$@" >>"$log" 2>&1 </dev/null & # nsenter becomes the command: one pid
	LAB_PID=$!
	LAB_PIDS+=("$LAB_PID")
}

# lab_stop PID [SIGNAL]: ends a process started here and waits for its end.
lab_stop() {
	kill "-${2:-TERM}" "$1" 2>/dev/null
	wait_until 10 process_gone "$1" || kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# lab_capture HOST DEVICE FILTER...: tcpdump into $LAB_LOGS/HOST-DEVICE.pcap, running on return; its pid is LAB_CAPTURE.
lab_capture() {
	local host=$1 device=$2 file=$LAB_LOGS/$1-$2.pcap
	shift 2
	rm -f "$file" "$LAB_LOGS/tcpdump-$host-$device.log"
	lab_start "$host" "tcpdump-$host-$device.log" tcpdump -Z root --immediate-mode -U -n -i "$device" -w "$file" "$@"
	export LAB_CAPTURE=$LAB_PID
	wait_until 5 grep -q 'listening on' "$LAB_LOGS/tcpdump-$host-$device.log"
}

# lab_tool NAME: path of a test's own C program (NAME.c) or BPF object (NAME.bpf.c), built if stale.
lab_tool() {
	local source=$LAB_HERE/$1.c target=$LAB_BUILD/$1 building=$LAB_BUILD/$1.$BASHPID
	[[ $1 == *.bpf ]] && target=$target.o
	if [[ ! $target -nt $source ]]; then
		mkdir -p "$LAB_BUILD" || return
		if [[ $1 == *.bpf ]]; then
			"${CLANG:-clang-19}" -target bpf -O2 -g -Wall -Werror -I"/usr/include/$(gcc -dumpmachine)" -c "$source" -o "$building"
		else
			cc -std=gnu11 -O2 -Wall -Wextra -Werror "$source" -o "$building"
		fi && mv "$building" "$target" || return
	fi
	printf '%s' "$target"
}

# ---- the end ----------------------------------------------------------------

lab_show_logs() {
	local log
	for log in "$LAB_LOGS"/*; do
		[[ -s $log ]] || continue
		printf '# ---- %s\n' "${log##*/}"
		if [[ $log == *.pcap ]]; then
			tcpdump -n -r "$log" 2>/dev/null | tail -n 10
		else
			tail -n 15 "$log"
		fi | sed 's/^/#   /'
	done
}

# Before anything is taken down: what the engines count, for the reader of a failure.
lab_autopsy() {
	engine_autopsy >"$LAB_LOGS/engines.txt" 2>&1
	lab_show_logs
	rm -rf "$LAB_KEPT"
	mkdir -p "${LAB_KEPT%/*}" && cp -r "$LAB_LOGS" "$LAB_KEPT" && printf '# kept in %s\n' "${LAB_KEPT#"$LAB_ROOT/"}"
}

lab_remove() {
	local pid host
	engine_down_all
	for pid in "${LAB_PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null; done
	for pid in "${LAB_PIDS[@]}"; do
		wait_until 2 process_gone "$pid" || kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	for host in "${LAB_HOSTS[@]}"; do ip netns delete "$(lab_netns "$host")"; done
	rm -rf "$LAB_DIR"
}

lab_end() {
	local code=$?
	trap '' INT TERM HUP
	trap - EXIT
	if [[ -n ${LAB_INTERRUPTED:-} ]]; then
		code=130
	elif ! result_code "$code"; then
		lab_autopsy
		code=1
	fi
	[[ -z ${LAB_AT_END:-} ]] || "$LAB_AT_END" # what else a script has to put back
	lab_remove 2>/dev/null
	exit "$code"
}

lab_interrupted() {
	LAB_INTERRUPTED=yes
	exit 130
}

trap lab_interrupted INT TERM HUP
trap lab_end EXIT
