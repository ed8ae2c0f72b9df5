# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# The pair: two hosts on one cable with a tunnel between them, which most tests
# start from. Its engines are the script's arguments: LEFT RIGHT, default jvpn jvpn.
#
#   left                                             right
#   tun-l 10.8.0.1/24 fd08::1/64                     tun-r 10.8.0.2/24 fd08::2/64
#   eth0  192.0.2.1/24 2001:db8::1/64  ────────────  eth0  192.0.2.2/24 2001:db8::2/64
#         UDP 51821                                        UDP 51822
#
# Whatever differs in a test is set in a PAIR_ variable before pair_up.

PAIR_LEFT=${1:-jvpn}
PAIR_RIGHT=${2:-${1:-jvpn}}
PAIR_OUTER=4        # family of the outer packets
PAIR_MTU=1420
PAIR_KEEPALIVE=     # left or right: that side keeps alive, every second
PAIR_KNOWS=both     # who knows the other's endpoint from the file: both, left, right
PAIR_LEFT_KEY=$(wg genkey)
PAIR_RIGHT_KEY=$(wg genkey)
PAIR_LEFT_PSK=$(wg genpsk)
PAIR_RIGHT_PSK=$PAIR_LEFT_PSK
PAIR_LEFT_PUBLIC=$(wg pubkey <<<"$PAIR_LEFT_KEY")  # as the right side knows it
PAIR_RIGHT_PUBLIC=$(wg pubkey <<<"$PAIR_RIGHT_KEY") # as the left side knows it
PAIR_LEFT_PORT=51821
PAIR_RIGHT_PORT=51822

pair_endpoint() { # SIDE
	local number=1 port=$PAIR_LEFT_PORT
	[[ $1 == right ]] && number=2 port=$PAIR_RIGHT_PORT
	case $PAIR_OUTER in
	4) printf '192.0.2.%s:%s' "$number" "$port" ;;
	6) printf '[2001:db8::%s]:%s' "$number" "$port" ;;
	esac
}

# pair_config SIDE: that side's configuration.
pair_config() {
	local side=$1 other=right own=1 peer=2 key=$PAIR_LEFT_KEY psk=$PAIR_LEFT_PSK
	local public=$PAIR_RIGHT_PUBLIC port=$PAIR_LEFT_PORT
	if [[ $side == right ]]; then
		other=left own=2 peer=1 key=$PAIR_RIGHT_KEY psk=$PAIR_RIGHT_PSK
		public=$PAIR_LEFT_PUBLIC port=$PAIR_RIGHT_PORT
	fi
	cat <<-END
		[Interface]
		PrivateKey = $key
		ListenPort = $port
		Address = 10.8.0.$own/24, fd08::$own/64
		MTU = $PAIR_MTU
		Uplinks = eth0

		[Peer]
		PublicKey = $public
		PresharedKey = $psk
		AllowedIPs = 10.8.0.$peer/32, fd08::$peer/128
	END
	[[ $PAIR_KNOWS == both || $PAIR_KNOWS == "$side" ]] && printf 'Endpoint = %s\n' "$(pair_endpoint "$other")"
	[[ $PAIR_KEEPALIVE == "$side" ]] && printf 'PersistentKeepalive = 1\n'
	return 0
}

pair_up_left() { pair_config left | engine_config tun-l && engine_up "$PAIR_LEFT" left tun-l; }
pair_up_right() { pair_config right | engine_config tun-r && engine_up "$PAIR_RIGHT" right tun-r; }

# pair_up: both ends up; the right one first, so that the left one's first packet finds it.
pair_up() { pair_up_right && pair_up_left; }

pair_down() { engine_down tun-l; engine_down tun-r; }

# pair_needs_jvpn NAME: for what only jvpn has; else one skip line and failure.
pair_needs_jvpn() {
	[[ $PAIR_LEFT == jvpn && $PAIR_RIGHT == jvpn ]] && return
	skip "$1" "needs jvpn at both ends, not $PAIR_LEFT and $PAIR_RIGHT"
	return 1
}
