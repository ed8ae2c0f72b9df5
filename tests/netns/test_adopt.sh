#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The data path needs no daemon: jvpnd is stopped, killed and started again under traffic,
# and not one datagram is lost; the new daemon adopts what it finds.
#
#   left  tun-l ══ 1000 datagrams a second, echoed, each one counted ══ tun-r  right
#         eth0 ───────────────────────────────────────────────────────── eth0
#
# test_adopt.sh

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

DATAGRAMS=2000 # that pass in each situation

# The session as the pinned maps have it, with or without a daemon.
session_id() { engine_session "$1" .session_id; }
rx_packets() { engine_session "$1" .rx_packets; }

side() { # INTERFACE UP-FUNCTION
	local name=$1 id received
	id=$(session_id "$1")
	check "$name: has a session" test -n "${id#null}"

	engine_signal "$1" STOP
	check "$name stopped: traffic passes" flow_passes steady "$DATAGRAMS" 30
	engine_signal "$1" CONT

	received=$(rx_packets "$1")
	engine_down "$1" KILL
	check "$name killed: traffic passes" flow_passes steady "$DATAGRAMS" 30
	check "$name killed: the maps can be read" engine_ctl "$1" maps sessions
	check "$name killed: a handshake-free ping" ping_ok left 10.8.0.2

	check "$name started again" "$2"
	check_equal "$name started again: the same session" "$(session_id "$1")" "$id"
	check_number "$name started again: its counters went on" "$(rx_packets "$1")" -ge $((received + DATAGRAMS))
	check "$name started again: traffic passes" flow_passes steady "$DATAGRAMS" 30
}

# An adopted session can still be ended and made anew: the daemon has its keys' ages and its endpoint.
test_rekey_after_adoption() {
	check "after adoption: the other side restarts" engine_down tun-l
	check "after adoption: the other side is up" pair_up_left
	check "after adoption: a new handshake" wait_until 10 ping_once left 10.8.0.2
	check "after adoption: ping back" ping_ok right 10.8.0.1
}

# What is pinned belongs to another identity: it is not taken over as if it were ours.
test_other_key() {
	local key=$PAIR_RIGHT_KEY
	engine_down tun-r KILL
	PAIR_RIGHT_KEY=$(wg genkey)
	if pair_up_right >"$LAB_LOGS/other-key.log" 2>&1; then
		check_equal "other key: the old session is not kept" "$(engine_ctl tun-r --json sessions | jq length)" 0
		check_fails "other key: the old keys open nothing" ping_once left 10.8.0.2
	else
		ok "other key: refused: $(tail -n 1 "$LAB_LOGS/other-key.log")"
	fi
	engine_down tun-r
	PAIR_RIGHT_KEY=$key
	check "other key: the right key is up again" pair_up_right
	check "other key: traffic flows again" wait_until 22 ping_once left 10.8.0.2
}

lab_two_hosts && echo_up right || exit
pair_needs_jvpn "adoption" || exit 0
check "tunnel up" pair_up
check "a flow begins" flow_start steady left 10.8.0.2 1000
side tun-r pair_up_right
side tun-l pair_up_left
check_flow_lossless "not one datagram lost" steady
test_rekey_after_adoption
test_other_key
