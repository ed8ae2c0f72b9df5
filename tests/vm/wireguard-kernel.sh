#!/bin/bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The kernel's own WireGuard at both ends: proves that the harness carries a tunnel.
# needs: tests/vm/two-ends.sh
set -euo pipefail
# shellcheck source=tests/vm/two-ends.sh
. ./two-ends.sh

lay_cable
new_keys

configure east "$(wg genpsk)" 192.0.2.2:51822
configure west "$shared"
kernel_end east
kernel_end west
if eventually 7 reach east 10.8.0.2; then die "a tunnel came up though the preshared keys differ"; fi
ok "different preshared keys: no tunnel"
remove_end east

configure east "$shared" 192.0.2.2:51822
kernel_end east
both_reach east
ok "kernel to kernel over IPv4"
remove_end east

configure east "$shared" '[2001:db8::2]:51822'
kernel_end east
both_reach east
ok "kernel to kernel over IPv6"
