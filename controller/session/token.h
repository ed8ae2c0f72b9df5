/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What opens ATTACHED: a permit, issued when the checks have passed, and the token it
 * becomes when the data plane has made the swap. A token opens one edge, of one session, at
 * the version and the instant it was made for: spent or late it opens nothing. The two
 * makers are called by checks.c only; everybody else passes the things on.
 */
#ifndef SESSION_TOKEN_H
#define SESSION_TOKEN_H

#include "session/state.h"

/* All zero is no permit. */
struct checks_permit {
	uint64_t session;
	uint64_t version; /* of the record when the token will have been spent: what the swap writes */
	uint64_t at_ms;
	uint64_t acknowledged; /* the gateway's version, at a client; 0: none */
	uint32_t path;
	uint8_t event;	 /* enum fsm_event: by which row ATTACHED is entered */
	bool recovering; /* the record was RECOVERING */
	bool issued;
	uint8_t pad;
};

/* All zero opens nothing. */
struct checks_validated {
	struct checks_permit permit;
};

struct checks_permit token_permit(const struct state_record *record, enum fsm_event event, uint32_t path,
				  uint64_t now_ms);
struct checks_validated token_validated(const struct checks_permit *permit);

/* Does it open this edge, for this record as it is before the transition, now? */
bool token_opens(const struct checks_validated *validated, enum fsm_event event, const struct state_record *record,
		 uint64_t now_ms);

#endif
