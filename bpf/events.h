/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the data path tells the controller. A full ring loses the record and nothing
 * else. Kinds that traffic could repeat are spaced per session.
 */
#ifndef JVPN_BPF_EVENTS_H
#define JVPN_BPF_EVENTS_H

#include "bounds.h"
#include "packet.h"

#define MILLISECOND_NS 1000000ull

/*
 * So many at once, then one a spacing (a leaky bucket kept as one time: when it will be
 * empty). A time further ahead than a full bucket and another CPU's clock reach is stale.
 */
#define EVENT_STALE_NS 1000000000ull

static __always_inline bool event_is_due(__u64 *empty_at, __u64 now, __u64 spacing, __u32 burst)
{
	__u64 at = *empty_at;
	if (at < now || at - now > spacing * burst + EVENT_STALE_NS)
		at = now;
	if (at - now > spacing * (burst - 1))
		return false;
	*empty_at = at + spacing;
	return true;
}

static __noinline void event_key_confirmed(const struct jvpn_session *session, __u32 index, __u64 now)
{
	struct jvpn_event event = {
		.kind = JVPN_EVENT_KEY_CONFIRMED,
		.index = index,
		.session = session->id,
		.peer = session->peer,
		.at_ns = now,
	};
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
}

static __noinline void event_path_seen(const struct jvpn_session *session, struct jvpn_counters *count,
				       const struct packet *packet, __u32 ifindex, __u64 now)
{
	if (!event_is_due(&count->path_seen_ns, now, JVPN_EVENT_SPACING_MS * MILLISECOND_NS, 1))
		return;
	struct jvpn_event event = {
		.kind = JVPN_EVENT_PATH_SEEN,
		.index = packet->index,
		.session = session->id,
		.peer = session->peer,
		.at_ns = now,
		.ifindex = ifindex,
		.local = packet->local,
		.remote = packet->remote,
		.remote_port = packet->remote_port,
		.family = packet->family,
	};
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
}

/*
 * The packet goes along, to be sent when the handshake it asks for is done. True: it is in
 * the controller's hands. One that does not fit still asks for the handshake.
 */
static __noinline bool event_need_key(struct __sk_buff *skb, __u64 session, __u32 peer, __u32 text_at, __u32 text_bytes)
{
	__u32 zero = 0;
	struct jvpn_event_staged *staged = bpf_map_lookup_elem(&stage, &zero);
	if (!staged)
		return false;
	__builtin_memset(&staged->event, 0, sizeof(staged->event));
	staged->event.kind = JVPN_EVENT_NEED_KEY;
	staged->event.session = session;
	staged->event.peer = peer;
	staged->event.at_ns = bpf_ktime_get_ns();
	__u64 bytes = text_bytes;
	if (is_within(bytes, 1, JVPN_STAGED_TEXT_MAX_BYTES) && !bpf_skb_load_bytes(skb, text_at, staged->text, bytes))
		staged->event.text_bytes = text_bytes;
	bytes = sizeof(staged->event) + staged->event.text_bytes;
	if (!is_within(bytes, sizeof(staged->event), sizeof(*staged)) || bpf_ringbuf_output(&events, staged, bytes, 0))
		return false;
	return staged->event.text_bytes;
}

#endif
