#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# SIGTERM leaves nothing behind: no device, address, route, pin, program or socket, in
# whatever moment it comes.
#
#   left  tun-l ═══════════════ tun-r  right
#         eth0 ──────────────── eth0
#
# test_sigterm.sh [LEFT-ENGINE [RIGHT-ENGINE]]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"
# shellcheck source-path=SCRIPTDIR source=footprint.sh
. "$LAB_HERE/footprint.sh"

remember() {
	footprint left >"$LAB_DIR/left.before"
	footprint right >"$LAB_DIR/right.before"
}

nothing_left() { # NAME
	wait_until 2 footprint_same left "$LAB_DIR/left.before"
	wait_until 2 footprint_same right "$LAB_DIR/right.before"
	check "$1: left is as before" footprint_same left "$LAB_DIR/left.before"
	check "$1: right is as before" footprint_same right "$LAB_DIR/right.before"
}

# Gone from the kernel, not only from their pins.
none_exists() {
	local id
	for id in "$@"; do
		bpftool prog show id "$id" && echo "program $id is still in the kernel" && return 1
	done
	return 0
}

test_after_traffic() {
	local programs
	check "after traffic: tunnel up" pair_up
	check "after traffic: ping" ping_ok left 10.8.0.2
	programs=$(engine_programs tun-l)
	[[ $PAIR_LEFT == jvpn ]] && check_number "after traffic: programs are pinned" "$(wc -w <<<"$programs")" -ge 2
	check "after traffic: the left daemon ends" engine_down tun-l
	check "after traffic: the right daemon ends" engine_down tun-r
	nothing_left "after traffic"
	# shellcheck disable=SC2086 # a list
	check "after traffic: its programs left the kernel" wait_until 5 none_exists $programs
}

test_under_traffic() {
	check "under traffic: tunnel up" pair_up
	check "under traffic: a flow begins" flow_start steady left 10.8.0.2 2000
	check "under traffic: the right daemon ends" engine_down tun-r
	check "under traffic: the left daemon ends" engine_down tun-l
	flow_stop steady
	nothing_left "under traffic"
}

test_before_handshake() {
	check "before any handshake: left up" pair_up_left
	check "before any handshake: left ends" engine_down tun-l
	nothing_left "before any handshake"
}

# SIGINT is what a person at a terminal sends.
test_interrupt() {
	check "SIGINT: left up" pair_up_left
	check "SIGINT: left ends" engine_down tun-l INT
	nothing_left "SIGINT"
}

# A signal in the middle of the start: whatever was done is undone.
test_during_start() {
	local delay
	pair_config left | engine_config tun-l
	for delay in 0.001 0.005 0.01 0.02 0.04 0.08 0.16 0.32; do
		in_host left timeout --signal=TERM "$delay" "$ENGINE_JVPND" -f --config "$(engine_file tun-l)" tun-l \
			>>"$LAB_LOGS/during-start.log" 2>&1
	done
	nothing_left "signals during the start"
	check "signals during the start: the next start succeeds" pair_up_left
	engine_down tun-l
}

lab_two_hosts && echo_up right || exit
remember
test_after_traffic
test_under_traffic
test_before_handshake
test_interrupt
if [[ $PAIR_LEFT == jvpn ]]; then test_during_start; fi
