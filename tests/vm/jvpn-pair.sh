#!/bin/bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# jvpnd at both ends: the data plane loads on this kernel and carries a tunnel.
# needs: tests/vm/two-ends.sh build/jvpnd
set -euo pipefail
# shellcheck source=tests/vm/two-ends.sh
. ./two-ends.sh

lay_cable
new_keys

configure east "$shared" 192.0.2.2:51822
configure west "$shared"
jvpn_end west
jvpn_end east
both_reach east
ok "jvpn to jvpn over IPv4"
remove_end east

configure east "$shared" '[2001:db8::2]:51822'
jvpn_end east
both_reach east
ok "jvpn to jvpn over IPv6"

remove_end east
remove_end west
if compgen -G '/sys/fs/bpf/jvpn/*' >/dev/null; then die "left behind: $(find /sys/fs/bpf/jvpn)"; fi
ok "nothing left behind"
