# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Engines: what carries a tunnel is a word, `jvpn` or `wireguard-go`, and both
# are started from the same file, in jvpn's INI. This is the only file that knows
# how either of them is started, asked and ended.
#
# An interface name is unique within a run, and names its engine from then on.

ENGINE_JVPND=${ENGINE_JVPND:-$LAB_ROOT/build/jvpnd}
ENGINE_CTL=${ENGINE_CTL:-$LAB_ROOT/build/jvpn-ctl}
ENGINE_INCLUDE=$LAB_ROOT/include/jvpn
ENGINE_LOG_LEVEL=${ENGINE_LOG_LEVEL:-debug}
declare -A ENGINE_KIND=() ENGINE_HOST=() ENGINE_PID=()

# ---- configuration ----------------------------------------------------------

engine_file() { printf '%s/%s.conf' "$LAB_DIR" "$1"; }

# engine_config INTERFACE < TEXT: keeps the configuration for the next engine_up.
engine_config() (
	umask 077
	cat >"$(engine_file "$1")"
)

# engine_values SECTION KEY FILE: every value of a key, lists taken apart, one a line.
engine_values() {
	awk -F ' *= *' -v section="[$1]" -v key="$2" '
		/^\[/ { inside = ($0 == section) }
		inside && $1 == key { n = split($2, v, / *, */); for (i = 1; i <= n; i++) print v[i] }' "$3"
}

# What is left of the file for `wg setconf`, which knows no addresses and no devices.
engine_stock_config() { grep -Ev '^(Address|MTU|Uplinks|PrivateKeyFile|Metrics|AuditLog)[ =]' "$1"; }

# ---- up and down ------------------------------------------------------------

# engine_up ENGINE HOST INTERFACE: from the configuration given to engine_config; ready on return.
engine_up() {
	local kind=$1 host=$2 interface=$3
	ENGINE_KIND[$interface]=$kind
	ENGINE_HOST[$interface]=$host
	case $kind in
	jvpn) engine_up_jvpn "$host" "$interface" ;;
	wireguard-go) engine_up_wireguard_go "$host" "$interface" ;;
	*) echo "no engine is called '$kind'" >&2 && return 2 ;;
	esac
}

engine_up_jvpn() {
	if [[ ! -x $ENGINE_JVPND ]]; then
		echo "$ENGINE_JVPND is missing: run make" >&2
		return 1
	fi
	lab_start "$1" "$2.log" "$ENGINE_JVPND" -f --log-level "$ENGINE_LOG_LEVEL" --config "$(engine_file "$2")" "$2"
	ENGINE_PID[$2]=$LAB_PID
	engine_ready "$2" "/run/jvpn/$2.sock"
}

engine_up_wireguard_go() {
	local file address prefix
	file=$(engine_file "$2")
	lab_start "$1" "$2.log" env LOG_LEVEL="${ENGINE_LOG_LEVEL/debug/verbose}" wireguard-go -f "$2"
	ENGINE_PID[$2]=$LAB_PID
	engine_ready "$2" "/run/wireguard/$2.sock" || return
	wg setconf "$2" <(engine_stock_config "$file") || return
	for address in $(engine_values Interface Address "$file"); do
		ip_in "$1" address add "$address" dev "$2" || return
	done
	ip_in "$1" link set "$2" mtu "$(engine_values Interface MTU "$file")" up || return
	for prefix in $(engine_values Peer AllowedIPs "$file"); do
		[[ $prefix == */0 ]] || ip_in "$1" route replace "$prefix" dev "$2" || return
	done
}

# engine_ready INTERFACE SOCKET: waits until the daemon answers there, or has ended.
engine_ready() {
	wait_until 10 engine_ready_or_gone "$1" "$2"
	if [[ -S $2 ]] && ip_in "${ENGINE_HOST[$1]}" link show "$1" >/dev/null 2>&1; then
		return 0
	fi
	echo "$1 (${ENGINE_KIND[$1]}) did not come up: $(tail -n 1 "$LAB_LOGS/$1.log")" >&2
	return 1
}

engine_ready_or_gone() {
	process_gone "${ENGINE_PID[$1]}" && return
	[[ -S $2 ]] && ip_in "${ENGINE_HOST[$1]}" link show "$1" || return
	# jvpnd's socket is its lock too, and there before it answers.
	[[ ${ENGINE_KIND[$1]} != jvpn ]] || engine_answers "$1"
}

engine_signal() { kill "-$2" "${ENGINE_PID[$1]}"; }

