/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IN, step 1: the outer headers. Lengths before contents; what is not a whole UDP
 * datagram for our port passes to the stack untouched.
 *
 *   | Ethernet 14 | IPv4 20..60 or IPv6 40 | UDP 8 | message header 16 | sealed text | tag 16 |
 *   0             14                               message_at
 */
#ifndef JVPN_BPF_PACKET_H
#define JVPN_BPF_PACKET_H

#include "jvpn/wire.h"
#include <bpf/bpf_endian.h>

#include "knobs.h"
#include "verdict.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define PROTOCOL_UDP 17
#define IPV4_FRAGMENT_MASK 0x3fff /* more fragments, or an offset */
#define ECN_MASK 3
#define ECN_ECT0 2
#define ECN_CE 3

struct packet {
	struct jvpn_ip local;
	struct jvpn_ip remote;
	__be16 remote_port;
	__u8 family; /* 4 or 6 */
	__u8 tos;
	__u32 message_at;    /* offset of the message in the frame */
	__u32 message_bytes; /* as UDP says */
	__u32 type;
	__u32 index; /* receiver index, host order */
	__u64 counter;
};

static __always_inline void ip_from_v4(struct jvpn_ip *ip, __be32 address)
{
	ip->words[0] = 0;
	ip->words[1] = 0;
	ip->words[2] = JVPN_IP_MAPPED_PREFIX_BE;
	ip->words[3] = address;
}

static __always_inline void ip_from_v6(struct jvpn_ip *ip, const struct in6_addr *address)
{
	__builtin_memcpy(ip->words, address, sizeof(ip->words));
}

static __always_inline bool ip_equal(const struct jvpn_ip *a, const struct jvpn_ip *b)
{
	return !((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) | (a->words[2] ^ b->words[2]) |
		 (a->words[3] ^ b->words[3]));
}

static __always_inline enum verdict packet_udp(const struct udphdr *udp, const void *end, __u32 ip_payload_bytes,
					       struct packet *packet)
{
	if ((const void *)(udp + 1) > end)
		return VERDICT_PASS;
	if (bpf_ntohs(udp->dest) != knob_listen_port)
		return VERDICT_PASS;
	__u32 udp_bytes = bpf_ntohs(udp->len);
	if (udp_bytes < sizeof(*udp) || udp_bytes > ip_payload_bytes)
		return DROP(outer_malformed);
	packet->remote_port = udp->source;
	packet->message_bytes = udp_bytes - sizeof(*udp);
	return GO_ON;
}

static __always_inline enum verdict packet_v4(const void *at, const void *end, __u32 frame_bytes, struct packet *packet)
{
	const struct iphdr *ip = at;
	if ((const void *)(ip + 1) > end)
		return VERDICT_PASS;
	__u32 header_bytes = ip->ihl * 4;
	__u32 total_bytes = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || ip->protocol != PROTOCOL_UDP || header_bytes < sizeof(*ip))
		return VERDICT_PASS;
	if (ip->frag_off & bpf_htons(IPV4_FRAGMENT_MASK))
		return VERDICT_PASS; /* the stack puts it together again */
	if (total_bytes < header_bytes || total_bytes > frame_bytes - sizeof(struct ethhdr))
		return VERDICT_PASS;
	packet->family = 4;
	packet->tos = ip->tos;
	ip_from_v4(&packet->local, ip->daddr);
	ip_from_v4(&packet->remote, ip->saddr);
	packet->message_at = sizeof(struct ethhdr) + header_bytes + sizeof(struct udphdr);
	return packet_udp(at + header_bytes, end, total_bytes - header_bytes, packet);
}

