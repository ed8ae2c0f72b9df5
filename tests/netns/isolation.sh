# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Runs the script that sources this file a second time, inside its own mount and
# process namespaces, with an empty /run and an empty bpffs.
#
#   caller ── outer (this process: forwards signals, returns the result)
#               └─ unshare ── inner (PID 1: the test itself) ── daemons, clients
#
# What this buys: network namespaces, sockets below /run and pins below
# /sys/fs/bpf are the run's own, so runs work side by side and may use the same
# names; and when the inner process ends, in whatever way, the kernel ends
# everything it started. Nothing here changes the caller's namespaces.

lab_outer() {
	local inner result
	trap '[[ -n ${inner:-} ]] && kill -TERM -- "-$inner" 2>/dev/null' INT TERM HUP
	LAB_INSIDE=$$ setpriv --pdeathsig KILL env --default-signal=INT,QUIT \
		setsid unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
		bash "$0" "$@" <&0 &
	inner=$!
	while :; do
		wait "$inner"
		result=$?
		kill -0 "$inner" 2>/dev/null || exit "$result"
	done
}

lab_inner() {
	export LAB_ID=$LAB_INSIDE # unique among the runs of this machine
	unset LAB_INSIDE # a script started from here isolates itself again
	mount -t tmpfs -o mode=0755 tmpfs /run || exit 1
	mkdir -p /run/netns /run/wireguard /run/jvpn || exit 1
	mount -t bpf bpf /sys/fs/bpf || exit 1
}

if [[ -n ${LAB_INSIDE:-} ]]; then
	lab_inner
elif [[ $EUID -ne 0 ]]; then
	echo "not ok $(basename "$0"): network namespaces need root"
	exit 1
else
	lab_outer "$@"
fi
