#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Uplinks whose driver has no XDP: the kernel runs it on its own, after it has made its
# packet of the frame. A bridge is one that every machine has.
#
#   left  tun-l 10.8.0.1 fd08::1 ══════ tun-r 10.8.0.2 fd08::2  right
#         eth0, a bridge over port0 ──────── port0 under eth0, a bridge
#
# test_generic.sh

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

bridged() { # HOST ADDRESS...
	local host=$1 address
	shift
	ip_in "$host" link add eth0 type bridge || return
	ip_in "$host" link set port0 master eth0
	ip_in "$host" link set eth0 up
	for address in "$@"; do ip_in "$host" address add "$address" dev eth0 || return; done
	wait_until 5 lab_carrier "$host" eth0
}

says_generic() { grep -q 'uplink eth0: XDP in generic mode' "$LAB_LOGS/$1.log"; }

lab_host left && lab_host right && lab_join left port0 "" right port0 "" || exit
if ! bridged left 192.0.2.1/24 2001:db8::1/64 || ! bridged right 192.0.2.2/24 2001:db8::2/64; then
	skip "generic XDP" "this kernel makes no bridge"
	exit 0
fi
echo_up right || exit
pair_needs_jvpn "generic XDP" || exit 0
check "tunnel up" pair_up
check "left says that it is generic" says_generic tun-l
check "right says that it is generic" says_generic tun-r
for target in 10.8.0.2 fd08::2; do
	check "$target: ping" ping_ok left "$target"
	check "$target: UDP of every size" udp_echoes left "$target" 0 $((PAIR_MTU - 48))
	# TCP joins segments behind each other's tails: each has to end where its packet ends.
	check "$target: TCP, content both ways" tcp_both_ways left right "$target"
done
