#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A stock client moves: to another port, another address, another address family. Its
# gateway follows what is authenticated and new, and nothing else; the session stays.
#
#   left (client, stock)                                right (gateway)
#   tun-l 10.8.0.1  ═══════════════════════════════  tun-r 10.8.0.2
#   eth0  192.0.2.1, then .11, then 2001:db8::1  ──  eth0  192.0.2.2 2001:db8::2
#         192.0.2.66: somebody else on that cable
#
# test_roaming.sh [CLIENT-ENGINE [GATEWAY-ENGINE]]; the client has to be wireguard-go

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
set -- "${1:-wireguard-go}" "${2:-jvpn}"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

PAIR_KNOWS=left
MOVE_S=6 # within which a move has to be followed; a default switch cooldown is 1.5 s

remote_is() { [[ $(engine_remote tun-r) == "$1" ]]; }

# The gateway knows the new endpoint as soon as it has seen one packet from there.
follows() { # NAME ENDPOINT
	check "$1: pings get through" wait_until "$MOVE_S" ping_once left 10.8.0.2
	check "$1: the gateway follows" wait_until "$MOVE_S" remote_is "$2"
	check "$1: the gateway reaches the client" ping_ok right 10.8.0.1
	check "$1: traffic goes on" flow_passes steady 100 "$MOVE_S"
	[[ $PAIR_RIGHT == jvpn ]] || return
	check_equal "$1: the same session" "$(engine_session tun-r .session_id)" "$SESSION"
	check_equal "$1: its reason" "$(engine_session tun-r .reason)" nat_rebind_detected
}

# A reply still under way to the old address turns the client back, as WireGuard does: told again, until it moved.
client_turns() { # ENDPOINT SEEN-AS
	wg set tun-l peer "$PAIR_RIGHT_PUBLIC" endpoint "$1"
	ping_once left 10.8.0.2
	remote_is "$2"
}

# The bytes of the newest data message that the client sent, in hex.
newest_data() {
	tcpdump -n -x -r "$LAB_LOGS/left-eth0.pcap" 'src host 192.0.2.11 and udp[8] = 4' 2>/dev/null |
		awk '/^[0-9]/ { hex = "" } /^\t0x/ { sub(/^[^:]*:/, ""); gsub(/ /, ""); hex = hex $0 } END { print substr(hex, 57) }'
}

from_elsewhere() { # HEX: one datagram from 192.0.2.66
	# shellcheck disable=SC2001,SC2059 # the format is the bytes, each with its \x
	printf "$(sed 's/../\\x&/g' <<<"$1")" | in_host left nc -u -q 0 -s 192.0.2.66 -p 4500 192.0.2.2 "$PAIR_RIGHT_PORT"
}

counted_one() { # NAME REASON BEFORE
	if [[ $PAIR_RIGHT == jvpn ]]; then
		check_equal "$1: counted as $2" "$(($(engine_drops tun-r "$2") - $3))" 1
	else
		skip "$1: counted as $2" "$PAIR_RIGHT counts no reasons"
	fi
}

# A third party has seen a packet, and sends it again, then changed, from an address of its own.
test_impostor() {
	local hex at before=0
	at=$(engine_remote tun-r)
	lab_capture left eth0 udp # where it is sent: XDP takes it before a tcpdump on the right sees it
	check "impostor: a packet to copy" ping_ok left 10.8.0.2
	lab_stop "$LAB_CAPTURE"
	hex=$(newest_data)
	check_number "impostor: its bytes" "${#hex}" -ge 64

	[[ $PAIR_RIGHT == jvpn ]] && before=$(engine_drops tun-r replay)
	from_elsewhere "$hex"
	counted_one "replayed packet" replay "$before"
	check "replayed packet: the endpoint stays" remote_is "$at"

	[[ $PAIR_RIGHT == jvpn ]] && before=$(engine_drops tun-r open_failed)
	# Same key pair, a counter that is new (bytes 8 to 15), so the tag is wrong.
	from_elsewhere "${hex:0:16}ffffff0000000000${hex:32}"
	counted_one "forged packet" open_failed "$before"
	check "forged packet: the endpoint stays" remote_is "$at"
	check "impostor: the gateway reaches the client" ping_ok right 10.8.0.1
}

lab_two_hosts && echo_up right || exit
ip_in left address add 192.0.2.66/24 dev eth0
check "tunnel up" pair_up
check "a flow begins" flow_start steady left 10.8.0.2 200
check "at first: the gateway knows the client" wait_until 5 remote_is "192.0.2.1:$PAIR_LEFT_PORT"
SESSION=
[[ $PAIR_RIGHT == jvpn ]] && SESSION=$(engine_session tun-r .session_id)

wg set tun-l listen-port 51900
follows "another port" 192.0.2.1:51900

ip_in left address add 192.0.2.11/24 dev eth0
ip_in left address delete 192.0.2.1/24 dev eth0 # its secondaries go with it
ip_in left address replace 192.0.2.11/24 dev eth0
ip_in left address replace 192.0.2.66/24 dev eth0
# wireguard-go keeps to its old source address until it is told the endpoint anew.
wait_until "$MOVE_S" client_turns "192.0.2.2:$PAIR_RIGHT_PORT" 192.0.2.11:51900
follows "another address" 192.0.2.11:51900

test_impostor

wait_until "$MOVE_S" client_turns "[2001:db8::2]:$PAIR_RIGHT_PORT" "[2001:db8::1]:51900"
follows "another family" "[2001:db8::1]:51900"

wait_until "$MOVE_S" client_turns "192.0.2.2:$PAIR_RIGHT_PORT" 192.0.2.11:51900
follows "and back" 192.0.2.11:51900
flow_stop steady
