#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The demonstration: a client reaches a server behind a gateway, through jvpn and then
# through wireguard-go, and sees what either costs. All of it in namespaces of its own.
#
# demo.sh
#   DEMO_JSON=FILE   writes the figures there
#   NO_COLOR=1       no colour on a terminal either
#   DEMO_ENGINES     which engines, in this order (jvpn wireguard-go)

# shellcheck source-path=SCRIPTDIR source=../netns/lab.sh
. "$(dirname "$0")/../netns/lab.sh"
# shellcheck source-path=SCRIPTDIR source=../bench/measure.sh
. "$LAB_ROOT/tests/bench/measure.sh"

ENGINES=${DEMO_ENGINES:-jvpn wireguard-go}
SECONDS_TCP=4
PINGS=100
SERVER4=10.20.0.2
SERVER6=fd20::2
CLIENT_PORT=51821
GATEWAY_PORT=51822
FIGURES=$LAB_DIR/figures # a line of JSON for every engine
export ENGINE_LOG_LEVEL=info

# ---- words on the screen ----------------------------------------------------

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
	BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' DIM=$'\e[2m' PLAIN=$'\e[0m'
else
	BOLD='' GREEN='' RED='' DIM='' PLAIN=''
fi

title() { printf '\n%s%s%s\n' "$BOLD" "$1" "$PLAIN"; }
quote() { sed "s/^/    $DIM/; s/\$/$PLAIN/"; }
ok() {
	RESULT_OK=$((RESULT_OK + 1))
	printf '  %sok%s      %s\n' "$GREEN" "$PLAIN" "$1"
}
not_ok() {
	RESULT_FAILED=$((RESULT_FAILED + 1))
	printf '  %sfailed%s  %s: %s\n' "$RED" "$PLAIN" "$1" "$2"
}

drawing() {
	cat <<-'END'

		  client                     router                        gateway                server
		  192.0.2.10  ─────────  .1 [forwards] .1  ─────────  198.51.100.2            10.20.0.2
		  2001:db8:1::10          knows nothing               2001:db8:2::2  ───────  fd20::2
		  10.8.0.2    ════════════  the tunnel  ════════════  10.8.0.1                (plain host)
		  fd08::2                                             fd08::1
	END
}

# ---- the stage --------------------------------------------------------------

stage() {
	lab_host client && lab_router router && lab_router gateway && lab_host server || return
	lab_join client eth0 "192.0.2.10/24 2001:db8:1::10/64" router west "192.0.2.1/24 2001:db8:1::1/64" || return
	lab_join gateway eth0 "198.51.100.2/24 2001:db8:2::2/64" router east "198.51.100.1/24 2001:db8:2::1/64" || return
	lab_join gateway lan0 "10.20.0.1/24 fd20::1/64" server eth0 "$SERVER4/24 $SERVER6/64" || return
	ip_in client route add default via 192.0.2.1
	ip_in client route add default via 2001:db8:1::1
	ip_in gateway route add default via 198.51.100.1
	ip_in gateway route add default via 2001:db8:2::1
	ip_in server route add default via 10.20.0.1
	ip_in server route add default via fd20::1
	check "the router carries packets between client and gateway" ping_ok client 198.51.100.2
	check_fails "the client cannot reach the server behind the gateway" ping_once client "$SERVER4"
}

configure() {
	local client_key gateway_key psk
	client_key=$(wg genkey) gateway_key=$(wg genkey) psk=$(wg genpsk)
	engine_config vpn-client <<-END
		[Interface]
		PrivateKey = $client_key
		ListenPort = $CLIENT_PORT
		Address = 10.8.0.2/24, fd08::2/64
		MTU = 1420
		Uplinks = eth0

		[Peer]
		PublicKey = $(wg pubkey <<<"$gateway_key")
		PresharedKey = $psk
		AllowedIPs = 10.8.0.1/32, fd08::1/128, 10.20.0.0/24, fd20::/64
		Endpoint = 198.51.100.2:$GATEWAY_PORT
	END
	engine_config vpn-gateway <<-END
		[Interface]
		PrivateKey = $gateway_key
		ListenPort = $GATEWAY_PORT
		Address = 10.8.0.1/24, fd08::1/64
		MTU = 1420
		Uplinks = eth0

		[Peer]
		PublicKey = $(wg pubkey <<<"$client_key")
		PresharedKey = $psk
		AllowedIPs = 10.8.0.2/32, fd08::2/128
	END
}

# ---- the acts ---------------------------------------------------------------

# The first packet to the server makes the handshake; the router watches it pass.
handshake() {
	local begin watcher file=$LAB_LOGS/router-west.pcap
	lab_capture router west "udp and (udp[8] = 1 or udp[8] = 2 or udp[8] = 4)" && watcher=$LAB_CAPTURE
	begin=$(now_ms)
	check "the first packet to the server makes the handshake, and is answered" \
		wait_until 10 ping_once client "$SERVER4" 5
	HANDSHAKE_MS=$(($(now_ms) - begin))
	lab_stop "$watcher"
	tcpdump -n -t -r "$file" 2>/dev/null | head -n 4 |
		sed 's/length 148/148 bytes: handshake initiation/; s/length 92/92 bytes: handshake response/; s/UDP, length/data,/; s/UDP, //' | quote
}

act() { # ENGINE
	local rtt4 tcp
	title "$1"
	configure
	check "the gateway is up" engine_up "$1" gateway vpn-gateway || return
	check "the client is up" engine_up "$1" client vpn-client || return
	handshake
	check "ping to the server over IPv4" ping_ok client "$SERVER4"
	check "ping to the server over IPv6" ping_ok client "$SERVER6"
	check "the server reaches the client" ping_ok server 10.8.0.2
	rtt4=$(measure_rtt client "$SERVER4" "$PINGS")
	if tcp=$(measure_tcp client server "$SERVER4" "$SECONDS_TCP"); then
		ok "TCP for $SECONDS_TCP s: $(jq -r '"\(.mbits | round) Mbit/s, \(.cpu_s * 10 | round / 10) CPU seconds"' <<<"$tcp")"
	else
		not_ok "TCP for $SECONDS_TCP s" "iperf3 failed"
		tcp='{}'
	fi
	session "$1"
	jq -c -n --arg engine "$1" --argjson handshake "$HANDSHAKE_MS" --argjson rtt "$rtt4" --argjson tcp "$tcp" \
		'{ engine: $engine, first_answer_ms: $handshake, rtt_ms: $rtt.rtt_ms, tcp_mbits: $tcp.mbits,
		   tcp_cpu_s: $tcp.cpu_s, cpu_s_per_gb: $tcp.cpu_s_per_gb }' >>"$FIGURES"
	check "both ends are down again" act_down
}

act_down() { engine_down vpn-client && engine_down vpn-gateway; }

# The session as the engine's own command shows it.
session() {
	if [[ $1 == jvpn ]]; then
		printf '\n    jvpn-ctl status, on the gateway:\n'
		engine_ctl vpn-gateway status 2>&1 | quote
	else
		printf '\n    wg show, on the gateway:\n'
		wg show vpn-gateway | quote
	fi
}

table() {
	title "In figures"
	jq -r -s '
		def n($d): if . == null then "-" else (. * pow(10; $d) | round / pow(10; $d) | tostring) end;
		["", map(.engine)[]],
		["first answer, ms", map(.first_answer_ms | n(0))[]],
		["round trip (median), ms", map(.rtt_ms | n(3))[]],
		["TCP, one stream, Mbit/s", map(.tcp_mbits | n(0))[]],
		["CPU seconds per gigabyte", map(.cpu_s_per_gb | n(1))[]] | join("\t")' "$FIGURES" |
		awk -F '\t' '{ printf "  %-26s", $1; for (i = 2; i <= NF; i++) printf "%16s", $i; print "" }'
	printf '\n  %sclient, router, gateway, server and both ends of the traffic share %s cores of\n  one machine: compare the columns, not other machines.%s\n' \
		"$DIM" "$(nproc)" "$PLAIN"
}

figures_json() {
	[[ -n ${DEMO_JSON:-} ]] || return 0
	jq -s --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg kernel "$(uname -r)" --argjson cores "$(nproc)" \
		--argjson failed "$RESULT_FAILED" \
		'{ date: $date, kernel: $kernel, cores: $cores, ok: ($failed == 0), failed: $failed, engines: . }' \
		"$FIGURES" >"$DEMO_JSON" || not_ok "$DEMO_JSON" "cannot be written"
}

printf '%sjvpn: a demonstration%s\n' "$BOLD" "$PLAIN"
drawing
title "The stage"
stage || exit
: >"$FIGURES"
for engine in $ENGINES; do act "$engine"; done
table
figures_json
if [[ $RESULT_FAILED -eq 0 ]]; then printf '\n  %severything worked%s\n' "$GREEN" "$PLAIN"; fi
