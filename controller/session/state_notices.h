/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which notices go with what the engine did. Used by state.c and state_step.c only; never
 * looks at more than it is given, never changes a record.
 *
 *   every transition        SessionStateChange, and with it:
 *   BIRTH -> ATTACHED       TransportAttached
 *   transport_dead          TransportDead
 *   -> RECOVERING           ReattachAttempt
 *   RECOVERING -> ATTACHED  ReattachResult, TransportSwitch, AuditEvent twice (one active path, same id)
 *   reattach_invalid        ReattachResult, TransportSwitchDenied, a Security* if the detail is one
 *   recovery_timeout,
 *   candidates_exhausted    TransportSwitchFailed
 *   switch_denied_*         TransportSwitchDenied, consumed or not
 *   -> TERMINATED           SessionTerminated
 */
#ifndef SESSION_STATE_NOTICES_H
#define SESSION_STATE_NOTICES_H

#include "session/state.h"

void notices_of_change(struct notices *notices, const struct state_record *before, const struct state_record *after,
		       const struct state_policy *policy, const struct state_cause *cause, uint64_t now_ms);

void notices_of_consumed(struct notices *notices, const struct state_record *record, const struct state_cause *cause,
			 uint64_t now_ms);

void notice_invalid(struct notices *notices, const struct state_record *record, uint8_t event, uint64_t now_ms);

/* A move that was refused where the table has no event for it: while ATTACHED. */
void notice_move_refused(struct notices *notices, const struct state_record *record, const struct state_cause *cause,
			 uint64_t now_ms);

#endif
