#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that fits through a tunnel, in all four combinations of address families:
# inner IPv4 or IPv6 within outer IPv4 or IPv6.
#
#   left  tun-l 10.8.0.1 fd08::1 ══ UDP over IPv4, then over IPv6 ══ tun-r 10.8.0.2 fd08::2  right
#         eth0  192.0.2.1 2001:db8::1 ───────────────────────── eth0 192.0.2.2 2001:db8::2
#
# test_traffic.sh [LEFT-ENGINE [RIGHT-ENGINE]]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

# ping_packet ADDRESS BYTES: an IP packet of exactly this many bytes, not to be fragmented.
ping_packet() {
	local headers=28
	[[ $1 == *:* ]] && headers=48
	ping_ok left "$1" -M "do" -s $(($2 - headers))
}

test_inner() { # NAME ADDRESS HEADER-BYTES
	check "$1: ping" ping_ok left "$2"
	check "$1: ping the other way" ping_ok right "${2/%2/1}"
	check "$1: ping of exactly the MTU" ping_packet "$2" "$PAIR_MTU"
	check_fails "$1: ping of MTU + 1 that must not be fragmented" ping_packet "$2" $((PAIR_MTU + 1))
	check "$1: ping of 4000 bytes in fragments" ping_ok left "$2" -s 4000
	check "$1: UDP of every size from nothing to the MTU" udp_echoes left "$2" 0 $((PAIR_MTU - $3))
	check "$1: UDP of 9000 bytes in fragments" udp_echoes left "$2" 9000
	check "$1: TCP, content both ways" tcp_both_ways left right "$2"
}

lab_two_hosts && echo_up right || exit
for PAIR_OUTER in 4 6; do
	check "outer IPv$PAIR_OUTER: tunnel up" pair_up
	test_inner "inner IPv4, outer IPv$PAIR_OUTER" 10.8.0.2 28
	test_inner "inner IPv6, outer IPv$PAIR_OUTER" fd08::2 48
	check "outer IPv$PAIR_OUTER: tunnel down" pair_down
done
