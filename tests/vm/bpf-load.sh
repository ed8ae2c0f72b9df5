#!/bin/bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Puts BPF objects before this kernel's verifier; prints what it says of those it refuses.
#
#   run KERNEL bpf-load.sh build/bpf/*.bpf.o
set -euo pipefail
shopt -s nullglob

objects=(*.o)
((${#objects[@]})) || { echo "FAIL: no object to load"; exit 1; }
log=$(mktemp)
refused=0
for object in "${objects[@]}"; do
    if bpftool prog loadall "$object" "/sys/fs/bpf/${object%%.*}" 2>"$log"; then
        echo "ok: $object"
    else
        refused=$((refused + 1))
        echo "FAIL: $object"
        grep -vE '^(Warning|If it used)' "$log" | tail -n 30 | cut -c1-160
    fi
done
((refused == 0))
