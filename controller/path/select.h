/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which path a session should move to, or why to none. Never moves it, never asks for the rate or
 * the cooldown of the session: the gate of the state machine does. Nothing random, no prediction:
 * the same candidates in any order give the same answer (behaviour, SEL-1 to SEL-10).
 *
 *   set of candidates -> refuse -> rank -> hysteresis -> one, or a reason
 *
 * Refused, in this order, the first that holds (SEL-1, SEL-3, SEL-6):
 *   blocked, protocol, dead, stale       it is not usable at all
 *   cooldown                             it failed less than switch_cooldown_ms ago
 *   unstable                             it failed, or is the active one, or the session is DEGRADED, and it
 *                                        has not been stable for loss_window_ms since
 *   loss, latency, score                 it is no better than what instability means
 * Rank (SEL-3): priority, loss, round trip, stable for longer, id.
 * Hysteresis (SEL-5): while the active path lives, another one must score more than
 * switch_improvement_factor times it. It holds back candidates, not the decision: a lower-ranked
 * one that is clearly better is taken rather than none. The active path itself, stable again, is
 * taken when no better one is left.
 *
 * score = 100 - 2 * loss% - 0.3 * jitter_ms - 0.1 * rtt_ms, at least 1, in ten-thousandths, which
 * is exact. A path nothing was measured of scores 1: it may replace a dead path, not a measured one.
 */
#ifndef PATH_SELECT_H
#define PATH_SELECT_H

#include "jvpn/state.h"
#include "path/quality.h"
#include "policy/policy.h"

#define SELECT_NONE (~0u) /* no path has this id */
#define SELECT_SCORE_MAX 1000000u
#define SELECT_SCORE_MIN 10000u

struct select_candidate {
	__u32 id;
	__u32 priority; /* the lower, the better */
	__u32 protocol; /* enum policy_protocol */
	__u32 loss_ppm;
	__u32 rtt_us; /* mean; 0: unknown, which ranks last */
	__u32 p95_us;
	__u32 jitter_us;
	bool is_blocked; /* the operator or the peer forbids it */
	bool is_dead;
	bool is_measured;      /* probes say what follows and what stands above */
	__u64 stable_since_ns; /* 0: not stable now */
	__u64 seen_ns;	       /* last known to exist */
	__u64 failed_ns;       /* last died, turned unstable or refused a move; 0: never */
};

/* Ordered by id. */
struct select_set {
	__u32 count;
	struct select_candidate candidates[POLICY_CANDIDATES_MAX + 1];
};

/* What the session stands in. */
struct select_situation {
	enum jvpn_session_state state;
	__u32 active; /* the living active path, which is in the set; SELECT_NONE: there is none */
};

/* Why a candidate is not taken: X(number, name, sentence) */
#define SELECT_REFUSALS(X) \
	X(1, blocked, "it is forbidden") \
	X(2, protocol, "the policy does not allow its protocol") \
	X(3, dead, "it is dead") \
	X(4, stale, "it was not seen for too long") \
	X(5, cooldown, "it failed a moment ago") \
	X(6, unstable, "it has not been stable for long enough") \
	X(7, loss, "it loses too much") \
	X(8, latency, "its round trip takes too long") \
	X(9, score, "its score is too low") \
	X(10, hysteresis, "it is not better by enough")

enum select_refusal {
	SELECT_ELIGIBLE = 0,
#define SELECT_REFUSAL(number, name, sentence) SELECT_##name = (number),
	SELECT_REFUSALS(SELECT_REFUSAL)
#undef SELECT_REFUSAL
};

struct select_result {
	__u32 chosen;	  /* SELECT_NONE: see reason */
	__u32 candidates; /* in the set */
	__u32 eligible;	  /* of them, before hysteresis */
	__u32 loss_ppm;	  /* of the chosen */
	__u32 rtt_us;
	__u32 score;
	__u32 active_score; /* 0: no living active path */
	/*
	 * Chosen: dead_transport_recovery (none lives), loss_recovery, or stability_window_met (the
	 * active path again). None: no_candidate_transports (none lives), no_valid_candidate,
	 * hysteresis_hold, or invalid_state_transition (only VOLATILE, DEGRADED and RECOVERING choose).
	 */
	enum jvpn_reason reason;
	__u64 retry_ns; /* when time alone makes the next refused candidate eligible; QUALITY_NEVER: it does not */
};

struct select_gone {
	__u32 count;
	__u32 ids[POLICY_CANDIDATES_MAX + 1];
};

/* What the probes of a path say of it. A path that delivers nothing at present counts as losing everything. */
void select_measure(struct select_candidate *candidate, const struct quality *quality, const struct policy *policy,
		    __u64 now);

__u32 select_score(const struct select_candidate *candidate);

/* Less than 0: `a` ranks before `b`. Never 0 for two ids. */
int select_compare(const struct select_candidate *a, const struct select_candidate *b);

/* Everything but hysteresis. `ret_retry_ns` (or NULL): as in struct select_result, of this candidate. */
enum select_refusal select_refuse(const struct select_candidate *candidate, const struct policy *policy,
				  const struct select_situation *situation, __u64 now, __u64 *ret_retry_ns);

struct select_result select_choose(const struct select_set *set, const struct policy *policy,
				   const struct select_situation *situation, __u64 now);

/* Adds a candidate, or replaces the one of its id; then as select_trim(). */
struct select_gone select_offer(struct select_set *set, const struct select_candidate *candidate,
				const struct policy *policy, const struct select_situation *situation, __u64 now);

/*
 * Who is stale goes, then while there are more than max_candidate_count the worst: the refused
 * before the eligible, then by rank. The active path never does. Returns who went.
 */
struct select_gone select_trim(struct select_set *set, const struct policy *policy,
			       const struct select_situation *situation, __u64 now);

/* The candidate of this id, or NULL. */
const struct select_candidate *select_find(const struct select_set *set, __u32 id);

#endif
