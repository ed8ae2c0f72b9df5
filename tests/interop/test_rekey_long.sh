#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The long test (about two and a half minutes): a full rekey after REKEY_AFTER_TIME, 120 s,
# under traffic in both directions, with nothing lost; every pair of engines at once.
#
#   left1 ══ right1     each pair on a cable of its own, left initiates
#   left2 ══ right2     500 datagrams a second, echoed, each one counted
#   left3 ══ right3     the daemons of the last pair are killed and adopt in between
#
# test_rekey_long.sh [LEFT-ENGINE RIGHT-ENGINE]; without: jvpn with wireguard-go both ways
# round, and jvpn with jvpn

# shellcheck source-path=SCRIPTDIR source=../netns/lab.sh
. "$(dirname "$0")/../netns/lab.sh"

REKEY_AFTER_TIME_S=120
DEADLINE_S=$((REKEY_AFTER_TIME_S + 25)) # REKEY_TIMEOUT and a busy machine

# One side of a pair. Addresses: pair N has 192.0.2.N*4+1 and +2, its tunnel 10.N.0.1 and 10.N.0.2.
config() { # PAIR SIDE KEY PEER-KEY PSK
	local own=1 peer=2
	[[ $2 == right ]] && own=2 peer=1
	cat <<-END
		[Interface]
		PrivateKey = $3
		ListenPort = $((51800 + $1 * 10 + own))
		Address = 10.$1.0.$own/24
		MTU = 1420
		Uplinks = eth0

		[Peer]
		PublicKey = $(wg pubkey <<<"$4")
		PresharedKey = $5
		AllowedIPs = 10.$1.0.$peer/32
	END
	[[ $2 == right ]] || printf 'Endpoint = 192.0.2.%s:%s\n' $(($1 * 4 + 2)) $((51800 + $1 * 10 + 2))
}

pair_begin() { # PAIR LEFT-ENGINE RIGHT-ENGINE
	local left_key right_key psk
	left_key=$(wg genkey) right_key=$(wg genkey) psk=$(wg genpsk)
	lab_host "left$1" && lab_host "right$1" &&
		lab_join "left$1" eth0 "192.0.2.$(($1 * 4 + 1))/30" "right$1" eth0 "192.0.2.$(($1 * 4 + 2))/30" &&
		echo_up "right$1" || return
	config "$1" left "$left_key" "$right_key" "$psk" | engine_config "l$1"
	config "$1" right "$right_key" "$left_key" "$psk" | engine_config "r$1"
	engine_up "$3" "right$1" "r$1" && engine_up "$2" "left$1" "l$1" &&
		flow_start "pair$1" "left$1" "10.$1.0.2" 500
}

rekeyed() { engine_has_handshake "l$1" "${FIRST[$1]}" && engine_has_handshake "r$1" "${FIRST[$1]}"; }

# Both daemons of a pair die and adopt: the new ones have to know how old the keys are.
adopt_midway() { # PAIR NAME
	local interface
	for interface in "l$1" "r$1"; do
		engine_down "$interface" KILL
		check "$2: killed, traffic passes" flow_passes "pair$1" 500 20
		check "$2: started again" engine_up jvpn "${ENGINE_HOST[$interface]}" "$interface"
	done
}

declare -A NAME=() FIRST=() SESSION=() RIGHT_SESSION=()
if [[ $# -eq 2 ]]; then
	NAME[1]="$1 to $2"
else
	NAME[1]="jvpn to wireguard-go"
	NAME[2]="wireguard-go to jvpn"
	NAME[3]="jvpn to jvpn, adopted midway"
fi
pairs=("${!NAME[@]}")

for pair in "${pairs[@]}"; do
	read -r left _ right _ <<<"${NAME[$pair]//,/}"
	check "${NAME[$pair]}: up, and a flow begins" pair_begin "$pair" "$left" "$right"
	# The stock engine tells whole seconds: a newer handshake is at least a second later.
	FIRST[$pair]=$(($(engine_handshake "l$pair") + 5000))
	[[ $left == jvpn ]] && SESSION[$pair]=$(engine_session "l$pair" .session_id)
	[[ $right == jvpn ]] && RIGHT_SESSION[$pair]=$(engine_session "r$pair" .session_id)
done
begin=$(now_ms)
[[ -z ${NAME[3]:-} ]] || adopt_midway 3 "${NAME[3]}"

for pair in "${pairs[@]}"; do
	left_s=$((DEADLINE_S - ($(now_ms) - begin) / 1000))
	check "${NAME[$pair]}: a second handshake on both sides" wait_until "$left_s" rekeyed "$pair"
done
# Datagrams that a starved wireguard-go or the traffic's own ends found no room for in their sockets are theirs.
overflows() { # HOST
	in_host "$1" cat /proc/net/snmp | awk '/^Udp: [0-9]/ {print $6}'
}

check_nothing_lost() { # PAIR
	local name="${NAME[$1]}: nothing lost" lost excused
	flow_stop "pair$1"
	lost=$(flow_count "pair$1" lost)
	excused=$(($(overflows "left$1") + $(overflows "right$1")))
	((excused)) && echo "# ${NAME[$1]}: $excused datagrams found a full socket"
	check_number "$name" "$lost" -le "$excused"
	check_equal "${NAME[$1]}: nothing refused by a socket" "$(flow_count "pair$1" send_errors)" 0
}

echo "# after $((($(now_ms) - begin) / 1000)) s"
for pair in "${pairs[@]}"; do
	check "${NAME[$pair]}: traffic on the new keys" flow_passes "pair$pair" 2500 15
	check_nothing_lost "$pair"
	[[ -z ${SESSION[$pair]:-} ]] || check_equal "${NAME[$pair]}: the same session on the left" \
		"$(engine_session "l$pair" .session_id)" "${SESSION[$pair]}"
	[[ -z ${RIGHT_SESSION[$pair]:-} ]] || check_equal "${NAME[$pair]}: the same session on the right" \
		"$(engine_session "r$pair" .session_id)" "${RIGHT_SESSION[$pair]}"
done
