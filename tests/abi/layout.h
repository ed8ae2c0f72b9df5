/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every struct of include/jvpn/ and its members, by name. The offsets are not written here:
 * the compiler tells them, and test_abi.c compares them with what clang told the kernel.
 *
 *   LAYOUT_STRUCTS(S)     S(name, IN_BTF or STACK_ONLY)
 *   LAYOUT_name(M, name)  M(name, member), all of them, in their order
 *
 * STACK_ONLY: the data plane handles it only as a local variable, or only its size, so clang
 * leaves it out of the BTF. It is compared as soon as it appears there.
 */
#ifndef JVPN_TESTS_LAYOUT_H
#define JVPN_TESTS_LAYOUT_H

#define LAYOUT_STRUCTS(S) \
	S(jvpn_ip, IN_BTF) \
	S(jvpn_meta, IN_BTF) \
	S(jvpn_path, IN_BTF) \
	S(jvpn_session, IN_BTF) \
	S(jvpn_replay, IN_BTF) \
	S(jvpn_keypair, IN_BTF) \
	S(jvpn_counters, IN_BTF) \
	S(jvpn_prefix_v4, IN_BTF) \
	S(jvpn_prefix_v6, IN_BTF) \
	S(jvpn_route, IN_BTF) \
	S(jvpn_bucket, IN_BTF) \
	S(jvpn_uplink, IN_BTF) \
	S(jvpn_event, IN_BTF) \
	S(jvpn_event_staged, IN_BTF) \
	S(jvpn_swap, IN_BTF) \
	S(jvpn_message_data, IN_BTF) \
	S(jvpn_frame, STACK_ONLY) \
	S(jvpn_message_macs, STACK_ONLY) \
	S(jvpn_message_initiation, STACK_ONLY) \
	S(jvpn_message_response, STACK_ONLY) \
	S(jvpn_message_cookie, STACK_ONLY)

#define LAYOUT_jvpn_ip(M, s) \
	M(s, bytes) \
	M(s, words)
#define LAYOUT_jvpn_meta(M, s) \
	M(s, abi_version) \
	M(s, session_bytes) \
	M(s, keypair_bytes) \
	M(s, counters_bytes) \
	M(s, tunnel_ifindex) \
	M(s, delivery_ifindex) \
	M(s, listen_port) \
	M(s, pad) \
	M(s, fwmark) \
	M(s, created_ms) \
	M(s, public_key) \
	M(s, interface)
#define LAYOUT_jvpn_path(M, s) \
	M(s, local) \
	M(s, remote) \
	M(s, remote_port) \
	M(s, state) \
	M(s, family) \
	M(s, ifindex) \
	M(s, mtu) \
	M(s, id) \
	M(s, name)
#define LAYOUT_jvpn_session(M, s) \
	M(s, word) \
	M(s, keys) \
	M(s, id) \
	M(s, created_ns) \
	M(s, created_ms) \
	M(s, deadline_ns) \
	M(s, slot) \
	M(s, peer) \
	M(s, key_epoch) \
	M(s, switches) \
	M(s, policy_version) \
	M(s, reason) \
	M(s, state) \
	M(s, kind) \
	M(s, peer_key) \
	M(s, tai64n) \
	M(s, next_path_id) \
	M(s, paths)
#define LAYOUT_jvpn_replay(M, s) \
	M(s, greatest) \
	M(s, words)
#define LAYOUT_jvpn_keypair(M, s) \
	M(s, session) \
	M(s, birth_ns) \
	M(s, send_counter) \
	M(s, peer_index) \
	M(s, initiator) \
	M(s, dead) \
	M(s, pad) \
	M(s, send_key) \
	M(s, receive_key) \
	M(s, received) \
	M(s, replay)
#define LAYOUT_jvpn_counters(M, s) \
	M(s, tx_packets) \
	M(s, tx_bytes) \
	M(s, rx_packets) \
	M(s, rx_bytes) \
	M(s, last_tx_ns) \
	M(s, last_tx_data_ns) \
	M(s, last_rx_ns) \
	M(s, last_rx_data_ns) \
	M(s, path_seen_ns) \
	M(s, staged_ns) \
	M(s, send_counter) \
	M(s, spare)
#define LAYOUT_jvpn_prefix_v4(M, s) \
	M(s, length) \
	M(s, address)
#define LAYOUT_jvpn_prefix_v6(M, s) \
	M(s, length) \
	M(s, address)
#define LAYOUT_jvpn_route(M, s) \
	M(s, session) \
	M(s, staged_ns) \
	M(s, peer) \
	M(s, pad)
#define LAYOUT_jvpn_bucket(M, s) \
	M(s, filled_ns) \
	M(s, tokens_ns)
#define LAYOUT_jvpn_uplink(M, s) \
	M(s, ifindex) \
	M(s, mtu) \
	M(s, native) \
	M(s, pad)
#define LAYOUT_jvpn_event(M, s) \
	M(s, kind) \
	M(s, index) \
	M(s, session) \
	M(s, at_ns) \
	M(s, peer) \
	M(s, ifindex) \
	M(s, local) \
	M(s, remote) \
	M(s, remote_port) \
	M(s, family) \
	M(s, text_bytes)
#define LAYOUT_jvpn_event_staged(M, s) \
	M(s, event) \
	M(s, text)
#define LAYOUT_jvpn_swap(M, s) \
	M(s, op) \
	M(s, result) \
	M(s, session) \
	M(s, version) \
	M(s, present) \
	M(s, slot) \
	M(s, index) \
	M(s, index2) \
	M(s, reason) \
	M(s, state) \
	M(s, pad) \
	M(s, tai64n) \
	M(s, pad2) \
	M(s, path)
#define LAYOUT_jvpn_frame(M, s) \
	M(s, magic) \
	M(s, key) \
	M(s, session) \
	M(s, slot) \
	M(s, text_bytes)
#define LAYOUT_jvpn_message_data(M, s) \
	M(s, type) \
	M(s, receiver) \
	M(s, counter)
#define LAYOUT_jvpn_message_macs(M, s) \
	M(s, mac1) \
	M(s, mac2)
#define LAYOUT_jvpn_message_initiation(M, s) \
	M(s, type) \
	M(s, sender) \
	M(s, ephemeral) \
	M(s, sealed_static) \
	M(s, sealed_timestamp) \
	M(s, macs)
#define LAYOUT_jvpn_message_response(M, s) \
	M(s, type) \
	M(s, sender) \
	M(s, receiver) \
	M(s, ephemeral) \
	M(s, sealed_nothing) \
	M(s, macs)
#define LAYOUT_jvpn_message_cookie(M, s) \
	M(s, type) \
	M(s, receiver) \
	M(s, nonce) \
	M(s, sealed_cookie)

#endif
