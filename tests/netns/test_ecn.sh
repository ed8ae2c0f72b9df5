#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What the outer header tells and what it must not: the inner ECN field is copied, a router's
# congestion mark comes through, the inner DSCP stays private; checksums are right on the cable.
#
#   left                      middle (router, marks CE)                right
#   tun-l 10.8.0.1 fd08::1 ═══════════════════════════════ tun-r 10.8.0.2 fd08::2
#   eth0 192.0.2.1    ── west 192.0.2.254    east 198.51.100.254 ── eth0 198.51.100.2
#        2001:db8:1::1        2001:db8:1::fe      2001:db8:2::fe         2001:db8:2::2
#
# test_ecn.sh [LEFT-ENGINE [RIGHT-ENGINE]]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

topology() {
	lab_host left && lab_router middle && lab_host right &&
		lab_join left eth0 "192.0.2.1/24 2001:db8:1::1/64" middle west "192.0.2.254/24 2001:db8:1::fe/64" &&
		lab_join right eth0 "198.51.100.2/24 2001:db8:2::2/64" middle east "198.51.100.254/24 2001:db8:2::fe/64" &&
		ip_in left route add default via 192.0.2.254 && ip_in left route add default via 2001:db8:1::fe &&
		ip_in right route add default via 198.51.100.254 && ip_in right route add default via 2001:db8:2::fe
}

pair_endpoint() {
	case $PAIR_OUTER-$1 in
	4-left) printf '192.0.2.1:%s' "$PAIR_LEFT_PORT" ;;
	4-right) printf '198.51.100.2:%s' "$PAIR_RIGHT_PORT" ;;
	6-left) printf '[2001:db8:1::1]:%s' "$PAIR_LEFT_PORT" ;;
	6-right) printf '[2001:db8:2::2]:%s' "$PAIR_RIGHT_PORT" ;;
	esac
}

# Filters for tcpdump. A data message on the cable, from left; and its traffic class.
outer_data() {
	case $PAIR_OUTER in
	4) printf 'src 192.0.2.1 and udp and udp[8] = 4 and ip[2:2] > 60' ;;
	6) printf 'src 2001:db8:1::1 and ip6[6] = 17 and ip6[48] = 4 and ip6[4:2] > 40' ;;
	esac
}

# class_is 4|6 VALUE: a filter for the whole byte of traffic class.
class_is() {
	case $1 in
	4) printf 'ip[1] = %d' "$2" ;;
	6) printf 'ip6[0:2] & 0x0ff0 = %d' "$(($2 << 4))" ;;
	esac
}

seen() { tcpdump -n -r "$LAB_LOGS/$1.pcap" "$2" 2>/dev/null | wc -l; }

# ping_class ADDRESS CLASS: three pings with this traffic class, watched on the cable and in the tunnel.
ping_class() {
	local cable tunnel
	lab_capture left eth0 "$(outer_data)" && cable=$LAB_CAPTURE
	lab_capture right tun-r && tunnel=$LAB_CAPTURE
	in_host left ping -n -c 3 -i 0.05 -W 1 -Q "$2" "$1" >"$LAB_LOGS/ping.log" 2>&1
	lab_stop "$cable"
	lab_stop "$tunnel"
}

# Inner class and the outer class it must give: ECN copied, DSCP not.
copies() { # NAME ADDRESS FAMILY INNER OUTER
	ping_class "$2" "$4"
	check_equal "$1: inner class $4 gives outer class $5" "$(seen left-eth0 "$(class_is "$PAIR_OUTER" "$5")")" 3
	check_equal "$1: inner class $4 arrives unchanged" \
		"$(seen right-tun-r "$(class_is "$3" "$4") and dst $2")" 3
}

test_copy() { # NAME ADDRESS FAMILY
	if [[ $PAIR_LEFT != jvpn ]]; then
		skip "$1: ECN copied outwards" "$PAIR_LEFT copies none"
		return
	fi
	copies "$1" "$2" "$3" 0x00 0
	copies "$1" "$2" "$3" 0x01 1
	copies "$1" "$2" "$3" 0x02 2
	copies "$1" "$2" "$3" 0xb8 0
	copies "$1" "$2" "$3" 0xba 2
}

# The router marks. What could not be marked inside must not arrive as marked.
test_mark() { # NAME ADDRESS FAMILY
	if [[ $PAIR_LEFT != jvpn || $PAIR_RIGHT != jvpn ]]; then
		skip "$1: congestion mark comes through" "needs jvpn at both ends"
		return
	fi
	in_host middle ip link set dev west xdp obj "$(lab_tool mark_ce.bpf)" sec xdp
	ping_class "$2" 0x02
	check_equal "$1: ECT(0) marked on the way arrives as CE" "$(seen right-tun-r "$(class_is "$3" 3) and dst $2")" 3
	ping_class "$2" 0xb9
	check_equal "$1: ECT(1) marked on the way arrives as CE, its DSCP kept" \
		"$(seen right-tun-r "$(class_is "$3" $((0xbb))) and dst $2")" 3
	check "$1: marked IPv$3 packets are answered" ping_ok left "$2" -Q 0x02
	ping_class "$2" 0x00
	check_equal "$1: what is not ECN-capable is not marked" "$(seen right-tun-r "$(class_is "$3" 3)")" 0
	check "$1: TCP with ECN through the marking router" tcp_both_ways left right "$2" 2000000
	in_host middle ip link set dev west xdp off
}

# Every data message on the cable has a right UDP checksum (over IPv4 it may have none).
test_checksum() {
	local all right
	if [[ $PAIR_LEFT != jvpn ]]; then
		skip "outer IPv$PAIR_OUTER: UDP checksums" "$PAIR_LEFT leaves them to the device"
		return
	fi
	lab_capture left eth0 "$(outer_data)"
	udp_echoes left 10.8.0.2 0 200 && udp_echoes left fd08::2 1200 1372
	check "outer IPv$PAIR_OUTER: traffic for the checksums" test $? -eq 0
	lab_stop "$LAB_CAPTURE"
	all=$(seen left-eth0 udp)
	right=$(tcpdump -n -vv -r "$LAB_LOGS/left-eth0.pcap" 2>/dev/null | grep -cE 'udp sum ok|no cksum')
	check_number "outer IPv$PAIR_OUTER: data messages seen" "$all" -gt 300
	check_equal "outer IPv$PAIR_OUTER: their UDP checksums are right" "$right" "$all"
	[[ $PAIR_OUTER == 4 ]] || check_equal "outer IPv6: none without a checksum" \
		"$(tcpdump -n -vv -r "$LAB_LOGS/left-eth0.pcap" 2>/dev/null | grep -c 'no cksum')" 0
	check_equal "outer IPv$PAIR_OUTER: their IP headers are right" \
		"$(tcpdump -n -vv -r "$LAB_LOGS/left-eth0.pcap" 2>/dev/null | grep -c 'bad cksum')" 0
}

topology && echo_up right || exit
in_host left sysctl -q -w net.ipv4.tcp_ecn=1
in_host right sysctl -q -w net.ipv4.tcp_ecn=1
for PAIR_OUTER in 4 6; do
	check "outer IPv$PAIR_OUTER: tunnel up" pair_up
	check "outer IPv$PAIR_OUTER: ping" ping_ok left 10.8.0.2
	for family in 4 6; do
		address=10.8.0.2
		[[ $family -eq 6 ]] && address=fd08::2
		test_copy "inner IPv$family, outer IPv$PAIR_OUTER" "$address" "$family"
		test_mark "inner IPv$family, outer IPv$PAIR_OUTER" "$address" "$family"
	done
	test_checksum
	pair_down
done
