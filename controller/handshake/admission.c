/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The load window and the token buckets. Never grows, never walks more than one
 * set of ADMISSION_WAYS places for a message.
 */
#include "handshake/admission.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "jvpn/limits.h"

#define SLOTS 10
#define SLOT_NS (CLOCK_NS_PER_S / SLOTS)
#define HOLD_NS (JVPN_LOAD_HOLD_S * CLOCK_NS_PER_S)

/* Tokens are counted in the nanoseconds it takes to earn them. */
#define TOKEN_NS (CLOCK_NS_PER_S / JVPN_RATE_HANDSHAKES_PER_SECOND)
#define TOKENS_MAX_NS (TOKEN_NS * JVPN_RATE_HANDSHAKES_BURST)

struct bucket {
	struct jvpn_ip source; /* all zero: free, which serves ::/64 as well */
	__u64 filled_ns;
	__u64 tokens_ns;
};

struct admission {
	__u8 key[ADMISSION_KEY_BYTES];
	__u64 slot;	     /* the newest slot: now / SLOT_NS */
	__u32 counts[SLOTS]; /* by slot % SLOTS */
	__u32 sum;
	__u64 loaded_ns; /* when the load was last seen high */
	bool was_loaded;
	struct bucket buckets[ADMISSION_SETS][ADMISSION_WAYS];
};
_Static_assert(ADMISSION_KEY_BYTES == crypto_shorthash_KEYBYTES, "the key is SipHash's");
_Static_assert((ADMISSION_SETS & (ADMISSION_SETS - 1)) == 0, "sets are chosen by a mask");

int admission_new(struct admission **ret_admission, const __u8 key[ADMISSION_KEY_BYTES])
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (!admission)
		return -ENOMEM;
	memcpy(admission->key, key, ADMISSION_KEY_BYTES);
	*ret_admission = admission;
	return 0;
}

void admission_free(struct admission *admission)
{
	free(admission);
}

/* Forgets the slots that are more than a second old. */
static void advance(struct admission *admission, __u64 now)
{
	__u64 slot = now / SLOT_NS;

	for (size_t i = 0; i < SLOTS && admission->slot < slot; i++) {
		__u32 *oldest = &admission->counts[++admission->slot % SLOTS];

		admission->sum -= *oldest;
		*oldest = 0;
	}
	if (admission->slot < slot)
		admission->slot = slot;
}

void admission_count(struct admission *admission, __u64 now)
{
	advance(admission, now);
	admission->counts[admission->slot % SLOTS]++;
	admission->sum++;
}

bool admission_is_loaded(struct admission *admission, __u64 now)
{
	advance(admission, now);
	if (admission->sum >= JVPN_LOAD_HANDSHAKES_PER_SECOND) {
		admission->was_loaded = true;
		admission->loaded_ns = now;
	} else if (admission->was_loaded && now - admission->loaded_ns >= HOLD_NS) {
		admission->was_loaded = false;
	}
	return admission->was_loaded;
}

/* An IPv6 source is its /64; a mapped IPv4 address counts whole. */
static struct jvpn_ip share_of(const struct jvpn_ip *ip)
{
	struct jvpn_ip share = *ip;

	if (ip->words[0] || ip->words[1] || ip->words[2] != JVPN_IP_MAPPED_PREFIX_BE)
		memset(share.bytes + 8, 0, 8);
	return share;
}

/* The source's place, or the one of its set that was used longest ago, made its own. */
static struct bucket *place_of(struct admission *admission, const struct jvpn_ip *share, __u64 now)
{
	__u64 hash;
	struct bucket *set, *oldest;

	crypto_shorthash((__u8 *)&hash, share->bytes, sizeof(*share), admission->key);
	set = admission->buckets[hash & (ADMISSION_SETS - 1)];
	oldest = set;
	for (size_t i = 0; i < ADMISSION_WAYS; i++) {
		if (!memcmp(&set[i].source, share, sizeof(*share)))
			return &set[i];
		if (set[i].filled_ns < oldest->filled_ns)
			oldest = &set[i];
	}
	*oldest = (struct bucket){.source = *share, .filled_ns = now, .tokens_ns = TOKENS_MAX_NS};
	return oldest;
}

bool admission_allow(struct admission *admission, const struct jvpn_ip *ip, __u64 now)
{
	struct jvpn_ip share = share_of(ip);
	struct bucket *bucket = place_of(admission, &share, now);
	__u64 earned = now - bucket->filled_ns;

	if (earned > TOKENS_MAX_NS - bucket->tokens_ns)
		earned = TOKENS_MAX_NS - bucket->tokens_ns;
	bucket->filled_ns = now;
	bucket->tokens_ns += earned;
	if (bucket->tokens_ns < TOKEN_NS)
		return false;
	bucket->tokens_ns -= TOKEN_NS;
	return true;
}
