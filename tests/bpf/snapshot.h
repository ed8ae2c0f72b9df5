/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything the data path may change, at one instant: so that a test can say "this drop was
 * counted, and nothing else happened".
 */
#ifndef JVPN_TESTS_SNAPSHOT_H
#define JVPN_TESTS_SNAPSHOT_H

#include "world.h"

struct snapshot {
	struct jvpn_session session;
	struct jvpn_keypair key;
	struct jvpn_keypair next_key;
	struct jvpn_counters counters;
	struct jvpn_route routes[4];
	__u64 drops[JVPN_DROP_SLOTS];
	__u32 events;
	__u32 sources; /* token buckets of admission */
};

void snapshot_take(struct world *world, struct snapshot *snapshot);

/* Fails the test unless exactly `reason` was counted `times` since `before`, and nothing else changed.
 * Reason 0: nothing was counted either. */
void snapshot_expect_dropped(struct world *world, const struct snapshot *before, __u32 reason, __u64 times,
			     const char *what);

/* The drop counters alone: for packets that were proven before they were dropped. */
void snapshot_expect_counted(struct world *world, const struct snapshot *before, __u32 reason, __u64 times,
			     const char *what);

const char *snapshot_reason_name(__u32 reason);

#endif
