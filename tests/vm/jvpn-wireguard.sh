#!/bin/bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# jvpnd against the kernel's WireGuard, in both roles, with a preshared key.
# needs: tests/vm/two-ends.sh build/jvpnd
set -euo pipefail
# shellcheck source=tests/vm/two-ends.sh
. ./two-ends.sh

# try BEGINNER OTHER-END: east is the one that begins
try() {
    configure east "$shared" 192.0.2.2:51822
    configure west "$shared"
    "$2" west
    "$1" east
    both_reach east
    remove_end east
    remove_end west
}

lay_cable
new_keys

configure east "$(wg genpsk)" 192.0.2.2:51822
configure west "$shared"
kernel_end west
jvpn_end east
if eventually 7 reach east 10.8.0.2; then die "a tunnel came up though the preshared keys differ"; fi
remove_end east
remove_end west
ok "different preshared keys: no tunnel"

try jvpn_end kernel_end
ok "jvpn begins, WireGuard answers"
try kernel_end jvpn_end
ok "WireGuard begins, jvpn answers"
