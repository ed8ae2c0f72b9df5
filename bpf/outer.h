/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * OUT, step 6: the outer headers, from the path that sends. IN, step 9: off they come.
 *
 *   | Ethernet 14 | IPv4 20 or IPv6 40 | UDP 8 | type 4, receiver, counter: 16 | sealed text and tag |
 *
 * DSCP 0; ECN as RFC 6040 and WireGuard do it. UDP is checksummed in both families: a
 * NAT64 on the way may not carry a datagram without; the sum over the sealed words
 * comes from the AEAD, which had them in its hands anyway.
 */
#ifndef JVPN_BPF_OUTER_H
#define JVPN_BPF_OUTER_H

#include "jvpn/wire.h"

#include "inner.h"
#include "path.h"

#define OUTER_TTL 64

struct outer_v4 {
	struct iphdr ip;
	struct udphdr udp;
	struct jvpn_message_data data;
} __attribute__((packed));

struct outer_v6 {
	struct ipv6hdr ip;
	struct udphdr udp;
	struct jvpn_message_data data;
} __attribute__((packed));

static __always_inline __u16 outer_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(__u16)sum;
}

static __always_inline __u64 outer_sum_address(const struct jvpn_ip *ip)
{
	return (__u64)ip->words[0] + ip->words[1] + ip->words[2] + ip->words[3];
}

static __always_inline __u64 outer_sum_data(const struct jvpn_message_data *data)
{
	return (__u64)data->type + data->receiver + (__u32)data->counter + (data->counter >> 32);
}

/* Inner congestion experienced stays inside; the path may mark for itself. */
static __always_inline __u8 outer_ecn(__u8 inner_tos)
{
	__u8 ecn = inner_tos & ECN_MASK;
	return ecn == ECN_CE ? ECN_ECT0 : ecn;
}

static __always_inline struct udphdr outer_udp(const struct jvpn_path *path, __u16 udp_bytes, __u64 sum)
{
	struct udphdr udp = {
		.source = bpf_htons(knob_listen_port),
		.dest = path->remote_port,
		.len = bpf_htons(udp_bytes),
	};
	/* pseudo header: protocol and length; then the UDP header itself */
	sum += bpf_htons(PROTOCOL_UDP) + udp.len + udp.source + udp.dest + (__u64)udp.len;
	__u16 check = outer_fold(sum);
	udp.check = check ? check : 0xffff;
	return udp;
}

static __always_inline struct iphdr outer_ipv4(const struct jvpn_path *path, __u16 total_bytes, __u16 id, __u8 ecn)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tos = ecn,
		.tot_len = bpf_htons(total_bytes),
		.id = bpf_htons(id), /* not DF: may be fragmented on the way, as WireGuard's */
		.ttl = OUTER_TTL,
		.protocol = PROTOCOL_UDP,
		.saddr = path->local.words[3],
		.daddr = path->remote.words[3],
	};
	const __u32 *words = (const void *)&ip;
	__u64 sum = 0;
	for (int i = 0; i < (int)sizeof(ip) / 4; i++)
		sum += words[i];
	ip.check = outer_fold(sum);
	return ip;
}

static __always_inline void outer_fill_v4(struct outer_v4 *outer, const struct jvpn_path *path,
					  const struct jvpn_message_data *data, __u32 sealed_bytes, __u8 ecn, __u64 sum)
{
	__u16 udp_bytes = sizeof(outer->udp) + sizeof(outer->data) + sealed_bytes;
	sum += outer_sum_data(data) + path->local.words[3] + (__u64)path->remote.words[3];
	outer->ip = outer_ipv4(path, sizeof(outer->ip) + udp_bytes, data->counter, ecn);
	outer->udp = outer_udp(path, udp_bytes, sum);
	outer->data = *data;
}

static __always_inline void outer_fill_v6(struct outer_v6 *outer, const struct jvpn_path *path,
					  const struct jvpn_message_data *data, __u32 sealed_bytes, __u8 ecn, __u64 sum)
{
	__u16 udp_bytes = sizeof(outer->udp) + sizeof(outer->data) + sealed_bytes;
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = bpf_htons(udp_bytes),
		.nexthdr = PROTOCOL_UDP,
		.hop_limit = OUTER_TTL,
	};
	ip.flow_lbl[0] = ecn << 4;
	__builtin_memcpy(&ip.saddr, path->local.words, sizeof(ip.saddr));
	__builtin_memcpy(&ip.daddr, path->remote.words, sizeof(ip.daddr));
	sum += outer_sum_data(data) + outer_sum_address(&path->local) + outer_sum_address(&path->remote);
	outer->ip = ip;
	outer->udp = outer_udp(path, udp_bytes, sum);
	outer->data = *data;
}

#endif
