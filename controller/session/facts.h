/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about a session at one instant, for the engine to decide on: gathered by
 * the session's owner, kept by nobody. Data only. All zero: nothing is known, nothing is
 * allowed, nothing has happened. Paths are named by their ids, 0 is none; codes are
 * enum jvpn_reason.
 */
#ifndef SESSION_FACTS_H
#define SESSION_FACTS_H

#include <stdbool.h>
#include <stdint.h>

struct checks_validated;

/* The numbers of a policy the engine decides with; their bounds are the policy's to keep. */
struct state_policy {
	uint64_t max_lifetime_ms;
	uint64_t key_max_age_ms; /* 0: no limit but the session's */
	uint32_t transport_lost_ttl_ms;
	uint32_t volatile_to_degraded_ms;
	uint32_t recovery_window_ms;
	uint32_t switch_cooldown_ms;
	uint16_t max_switches_per_min;
	uint16_t max_auth_failures; /* authenticated ones, within the policy's window */
};

struct state_facts {
	/* What ends it. */
	bool operator_terminates;
	bool peer_terminates; /* authenticated */
	bool compromised;     /* declared */
	bool owner_conflict;  /* proven: another node owns it too */
	uint32_t auth_failures;
	bool has_key;
	uint64_t key_created_ms;

	/* What was decided about requests. */
	bool handshake_failed;
	const struct checks_validated *validated; /* made at this instant by checks.h; NULL: none */
	uint16_t denied;			  /* row 8's reason, from the checks' verdict; 0: nothing was denied */
	uint16_t denied_detail;			  /* the check's code */

	/* What the transports do. */
	uint32_t dead;	      /* the path declared DEAD */
	uint32_t unstable;    /* the path over a soft threshold, */
	uint16_t instability; /* and which */
	uint32_t stable;      /* the path stable for a whole window */

	/* Whether and where to it could move. */
	bool owner;	     /* as the checks were told: this node owns the session */
	bool allowed;	     /* the policy allows the action and the selected path's class */
	bool better;	     /* by enough than the active one (hysteresis) */
	bool asked;	     /* somebody waits for the answer: a refusal is reported again */
	uint32_t candidates; /* valid paths, those under trial and the token's included */
	uint32_t selected;   /* the best of them */
	uint16_t move;	     /* a move asked for while ATTACHED: its cause, see fsm.h; 0: none */
};

#endif
