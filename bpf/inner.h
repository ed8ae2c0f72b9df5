/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The packet inside: its family, addresses and true length, read from the text while
 * it is open. The length counts what the IP header says; the rest is padding.
 */
#ifndef JVPN_BPF_INNER_H
#define JVPN_BPF_INNER_H

#include "jvpn/types.h"
#include <bpf/bpf_endian.h>

#include "packet.h"

struct inner {
	struct jvpn_ip source;
	struct jvpn_ip target;
	__u32 bytes;
	__u8 family; /* 4 or 6 */
	__u8 tos;
};

static __always_inline bool inner_parse_v4(const __u8 *text, __u32 text_bytes, struct inner *inner)
{
	const struct iphdr *ip = (const void *)text;
	inner->bytes = bpf_ntohs(ip->tot_len);
	inner->family = 4;
	inner->tos = ip->tos;
	ip_from_v4(&inner->source, ip->saddr);
	ip_from_v4(&inner->target, ip->daddr);
	return text_bytes >= sizeof(*ip) && inner->bytes >= sizeof(*ip) && inner->bytes <= text_bytes;
}

static __always_inline bool inner_parse_v6(const __u8 *text, __u32 text_bytes, struct inner *inner)
{
	const struct ipv6hdr *ip = (const void *)text;
	inner->bytes = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	inner->family = 6;
	inner->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	ip_from_v6(&inner->source, &ip->saddr);
	ip_from_v6(&inner->target, &ip->daddr);
	return text_bytes >= sizeof(*ip) && inner->bytes <= text_bytes;
}

/* `text` has room for the largest packet, whatever text_bytes says: reading a header never leaves it. */
static __always_inline bool inner_parse(const __u8 *text, __u32 text_bytes, struct inner *inner)
{
	switch (text[0] >> 4) {
	case 4:
		return inner_parse_v4(text, text_bytes, inner);
	case 6:
		return inner_parse_v6(text, text_bytes, inner);
	default:
		return false;
	}
}

/* RFC 6040: what the outer header suffered on its way, the inner one shall show. */
static __always_inline void inner_set_ce(__u8 *text, const struct inner *inner)
{
	if ((inner->tos & ECN_MASK) == 0)
		return; /* not ECN-capable: WireGuard leaves it too */
	if (inner->family == 6) {
		text[1] |= ECN_CE << 4;
		return;
	}
	struct iphdr *ip = (void *)text;
	__u8 tos = ip->tos | ECN_CE;
	/* RFC 1624, equation 3: only the low byte of the first word changes */
	__u32 sum = (__u16)~bpf_ntohs(ip->check) + (__u16) ~(__u16)ip->tos + tos;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = bpf_htons((__u16)~sum);
	ip->tos = tos;
}

#endif