static __always_inline enum verdict packet_v6(const void *at, const void *end, __u32 frame_bytes, struct packet *packet)
{
	const struct ipv6hdr *ip = at;
	if ((const void *)(ip + 1) > end)
		return VERDICT_PASS;
	if (ip->version != 6 || ip->nexthdr != PROTOCOL_UDP)
		return VERDICT_PASS; /* extension headers: the stack walks them */
	__u32 payload_bytes = bpf_ntohs(ip->payload_len);
	if (payload_bytes > frame_bytes - sizeof(struct ethhdr) - sizeof(*ip))
		return VERDICT_PASS;
	packet->family = 6;
	packet->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	ip_from_v6(&packet->local, &ip->daddr);
	ip_from_v6(&packet->remote, &ip->saddr);
	packet->message_at = sizeof(struct ethhdr) + sizeof(*ip) + sizeof(struct udphdr);
	return packet_udp((const void *)(ip + 1), end, payload_bytes, packet);
}

/* Type and exact length together select the message; only a data message is looked into. */
static __always_inline enum verdict packet_message(struct xdp_md *ctx, struct packet *packet)
{
	struct jvpn_message_data header;
	if (packet->message_bytes < sizeof(header))
		return DROP(message_length);
	if (bpf_xdp_load_bytes(ctx, packet->message_at, &header, sizeof(header)))
		return DROP(outer_malformed);
	packet->type = header.type;
	packet->index = header.receiver;
	packet->counter = header.counter;
	switch (header.type) {
	case JVPN_MESSAGE_INITIATION:
		return packet->message_bytes == sizeof(struct jvpn_message_initiation) ? GO_ON : DROP(message_length);
	case JVPN_MESSAGE_RESPONSE:
		return packet->message_bytes == sizeof(struct jvpn_message_response) ? GO_ON : DROP(message_length);
	case JVPN_MESSAGE_COOKIE:
		return packet->message_bytes == sizeof(struct jvpn_message_cookie) ? GO_ON : DROP(message_length);
	case JVPN_MESSAGE_DATA:
		if (packet->message_bytes < JVPN_MESSAGE_DATA_MIN_BYTES)
			return DROP(message_length);
		if (packet->message_bytes > JVPN_MESSAGE_DATA_MIN_BYTES + JVPN_TEXT_MAX_BYTES)
			return DROP(too_big);
		return GO_ON;
	default:
		return DROP(message_type);
	}
}

static __always_inline enum verdict packet_parse(struct xdp_md *ctx, struct packet *packet)
{
	const void *at = (const void *)(long)ctx->data;
	const void *end = (const void *)(long)ctx->data_end;
	const struct ethhdr *ethernet = at;
	if ((const void *)(ethernet + 1) > end)
		return VERDICT_PASS;
	__u32 frame_bytes = bpf_xdp_get_buff_len(ctx);
	enum verdict verdict = VERDICT_PASS;
	if (ethernet->h_proto == bpf_htons(ETHERTYPE_IPV4))
		verdict = packet_v4(ethernet + 1, end, frame_bytes, packet);
	else if (ethernet->h_proto == bpf_htons(ETHERTYPE_IPV6))
		verdict = packet_v6(ethernet + 1, end, frame_bytes, packet);
	return verdict;
}

/*
 * A router sees other hosts' datagrams to the same port. Asked only for packets about
 * to be dropped before they were authenticated: one that the stack would forward is
 * not ours to drop.
 */
static __noinline bool packet_is_foreign(struct xdp_md *ctx, const struct packet *packet)
{
	struct bpf_fib_lookup route = {};
	route.l4_protocol = PROTOCOL_UDP;
	route.ifindex = ctx->ingress_ifindex;
	if (packet->family == 4) {
		route.family = 2; /* AF_INET */
		route.ipv4_src = packet->remote.words[3];
		route.ipv4_dst = packet->local.words[3];
	} else {
		route.family = 10; /* AF_INET6 */
		__builtin_memcpy(route.ipv6_src, packet->remote.words, sizeof(route.ipv6_src));
		__builtin_memcpy(route.ipv6_dst, packet->local.words, sizeof(route.ipv6_dst));
	}
	long answer = bpf_fib_lookup(ctx, &route, sizeof(route), 0);
	return answer == BPF_FIB_LKUP_RET_SUCCESS || answer == BPF_FIB_LKUP_RET_NO_NEIGH ||
	       answer == BPF_FIB_LKUP_RET_FRAG_NEEDED || answer == BPF_FIB_LKUP_RET_UNSUPP_LWT;
}

#endif
