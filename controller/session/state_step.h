/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: one instant of a session. Evaluates every row's guard on what is known,
 * applies the first row that is enabled in the table's order, and looks again, until none
 * is. Pure, as state.h.
 *
 * Within one instant a row is applied once, and a move refused once; so a step ends, and
 * what it says is bounded. What follows from each other at one instant happens in one step:
 *
 *   the active path died, a token is at hand           A -> V -> R -> A
 *   it died, a candidate must be tried first           A -> V -> R
 *   it died, nothing is left                           A -> V -> D
 *   a planned move (facts.move and a token)            A -> V -> R -> A
 *
 * A planned move leaves ATTACHED only if the gate is open and the token is there; else the
 * session stays as it is, and TransportSwitchDenied says why the gate is closed. A refusal
 * to move is said once in a state while its reason stays the same, and again when
 * facts.asked. A token or a failed handshake that no row took is said to be invalid, and so
 * is a wish to end what has ended.
 *
 * In VOLATILE and DEGRADED an open gate is always used. When to look again: state_due_ms(),
 * and whenever a fact changes.
 */
#ifndef SESSION_STATE_STEP_H
#define SESSION_STATE_STEP_H

#include "session/state.h"

#define STATE_NEVER UINT64_MAX

/* Returns how many transitions were made. `ret` must not contain `record`; it is written whole. */
unsigned int state_step(const struct state_record *record, const struct state_policy *policy,
			const struct state_facts *facts, uint64_t now_ms, struct state_result *ret);

/*
 * The first instant after `now_ms` at which time alone gives state_step() something to do,
 * the facts staying as they are, or STATE_NEVER. Meant for a record that has been stepped at now_ms.
 */
uint64_t state_due_ms(const struct state_record *record, const struct state_policy *policy,
		      const struct state_facts *facts, uint64_t now_ms);

#endif
