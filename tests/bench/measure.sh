# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# One measurement each, between two hosts of the lab, as one line of JSON. What they
# mean is the caller's business; how they are taken is told here and nowhere else.

MEASURE_PORT=5201

# CPU time the whole machine has spent so far, in ms: softirq work is charged to whoever is
# interrupted, so no process's own account would do. Time stolen by the hypervisor is not ours.
measure_busy_ms() {
	awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" { printf "%d", ($2 + $3 + $4 + $7 + $8) * 1000 / hz }' /proc/stat
}

# measure_background SECONDS: how busy others keep this machine while we do nothing, in percent of its cores.
measure_background() {
	local before
	before=$(measure_busy_ms)
	wait_until "$1" never
	echo $((($(measure_busy_ms) - before) / ($1 * 10 * $(nproc))))
}

# measure_iperf CLIENT SERVER ADDRESS OPTION...: iperf3's own JSON.
measure_iperf() {
	local client=$1 server=$2 address=$3 iperf
	shift 3
	lab_start "$server" "iperf-$server.log" iperf3 -s -1 -p "$MEASURE_PORT"
	iperf=$LAB_PID
	wait_until 5 listens "$server" t "$MEASURE_PORT" || return
	in_host "$client" timeout 60 iperf3 -c "$address" -p "$MEASURE_PORT" -J "$@"
	wait_until 5 process_gone "$iperf" || lab_stop "$iperf"
}

# measure_tcp CLIENT SERVER ADDRESS SECONDS: one stream.
#   {"mbits": at the receiver, "cpu_s_per_gb": of the whole machine for a gigabyte that arrived, "cpu_s", "retransmits"}
measure_tcp() {
	local before after iperf
	before=$(measure_busy_ms)
	iperf=$(measure_iperf "$1" "$2" "$3" -t "$4") || return
	after=$(measure_busy_ms)
	jq -c --argjson busy "$((after - before))" '.end |
		{ mbits: (.sum_received.bits_per_second / 1e6), cpu_s: ($busy / 1000),
		  cpu_s_per_gb: ($busy / 1000 / (.sum_received.bytes / 1e9)), retransmits: .sum_sent.retransmits }' <<<"$iperf"
}

# measure_rtt CLIENT ADDRESS COUNT: echo requests one after the other, nothing else going on.
#   {"rtt_ms": median, "answered"}
measure_rtt() {
	in_host "$1" ping -n -i 0.002 -c "$3" -W 2 "$2" |
		sed -nE 's/.*time=([0-9.]+) ms/\1/p' | sort -n |
		jq -c -s '{ rtt_ms: .[length / 2 | floor], answered: length }'
}

# measure_loss CLIENT SERVER ADDRESS SECONDS MBITS PAYLOAD: a UDP stream of that rate.
#   {"sent", "lost", "lost_ppm", "offered_mbits", "socket_overflows"}
# What arrived but found the receiver's socket full was not lost on the way: it is told apart.
measure_loss() {
	local before after iperf
	before=$(measure_overflows "$2")
	iperf=$(measure_iperf "$1" "$2" "$3" -u -t "$4" -b "${5}M" -l "$6") || return
	after=$(measure_overflows "$2")
	jq -c --argjson overflows "$((after - before))" '.end.sum | ([.lost_packets - $overflows, 0] | max) as $lost |
		{ sent: .packets, lost: $lost, lost_ppm: ($lost / .packets * 1e6 | round),
		  offered_mbits: (.bits_per_second / 1e6 | round), socket_overflows: $overflows }' <<<"$iperf"
}

measure_overflows() {
	# shellcheck disable=SC2016 # awk's variables
	in_host "$1" awk '$1 == "Udp:" && $6 ~ /^[0-9]+$/ { n += $6 } $1 == "Udp6RcvbufErrors" { n += $2 } END { print n + 0 }' \
		/proc/net/snmp /proc/net/snmp6
}

# measure_program INTERFACE TYPE: what the kernel's statistics say so far of an engine's program of
# that type (xdp, sched_cls): {"ns", "runs"}. They count only while kernel.bpf_stats_enabled is 1.
measure_program() {
	engine_programs "$1" | while read -r id; do bpftool -j prog show id "$id"; done |
		jq -c -s --arg type "$2" 'map(select(.type == $type)) |
			{ ns: (map(.run_time_ns // 0) | add // 0), runs: (map(.run_cnt // 0) | add // 0) }'
}
