#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The laboratory keeps its promise: interrupted at any point, by whatever signal, it leaves no
# process, no namespace, no file; and two runs do not see each other.
#
#   this test ──▶ demo.sh (its own namespaces inside ours) ◀── SIGINT, SIGTERM, SIGHUP, SIGKILL
#
# test_lab.sh [ENGINE]

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"

ENGINE=${1:-jvpn}
DEMO=$LAB_ROOT/tests/demo/demo.sh
export TMPDIR=$LAB_DIR/tmp # where the runs under test make their directories
mkdir "$TMPDIR"

# Our process namespace holds us, our children, and everything the run has started.
strangers() { pgrep -lx 'wireguard-go|jvpnd|iperf3|tcpdump|ping|unshare|demo.sh'; }
no_strangers() { ! strangers; }
nothing_in_tmp() { [[ -z $(ls -A "$TMPDIR") ]]; }
no_namespaces() { [[ -z $(ip netns list) ]]; }
no_devices() { ! ip -br link | grep -E 'vpn-|eth0@|west|east|lan0'; }

demo_start() { # LOG
	DEMO_ENGINES=$ENGINE env --default-signal=INT setsid "$DEMO" >"$LAB_LOGS/$1" 2>&1 </dev/null &
	LAB_PID=$!
	LAB_PIDS+=("$LAB_PID")
}

# Interrupts a demonstration as soon as it has printed WORDS.
interrupted_at() { # SIGNAL WORDS
	local name="SIG$1 at '$2'" log="demo-$1-${2//[^A-Za-z0-9]/}.log" code
	demo_start "$log"
	check "$name: gets that far" wait_until 30 grep -q -- "$2" "$LAB_LOGS/$log"
	kill "-$1" -- "-$LAB_PID"
	wait "$LAB_PID" 2>/dev/null
	code=$?
	check_number "$name: is no success" "$code" -ne 0
	check "$name: no process is left" wait_until 5 no_strangers
	check "$name: no namespace is left" no_namespaces
	check "$name: no device is left" no_devices
	# Nobody can tidy up after SIGKILL; the kernel has, except for the directory.
	[[ $1 == KILL ]] || check "$name: no file is left" nothing_in_tmp
	rm -rf "${TMPDIR:?}"/*
}

test_two_at_once() {
	local first second
	demo_start two-1.log && first=$LAB_PID
	demo_start two-2.log && second=$LAB_PID
	check "two at once: the first succeeds" wait "$first"
	check "two at once: the second succeeds" wait "$second"
	check "two at once: no process is left" wait_until 5 no_strangers
	check "two at once: no file is left" nothing_in_tmp
}

test_result() {
	check_fails "a script in which nothing ran fails" bash -c ". $LAB_HERE/lab.sh"
	check_fails "a failed check fails the script" bash -c ". $LAB_HERE/lab.sh; check x false"
	check_fails "an engine nobody knows is an error" bash -c ". $LAB_HERE/lab.sh; lab_host a; check x engine_up frob a t"
}

for words in 'The stage' 'carries packets' 'the gateway is up' 'is answered' 'over IPv6'; do
	interrupted_at INT "$words"
done
interrupted_at TERM 'the server reaches the client' # TCP is running
interrupted_at HUP 'TCP for'
interrupted_at KILL 'the server reaches the client'
test_result
test_two_at_once
