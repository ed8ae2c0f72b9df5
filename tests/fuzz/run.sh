#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each fuzzer for FUZZ_SECONDS (15) on its corpus; a crash, a leak or a hang fails, and the
# input is kept in build/fuzz/.

set -u
cd "$(dirname "$0")/../.." || exit 1
status=0
for fuzzer in build/fuzz/fuzz_*; do
	[[ -x $fuzzer ]] || continue
	name=$(basename "$fuzzer")
	corpus=tests/fuzz/corpus/${name#fuzz_}
	work=build/fuzz/work/$name
	mkdir -p "$work" "$corpus"
	if "$fuzzer" -max_total_time="${FUZZ_SECONDS:-15}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build/fuzz/$name-" "$work" "$corpus" >"build/fuzz/$name.log" 2>&1; then
		echo "ok $name: $(grep -a number_of_executed_units "build/fuzz/$name.log" | tr -dc 0-9) inputs"
	else
		echo "not ok $name: $(grep -aE 'ERROR|SUMMARY' "build/fuzz/$name.log" | tail -n 1)"
		status=1
	fi
done
exit $status
