#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jvpnd as a daemon: the command returns when the tunnel is ready and not before, holds on to
# nothing of the terminal it came from, and reads its configuration anew on SIGHUP.
#
#   left  tun-l 10.8.0.1 ═══════════════ tun-r 10.8.0.2  right
#         also 10.8.0.77, allowed later
#
# test_daemon.sh

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"

# As a shell would wait for it: until the command has ended and nobody holds its output any more.
start_daemon() { # HOST INTERFACE
	local said
	ENGINE_KIND[$2]=jvpn ENGINE_HOST[$2]=$1
	said=$(in_host "$1" timeout 15 "$ENGINE_JVPND" --config "$(engine_file "$2")" "$2" 2>&1 </dev/null) || {
		echo "${said:-it did not return}"
		return 1
	}
	# The pid is all we need to end it like any other engine.
	ENGINE_PID[$2]=$(engine_ctl "$2" --json status | jq '.daemon.pid // 0')
	[[ ${ENGINE_PID[$2]} -gt 0 ]] || { echo "it does not tell its pid" && return 1; }
	! grep -Ei 'error|warning' <<<"$said"
}

# Its own session, no terminal, nothing of ours open.
detached() { # INTERFACE
	local pid=${ENGINE_PID[$1]} session
	session=$(ps -o sid= -p "$pid")
	[[ ${session// /} -ne $(ps -o sid= -p $$) ]] || { echo "it is still in our session" && return 1; }
	[[ $(readlink "/proc/$pid/cwd") == / ]] || { echo "it stays in $(readlink "/proc/$pid/cwd")" && return 1; }
	# shellcheck disable=SC2012 # one name a line is what is wanted
	[[ $(readlink "/proc/$pid/fd/"[012] | sort -u) == /dev/null ]] ||
		{ echo "its streams: $(readlink "/proc/$pid/fd/"[012] | tr '\n' ' ')" && return 1; }
}

from_new_address() { in_host left ping -n -c 1 -W 1 -I 10.8.0.77 10.8.0.2; }

test_reload() {
	ip_in left address add 10.8.0.77/24 dev tun-l
	check_fails "before the reload: the new address is refused" from_new_address
	pair_config right | sed -E 's|^(AllowedIPs = .*)|\1, 10.8.0.77/32|' | engine_config tun-r
	engine_signal tun-r HUP
	check "after SIGHUP: the new address passes" wait_until 5 from_new_address

	pair_config right | sed -E 's|^MTU = .*|Frobnicate = 1|' | engine_config tun-r
	engine_signal tun-r HUP
	check "after SIGHUP with a bad file: the daemon lives" ping_ok left 10.8.0.2
	check "after SIGHUP with a bad file: it answers" engine_answers tun-r
	check "after SIGHUP with a bad file: the last valid configuration holds" from_new_address

	pair_config right | engine_config tun-r
	engine_signal tun-r HUP
	check "after SIGHUP with the first file: the address is refused again" wait_until 5 refused_now
}

refused_now() { ! from_new_address; }

lab_two_hosts || exit
pair_needs_jvpn "the daemon" || exit 0
pair_config left | engine_config tun-l
pair_config right | engine_config tun-r
check "right: returns, without a complaint" start_daemon right tun-r
check "left: returns, without a complaint" start_daemon left tun-l
check "the tunnel is ready at once" ping_ok left 10.8.0.2
check "left is detached" detached tun-l
test_reload
check "left ends" engine_down tun-l
check "right ends" engine_down tun-r
