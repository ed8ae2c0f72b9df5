/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The session a packet belongs to: may it send, may it receive, and what it counts.
 * A session's record is changed by swap.bpf.c; the one exception is the key word,
 * which the first packet under a responder's new key pair moves on (paper, section 6.3).
 */
#ifndef JVPN_BPF_SESSION_H
#define JVPN_BPF_SESSION_H

#include "verdict.h"

static __always_inline enum verdict session_find(__u64 id, __u64 now, struct jvpn_session **ret_session)
{
	struct jvpn_session *session = bpf_map_lookup_elem(&sessions, &id);
	if (!session || session->state == JVPN_STATE_TERMINATED)
		return DROP(session_gone);
	if (session->deadline_ns && now > session->deadline_ns)
		return DROP(session_expired);
	*ret_session = session;
	return GO_ON;
}

static __always_inline struct jvpn_counters *session_counters(const struct jvpn_session *session)
{
	__u32 slot = session->slot;
	return bpf_map_lookup_elem(&counters, &slot);
}

static __always_inline void session_count_received(struct jvpn_counters *count, __u32 bytes, __u64 now)
{
	count->last_rx_data_ns = now;
	__sync_fetch_and_add(&count->rx_packets, 1);
	__sync_fetch_and_add(&count->rx_bytes, bytes);
}

static __always_inline void session_count_sent(struct jvpn_counters *count, __u32 bytes, __u64 counter, __u64 now)
{
	count->last_tx_ns = now;
	count->send_counter = counter;
	if (!bytes)
		return;
	count->last_tx_data_ns = now;
	__sync_fetch_and_add(&count->tx_packets, 1);
	__sync_fetch_and_add(&count->tx_bytes, bytes);
}

/* True for the one packet that confirmed the key pair: exactly one CPU wins. */
static __always_inline bool session_confirm_key(struct jvpn_session *session, __u32 index)
{
	__u64 keys = *(volatile __u64 *)&session->keys;
	if (JVPN_KEYS_NEXT(keys) != index)
		return false;
	return __sync_val_compare_and_swap(&session->keys, keys, JVPN_KEYS(index, 0)) == keys;
}

#endif
