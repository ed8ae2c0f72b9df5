/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IN, step 3, and OUT, step 3: which key pair, and whether it may still be used
 * (WireGuard paper, section 6.1: time and message limits bind both directions).
 */
#ifndef JVPN_BPF_KEYPAIR_H
#define JVPN_BPF_KEYPAIR_H

#include "packet.h"
#include "replay.h"

#define SECOND_NS 1000000000ull
#define REJECT_AFTER_NS (JVPN_REJECT_AFTER_TIME_S * SECOND_NS)

static __always_inline bool keypair_is_expired(const struct jvpn_keypair *keypair, __u64 now)
{
	return now > keypair->birth_ns + REJECT_AFTER_NS;
}

static __always_inline enum verdict keypair_find(__u32 index, __u64 now, struct jvpn_keypair **ret_keypair)
{
	struct jvpn_keypair *keypair = bpf_map_lookup_elem(&keypairs, &index);
	if (!keypair)
		return DROP(unknown_index);
	if (keypair->dead)
		return DROP(session_gone);
	if (keypair_is_expired(keypair, now))
		return DROP(key_expired);
	*ret_keypair = keypair;
	return GO_ON;
}

static __always_inline enum verdict keypair_replay_verdict(enum replay answer)
{
	switch (answer) {
	case REPLAY_FRESH:
		return GO_ON;
	case REPLAY_SEEN:
		return DROP(replay);
	case REPLAY_EXHAUSTED:
		return DROP(key_expired);
	default:
		return DROP(replay_contended);
	}
}

/*
 * One counter, one packet: taken before sealing, never given back. Looked at before it is
 * taken, so that tries beyond the end do not carry it around to 0 and to a used nonce:
 * 2^13 counters are left, more than CPUs that could take one at the same time.
 */
static __always_inline enum verdict keypair_next_counter(struct jvpn_keypair *keypair, __u64 *ret_counter)
{
	if (*(volatile __u64 *)&keypair->send_counter >= JVPN_REJECT_AFTER_MESSAGES)
		return DROP(counter_exhausted);
	__u64 counter = __sync_fetch_and_add(&keypair->send_counter, 1);
	if (counter >= JVPN_REJECT_AFTER_MESSAGES)
		return DROP(counter_exhausted);
	*ret_counter = counter;
	return GO_ON;
}

#endif
