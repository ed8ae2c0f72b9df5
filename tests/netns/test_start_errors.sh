#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A start that cannot succeed says why in one clear line, ends with 1 (or 2 for usage), and
# leaves the host exactly as it was.
#
#   left   eth0 192.0.2.1 ──────── eth0 192.0.2.2  right
#   jvpnd is started on left only, with one thing wrong at a time
#
# test_start_errors.sh

# shellcheck source-path=SCRIPTDIR source=lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source-path=SCRIPTDIR source=pair.sh
. "$LAB_HERE/pair.sh"
# shellcheck source-path=SCRIPTDIR source=footprint.sh
. "$LAB_HERE/footprint.sh"

# refused NAME PATTERN CODE COMMAND...: with code 2 the usage may follow the line.
refused() {
	local name=$1 pattern=$2 expected=$3 code
	shift 3
	footprint left >"$LAB_DIR/before"
	in_host left timeout -k 5 15 "$@" >"$LAB_DIR/said" 2>&1 </dev/null
	code=$?
	check_equal "$name: exit code" "$code" "$expected"
	[[ $expected -eq 2 ]] || check_equal "$name: says one line" "$(grep -c . "$LAB_DIR/said")" 1
	if head -n 1 "$LAB_DIR/said" | grep -Eiq -- "$pattern"; then
		ok "$name: says why"
	else
		not_ok "$name: says why" "'$(head -n 1 "$LAB_DIR/said")' does not match /$pattern/"
	fi
	wait_until 3 footprint_same left "$LAB_DIR/before"
	check "$name: nothing left behind" footprint_same left "$LAB_DIR/before"
}

# Each start is refused in the foreground and as a daemon alike.
refused_start() { # NAME PATTERN
	refused "$1" "$2" 1 "$ENGINE_JVPND" -f --log-level error --config "$(engine_file tun-l)" tun-l
	refused "$1, as a daemon" "$2" 1 "$ENGINE_JVPND" --log-level error --config "$(engine_file tun-l)" tun-l
}

# with SED-SCRIPT: the pair's left configuration, changed.
with() { pair_config left | sed -E "$1" | engine_config tun-l; }

test_usage() {
	refused "no arguments" 'usage|interface' 2 "$ENGINE_JVPND"
	refused "unknown option" 'option|usage|--frobnicate' 2 "$ENGINE_JVPND" --frobnicate tun-l
	refused "a name too long for a device" 'long|name|interface' 2 "$ENGINE_JVPND" -f tunnel-with-a-name
	refused "a name that is a path" 'name|interface' 2 "$ENGINE_JVPND" -f ../tun
	refused "no such file" 'nowhere\.conf' 1 "$ENGINE_JVPND" -f --config /nowhere.conf tun-l
}

test_configuration() {
	local file
	file=$(engine_file tun-l)
	with 's/^MTU = .*/Frobnicate = 1/' && refused_start "unknown key" "$file:5.*Frobnicate"
	with 's/^MTU = .*/MTU = 99/' && refused_start "value out of bounds" "$file:5.*MTU.*576"
	with 's/^ListenPort = .*/ListenPort = 65536/' && refused_start "port out of bounds" "$file:3.*ListenPort"
	with 's/^(MTU = .*)/\1\nMTU = 1400/' && refused_start "duplicate" "$file:6.*MTU"
	with 's/^PrivateKey = .*/PrivateKey = aGVsbG8=/' && refused_start "a key too short" "$file:2.*PrivateKey"
	with '/^PrivateKey/d' && refused_start "no private key" 'PrivateKey'
	with 's/^AllowedIPs = .*/AllowedIPs = 10.8.0.300\/32/' && refused_start "not an address" "$file:11.*AllowedIPs"
	with 's/^Endpoint = .*/Endpoint = 192.0.2.2/' && refused_start "endpoint without a port" "$file:12.*Endpoint"
	with 's/^\[Peer\]/[Frobnicate]/' && refused_start "unknown section" "$file:8.*Frobnicate"
}

test_key_file() {
	printf '%s\n' "$PAIR_LEFT_KEY" >"$LAB_DIR/key"
	chmod 0644 "$LAB_DIR/key"
	with "s|^PrivateKey = .*|PrivateKeyFile = $LAB_DIR/key|"
	refused_start "key file that others may read" "$LAB_DIR/key"
	chmod 0600 "$LAB_DIR/key"
	check "key file of mode 0600: accepted" engine_up jvpn left tun-l
	check "key file of mode 0600: ends" engine_down tun-l
	rm "$LAB_DIR/key"
	refused_start "key file that is not there" "$LAB_DIR/key"
}

# As a user without privileges, who may read everything he needs.
test_not_root() {
	chmod 0755 "$LAB_DIR"
	with ''
	chown nobody "$(engine_file tun-l)"
	if ! setpriv --reuid=nobody --regid=nogroup --clear-groups test -x "$ENGINE_JVPND"; then
		skip "not root" "user nobody may not reach $ENGINE_JVPND"
		return
	fi
	refused "not root" 'root|privilege|CAP_|permi' 1 \
		setpriv --reuid=nobody --regid=nogroup --clear-groups \
		"$ENGINE_JVPND" -f --log-level error --config "$(engine_file tun-l)" tun-l
	chmod 0700 "$LAB_DIR"
}

test_places_taken() {
	with ''
	lab_start left taker.log nc -u -l "$PAIR_LEFT_PORT"
	wait_until 5 listens left u "$PAIR_LEFT_PORT"
	refused_start "port in use" "$PAIR_LEFT_PORT|in use"
	lab_stop "$LAB_PID"

	ip_in left link add tun-l type bridge
	refused_start "a device of that name exists" 'tun-l'
	ip_in left link delete tun-l

	with 's/^Uplinks = .*/Uplinks = nosuch0/'
	refused_start "unknown uplink" 'nosuch0'

	with ''
	in_host left ip link set dev eth0 xdp obj "$(lab_tool pass.bpf)" sec xdp
	refused_start "another XDP program on the uplink" 'eth0.*XDP|XDP.*eth0'
	check "another XDP program on the uplink: still there" engine_xdp left eth0
	in_host left ip link set dev eth0 xdp off
}

test_pins_of_others() {
	mkdir -p /sys/fs/bpf/jvpn/tun-l
	bpftool map create /sys/fs/bpf/jvpn/tun-l/meta type array key 4 value 8 entries 1 name meta
	with ''
	refused_start "pinned state of another version" 'ABI|version|pinned|meta'
	check "pinned state of another version: untouched" test -e /sys/fs/bpf/jvpn/tun-l/meta
	rm -r /sys/fs/bpf/jvpn
}

# The first instance is not disturbed by the second.
test_second_instance() {
	check "second instance: the first is up" pair_up
	check "second instance: ping" ping_ok left 10.8.0.2
	refused_start "second instance" 'tun-l.*(running|use|exist)|already'
	check "second instance: ping after it" ping_ok left 10.8.0.2
	check "second instance: the first lives" engine_alive tun-l
	pair_down
}

lab_two_hosts || exit
pair_needs_jvpn "start errors" || exit 0
test_usage
test_configuration
test_key_file
test_not_root
test_places_taken
test_pins_of_others
test_second_instance
check "after all of it: tunnel up" pair_up
check "after all of it: ping" ping_ok left 10.8.0.2
