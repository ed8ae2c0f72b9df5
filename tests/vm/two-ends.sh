# shellcheck shell=bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Two namespaces joined by a cable, and what may stand at each end; sourced by guest scripts.
#
#        namespace east                               namespace west
#   tun-east 10.8.0.1, fd08::1                   tun-west 10.8.0.2, fd08::2
#   eth0 192.0.2.1, 2001:db8::1  ----- veth -----  eth0 192.0.2.2, 2001:db8::2
#   UDP port 51821                               UDP port 51822
#
# An end is a function: `kernel_end NAME` or `jvpn_end NAME`. Both read /run/NAME.conf, written by
# `configure`; the interface is named tun-NAME, for two daemons on one host need two names and two ports.
# Namespaces are entered by nsenter: `ip netns exec` has a private /sys, and pins vanish with it.
set -euo pipefail

declare -A number=([east]=1 [west]=2) other=([east]=west [west]=east) private=() public=() daemon=()

die() { echo "FAIL: $*"; describe_ends; exit 1; }
ok() { echo "ok: $*"; }
within() { nsenter --net="/run/netns/$1" -- "${@:2}"; }

# describe_ends: what a failed script leaves to think about
describe_ends() {
    local name
    for name in east west; do
        echo "--- $name"
        within "$name" ip -s link show "tun-$name" || true
        within "$name" wg show "tun-$name" || true
        [[ ! -e /run/$name.log ]] || cat "/run/$name.log"
    done
}

# eventually SECONDS COMMAND...: true as soon as the command is
eventually() {
    local end=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        ((SECONDS < end)) || return 1
        sleep 0.1 # poll: dash has no read with a timeout
    done
}

# lay_cable: the namespaces and the way between them
lay_cable() {
    local name n
    ip netns add east
    ip netns add west
    ip link add eth0 netns east type veth peer name eth0 netns west
    for name in east west; do
        n=${number[$name]}
        within "$name" ip link set lo up
        within "$name" ip addr add "192.0.2.$n/24" dev eth0
        within "$name" ip addr add "2001:db8::$n/64" dev eth0 nodad
        within "$name" ip link set eth0 up
    done
    within east ping -q -c 1 -W 5 192.0.2.2 >/dev/null || die "the cable carries nothing"
}

# new_keys: identities of both ends and the key they share
new_keys() {
    local name
    for name in east west; do
        private[$name]=$(wg genkey)
        public[$name]=$(wg pubkey <<<"${private[$name]}")
    done
    # shellcheck disable=SC2034 # the scripts that source this use it
    shared=$(wg genpsk)
}

# configure NAME SHARED [ENDPOINT]: /run/NAME.conf; the end that is given an endpoint begins
configure() {
    local name=$1 peer=${other[$1]}
    cat >"/run/$name.conf" <<-CONF
	[Interface]
	PrivateKey = ${private[$name]}
	ListenPort = 5182${number[$name]}
	Address = 10.8.0.${number[$name]}/24, fd08::${number[$name]}/64
	Uplinks = eth0
	[Peer]
	PublicKey = ${public[$peer]}
	PresharedKey = $2
	AllowedIPs = 10.8.0.${number[$peer]}/32, fd08::${number[$peer]}/128
	${3:+Endpoint = $3}
	CONF
    chmod 600 "/run/$name.conf"
}

# kernel_end NAME: the kernel's own WireGuard
kernel_end() {
    local name=$1 address
    within "$name" ip link add "tun-$name" type wireguard
    within "$name" wg setconf "tun-$name" <(grep -vE '^(Address|Uplinks)' "/run/$name.conf")
    for address in $(sed -n 's/^Address = //p' "/run/$name.conf" | tr -d ,); do
        within "$name" ip addr add "$address" dev "tun-$name"
    done
    within "$name" ip link set "tun-$name" up
}

# jvpn_end NAME: jvpnd in the foreground, its log in /run/NAME.log
jvpn_end() {
    local name=$1
    # Not through `within`: $! must be the daemon, not a shell around it.
    nsenter --net="/run/netns/$name" -- jvpnd -f --config "/run/$name.conf" "tun-$name" >"/run/$name.log" 2>&1 &
    daemon[$name]=$!
    if ! eventually 20 jvpn_serves "$name" || ! jvpn_lives "$name"; then die "jvpnd does not start at the $name end"; fi
}

# jvpn_serves NAME: the daemon of that end has its socket, and its interface an address; or it is gone
jvpn_serves() {
    jvpn_lives "$1" || return 0
    test -S "/run/jvpn/tun-$1.sock" && within "$1" ip -4 addr show "tun-$1" | grep -q inet
}

# jvpn_lives NAME: the daemon of that end still runs
jvpn_lives() { kill -0 "${daemon[$1]}" 2>/dev/null; }

# remove_end NAME: takes away what stands at that end, so that another may take the place
remove_end() {
    if [[ -n ${daemon[$1]:-} ]]; then
        kill "${daemon[$1]}" || die "jvpnd at the $1 end was gone before its time"
        wait "${daemon[$1]}" || die "jvpnd at the $1 end stopped with $?"
        unset "daemon[$1]"
    else
        within "$1" ip link del "tun-$1"
    fi
}

# reach NAME ADDRESS [PING-OPTION...]: whether that end reaches the address through the tunnel
reach() { within "$1" ping -q -c 1 -W 2 "${@:3}" "$2" >/dev/null; }

# both_reach: each end reaches the other, over both IP versions, small and nearly full packets
both_reach() {
    local name n
    for name in "$1" "${other[$1]}"; do
        n=${number[${other[$name]}]}
        eventually 30 reach "$name" "10.8.0.$n" || die "no IPv4 from $name through the tunnel"
        eventually 30 reach "$name" "fd08::$n" || die "no IPv6 from $name through the tunnel"
        within "$name" ping -q -c 10 -i 0.1 -W 2 -s 1300 "10.8.0.$n" | grep -q ' 0% packet loss' ||
            die "lost large packets from $name"
    done
}
