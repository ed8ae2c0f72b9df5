#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Side by side, on one machine, in one run: jvpn and wireguard-go take turns (A B A B ...)
# on the same cable; medians, ratios and targets in one table, and all of it in a report.
#
#   left  tun-l 10.8.0.1 ══════════ tun-r 10.8.0.2  right
#         eth0 192.0.2.1 ────────── eth0 192.0.2.2
#
# bench.sh [ENGINE [PEER]]      default: jvpn wireguard-go; `plain` is the cable without a tunnel
#   BENCH_ROUNDS  how often they take turns (5)
#   BENCH_SECONDS of each TCP stream (5)
#   BENCH_REPORT  where the report goes (build/bench/report.json)
#
# Both ends, both engines and the traffic share this machine's cores, so only the ratios mean much,
# and those only while nothing else runs: what others use is measured before every turn and told.

# shellcheck source-path=SCRIPTDIR source=../netns/lab.sh
. "$(dirname "$0")/../netns/lab.sh"
ENGINE=${1:-jvpn}
PEER=${2:-wireguard-go}
set --
# shellcheck source-path=SCRIPTDIR source=../netns/pair.sh
. "$LAB_HERE/pair.sh"
# shellcheck source-path=SCRIPTDIR source=measure.sh
. "$LAB_ROOT/tests/bench/measure.sh"

ROUNDS=${BENCH_ROUNDS:-5}
SECONDS_TCP=${BENCH_SECONDS:-5}
SECONDS_LOSS=10
SECONDS_PROGRAM=3
PINGS=200
PAYLOAD=1372 # of UDP: an inner packet of 1400 bytes (iperf3 warns of more than a TCP segment)
REPORT=${BENCH_REPORT:-$LAB_ROOT/build/bench/report.json}
RESULTS=$LAB_DIR/results # a line of JSON for every measurement
export ENGINE_LOG_LEVEL=error

# What is promised: METRIC RELATION BOUND. A ratio is ours by the peer's.
TARGETS='[
	{ "metric": "tcp_mbits", "name": "TCP, one stream, Mbit/s", "of": "ratio", "relation": ">=", "bound": 1.3 },
	{ "metric": "cpu_s_per_gb", "name": "CPU seconds per gigabyte", "of": "ratio", "relation": "<=", "bound": 0.65 },
	{ "metric": "rtt_ms", "name": "round trip, idle, ms", "of": "ratio", "relation": "<=", "bound": 0.3333 },
	{ "metric": "lost_ppm", "name": "loss at half capacity, ppm", "of": "value", "relation": "<=", "bound": 0 },
	{ "metric": "seal_ns", "name": "BPF seal, 1400 bytes, ns", "of": "value", "relation": "<=", "bound": 6000 },
	{ "metric": "open_ns", "name": "BPF open, 1400 bytes, ns", "of": "value", "relation": "<=", "bound": 6000 }
]'

say() { printf '%s\n' "$*" >&2; }

address_of() { if [[ $1 == plain ]]; then echo 192.0.2.2; else echo 10.8.0.2; fi; }

turn_up() { # ENGINE
	[[ $1 == plain ]] && return
	PAIR_LEFT=$1 PAIR_RIGHT=$1
	pair_up && wait_until 10 ping_once left 10.8.0.2
}

keep() { jq -c --arg engine "$1" '{ engine: $engine } + .' >>"$RESULTS"; }

# One engine's turn: warm, then idle round trips, then one stream.
turn() { # ENGINE ROUND
	local tcp
	jq -n -c --argjson percent "$(measure_background 1)" '{ background_percent: $percent }' | keep "$1"
	turn_up "$1" || return
	measure_tcp left right "$(address_of "$1")" 1 >/dev/null || return
	measure_rtt left "$(address_of "$1")" "$PINGS" | jq -c '{ rtt_ms }' | keep "$1"
	tcp=$(measure_tcp left right "$(address_of "$1")" "$SECONDS_TCP") || return
	jq -c '{ tcp_mbits: .mbits, cpu_s_per_gb }' <<<"$tcp" | keep "$1"
	say "# round $2, $1: $(jq -r '"\(.mbits | round) Mbit/s, \(.cpu_s_per_gb * 10 | round / 10) s/GB"' <<<"$tcp")"
	pair_down
}

median_of() { # ENGINE METRIC
	jq -s --arg engine "$1" --arg metric "$2" \
		'map(select(.engine == $engine) | .[$metric] // empty) | sort | .[length / 2 | floor]' "$RESULTS"
}

# At half of what the engine itself carries as one stream.
turn_loss() { # ENGINE
	local rate loss
	rate=$(jq -n "$(median_of "$1" tcp_mbits) / 2 | floor")
	turn_up "$1" || return
	loss=$(measure_loss left right "$(address_of "$1")" "$SECONDS_LOSS" "$rate" "$PAYLOAD" 2>/dev/null) || return
	say "# loss, $1: $loss"
	jq -c '{ lost_ppm, loss_at_mbits: .offered_mbits, socket_overflows }' <<<"$loss" | keep "$1"
	pair_down
}

