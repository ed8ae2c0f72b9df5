#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What a tunnel must not let through: peers with another key or another preshared key,
# inner packets from addresses the sender does not own, or to addresses nobody owns.
#
#   left  tun-l 10.8.0.1 fd08::1  ═══════════════  tun-r 10.8.0.2 fd08::2  right
#         also 10.8.0.99 fd08::99 (not allowed)    AllowedIPs 10.8.0.1 fd08::1
#
# test_refusals.sh [LEFT-ENGINE [RIGHT-ENGINE]]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

SENT=20

# Datagrams that right sent to left on the cable, by the capture.
sent_by_right() { tcpdump -n -r "$LAB_LOGS/left-eth0.pcap" "udp and src port $PAIR_RIGHT_PORT" 2>/dev/null | wc -l; }
initiations_sent() { tcpdump -n -r "$LAB_LOGS/left-eth0.pcap" "udp and dst port $PAIR_RIGHT_PORT and udp[8] = 1" 2>/dev/null | wc -l; }
initiated_twice() { [[ $(initiations_sent) -ge 2 ]]; }

no_handshake() { [[ $(engine_handshake "$1") == 0 ]]; }

# refuses NAME: the pair is up, and nothing gets through. Two initiations are 5 s apart: the peer had its chance.
refuses() {
	check_fails "$1: no ping gets through" ping_once left 10.8.0.2 2
	in_host left ping -n -i 1 -c 8 10.8.0.2 >/dev/null 2>&1 &
	check "$1: the initiator tries again" wait_until 10 initiated_twice
	check "$1: the initiator has no handshake" no_handshake tun-l
	check "$1: the left daemon lives" engine_alive tun-l
	check "$1: the right daemon lives" engine_alive tun-r
}

test_wrong_key() {
	local right_knows=$PAIR_LEFT_PUBLIC
	PAIR_LEFT_PUBLIC=$(wg genkey | wg pubkey)
	lab_capture left eth0 udp
	check "unknown key: tunnel up" pair_up
	PAIR_LEFT_PUBLIC=$right_knows
	refuses "unknown key"
	check_equal "unknown key: the responder says nothing" "$(sent_by_right)" 0
	check "unknown key: the responder has no handshake" no_handshake tun-r
	lab_stop "$LAB_CAPTURE"
	pair_down
}

test_wrong_psk() {
	PAIR_RIGHT_PSK=$(wg genpsk)
	lab_capture left eth0 udp
	check "other preshared key: tunnel up" pair_up
	PAIR_RIGHT_PSK=$PAIR_LEFT_PSK
	refuses "other preshared key"
	lab_stop "$LAB_CAPTURE"
	check "other preshared key: corrected at the right end" engine_down tun-r
	check "other preshared key: the right end is up again" pair_up_right
	check "other preshared key: then traffic flows" wait_until 20 ping_once left 10.8.0.2
	pair_down
}

# counted NAME INTERFACE REASON HOST PING-ARGUMENT...: SENT pings go unanswered, each counted under REASON.
counted() {
	local name=$1 interface=$2 reason=$3 host=$4 before
	shift 4
	[[ ${ENGINE_KIND[$interface]} == jvpn ]] && before=$(engine_drops "$interface" "$reason")
	in_host "$host" ping -n -q -c "$SENT" -i 0.01 -W 1 "$@" >"$LAB_LOGS/ping.log" 2>&1
	check "$name: no answer" grep -q ' 100% packet loss' "$LAB_LOGS/ping.log"
	if [[ ${ENGINE_KIND[$interface]} == jvpn ]]; then
		check_equal "$name: each one counted as $reason" "$(($(engine_drops "$interface" "$reason") - before))" "$SENT"
	else
		skip "$name: counted as $reason" "${ENGINE_KIND[$interface]} counts no reasons"
	fi
}

test_addresses() {
	check "addresses: tunnel up" pair_up
	ip_in left address add 10.8.0.99/24 dev tun-l
	ip_in left address add fd08::99/64 dev tun-l nodad
	check "addresses: an allowed source passes" ping_ok left 10.8.0.2
	check "addresses: an allowed IPv6 source passes" ping_ok left fd08::2 -I fd08::1
	counted "source not allowed, IPv4" tun-r source_not_allowed left -I 10.8.0.99 10.8.0.2
	counted "source not allowed, IPv6" tun-r source_not_allowed left -I fd08::99 fd08::2
	counted "destination of nobody, IPv4" tun-l no_route left -I 10.8.0.1 10.8.0.77
	counted "destination of nobody, IPv6" tun-l no_route left -I fd08::1 fd08::77
	check "addresses: an allowed source still passes" ping_ok left 10.8.0.2
	pair_down
}

lab_two_hosts || exit
test_wrong_key
test_wrong_psk
test_addresses
