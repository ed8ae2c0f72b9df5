/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Door 2: from the tunnel, at the ingress of its data-plane end. Chooses the peer by the
 * destination, seals the packet under the session's key pair, wraps it in the addresses
 * of the path that sends, and hands it to the uplink. What no key can seal yet goes to
 * the controller with the packet itself.
 */
#include "jvpn/frame.h"
#include "jvpn/wire.h"

#include "aead.h"
#include "bounds.h"
#include "events.h"
#include "inner.h"
#include "keypair.h"
#include "outer.h"
#include "path.h"
#include "route.h"
#include "session.h"

#define PATH_COPY_ATTEMPTS 4 /* moves of one session during one packet */

/* What is known of one packet on its way out: in a map, because the stack belongs to the AEAD. */
struct departure {
	struct inner inner;
	struct jvpn_path path; /* a copy: one look, one endpoint */
	struct jvpn_message_data data;
	union {
		struct outer_v4 v4;
		struct outer_v6 v6;
	} outer;
	__u64 now;
	__u32 text_at; /* offset of the text in the frame */
	__u32 text_bytes;
	__u32 padded_bytes;
	__u32 key; /* receiver index asked for by a frame; 0: the one that sends */
	__u32 slot;
	struct aead_scratch aead;
};

/* One packet at a time: softirqs do not nest on a CPU, so neither does its use. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct departure);
} departures SEC(".maps");

/* Whom it concerns. */
struct owner {
	struct jvpn_keypair *keypair;
	struct jvpn_session *session;
};

/* The first bytes tell a packet of the stack from a frame of the controller. */
static __always_inline enum verdict load_head(struct __sk_buff *skb, struct departure *out)
{
	if (skb->protocol != bpf_htons(ETHERTYPE_IPV4) && skb->protocol != bpf_htons(ETHERTYPE_IPV6))
		return DROP(not_ip);
	if (skb->len < sizeof(struct ethhdr) + sizeof(struct iphdr))
		return DROP(send_malformed);
	out->text_at = sizeof(struct ethhdr);
	out->text_bytes = skb->len - sizeof(struct ethhdr);
	return GO_ON;
}

static __always_inline bool is_link_scope(const struct inner *inner)
{
	const __u8 *target = inner->target.bytes;
	if (inner->family == 6)
		return target[0] == 0xff && (target[1] & 0xf) <= 2;	/* ff01::, ff02:: (RFC 4291, 2.7) */
	return target[12] == 224 && target[13] == 0 && target[14] == 0; /* 224.0.0.0/24 (RFC 5771) */
}

static __always_inline enum verdict choose_session(struct __sk_buff *skb, struct departure *out, struct owner *owner)
{
	struct jvpn_route *route = route_find(out->inner.family, &out->inner.target);
	if (!route)
		return is_link_scope(&out->inner) ? DROP(link_scope) : DROP(no_route);
	if (route->session)
		return session_find(route->session, out->now, &owner->session);
	if (event_is_due(&route->staged_ns, out->now, JVPN_STAGE_SPACING_MS * MILLISECOND_NS,
			 JVPN_STAGED_PACKETS_MAX) &&
	    event_need_key(skb, 0, route->peer, out->text_at, out->text_bytes))
		return VERDICT_CONSUMED;
	return DROP(no_session);
}

/* A packet of the stack: loaded whole, since its header and its text are wanted alike. */
static __always_inline enum verdict take_packet(struct __sk_buff *skb, struct departure *out, struct owner *owner)
{
	__u64 bytes = out->text_bytes;
	if (bytes > JVPN_TEXT_MAX_BYTES)
		return DROP(too_big);
	if (!is_within(bytes, sizeof(struct iphdr), JVPN_TEXT_MAX_BYTES) ||
	    bpf_skb_load_bytes(skb, sizeof(struct ethhdr), out->aead.text, bytes))
		return DROP(send_malformed);
	if (!inner_parse(out->aead.text, bytes, &out->inner))
		return DROP(send_malformed);
	out->text_bytes = out->inner.bytes;
	out->slot = JVPN_FRAME_ANY_PATH;
	return choose_session(skb, out, owner);
}

