/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IN, step 8, and OUT, step 1: AllowedIPs. The longest prefix of the destination
 * chooses the peer; the longest prefix of an inner source must name the sender
 * (WireGuard paper, section 2: cryptokey routing).
 */
#ifndef JVPN_BPF_ROUTE_H
#define JVPN_BPF_ROUTE_H

#include "inner.h"
#include "verdict.h"

static __always_inline struct jvpn_route *route_find(__u8 family, const struct jvpn_ip *address)
{
	if (family == 4) {
		struct jvpn_prefix_v4 key = {.length = 32};
		__builtin_memcpy(key.address, &address->words[3], sizeof(key.address));
		return bpf_map_lookup_elem(&routes_v4, &key);
	}
	struct jvpn_prefix_v6 key = {.length = 128};
	__builtin_memcpy(key.address, address->words, sizeof(key.address));
	return bpf_map_lookup_elem(&routes_v6, &key);
}

static __always_inline enum verdict route_source_ok(const struct inner *inner, const struct jvpn_session *session)
{
	const struct jvpn_route *route = route_find(inner->family, &inner->source);
	return route && route->peer == session->peer ? GO_ON : DROP(source_not_allowed);
}

#endif
