/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One peer's timers and what they see, for test_timers.c and test_timers_traffic.c:
 * a rule is due at its exact instant, one nanosecond before it is not. Never a
 * clock: time is what a test says it is.
 */
#ifndef JVPN_TESTS_HANDSHAKE_DUE_H
#define JVPN_TESTS_HANDSHAKE_DUE_H

#include <criterion/criterion.h>

#include "base/clock.h"
#include "handshake/timers.h"

#define S CLOCK_NS_PER_S
#define MS CLOCK_NS_PER_MS
#define T0 (10000 * S)

#define SEND TIMERS_SEND_INITIATION
#define KEEPALIVE TIMERS_SEND_KEEPALIVE
#define DOUBT TIMERS_DOUBT_PATH

static struct timers timers;
static struct timers_seen seen = {.endpoint_known = true};

static inline unsigned int decide(__u64 now)
{
	return timers_decide(&timers, &seen, now, 0);
}

static inline __u64 deadline(void)
{
	return timers_deadline(&timers, &seen);
}

/* Nothing one nanosecond before; `what` at the instant; nothing when asked again. */
static inline void assert_due(__u64 at, unsigned int what)
{
	unsigned int got;

	cr_assert_eq(deadline(), at, "deadline is %lld ns off", (long long)(deadline() - at));
	got = decide(at - 1);
	cr_assert_eq(got, 0, "one ns before: %u", got);
	got = decide(at);
	cr_assert_eq(got, what, "at the instant: %u, not %u", got, what);
	cr_assert_gt(deadline(), at, "no deadline is left in the past");
	got = decide(at);
	cr_assert_eq(got, 0, "again: %u", got);
	cr_assert_gt(deadline(), at);
}

static inline void assert_silent_until(__u64 at)
{
	cr_assert_eq(decide(at), 0);
	cr_assert_gt(deadline(), at);
}

/* A key pair of ours, born at T0, that has sent and received at T0. */
static inline void have_key(bool initiator)
{
	seen.key_birth_ns = T0;
	seen.key_initiator = initiator;
	seen.last_tx_ns = T0;
	seen.last_rx_ns = T0;
	cr_assert_eq(decide(T0), 0);
}

#endif
