/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * G_sw, the gate of a switch: may the session try to move now, and if not, for which one
 * reason. Pure; never looks at the state, so it also answers before a session that is
 * ATTACHED is disturbed. The rows of the table are asked in their order:
 *
 *   14 rate > 15 policy > 16, 17 candidate (and, while the active path lives and nobody
 *   asked for the move, hysteresis) > 18 cooldown > 13 open
 *
 * With a token at hand its path is the candidate, and whoever made the request has chosen.
 *
 * Closed without a word: this node does not own the session, or its time without a
 * transport is over.
 */
#ifndef SESSION_GATE_H
#define SESSION_GATE_H

#include "session/state.h"

struct gate {
	enum fsm_event event; /* switch_initiated: open; switch_denied_*: why not; FSM_EVENTS: closed without a word */
	uint16_t reason;
	uint16_t detail; /* hysteresis_hold, or 0 */
	uint32_t path;	 /* the token's, else the one selected */
};

struct gate gate_ask(const struct state_record *record, const struct state_policy *policy,
		     const struct state_facts *facts, uint64_t now_ms);

#endif