/* A frame of the controller: include/jvpn/frame.h. */
static __always_inline enum verdict take_frame(struct __sk_buff *skb, struct departure *out, struct owner *owner)
{
	struct jvpn_frame frame;
	if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &frame, sizeof(frame)))
		return DROP(send_malformed);
	out->text_at += sizeof(frame);
	__u64 bytes = frame.text_bytes;
	if (frame.magic != JVPN_FRAME_MAGIC || bytes > out->text_bytes - sizeof(frame) || bytes > JVPN_TEXT_MAX_BYTES)
		return DROP(send_malformed);
	out->text_bytes = bytes;
	if (is_within(bytes, 1, JVPN_TEXT_MAX_BYTES) && bpf_skb_load_bytes(skb, out->text_at, out->aead.text, bytes))
		return DROP(send_malformed);
	out->key = frame.key;
	out->slot = frame.slot;
	return session_find(frame.session, out->now, &owner->session);
}

static __always_inline enum verdict take(struct __sk_buff *skb, struct departure *out, struct owner *owner)
{
	__u8 first;
	enum verdict verdict = load_head(skb, out);
	if (verdict)
		return verdict;
	if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &first, sizeof(first)))
		return DROP(send_malformed);
	return first == (JVPN_FRAME_MAGIC & 0xff) ? take_frame(skb, out, owner) : take_packet(skb, out, owner);
}

/*
 * Copied whole, or copied again: a slot that sends is never rewritten, so a word that is
 * the same before and after the copy vouches for it.
 */
static __always_inline enum verdict choose_path(struct departure *out, const struct jvpn_session *session)
{
	const struct jvpn_path *path = NULL;
	for (int attempt = 0; attempt < PATH_COPY_ATTEMPTS; attempt++) {
		__u64 word = *(const volatile __u64 *)&session->word;
		__u32 slot = out->slot == JVPN_FRAME_ANY_PATH ? JVPN_WORD_SLOT(word) : out->slot;
		enum verdict verdict = path_at(session, slot, &path);
		if (verdict)
			return verdict;
		out->path = *path;
		barrier();
		if (*(const volatile __u64 *)&session->word == word)
			return GO_ON;
	}
	return DROP(no_path);
}

static __always_inline enum verdict find_key(struct departure *out, struct owner *owner)
{
	__u64 keys = *(volatile __u64 *)&owner->session->keys;
	__u32 index = out->key ? out->key : JVPN_KEYS_CURRENT(keys);
	if (!index || keypair_find(index, out->now, &owner->keypair))
		return DROP(no_key);
	if (owner->keypair->session != owner->session->id)
		return DROP(no_key);
	out->data.type = JVPN_MESSAGE_DATA;
	out->data.receiver = owner->keypair->peer_index;
	return GO_ON;
}

static __always_inline enum verdict choose_key(struct __sk_buff *skb, struct departure *out, struct owner *owner)
{
	enum verdict verdict = find_key(out, owner);
	if (!verdict || out->text_at != sizeof(struct ethhdr)) /* a frame's sender knows of keys itself */
		return verdict;
	struct jvpn_counters *count = session_counters(owner->session);
	if (count &&
	    event_is_due(&count->staged_ns, out->now, JVPN_STAGE_SPACING_MS * MILLISECOND_NS,
			 JVPN_STAGED_PACKETS_MAX) &&
	    event_need_key(skb, owner->session->id, owner->session->peer, out->text_at, out->text_bytes))
		return VERDICT_CONSUMED;
	return verdict;
}

/* Padded to 16, but not beyond what the path carries (as WireGuard, which stops at the MTU). */
static __always_inline enum verdict pad(struct departure *out)
{
	__u32 overhead = out->path.family == 4 ? JVPN_OVERHEAD_V4_BYTES : JVPN_OVERHEAD_V6_BYTES;
	__u32 room = out->path.mtu > overhead ? out->path.mtu - overhead : 0;
	__u32 bytes = out->text_bytes;
	if (bytes > room || bytes > JVPN_TEXT_MAX_BYTES)
		return DROP(too_big);
	__u32 padded = (bytes + JVPN_PADDING_BYTES - 1) & ~(JVPN_PADDING_BYTES - 1u);
	out->padded_bytes = padded < room ? padded : room;
	__builtin_memset(&out->aead.text[bytes], 0, JVPN_PADDING_BYTES);
	return GO_ON;
}

