/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How good one path is, from its probes alone: sent, answered, lost. Never sends, never reads
 * a clock, never decides a move; all integers, no allocation, 920 bytes a path.
 *
 *   quality_begin() -> quality_sent() each probe, quality_answered() each answer
 *                   -> quality_tick(): what is lost by now, and what is wrong with the path
 *
 * A probe is lost when it is unanswered for longer than quality_patience_ns(): twice the mean
 * round trip and four times its jitter, but one heartbeat at least; while nothing has been
 * answered, heartbeat_volatile_ms. An answer that comes later is proof of life and a round
 * trip, but stays lost in the loss. The newest 64 probes are remembered: one that is still open
 * when its place is needed counts as lost, and its answer as unknown.
 *
 * Unstable (strict >, drops >=; nothing hangs on a single probe unless max_consecutive_drops is 1):
 *
 *   loss      lost / judged in the loss window > threshold, at least 4 judged and 2 lost
 *   drops     the newest probes judged, in the order they were sent, are lost: as many as the policy says
 *   silence   nothing answered for > heartbeat_volatile_ms
 *   latency   the 95th percentile of the latency window > threshold, at least 4 answers, 2 of them above
 *   jitter    its mean > threshold, and 3 differences of the latency window above (one outlier makes 2)
 *   dead      nothing answered for > 2 * heartbeat_volatile_ms
 *
 * Silence counts from the last answer, but never from before a heartbeat ahead of the first
 * unanswered probe: a prober that slept does not accuse the path. A policy with another loss
 * window begins an empty one.
 *
 * Every call costs O(64) at most. Times are monotonic ns and must not go back. Answers that have
 * arrived are to be delivered before the tick.
 */
#ifndef PATH_QUALITY_H
#define PATH_QUALITY_H

#include <stdbool.h>

#include "jvpn/reason.h"
#include "path/window.h"
#include "policy/policy.h"

#define QUALITY_PROBES 64 /* remembered; a power of two */
#define QUALITY_LOSSES_MIN 2
#define QUALITY_SLOW_MIN 2
#define QUALITY_JUMPS_MIN 3
#define QUALITY_DEAD_FACTOR 2
#define QUALITY_NEVER (~0ull)

/* What can be wrong: X(bit, NAME, reason). The first that is set is the primary cause. */
#define QUALITY_CAUSES(X) \
	X(0, DEAD, transport_dead) \
	X(1, LOSS, loss_threshold_exceeded) \
	X(2, DROPS, consecutive_drop_exceeded) \
	X(3, SILENCE, heartbeat_timeout) \
	X(4, LATENCY, latency_threshold_exceeded) \
	X(5, JITTER, jitter_threshold_exceeded)

enum quality_cause {
#define QUALITY_CAUSE(bit, NAME, reason) QUALITY_##NAME = 1 << (bit),
	QUALITY_CAUSES(QUALITY_CAUSE)
#undef QUALITY_CAUSE
};

/* Probes are numbered from 1. Those below `judged` are answered or lost; the newest 64 are remembered. */
struct quality {
	__u64 sent_ns[QUALITY_PROBES];
	__u32 rtt_us[QUALITY_PROBES]; /* 0: not answered */
	struct window loss;
	__u64 next;		   /* the next probe */
	__u64 judged;		   /* the oldest probe that may still be answered in time */
	__u64 newest_answered;	   /* 0: none */
	__u64 last_success_ns;	   /* the last answer; at first the beginning */
	__u64 unanswered_since_ns; /* when the first probe behind newest_answered was sent; 0: there is none */
	__u64 stable_since_ns;	   /* the first answer since the path was last unstable; 0: none */
	__u64 srtt_ns;		   /* mean round trip, alpha 1/4; 0: none yet */
	__u64 jitter_ns;	   /* mean difference of successive round trips, alpha 1/4 */
	__u32 rtt_last_us;
	__u32 causes; /* as of the last tick */
};
JVPN_ASSERT_SIZE(struct quality, 920);

void quality_begin(struct quality *quality, const struct policy *policy, __u64 now);

/* A probe leaves now. Returns its number, which the answer must carry. */
__u64 quality_sent(struct quality *quality, const struct policy *policy, __u64 now);

/* An authenticated answer arrived at `now`. False, and nothing changes: unknown, too old, or seen before. */
bool quality_answered(struct quality *quality, const struct policy *policy, __u64 probe, __u64 now);

/* Judges what time has judged. Returns the set of causes (enum quality_cause); 0: stable. */
unsigned int quality_tick(struct quality *quality, const struct policy *policy, __u64 now);

/* The next instant at which a tick will see more silence or another loss if nothing is sent or answered. */
__u64 quality_due(const struct quality *quality, const struct policy *policy, __u64 now);

/* The reason code of a set of causes: its primary one. JVPN_REASON_NONE for none. */
enum jvpn_reason quality_reason(unsigned int causes);

/* ---- figures, all as of the last call that changed anything ---- */

__u32 quality_loss_ppm(const struct quality *quality);
__u32 quality_drops(const struct quality *quality); /* in a row, up to the newest judged */
__u64 quality_patience_ns(const struct quality *quality, const struct policy *policy);
__u64 quality_silence_ns(const struct quality *quality, __u64 now); /* since the last answer */
__u64 quality_stable_ns(const struct quality *quality, __u64 now);
/* 95th percentile (nearest rank) of the round trips answered in the last `window_ms`. 0: none. */
__u32 quality_p95_us(const struct quality *quality, __u32 window_ms, __u64 now);

#endif
