#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Datagrams that are no tunnel's: every length, wrong types, cut short, unknown indices, and
# outer headers that lie. They are not answered, counted one by one, and change nothing.
#
#   left  tun-l ═══════ a lossless flow ═══════ tun-r  right
#         eth0 192.0.2.1  ─── garbage ───▶  eth0 192.0.2.2:51822
#              2001:db8::1                       2001:db8::2
#
# test_garbage.sh [LEFT-ENGINE [RIGHT-ENGINE]]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

SEED=${SEED:-$RANDOM}

# class ADDRESS NAME REASON...: every datagram of a class is counted under one of the reasons.
# A class without reasons is passed up to the daemon, which drops it.
class() {
	local address=$1 name=$2 sent replies before=0 title
	shift 2
	title="garbage '$name' to $address"
	[[ $# -gt 0 && $PAIR_RIGHT == jvpn ]] && before=$(engine_drops tun-r "$@")
	read -r sent replies < <(in_host left "$(lab_tool garbage)" "$address" "$PAIR_RIGHT_PORT" "$name" "$SEED")
	check_number "$title: sent" "${sent:-0}" -gt 0
	check_equal "$title: no reply" "${replies:-}" 0
	check "$title: the daemon lives" engine_alive tun-r
	[[ $# -gt 0 ]] || return
	if [[ $PAIR_RIGHT == jvpn ]]; then
		check_equal "$title: each one counted as $*" "$(($(engine_drops tun-r "$@") - before))" "$sent"
	else
		skip "$title: counted as $*" "$PAIR_RIGHT counts no reasons"
	fi
}

classes() { # ADDRESS
	class "$1" short message_type message_length
	class "$1" type message_type message_length
	class "$1" reserved message_type message_length
	class "$1" length message_length
	class "$1" index unknown_index
	class "$1" ragged message_length unknown_index
	class "$1" fragmented
	class "$1" handshake
}

# More handshake messages at once than one source may send: the excess ends in the data plane.
handshake_flood() {
	local before i
	pair_needs_jvpn "flood of handshakes" || return
	before=$(engine_drops tun-r admission)
	for ((i = 0; i < 30; i++)); do
		in_host left "$(lab_tool garbage)" 192.0.2.2 "$PAIR_RIGHT_PORT" handshake "$i" >/dev/null &
		FLOOD[i]=$!
	done
	wait "${FLOOD[@]}"
	check_number "flood of handshakes: the excess is counted as admission" \
		"$(($(engine_drops tun-r admission) - before))" -gt 100
	check "flood of handshakes: the daemon lives" engine_alive tun-r
}

# Headers that contradict the packet, written below the stack; and the first bytes of a data
# message in packets of every size too small to hold it.
liars() {
	local before sent mac
	mac=$(ip_in right -j link show eth0 | jq -r '.[0].address')
	[[ $PAIR_RIGHT == jvpn ]] && before=$(engine_drops tun-r outer_malformed)
	sent=$(in_host left "$(lab_tool malformed)" eth0 "$mac" 192.0.2.1 192.0.2.2 "$PAIR_RIGHT_PORT" &&
		in_host left "$(lab_tool malformed)" eth0 "$mac" 2001:db8::1 2001:db8::2 "$PAIR_RIGHT_PORT")
	check_number "lying headers: sent" "$(wc -l <<<"$sent")" -gt 8
	check "lying headers: the daemon lives" engine_alive tun-r
	pair_needs_jvpn "lying headers: counted" || return
	check_equal "lying headers: those of UDP counted as outer_malformed" \
		"$(($(engine_drops tun-r outer_malformed) - before))" "$(grep -c counted <<<"$sent")"
}

lab_two_hosts && echo_up right || exit
declare -a FLOOD=()
echo "# seed $SEED"
check "tunnel up" pair_up
check "a flow begins" flow_start steady left 10.8.0.2 500
classes 192.0.2.2
classes 2001:db8::2
liars
handshake_flood
check "the flow goes on" flow_passes steady 200 10
check_flow_lossless "the flow lost nothing" steady
check "ping still answered" ping_ok left 10.8.0.2
check "TCP still works" tcp_both_ways left right 10.8.0.2 2000000
check "the left end ends" engine_down tun-l
check "the left end is up again" pair_up_left
check "a new handshake is accepted after it all" wait_until 10 ping_once left 10.8.0.2
