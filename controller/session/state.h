/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session's record and its one way to change: an event, looked up in the table. Pure and
 * total: the same input gives the same output, every input an answer; nothing here reads a
 * clock, allocates, logs or draws a random number, and no input is ever changed.
 *
 *   record + event + now --> the record after it, and notices:
 *     CHANGED   the table has an edge: version + 1, exactly one reason
 *     CONSUMED  `=`: seen, nothing changes
 *     INVALID   `!`, or an event that does not exist: nothing changes, InvalidTransition
 *     ABSORBED  the session is over: nothing changes, InvalidTransition
 *     REFUSED   the table has an edge, but the record itself shows that it may not be taken,
 *               or the reason is not one of the row's: nothing changes, InvalidTransition
 *
 * Refused are: ATTACHED without a token of checks.h for this very session, version and
 * instant (INV-09), or after the recovery's deadline (INV-15); an attempt beyond the rate or
 * inside the cooldown (INV-18, INV-19) or without a path to try (INV-22); the death of a
 * transport, or the end for want of one, that contradicts the record. All else that a guard
 * says is the caller's word: state_step() evaluates it.
 *
 * The last version but one ends the session with whatever comes next: as version_overflow,
 * if it was not to end anyway. A record that is none (adopted from a broken map) ends too.
 *
 * All times are monotonic ms and never run backwards; a time ahead of `now` has age 0.
 */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "jvpn/maps.h"
#include "session/attempts.h"
#include "session/facts.h"
#include "session/fsm.h"
#include "session/notice.h"

/* From this version on only the end is left. */
#define STATE_VERSION_LAST (JVPN_VERSION_MAX - 1)

struct state_record {
	uint64_t id;		   /* never changes; never 0 */
	uint64_t version;	   /* 0 in BIRTH, then one more a transition; at most JVPN_VERSION_MAX */
	uint64_t attached_version; /* of the last entry into ATTACHED; 0: none yet */
	uint64_t acknowledged;	   /* a client's: the newest version of the gateway's record it was told */
	uint64_t created_ms;
	uint64_t entered_ms;	  /* into the present state; a transition to itself is no entry */
	uint64_t active_until_ms; /* when it lost its transport (or was created); means nothing while it has one */
	uint32_t active;	  /* the path that sends; 0: none. The only place there is for one. */
	uint32_t previous;	  /* the path that was active before */
	uint32_t target;	  /* the path sought, while RECOVERING */
	uint32_t switches;	  /* times it moved */
	uint16_t reason;	  /* of the last transition */
	uint16_t denied;	  /* the refusal to move last reported in this state; 0: none */
	uint8_t state;		  /* enum jvpn_session_state */
	uint8_t pad[3];
	struct attempts attempts;
};
_Static_assert(sizeof(struct state_record) <= 2048, "INV-38: a session's record is bounded");

enum state_outcome {
	STATE_CHANGED,
	STATE_CONSUMED,
	STATE_INVALID,
	STATE_ABSORBED,
	STATE_REFUSED,
};

/* One event, with what goes with it. */
struct state_cause {
	enum fsm_event event;
	uint16_t reason;			  /* 0: the row's first */
	uint16_t detail;			  /* a second code for the notices, or 0 */
	uint32_t path;				  /* switch_initiated: where to; a refusal: what was refused */
	const struct checks_validated *validated; /* attach_ok, reattach_valid */
};

struct state_result {
	struct state_record record;
	struct notices notices;
};

/* A session as a handshake begins it. */
struct state_record state_begin(uint64_t id, uint64_t now_ms);

/* `ret` must not contain `record`; it is written whole. */
enum state_outcome state_transition(const struct state_record *record, const struct state_policy *policy,
				    const struct state_cause *cause, uint64_t now_ms, struct state_result *ret);

/* The same upon the record in `result`; its notices are added to. Lets one instant have several transitions. */
enum state_outcome state_apply(struct state_result *result, const struct state_policy *policy,
			       const struct state_cause *cause, uint64_t now_ms);

/* Does the record keep what every record keeps (INV-03 to INV-05, INV-11)? */
bool state_holds(const struct state_record *record);

uint64_t state_age_ms(const struct state_record *record, uint64_t now_ms);
/* 0 while there is a transport. */
uint64_t state_transportless_ms(const struct state_record *record, uint64_t now_ms);
/* In the present state. */
uint64_t state_dwell_ms(const struct state_record *record, uint64_t now_ms);
/* The last instant at which a recovery may succeed. */
uint64_t state_recovery_deadline_ms(const struct state_record *record, const struct state_policy *policy);

#endif