# The kernel's account of the programs, in a pass of its own since it costs time; as it was, afterwards.
STATISTICS_BEFORE=$(sysctl -n kernel.bpf_stats_enabled)
statistics_restore() { sysctl -q -w kernel.bpf_stats_enabled="$STATISTICS_BEFORE"; }

turn_programs() { # ENGINE
	local seal open rate
	rate=$(jq -n "$(median_of "$1" tcp_mbits) / 2 | floor")
	turn_up "$1" || return
	LAB_AT_END=statistics_restore
	sysctl -q -w kernel.bpf_stats_enabled=1
	seal=$(measure_program tun-l sched_cls) open=$(measure_program tun-r xdp)
	measure_loss left right "$(address_of "$1")" "$SECONDS_PROGRAM" "$rate" "$PAYLOAD" >/dev/null 2>&1
	jq -c -n --argjson s0 "$seal" --argjson o0 "$open" --argjson s1 "$(measure_program tun-l sched_cls)" \
		--argjson o1 "$(measure_program tun-r xdp)" '
		def each(a; b): if b.runs > a.runs then (b.ns - a.ns) / (b.runs - a.runs) | round else null end;
		{ seal_ns: each($s0; $s1), open_ns: each($o0; $o1) }' | keep "$1"
	statistics_restore
	pair_down
}

measured_on() {
	jq -n --arg kernel "$(uname -r)" --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg load "$LOAD_BEFORE" --argjson cores "$(nproc)" \
		--argjson rounds "$ROUNDS" --argjson seconds "$SECONDS_TCP" --arg peer "$(wireguard-go --version 2>&1 | head -n 1)" \
		'{ date: $date, kernel: $kernel, cpu: $cpu, cores: $cores, load_before: $load, rounds: $rounds,
		   tcp_seconds: $seconds, peer_version: $peer, note: "both ends and the traffic share these cores" }'
}

report() {
	mkdir -p "$(dirname "$REPORT")"
	jq -s --arg engine "$ENGINE" --arg peer "$PEER" --argjson targets "$TARGETS" --argjson on "$(measured_on)" '
		def values($e; $m): map(select(.engine == $e) | .[$m]) | map(select(. != null)) | sort;
		def median: if length == 0 then null else .[length / 2 | floor] end;
		. as $all | { measured_on: $on, engine: $engine, peer: $peer, results: [
			$targets[] | . as $t | ($all | values($engine; $t.metric)) as $ours | ($all | values($peer; $t.metric)) as $theirs
			| ($ours | median) as $a | ($theirs | median) as $b
			| (if $a != null and $b != null and $b > 0 then $a / $b else null end) as $ratio
			| (if $t.of == "ratio" then $ratio else $a end) as $judged
			| $t + { ($engine): $a, ($peer): $b, ratio: $ratio, samples: { ($engine): $ours, ($peer): $theirs },
			         met: (if $judged == null then null elif $t.relation == ">=" then $judged >= $t.bound else $judged <= $t.bound end) } ],
			background_percent: ($all | map(.background_percent // empty)), all: $all }' "$RESULTS" >"$REPORT"
}

table() {
	jq -r --arg engine "$ENGINE" --arg peer "$PEER" '
		def short: if . == null then "-" elif . >= 100 then (round | tostring) else (. * 1000 | round / 1000 | tostring) end;
		"| \(.measured_on.rounds) rounds, medians | \($engine) | \($peer) | ratio | target | met |",
		"|---|---:|---:|---:|---|---|",
		(.results[] | "| \(.name) | \(.[$engine] | short) | \(.[$peer] | short) | \(.ratio | short) | \(.of) \(.relation) \(.bound) | \(if .met == null then "-" elif .met then "yes" else "no" end) |"),
		"", "Linux \(.measured_on.kernel), \(.measured_on.cpu), \(.measured_on.cores) cores, \(.measured_on.date)",
		"Used by others before each turn: \(.background_percent | join(", ")) % of the cores\(if (.background_percent | max) > 10 then ": these figures are not to be trusted" else "" end)"' \
		"$REPORT"
}

ok() { RESULT_OK=$((RESULT_OK + 1)); } # the table is the result

LOAD_BEFORE=$(cut -d ' ' -f 1-3 /proc/loadavg)
lab_two_hosts || exit
for ((round = 1; round <= ROUNDS; round++)); do
	for engine in "$ENGINE" "$PEER"; do
		turn "$engine" "$round" || not_ok "round $round, $engine" "could not be measured"
	done
done
for engine in "$ENGINE" "$PEER"; do
	turn_loss "$engine" || not_ok "loss, $engine" "could not be measured"
done
if [[ $ENGINE == jvpn ]]; then turn_programs jvpn || not_ok "programs" "could not be measured"; fi
if report && table; then ok "report"; else not_ok "report" "could not be written"; fi
say "# $(realpath --relative-to="$LAB_ROOT" "$REPORT")"
