# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Traffic between hosts of the lab, and questions about what became of it.

TRAFFIC_TCP_PORT=5001
TRAFFIC_ECHO_PORT=7007
declare -A FLOW_PID=()

# ping_ok HOST ADDRESS [OPTION...]: every one of (by default 3) echo requests is answered.
ping_ok() {
	local host=$1 address=$2 lost
	shift 2
	lost=$(in_host "$host" ping -n -c 3 -i 0.05 -W 2 "$@" "$address") || {
		tail -n 3 <<<"$lost" | head -n 1
		return 1
	}
	grep -q ' 0% packet loss' <<<"$lost" || { grep loss <<<"$lost" && return 1; }
}

# ping_once HOST ADDRESS [SECONDS]: for wait_until.
ping_once() { in_host "$1" ping -n -c 1 -W "${3:-1}" "$2" >/dev/null; }

listens() { [[ -n $(in_host "$1" ss -Hln "-$2" "sport = :$3") ]]; }

# tcp_both_ways CLIENT SERVER ADDRESS [BYTES]: one connection carries different content in each
# direction at once; every byte is checked where it arrives.
tcp_both_ways() {
	local bytes=${4:-20000000} tool server code=0
	tool=$(lab_tool stream) || return
	lab_start "$2" stream-server.log timeout 60 "$tool" serve "$TRAFFIC_TCP_PORT" "$bytes"
	server=$LAB_PID
	wait_until 5 listens "$2" t "$TRAFFIC_TCP_PORT" || return
	in_host "$1" timeout 60 "$tool" connect "$3" "$TRAFFIC_TCP_PORT" "$bytes" || code=1
	[[ $code -eq 0 ]] || kill "$server" 2>/dev/null
	wait "$server" || code=1
	[[ $code -eq 0 ]] || tail -n 1 "$LAB_LOGS/stream-server.log"
	return "$code"
}

# echo_up HOST: a UDP echo on every address of the host.
echo_up() {
	local tool
	tool=$(lab_tool datagram) || return
	lab_start "$1" "echo-$1.log" "$tool" echo "$TRAFFIC_ECHO_PORT"
	wait_until 5 grep -q ready "$LAB_LOGS/echo-$1.log"
}

# udp_echoes HOST ADDRESS FROM [TO]: a datagram of each size from FROM to TO bytes comes back unchanged.
udp_echoes() { in_host "$1" "$(lab_tool datagram)" ask "$2" "$TRAFFIC_ECHO_PORT" "$3" "${4:-$3}"; }

# ---- flows: a steady stream of counted datagrams, through an echo and back ------

# flow_start NAME HOST ADDRESS [RATE [SIZE]]: over a tunnel that works; returns when the first came back.
flow_start() {
	wait_until 10 ping_once "$2" "$3" || return
	rm -f "$LAB_LOGS/flow-$1.log"
	lab_start "$2" "flow-$1.log" "$(lab_tool datagram)" flow "$3" "$TRAFFIC_ECHO_PORT" "${4:-1000}" "${5:-200}"
	FLOW_PID[$1]=$LAB_PID
	flow_passes "$1" 10 10
}

flow_received() { awk 'NF == 2 { n = $2 } END { print n + 0 }' "$LAB_LOGS/flow-$1.log"; }
flow_received_at_least() { [[ $(flow_received "$1") -ge $2 ]]; }

# flow_passes NAME COUNT SECONDS: COUNT more datagrams came back within SECONDS.
flow_passes() {
	local before
	before=$(flow_received "$1")
	wait_until "$3" flow_received_at_least "$1" $((before + $2)) && return
	echo "in $3 s only $(($(flow_received "$1") - before)) of $2 datagrams came back"
	return 1
}

# flow_stop NAME: ends it; its counts are then in flow_count.
flow_stop() { lab_stop "${FLOW_PID[$1]}"; }

# flow_count NAME KEY: sent, received, lost, duplicated, longest_gap_ms ... of a stopped flow.
flow_count() { tail -n 1 "$LAB_LOGS/flow-$1.log" | jq ".$2"; }

# check_flow_lossless NAME FLOW: ends the flow; ok if each datagram came back once.
check_flow_lossless() {
	flow_stop "$2"
	if [[ $(flow_count "$2" lost) == 0 && $(flow_count "$2" send_errors) == 0 ]]; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 1 "$LAB_LOGS/flow-$2.log")"
	fi
}
