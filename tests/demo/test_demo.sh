#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The demonstration does what it says: it ends well, within its minute, writes its figures
# as JSON, and leaves nothing behind, not even when it is interrupted.
#
# test_demo.sh

set -u
cd "$(dirname "$0")/../.." || exit 1
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
status=0

result() { # NAME CONDITION-STATUS WHY
	if (($2 == 0)); then
		echo "ok $1"
	else
		echo "not ok $1: $3"
		status=1
	fi
}

left_behind() { # daemons of a demo; its namespaces, pins and sockets live in a world of its own (test_lab.sh looks there)
	pgrep -af 'jvpnd.*vpn-(client|gateway)'
}

before=$(left_behind)
begin=$SECONDS
DEMO_JSON=$DIR/demo.json NO_COLOR=1 tests/demo/demo.sh >"$DIR/demo.log" 2>&1
result "the demo ends well" $? "$(tail -n 3 "$DIR/demo.log" | tr '\n' ' ')"
[[ $((SECONDS - begin)) -lt 60 ]]
result "in less than a minute" $? "$((SECONDS - begin)) s"
jq -e '.ok and (.engines | length == 2) and all(.engines[]; .tcp_mbits > 0 and .rtt_ms > 0)' "$DIR/demo.json" >/dev/null 2>"$DIR/jq"
result "its figures are JSON" $? "$(head -c 300 "$DIR/demo.json" 2>/dev/null)"
[[ $(left_behind) == "$before" ]]
result "it leaves nothing behind" $? "$(left_behind | tr '\n' ' ')"

NO_COLOR=1 setsid tests/demo/demo.sh >"$DIR/interrupted.log" 2>&1 &
demo=$!
for _ in {1..300}; do
	grep -q 'the gateway is up' "$DIR/interrupted.log" && break
	read -rt 0.1 <> <(:) || :
done
kill -TERM "-$demo" # a background job of a script ignores SIGINT
wait "$demo"
[[ $? -ne 0 ]]
result "interrupted, it does not claim success" $? "exit status 0"
for _ in {1..100}; do
	[[ $(left_behind) == "$before" ]] && break
	read -rt 0.1 <> <(:) || :
done
[[ $(left_behind) == "$before" ]]
result "interrupted, it leaves nothing behind" $? "$(left_behind | tr '\n' ' ')"
exit $status
