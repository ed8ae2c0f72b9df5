/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state machine of a session as one table, from which the C table, the names and
 * the document (fsm_describe) are made. Data only: what a cell does is state.c's.
 *
 *   B BIRTH   A ATTACHED   V VOLATILE   D DEGRADED   R RECOVERING   X TERMINATED
 *
 *   letter  the next state; the version grows by one
 *   same    a transition from the state to itself; the version grows by one
 *   eat     the event is consumed: no transition, version unchanged
 *   bad     invalid here: rejected and reported, version unchanged
 *   end     the session is over: rejected and reported, nothing ever changes again
 *
 * Rows are in the order in which events that are enabled at one instant are taken: the
 * lowest priority first, then as written. The reasons are the codes a transition by the
 * row may carry; the first is meant when none is given.
 */
#ifndef SESSION_FSM_H
#define SESSION_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jvpn/reason.h"
#include "jvpn/state.h"

/* What may move a session out of ATTACHED while its transport lives: the `<cause>` of the table. */
#define FSM_CAUSES \
	WHY(loss_threshold_exceeded) \
	WHY(consecutive_drop_exceeded) \
	WHY(heartbeat_timeout) \
	WHY(latency_threshold_exceeded) \
	WHY(jitter_threshold_exceeded) \
	WHY(health_drop) \
	WHY(peer_reported_instability) \
	WHY(nat_rebind_detected) \
	WHY(preferred_path_changed)

/* clang-format off */
/* ROW(priority, event,          B     A     V     D     R     X,   guard, reasons) */
#define FSM_ROWS(ROW) \
	ROW(0, session_ttl_expired,      X,    X,    X,    X,    X,    end, "now-created>max_lifetime_ms", \
	    WHY(session_lifetime_exceeded)) \
	ROW(1, invariant_violation,      X,    X,    X,    X,    X,    end, "self-check or proven ownership divergence", \
	    WHY(invariant_violation) WHY(ownership_conflict) WHY(version_overflow)) \
	ROW(2, security_terminate,       X,    X,    X,    X,    X,    end, \
	    "authenticated-failure budget spent or compromise declared", WHY(security_failure)) \
	ROW(3, operator_terminate,       X,    X,    X,    X,    X,    end, "admin command / authenticated TERMINATE", \
	    WHY(operator_terminated) WHY(peer_terminated)) \
	ROW(4, transport_ttl_expired,    X,    bad,  X,    X,    X,    end, "A=0 and now-last_active>transport_lost_ttl_ms", \
	    WHY(transport_ttl_exceeded)) \
	ROW(5, key_expired,              X,    X,    X,    X,    X,    end, "now-key_created>key_max_age_ms (hard)", \
	    WHY(key_expired)) \
	ROW(6, attach_ok,                A,    bad,  bad,  bad,  bad,  end, "handshake+policy+capacity+candidate ok", \
	    WHY(attached_to_transport)) \
	ROW(6, handshake_fail,           X,    bad,  bad,  bad,  bad,  end, "handshake rejected", \
	    WHY(handshake_failed)) \
	ROW(7, reattach_valid,           bad,  bad,  bad,  bad,  A,    end, "B0..B10 pass and now<=recovery_deadline", \
	    WHY(reattach_success)) \
	ROW(8, reattach_invalid,         bad,  bad,  bad,  bad,  D,    end, "authenticated attempt denied (B6b,B7,B8,B9,B10)", \
	    WHY(reattach_validation_failed) WHY(policy_denied)) \
	ROW(9, recovery_timeout,         bad,  bad,  bad,  bad,  D,    end, "now>recovery_deadline", \
	    WHY(recovery_window_expired)) \
	ROW(10, candidates_exhausted,    bad,  bad,  bad,  bad,  D,    end, "all attempts failed, none left", \
	    WHY(no_candidate_transports)) \
	ROW(11, transport_dead,          bad,  V,    same, same, same, end, "A=1 and active declared DEAD (sets A=0)", \
	    WHY(transport_dead)) \
	ROW(12, instability_detected,    bad,  V,    eat,  eat,  eat,  end, "soft threshold on active", \
	    FSM_CAUSES) \
	ROW(13, switch_initiated,        bad,  bad,  R,    R,    eat,  end, "G_sw true", \
	    WHY(loss_recovery) WHY(dead_transport_recovery) WHY(policy_forced_recovery) WHY(stability_window_met)) \
	ROW(14, switch_denied_rate,      bad,  bad,  D,    eat,  eat,  end, "switches_60s>=max_switches_per_min", \
	    WHY(switch_rate_limited)) \
	ROW(15, switch_denied_policy,    bad,  bad,  D,    eat,  eat,  end, "policy forbids class/action", \
	    WHY(policy_denied)) \
	ROW(16, switch_denied_nocand_dead, bad, bad, D,    eat,  eat,  end, "no valid candidate and A=0", \
	    WHY(no_candidate_transports)) \
	ROW(17, switch_denied_nocand_live, bad, bad, eat,  eat,  eat,  end, "no valid/better candidate and A=1", \
	    WHY(no_valid_candidate)) \
	ROW(18, switch_denied_cooldown,  bad,  bad,  eat,  eat,  eat,  end, "now-last_attempt<switch_cooldown_ms", \
	    WHY(cooldown_active)) \
	ROW(19, volatile_timeout,        bad,  bad,  D,    bad,  bad,  end, "now-entered_volatile>volatile_to_degraded_ms", \
	    WHY(volatile_persisted))
/* clang-format on */

enum fsm_event {
#define FSM_ROW_EVENT(priority, event, ...) FSM_##event,
	FSM_ROWS(FSM_ROW_EVENT)
#undef FSM_ROW_EVENT
		FSM_EVENTS, /* how many; also "no event" */
};

/* A cell: a next state by its own number, or one of these. */
enum fsm_cell {
	FSM_CELL_B = JVPN_STATE_BIRTH,
	FSM_CELL_A = JVPN_STATE_ATTACHED,
	FSM_CELL_V = JVPN_STATE_VOLATILE,
	FSM_CELL_D = JVPN_STATE_DEGRADED,
	FSM_CELL_R = JVPN_STATE_RECOVERING,
	FSM_CELL_X = JVPN_STATE_TERMINATED,
	FSM_STATES, /* how many */
	FSM_CELL_same = FSM_STATES,
	FSM_CELL_eat,
	FSM_CELL_bad,
	FSM_CELL_end,
};

#define FSM_REASONS_MAX 9 /* of one row */

struct fsm_row {
	const char *name;
	const char *guard;
	uint8_t priority;
	uint8_t cells[FSM_STATES];	       /* enum fsm_cell, by state */
	uint16_t reasons[FSM_REASONS_MAX + 1]; /* ends with 0 */
};

extern const struct fsm_row fsm_rows[FSM_EVENTS];

/* May a transition by this event carry this reason? */
bool fsm_allows(enum fsm_event event, uint16_t reason);

/*
 * The event's row as a line of the document, tabs between the columns, no line end:
 * priority, event, guard, one cell a state, reasons with | between them. Returns the
 * length it needs, as snprintf does.
 */
size_t fsm_describe(enum fsm_event event, char *text, size_t bytes);

#endif
