/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A congested router: marks every ECN-capable UDP packet that passes as
 * "congestion experienced", and nothing else.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ECN_MASK 3
#define ECN_CE 3

/* IPv4: the checksum follows the changed 16-bit word (RFC 1624). */
static void mark_v4(struct iphdr *ip)
{
	__u32 sum = (__u16)~ip->check;

	if (!(ip->tos & ECN_MASK) || ip->protocol != IPPROTO_UDP)
		return;
	sum += (__u16) ~*(__u16 *)ip;
	ip->tos |= ECN_CE;
	sum += *(__u16 *)ip;
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = (__u16) ~(sum + (sum >> 16));
}

/* IPv6: the ECN bits are the fifth and sixth lowest of the second byte's upper half. */
static void mark_v6(struct ipv6hdr *ip)
{
	__u8 *second = (__u8 *)ip + 1;

	if ((*second >> 4 & ECN_MASK) && ip->nexthdr == IPPROTO_UDP)
		*second |= ECN_CE << 4;
}

SEC("xdp")
int mark_ce(struct xdp_md *packet)
{
	void *data = (void *)(long)packet->data, *end = (void *)(long)packet->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if ((void *)((struct iphdr *)(eth + 1) + 1) <= end)
			mark_v4((void *)(eth + 1));
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		if ((void *)((struct ipv6hdr *)(eth + 1) + 1) <= end)
			mark_v6((void *)(eth + 1));
	}
	return XDP_PASS;
}
