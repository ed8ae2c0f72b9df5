/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many handshakes we take: is the load high, and is this source within its
 * share (paper, section 5.3; the kernel's ratelimiter). Never looks into a
 * message, never allocates after admission_new().
 *
 * Load: high while JVPN_LOAD_HANDSHAKES_PER_SECOND handshakes or more were counted
 * in the last second (ten slots of 100 ms), and JVPN_LOAD_HOLD_S after that.
 *
 * Share: a token bucket a source, JVPN_RATE_HANDSHAKES_PER_SECOND with a burst of
 * JVPN_RATE_HANDSHAKES_BURST; a source is an IPv4 address or an IPv6 /64. The table
 * has a fixed number of places; a new source takes, of the ADMISSION_WAYS places its
 * keyed hash allows, the one seen longest ago. So work and memory are bounded, and
 * nobody can aim at another source's place.
 */
#ifndef JVPN_HANDSHAKE_ADMISSION_H
#define JVPN_HANDSHAKE_ADMISSION_H

#include <stdbool.h>

#include "jvpn/types.h"

#define ADMISSION_KEY_BYTES 16
#define ADMISSION_SETS 4096
#define ADMISSION_WAYS 4

struct admission;

/* key: 16 random bytes. -ENOMEM. The caller owns it and ends it with admission_free(), which takes NULL. */
int admission_new(struct admission **ret_admission, const __u8 key[ADMISSION_KEY_BYTES]);
void admission_free(struct admission *admission);

/* One handshake message with a true mac1 was seen. `now` must not run backwards. */
void admission_count(struct admission *admission, __u64 now);

/* As of `now`; also remembers since when, for the hold. */
bool admission_is_loaded(struct admission *admission, __u64 now);

/* Takes a token of the source, or says no. */
bool admission_allow(struct admission *admission, const struct jvpn_ip *ip, __u64 now);

#endif
