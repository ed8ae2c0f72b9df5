/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a change of policy reaches a running session: which policy is in force, and which
 * deadlines. Never reads a clock, never ends anything: it says when.
 *
 *   strict   the new policy now: every running deadline is counted anew from where its timer
 *            began, with the new length, and what is then due is due at once
 *   grace    the old policy until the session's next committed transition; deadlines that run
 *            keep their instants, timers that start take the old length; then as strict
 *   grace until a date   the same, but after that date strict, transition or not
 *
 * A timer of length 0 that means "off" does not run. Times are monotonic ns; 0 is "not running".
 */
#ifndef POLICY_SNAPSHOT_H
#define POLICY_SNAPSHOT_H

#include "policy/policy.h"

/*
 * The timers of a session: X(NAME, length, END). In the order in which events of one instant
 * win (behaviour: the priorities of the state machine).
 *
 *   EVENT  due when now > deadline, and then an event of the state machine
 *   LIMIT  over when now > deadline; nothing happens of it
 *   WAIT   over when now >= deadline; nothing happens of it
 */
#define POLICY_TIMERS(X) \
	X(LIFETIME, session.max_lifetime_ms, EVENT)		/* since the session was created */ \
	X(TRANSPORT_LOST, session.transport_lost_ttl_ms, EVENT) /* since it last had a transport */ \
	X(KEY, security.key_max_age_ms, EVENT)			/* since its newest keys */ \
	X(RECOVERY, switching.recovery_window_ms, EVENT)	/* since it entered RECOVERING */ \
	X(HEARTBEAT, volatility.heartbeat_volatile_ms, EVENT)	/* since the active path last answered */ \
	X(DEGRADE, volatility.volatile_to_degraded_ms, EVENT)	/* since it entered VOLATILE */ \
	X(DRAIN, switching.drain_ms, LIMIT)			/* since a path was replaced */ \
	X(COOLDOWN, switching.switch_cooldown_ms, WAIT)		/* since the last attempt to move */ \
	X(STABILIZE, switching.stabilize_window_ms, WAIT)	/* since the last move */

enum policy_timer {
#define POLICY_TIMER(NAME, length, END) POLICY_TIMER_##NAME,
	POLICY_TIMERS(POLICY_TIMER) POLICY_TIMER_COUNT, /* also: none */
#undef POLICY_TIMER
};

struct policy_deadlines {
	__u64 at_ns[POLICY_TIMER_COUNT];
};

/* What a session's record knows of its timers. */
struct policy_timers {
	__u64 since_ns[POLICY_TIMER_COUNT];
	struct policy_deadlines deadlines; /* in force up to now; 0 where a timer has only just begun */
};

struct policy_change {
	const struct policy *before;
	const struct policy *after;
	enum policy_mode mode;
	__u64 strict_after_ns; /* of grace: the date; 0: none */
};

/* Which of the two holds at `now`? `is_committed`: the session has made a transition since the change. */
const struct policy *policy_in_force(const struct policy_change *change, bool is_committed, __u64 now);

/* The deadlines in force at `now`. */
struct policy_deadlines policy_deadlines_in_force(const struct policy_change *change,
						  const struct policy_timers *timers, bool is_committed, __u64 now);

/* Every running timer's deadline under one policy. */
struct policy_deadlines policy_deadlines(const struct policy *policy, const __u64 since_ns[static POLICY_TIMER_COUNT]);

/* Has its time passed, by its own rule of the list? A timer that does not run has not. */
bool policy_timer_is_over(const struct policy_deadlines *deadlines, enum policy_timer timer, __u64 now);

/* The first EVENT that is due, in the order of the list, or POLICY_TIMER_COUNT. */
enum policy_timer policy_first_due(const struct policy_deadlines *deadlines, __u64 now);

#endif
