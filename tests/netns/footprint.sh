# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# The footprint of a daemon on a host: everything a start may create and an end
# must remove, as sorted lines that can be compared. Reads, never changes.

# footprint HOST
footprint() {
	{
		ip_in "$1" -j -d link show | jq -r '.[] | "link \(.ifname) \(.link_type) up=\(.flags | index("UP") != null) xdp=\(.xdp.prog.id // "none") mtu=\(.mtu)"'
		ip_in "$1" -j address show | jq -r '.[] | .ifname as $i | .addr_info[] | "address \($i) \(.local)/\(.prefixlen)"'
		ip_in "$1" -4 -o route show table all | sed 's/^/route /'
		ip_in "$1" -6 -o route show table all | sed 's/^/route /; s/ expires [^ ]*//'
		ip_in "$1" -4 rule show | sed 's/^/rule4 /'
		ip_in "$1" -6 rule show | sed 's/^/rule6 /'
		in_host "$1" ss -Hlnutx | awk '{ print "socket", $1, $5 }'
		footprint_tcx "$1"
		find /sys/fs/bpf/jvpn /run/jvpn /run/wireguard -mindepth 1 2>/dev/null | sed 's/^/file /'
	} | sort
}

# TC programs by device; an old bpftool that knows no tcx says nothing here.
footprint_tcx() {
	in_host "$1" bpftool -j net show 2>/dev/null | jq -r '.[].tc[]? | "tc \(.devname) \(.kind)"'
}

# footprint_same HOST FILE: the host's footprint is the one in the file; else says what differs.
footprint_same() {
	footprint "$1" | diff "$2" - | grep '^[<>]' | tr '\n' ';' >"$LAB_DIR/footprint.diff"
	[[ ! -s $LAB_DIR/footprint.diff ]] && return
	echo "$(<"$LAB_DIR/footprint.diff")"
	return 1
}
