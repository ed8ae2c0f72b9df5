#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jvpn and a stock WireGuard understand each other: in both roles, over IPv4 and IPv6, with
# a preshared key, and with persistent keepalives.
#
#   left (initiates)                        right (responds, knows no endpoint)
#   tun-l 10.8.0.1 fd08::1 ═══════════════ tun-r 10.8.0.2 fd08::2
#   eth0  192.0.2.1 2001:db8::1 ────────── eth0  192.0.2.2 2001:db8::2
#
# test_wireguard_go.sh [LEFT-ENGINE RIGHT-ENGINE]; without: jvpn with wireguard-go, both ways round

# shellcheck source-path=SCRIPTDIR source=../netns/lab.sh
. "$(dirname "$0")/../netns/lab.sh"
# shellcheck source-path=SCRIPTDIR source=../netns/pair.sh
. "$LAB_HERE/pair.sh"

PAIR_KNOWS=left

# A keepalive is a data message without text: 32 bytes of UDP payload. They are watched where they
# are sent: what an XDP program takes is seen by no tcpdump on that device.
keepalives() {
	local number=1
	[[ $PAIR_KEEPALIVE == right ]] && number=2
	case $PAIR_OUTER in
	4) set -- "src 192.0.2.$number and udp[4:2] = 40 and udp[8] = 4" ;;
	6) set -- "src 2001:db8::$number and ip6[4:2] = 40 and ip6[48] = 4" ;;
	esac
	tcpdump -n -r "$LAB_LOGS/$PAIR_KEEPALIVE-eth0.pcap" "$1" 2>/dev/null | wc -l
}

keepalives_at_least() { [[ $(keepalives) -ge $1 ]]; }

pings_every_size() { # ADDRESS
	local size
	for size in 0 1 2 3 15 16 17 500 1371 1372; do
		ping_ok left "$1" -c 1 -s "$size" || return
	done
}

test_traffic() { # NAME
	check "$1: tunnel up" pair_up
	check "$1: IPv4 through it" pings_every_size 10.8.0.2
	check "$1: IPv6 through it" pings_every_size fd08::2
	check "$1: the responder reaches the initiator" ping_ok right 10.8.0.1
	check "$1: the initiator has the handshake" engine_has_handshake tun-l
	check "$1: the responder has the handshake" engine_has_handshake tun-r
	check "$1: UDP of every size" udp_echoes left 10.8.0.2 0 1392
	check "$1: TCP over IPv4, content both ways" tcp_both_ways left right 10.8.0.2
	check "$1: TCP over IPv6, content both ways" tcp_both_ways right left fd08::1
	pair_down
}

# No traffic at all. The initiator makes the handshake for its keepalives' sake; the responder goes
# on after a handshake that one ping made. Each alone, since what is received counts as well as what is sent.
test_keepalive() { # NAME SIDE
	PAIR_KEEPALIVE=$2
	lab_capture "$2" eth0 udp
	check "$1: tunnel up" pair_up
	[[ $2 == left ]] || check "$1: one ping" wait_until 10 ping_once left 10.8.0.2
	check "$1: every second" wait_until 15 keepalives_at_least 5
	lab_stop "$LAB_CAPTURE"
	check "$1: the responder reaches the initiator" ping_ok right 10.8.0.1
	PAIR_KEEPALIVE=
	pair_down
}

interoperate() { # LEFT-ENGINE RIGHT-ENGINE
	local name
	PAIR_LEFT=$1 PAIR_RIGHT=$2
	for PAIR_OUTER in 4 6; do
		name="$1 to $2, outer IPv$PAIR_OUTER"
		test_traffic "$name"
		test_keepalive "$name, the initiator keeps alive" left
		test_keepalive "$name, the responder keeps alive" right
	done
}

lab_two_hosts && echo_up right || exit
if [[ $# -eq 2 ]]; then
	interoperate "$1" "$2"
else
	interoperate jvpn wireguard-go
	interoperate wireguard-go jvpn
fi
