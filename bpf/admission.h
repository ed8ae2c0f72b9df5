/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IN, step 2: handshake messages pass up to the controller's socket, as many from one
 * source as one source may need. A token bucket per IPv4 address or IPv6 /64, counted
 * in the nanoseconds a token takes to earn. A race between CPUs loses a token: harmless.
 */
#ifndef JVPN_BPF_ADMISSION_H
#define JVPN_BPF_ADMISSION_H

#include "packet.h"

#define ADMISSION_TOKEN_NS (1000000000ull / JVPN_ADMISSION_PER_SECOND)
#define ADMISSION_FULL_NS (ADMISSION_TOKEN_NS * JVPN_ADMISSION_BURST)

static __always_inline enum verdict admission_check(const struct packet *packet)
{
	if (packet->type == JVPN_MESSAGE_DATA)
		return GO_ON;
	struct jvpn_ip source = packet->remote;
	if (packet->family == 6)
		source.words[2] = source.words[3] = 0;
	__u64 now = bpf_ktime_get_ns();
	struct jvpn_bucket *bucket = bpf_map_lookup_elem(&admission, &source);
	if (!bucket) {
		struct jvpn_bucket fresh = {.filled_ns = now, .tokens_ns = ADMISSION_FULL_NS - ADMISSION_TOKEN_NS};
		bpf_map_update_elem(&admission, &source, &fresh, BPF_ANY);
		return VERDICT_PASS;
	}
	__u64 earned = now > bucket->filled_ns ? now - bucket->filled_ns : 0;
	__u64 tokens = earned > ADMISSION_FULL_NS ? ADMISSION_FULL_NS : bucket->tokens_ns + earned;
	if (tokens > ADMISSION_FULL_NS)
		tokens = ADMISSION_FULL_NS;
	bucket->filled_ns = now;
	if (tokens < ADMISSION_TOKEN_NS) {
		bucket->tokens_ns = tokens;
		return DROP(admission);
	}
	bucket->tokens_ns = tokens - ADMISSION_TOKEN_NS;
	return VERDICT_PASS;
}

#endif