static __always_inline enum verdict seal(struct departure *out, struct jvpn_keypair *keypair)
{
	enum verdict verdict = pad(out);
	if (verdict)
		return verdict;
	__u64 counter;
	verdict = keypair_next_counter(keypair, &counter);
	if (verdict)
		return verdict;
	out->data.counter = counter;
	if (aead_seal(&out->aead, keypair->send_key, counter, out->padded_bytes))
		return DROP(seal_failed);
	return GO_ON;
}

/* Room behind for padding and tag, in front for the outer headers; then everything is written anew. */
static __always_inline enum verdict make_room(struct __sk_buff *skb, struct departure *out, __u32 headers_bytes,
					      __u64 family_flag)
{
	__u32 sealed_bytes = out->padded_bytes + JVPN_TAG_BYTES;
	if (bpf_skb_change_tail(skb, sizeof(struct ethhdr) + sealed_bytes, 0))
		return DROP(seal_failed);
	if (bpf_skb_adjust_room(skb, headers_bytes, BPF_ADJ_ROOM_MAC,
				family_flag | BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_FIXED_GSO))
		return DROP(seal_failed);
	return GO_ON;
}

static __always_inline enum verdict store_sealed(struct __sk_buff *skb, struct departure *out, __u32 headers_bytes)
{
	__u64 sealed_bytes = out->padded_bytes + JVPN_TAG_BYTES;
	if (!is_within(sealed_bytes, JVPN_TAG_BYTES, JVPN_TEXT_MAX_BYTES + JVPN_TAG_BYTES) ||
	    bpf_skb_store_bytes(skb, sizeof(struct ethhdr) + headers_bytes, out->aead.text, sealed_bytes, 0))
		return DROP(seal_failed);
	return GO_ON;
}

static __always_inline enum verdict wrap_v4(struct __sk_buff *skb, struct departure *out)
{
	struct outer_v4 *outer = &out->outer.v4;
	outer_fill_v4(outer, &out->path, &out->data, out->padded_bytes + JVPN_TAG_BYTES, outer_ecn(out->inner.tos),
		      out->aead.sum);
	enum verdict verdict = make_room(skb, out, sizeof(*outer), BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
	if (verdict)
		return verdict;
	if (bpf_skb_store_bytes(skb, sizeof(struct ethhdr), outer, sizeof(*outer), 0))
		return DROP(seal_failed);
	return store_sealed(skb, out, sizeof(*outer));
}

static __always_inline enum verdict wrap_v6(struct __sk_buff *skb, struct departure *out)
{
	struct outer_v6 *outer = &out->outer.v6;
	outer_fill_v6(outer, &out->path, &out->data, out->padded_bytes + JVPN_TAG_BYTES, outer_ecn(out->inner.tos),
		      out->aead.sum);
	enum verdict verdict = make_room(skb, out, sizeof(*outer), BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
	if (verdict)
		return verdict;
	if (bpf_skb_store_bytes(skb, sizeof(struct ethhdr), outer, sizeof(*outer), 0))
		return DROP(seal_failed);
	return store_sealed(skb, out, sizeof(*outer));
}

static __always_inline enum verdict send(struct __sk_buff *skb, struct departure *out)
{
	struct owner owner = {};
	enum verdict verdict = take(skb, out, &owner);
	if (verdict)
		return verdict;
	verdict = choose_path(out, owner.session);
	if (verdict)
		return verdict;
	verdict = choose_key(skb, out, &owner);
	if (verdict)
		return verdict;
	verdict = seal(out, owner.keypair);
	if (verdict)
		return verdict;
	verdict = out->path.family == 4 ? wrap_v4(skb, out) : wrap_v6(skb, out);
	if (verdict)
		return verdict;
	struct jvpn_counters *count = session_counters(owner.session);
	if (count)
		session_count_sent(count, out->text_bytes, out->data.counter, out->now);
	if (bpf_redirect_neigh(out->path.ifindex, NULL, 0, 0) != TC_ACT_REDIRECT)
		return DROP(seal_failed);
	return VERDICT_REDIRECT;
}

SEC("tc")
int tc_egress(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct departure *out = bpf_map_lookup_elem(&departures, &zero);
	if (!out)
		return TC_ACT_SHOT;
	out->now = bpf_ktime_get_ns();
	out->key = 0;
	out->inner.tos = 0;
	return verdict_tc(send(skb, out));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
