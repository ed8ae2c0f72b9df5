/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IN, steps 4 and 6: the replay window (RFC 6479's ring of words, WireGuard's span),
 * without a lock, so that two CPUs may open packets of one key pair at once.
 *
 *   words[(c / 32) % 256] = | lap: c / 8192, low 32 bits | bits: one a counter |
 *
 * A counter is too old when it lies more than JVPN_REPLAY_WINDOW_PACKETS behind the
 * greatest one; the ring spans 64 more, so a counter that is not too old never meets
 * a word of a later lap. replay_check only reads. replay_commit, called after the AEAD
 * has spoken, first raises `greatest`, then claims its bit with one compare-and-swap.
 *
 * Why a word of a later lap can never be overwritten by an earlier one: whoever wrote
 * it had raised `greatest` before. Commit reads the word, then `greatest` (through an
 * atomic, hence in this order), so it either sees that it is too old, or swaps against
 * a word that is no longer there and fails.
 *
 * Also compiled by the C compiler, for the unit tests.
 */
#ifndef JVPN_BPF_REPLAY_H
#define JVPN_BPF_REPLAY_H

#include "jvpn/maps.h"

#define REPLAY_ATTEMPTS 8

enum replay {
	REPLAY_FRESH = 0,
	REPLAY_SEEN,	  /* seen before, or too old to know */
	REPLAY_EXHAUSTED, /* beyond what one key may count */
	REPLAY_CONTENDED, /* gave up: others were always faster */
};

static inline __u32 replay_place(__u64 counter)
{
	return (__u32)(counter / JVPN_REPLAY_WORD_BITS) % JVPN_REPLAY_WORDS;
}

static inline __u64 replay_bit(__u64 counter)
{
	return 1ull << (counter % JVPN_REPLAY_WORD_BITS);
}

static inline __u64 replay_lap(__u64 counter)
{
	return counter / JVPN_REPLAY_SPAN_PACKETS << 32;
}

static inline int replay_is_too_old(__u64 greatest, __u64 counter)
{
	return counter + 1 + JVPN_REPLAY_WINDOW_PACKETS < greatest;
}

/* Lap and bits are compared as they stand in the word, so no shift is spent on the lap. */
static inline int replay_is_set(__u64 word, __u64 counter)
{
	return (word ^ replay_lap(counter)) >> 32 == 0 && (word & replay_bit(counter));
}

static inline enum replay replay_check(const struct jvpn_replay *replay, __u64 counter)
{
	if (counter >= JVPN_REJECT_AFTER_MESSAGES)
		return REPLAY_EXHAUSTED;
	if (replay_is_too_old(*(volatile const __u64 *)&replay->greatest, counter))
		return REPLAY_SEEN;
	__u64 word = *(volatile const __u64 *)&replay->words[replay_place(counter)];
	return replay_is_set(word, counter) ? REPLAY_SEEN : REPLAY_FRESH;
}

static inline enum replay replay_raise(struct jvpn_replay *replay, __u64 counter)
{
	__u64 seen = *(volatile __u64 *)&replay->greatest;
	for (int attempt = 0; attempt < REPLAY_ATTEMPTS; attempt++) {
		if (counter < seen)
			return REPLAY_FRESH;
		__u64 before = __sync_val_compare_and_swap(&replay->greatest, seen, counter + 1);
		if (before == seen)
			return REPLAY_FRESH;
		seen = before;
	}
	return REPLAY_CONTENDED;
}

static inline enum replay replay_claim(struct jvpn_replay *replay, __u64 *place, __u64 counter)
{
	for (int attempt = 0; attempt < REPLAY_ATTEMPTS; attempt++) {
		__u64 word = *(volatile __u64 *)place;
		__u64 greatest = __sync_fetch_and_add(&replay->greatest, 0);
		if (replay_is_too_old(greatest, counter) || replay_is_set(word, counter))
			return REPLAY_SEEN;
		__u64 bits = (word ^ replay_lap(counter)) >> 32 ? 0 : (__u32)word;
		__u64 mine = replay_lap(counter) | bits | replay_bit(counter);
		if (__sync_val_compare_and_swap(place, word, mine) == word)
			return REPLAY_FRESH;
	}
	return REPLAY_CONTENDED;
}

static inline enum replay replay_commit(struct jvpn_replay *replay, __u64 counter)
{
	if (counter >= JVPN_REJECT_AFTER_MESSAGES)
		return REPLAY_EXHAUSTED;
	enum replay answer = replay_raise(replay, counter);
	if (answer)
		return answer;
	return replay_claim(replay, &replay->words[replay_place(counter)], counter);
}

#endif
