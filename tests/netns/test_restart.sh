#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# One side ends and starts again under traffic; traffic resumes by itself, within the
# protocol's own timers.
#
#   left  tun-l ══ a flow that left sends and right echoes ══ tun-r  right
#         eth0 ─────────────────────────────────────────────── eth0
#
# test_restart.sh [LEFT-ENGINE [RIGHT-ENGINE]]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

# The restarted side has something to send: it makes the handshake at once, or one REKEY_TIMEOUT later.
SENDER_RESUMES_S=7
# The restarted side is silent: the other one notices after KEEPALIVE_TIMEOUT + REKEY_TIMEOUT
# = 15 s without an answer, and may need a second attempt.
RECEIVER_RESUMES_S=22

restart() { # NAME INTERFACE UP-FUNCTION SECONDS
	local before
	check "$1: a flow begins" flow_start steady left 10.8.0.2 200
	check "$1: ends" engine_down "$2"
	before=$(now_ms)
	check "$1: starts again" "$3"
	check "$1: traffic resumes within $4 s" flow_passes steady 50 "$4"
	echo "# $1: after $(($(now_ms) - before)) ms"
	flow_stop steady
	check "$1: ping both ways" ping_ok right 10.8.0.1
}

lab_two_hosts && echo_up right || exit
check "tunnel up" pair_up
restart "the sending side" tun-l pair_up_left "$SENDER_RESUMES_S"
restart "the receiving side" tun-r pair_up_right "$RECEIVER_RESUMES_S"

# A gateway that does not know where its client is waits for it.
pair_down
PAIR_KNOWS=left
check "gateway without endpoints: tunnel up" pair_up
restart "gateway without endpoints" tun-r pair_up_right "$RECEIVER_RESUMES_S"
