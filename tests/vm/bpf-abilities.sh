#!/bin/bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Prints which BPF abilities each kernel has: a line an ability, a column a kernel, the host's last.
#
#   bpf-abilities.sh [KERNEL...]       all of kernels.tsv without arguments
#
# Exit: 0 every kernel answered, 1 one failed, 77 `SKIP: why` for one that could not be asked.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export JVPN_VM_DIR=${JVPN_VM_DIR:-$here/../../build/vm}
program=$JVPN_VM_DIR/bpf-abilities
mkdir -p "$JVPN_VM_DIR"
cc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$program" "$here/bpf-abilities.c" -lbpf

(($#)) || mapfile -t kernels < <(grep -v '^#' "$here/kernels.tsv" | cut -f1)
(($# == 0)) || kernels=("$@")
for kernel in "${kernels[@]}"; do
    status=0
    "$here/run" "$kernel" "$program" >"$program.$kernel" || status=$?
    if ((status)); then cat "$program.$kernel"; exit "$status"; fi
done
unshare --net "$program" >"$program.host"

{
    printf 'ability'
    printf '\t%s' "${kernels[@]}" "$(uname -r)"
    printf '\n'
    awk -F'\t' '{ line[FNR] = FNR == NR ? $0 : line[FNR] FS $2 } END { for (i = 1; i <= FNR; i++) print line[i] }' \
        "${kernels[@]/#/$program.}" "$program.host"
} | column -t -s $'\t'
