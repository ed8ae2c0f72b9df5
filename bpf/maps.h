/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The maps of the data plane. Keys, values and who writes them: include/jvpn/maps.h.
 * Weak, because every door includes them and the linked data plane has each once.
 * All but `stage` are pinned by the controller under the interface's name.
 */
#ifndef JVPN_BPF_MAPS_H
#define JVPN_BPF_MAPS_H

#include "jvpn/event.h"
#include "jvpn/maps.h"
#include <bpf/bpf_helpers.h>

/* What this data plane is: its ABI, its devices, its port. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct jvpn_meta);
} meta __weak SEC(".maps");

/* Session id -> its paths, its send word, its key word. Not preallocated: memory follows use. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, JVPN_SESSIONS_MAX);
	__type(key, __u64);
	__type(value, struct jvpn_session);
} sessions __weak SEC(".maps");

/* Our receiver index -> session, keys, send counter, replay window. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, JVPN_KEYPAIRS_MAX);
	__type(key, __u32);
	__type(value, struct jvpn_keypair);
} keypairs __weak SEC(".maps");

/* AllowedIPs: chooses the peer on the way out, verifies the inner source on the way in. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, JVPN_ROUTES_MAX);
	__type(key, struct jvpn_prefix_v4);
	__type(value, struct jvpn_route);
} routes_v4 __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, JVPN_ROUTES_MAX);
	__type(key, struct jvpn_prefix_v6);
	__type(value, struct jvpn_route);
} routes_v6 __weak SEC(".maps");

/* Slot -> packets, bytes and times of a session: the controller maps it into its memory. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, JVPN_SESSIONS_MAX);
	__type(key, __u32);
	__type(value, struct jvpn_counters);
} counters __weak SEC(".maps");

/* Handshake messages: one token bucket a source, the least recent forgotten first. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, JVPN_ADMISSION_MAX);
	__type(key, struct jvpn_ip);
	__type(value, struct jvpn_bucket);
} admission __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, JVPN_UPLINKS_MAX);
	__type(key, __u32);
	__type(value, struct jvpn_uplink);
} uplinks __weak SEC(".maps");

/* Entry 0: the tunnel's data-plane end, out of which opened packets arrive at the tunnel. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} delivery __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, JVPN_EVENTS_BYTES);
} events __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, JVPN_DROP_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} drops __weak SEC(".maps");

/* One event with its packet, on the way into the ring buffer. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct jvpn_event_staged);
} stage __weak SEC(".maps");

#endif