engine_alive() { ! process_gone "${ENGINE_PID[$1]}"; }

# engine_down INTERFACE [SIGNAL]: ends the daemon and waits for its end.
engine_down() {
	local pid=${ENGINE_PID[$1]:-} code=0
	[[ -n $pid ]] || return 0
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	kill -CONT "$pid" 2>/dev/null
	if ! wait_until 10 process_gone "$pid"; then
		echo "$1 did not end within 10 s of SIG${2:-TERM}" >&2
		kill -KILL "$pid"
		code=1
	fi
	wait "$pid" 2>/dev/null
	unset "ENGINE_PID[$1]"
	return "$code"
}

engine_down_all() {
	local interface
	for interface in "${!ENGINE_PID[@]}"; do engine_down "$interface"; done
}

# ---- asking -----------------------------------------------------------------

# engine_ctl INTERFACE ARGUMENT...: jvpn-ctl, on the interface's host, whose device names it shows.
engine_ctl() { in_host "${ENGINE_HOST[$1]}" "$ENGINE_CTL" -i "$@"; }

engine_answers() { [[ $(engine_ctl "$1" --json status | jq '.daemon.pid // 0') -gt 0 ]]; }

# engine_handshake INTERFACE: time of the newest handshake, ms since the epoch; 0: none.
engine_handshake() {
	case ${ENGINE_KIND[$1]} in
	jvpn) engine_ctl "$1" --json sessions | jq '[.[].latest_handshake_ms // 0] | max // 0' ;;
	wireguard-go) wg show "$1" latest-handshakes | awk '$2 > t { t = $2 } END { printf "%d000", t }' ;;
	esac
}

engine_has_handshake() { [[ $(engine_handshake "$1") -gt ${2:-0} ]]; }

# engine_session INTERFACE JQ-FILTER: one fact of the first session (jvpn).
engine_session() { engine_ctl "$1" --json sessions | jq -r ".[0] | $2"; }

# engine_remote INTERFACE: address and port of the peer's endpoint in use.
engine_remote() {
	# shellcheck disable=SC2016 # jq's variable
	case ${ENGINE_KIND[$1]} in
	jvpn) engine_session "$1" '. as $s | .paths[] | select(.id == $s.active_path or .name == $s.active_path) | .remote' ;;
	wireguard-go) wg show "$1" endpoints | awk '{ print $2 }' ;;
	esac
}

# engine_drops INTERFACE REASON...: how often packets were dropped for these reasons, in all (jvpn).
# Read from the pinned map itself, so that it holds with no daemon and checks what jvpn-ctl says.
engine_drops() {
	local interface=$1 reason numbers=
	shift
	for reason in "$@"; do
		numbers+=,$(sed -nE "s/^[[:space:]]*X\(([0-9]+), $reason,.*/\1/p" "$ENGINE_INCLUDE/drop.h")
	done
	bpftool -j map dump pinned "/sys/fs/bpf/jvpn/$interface/drops" |
		jq "[.[].formatted | select(.key as \$k | [${numbers#,}] | index(\$k)) | .values[].value] | add // 0"
}

# engine_programs INTERFACE: ids of its BPF programs, one a line (jvpn): those of its pinned links,
# and the one at its data-plane end.
engine_programs() {
	local pin
	{
		for pin in "/sys/fs/bpf/jvpn/$1"/*; do
			bpftool -j link show pinned "$pin" 2>/dev/null | jq '.prog_id // empty'
		done
		in_host "${ENGINE_HOST[$1]}" bpftool -j net show |
			jq --arg device "$1-dp" '.[].tc[] | select(.devname == $device) | .id'
	} | sort -nu
}

# engine_xdp INTERFACE-OF-A-HOST: `engine_xdp left eth0` succeeds if an XDP program sits there.
engine_xdp() { [[ $(ip_in "$1" -j -d link show "$2" | jq '.[0].xdp != null') == true ]]; }

# For the reader of a failure.
engine_autopsy() {
	local interface
	for interface in "${!ENGINE_PID[@]}"; do
		printf '== %s, %s on %s\n' "$interface" "${ENGINE_KIND[$interface]}" "${ENGINE_HOST[$interface]}"
		case ${ENGINE_KIND[$interface]} in
		jvpn)
			engine_ctl "$interface" status
			engine_ctl "$interface" drops | grep -v ' 0 '
			;;
		wireguard-go) wg show "$interface" ;;
		esac
		ip_in "${ENGINE_HOST[$interface]}" -s link show
	done
}
