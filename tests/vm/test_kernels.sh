#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernels of kernels.tsv, each: the data plane loads, two jvpnd carry a ping between
# two namespaces, and jvpnd works with that kernel's own WireGuard in both roles.
#
# test_kernels.sh

set -u
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
status=0

one() { # KERNEL SCRIPT [FILE...]
	local kernel=$1 script=$2 output code
	shift 2
	output=$("$HERE/run" -t 240 "$kernel" "$HERE/$script.sh" "$@" 2>"$ROOT/build/test-logs/vm-$kernel-$script.err")
	code=$?
	if ((code == 77)); then
		echo "skip $kernel $script: ${output#SKIP: }"
	elif ((code == 0)); then
		sed -n "s/^ok: /ok $kernel $script: /p" <<<"$output"
	else
		echo "not ok $kernel $script: exit status $code"
		{ echo "$output"; tail -n 40 "$ROOT/build/test-logs/vm-$kernel-$script.err"; } | sed 's/^/# /'
		status=1
	fi
}

mkdir -p "$ROOT/build/test-logs"
for kernel in $(grep -v '^#' "$HERE/kernels.tsv" | cut -f1); do
	one "$kernel" bpf-load "$ROOT/build/bpf/dataplane.bpf.o" "$ROOT/build/bpf/aead_vector.bpf.o"
	one "$kernel" jvpn-pair
	one "$kernel" jvpn-wireguard
done
exit $status
