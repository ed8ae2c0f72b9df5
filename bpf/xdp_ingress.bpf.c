/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Door 1: from an uplink. Opens WireGuard data messages and hands the packets inside to
 * the tunnel device; lets handshake messages up to the controller and everything that is
 * not ours up to the stack. Before aead_open nothing changes but counters; after it
 * nothing is skipped.
 */
#include "jvpn/wire.h"

#include "admission.h"
#include "aead.h"
#include "bounds.h"
#include "events.h"
#include "inner.h"
#include "keypair.h"
#include "packet.h"
#include "path.h"
#include "replay.h"
#include "route.h"
#include "session.h"

/* What is known of one packet on its way in: in a map, because the stack belongs to the AEAD. */
struct arrival {
	struct packet packet;
	struct inner inner;
	__u64 now;
	__u32 text_bytes;
	struct aead_scratch aead;
};

/* One packet at a time: softirqs do not nest on a CPU, so neither does its use. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct arrival);
} arrivals SEC(".maps");

/* Whom it concerns. */
struct owner {
	struct jvpn_keypair *keypair;
	struct jvpn_session *session;
	struct jvpn_counters *count;
};

static __always_inline enum verdict open_text(struct xdp_md *ctx, struct arrival *in, struct jvpn_keypair *keypair)
{
	__u64 sealed_bytes = in->packet.message_bytes - sizeof(struct jvpn_message_data);
	if (!is_within(sealed_bytes, JVPN_TAG_BYTES, JVPN_TEXT_MAX_BYTES + JVPN_TAG_BYTES))
		return DROP(message_length);
	if (bpf_xdp_load_bytes(ctx, in->packet.message_at + sizeof(struct jvpn_message_data), in->aead.text,
			       sealed_bytes))
		return DROP(outer_malformed);
	in->text_bytes = sealed_bytes - JVPN_TAG_BYTES;
	if (aead_open(&in->aead, keypair->receive_key, in->packet.counter, in->text_bytes))
		return DROP(open_failed);
	return keypair_replay_verdict(replay_commit(&keypair->replay, in->packet.counter));
}

/* Everything up to the proof. */
static __always_inline enum verdict authenticate(struct xdp_md *ctx, struct arrival *in, struct owner *owner)
{
	enum verdict verdict = packet_message(ctx, &in->packet);
	if (verdict)
		return verdict;
	verdict = admission_check(&in->packet);
	if (verdict)
		return verdict;
	verdict = keypair_find(in->packet.index, in->now, &owner->keypair);
	if (verdict)
		return verdict;
	verdict = session_find(owner->keypair->session, in->now, &owner->session);
	if (verdict)
		return verdict;
	verdict = keypair_replay_verdict(replay_check(&owner->keypair->replay, in->packet.counter));
	if (verdict)
		return verdict;
	return open_text(ctx, in, owner->keypair);
}

/* The packet is proven: what it tells about its session. */
static __always_inline enum verdict account(struct xdp_md *ctx, const struct arrival *in, struct owner *owner)
{
	const struct jvpn_path *path = NULL;
	owner->count = session_counters(owner->session);
	if (!owner->count)
		return DROP(session_gone);
	__sync_fetch_and_add(&owner->keypair->received, 1);
	owner->count->last_rx_ns = in->now;
	if (session_confirm_key(owner->session, in->packet.index))
		event_key_confirmed(owner->session, in->packet.index, in->now);
	if (path_sending(owner->session, &path) || !path_is_source(path, &in->packet))
		event_path_seen(owner->session, owner->count, &in->packet, ctx->ingress_ifindex, in->now);
	return in->text_bytes ? GO_ON : VERDICT_CONSUMED; /* no text: WireGuard's keepalive */
}

static __always_inline enum verdict inspect(struct arrival *in, struct owner *owner)
{
	__u8 *text = in->aead.text;
	if (!inner_parse(text, in->text_bytes, &in->inner))
		return DROP(inner_malformed);
	enum verdict verdict = route_source_ok(&in->inner, owner->session);
	if (verdict)
		return verdict;
	if ((in->packet.tos & ECN_MASK) == ECN_CE)
		inner_set_ce(text, &in->inner);
	session_count_received(owner->count, in->inner.bytes, in->now);
	return GO_ON;
}

/* The outer headers go, a new Ethernet header and the opened packet take their place. */
static __always_inline enum verdict deliver(struct xdp_md *ctx, struct arrival *in, int left_over)
{
	struct ethhdr ethernet;
	int head = in->packet.message_at + sizeof(struct jvpn_message_data) - sizeof(ethernet);
	if (bpf_xdp_adjust_head(ctx, head))
		return DROP(deliver_failed);
	int tail = bpf_xdp_get_buff_len(ctx) - sizeof(ethernet) - in->inner.bytes;
	if (bpf_xdp_adjust_tail(ctx, left_over - tail))
		return DROP(deliver_failed);
	__builtin_memcpy(ethernet.h_dest, (const void *)knob_tunnel_mac, sizeof(ethernet.h_dest));
	__builtin_memcpy(ethernet.h_source, (const void *)knob_dataplane_mac, sizeof(ethernet.h_source));
	ethernet.h_proto = in->inner.family == 4 ? bpf_htons(ETHERTYPE_IPV4) : bpf_htons(ETHERTYPE_IPV6);
	if (bpf_xdp_store_bytes(ctx, 0, &ethernet, sizeof(ethernet)))
		return DROP(deliver_failed);
	__u64 bytes = in->inner.bytes;
	if (!is_within(bytes, sizeof(struct iphdr), JVPN_TEXT_MAX_BYTES) ||
	    bpf_xdp_store_bytes(ctx, sizeof(ethernet), in->aead.text, bytes))
		return DROP(deliver_failed);
	if (bpf_redirect_map(&delivery, 0, 0) != XDP_REDIRECT)
		return DROP(deliver_failed);
	return VERDICT_REDIRECT;
}

static __always_inline enum verdict receive(struct xdp_md *ctx, struct arrival *in, int left_over)
{
	struct owner owner = {};
	enum verdict verdict = packet_parse(ctx, &in->packet);
	if (!verdict)
		verdict = authenticate(ctx, in, &owner);
	if (verdict)
		return verdict_is_drop(verdict) && packet_is_foreign(ctx, &in->packet) ? VERDICT_PASS : verdict;
	verdict = account(ctx, in, &owner);
	if (verdict)
		return verdict;
	verdict = inspect(in, &owner);
	if (verdict)
		return verdict;
	return deliver(ctx, in, left_over);
}

static __always_inline int enter(struct xdp_md *ctx, int left_over)
{
	__u32 zero = 0;
	struct arrival *in = bpf_map_lookup_elem(&arrivals, &zero);
	if (!in)
		return XDP_PASS;
	in->now = bpf_ktime_get_ns();
	return verdict_xdp(receive(ctx, in, left_over));
}

SEC("xdp.frags")
int xdp_ingress(struct xdp_md *ctx)
{
	return enter(ctx, 0);
}

/*
 * The same for generic XDP. There bpf_xdp_adjust_tail leaves the packet's tail pointer an
 * Ethernet header too far (seen on 6.18), and TCP appends its next segment behind the gap.
 * So one byte more than the packet is delivered: IP trims it by its own length, and that
 * sets the pointer right.
 */
SEC("xdp.frags")
int xdp_ingress_generic(struct xdp_md *ctx)
{
	return enter(ctx, 1);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
