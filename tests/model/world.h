/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be known of a session at one instant in the small world of explore.c, as the
 * facts and the token the engine is given.
 */
#ifndef JVPN_TESTS_MODEL_WORLD_H
#define JVPN_TESTS_MODEL_WORLD_H

#include "node.h"
#include "session/checks.h"

/* What can be known at an instant: all combinations, numbered. */
struct world {
	unsigned int ends;   /* 0 nothing, 1 operator, 2 peer, 3 compromise, 4 conflict, 5 key, 6 handshake */
	unsigned int token;  /* 0 none, 1 of the checks, 2 forged */
	unsigned int choice; /* 0 none, 1 other, 2 other but not better, 3 same and stable, 4 same */
	unsigned int gate;   /* 0 open, 1 forbidden, 2 not the owner */
	bool dead, unstable, denied, move;
};
#define WORLDS (7 * 3 * 5 * 3 * 2 * 2 * 2 * 2)

static inline struct world world_of(unsigned int number)
{
	struct world world;

	world.ends = number % 7;
	world.token = (number /= 7) % 3;
	world.choice = (number /= 3) % 5;
	world.gate = (number /= 5) % 3;
	world.dead = (number /= 3) % 2;
	world.unstable = (number /= 2) % 2;
	world.denied = (number /= 2) % 2;
	world.move = (number /= 2) % 2;
	return world;
}

/* The checks' own token, as far as they give one; or one that claims another version. */
static inline struct checks_validated token_of(const struct world *world, const struct state_record *record,
					       uint32_t path)
{
	struct checks_request request = {.well_formed = true,
					 .version_spoken = true,
					 .within_rate = true,
					 .proven = true,
					 .has_version = true,
					 .class_allowed = true,
					 .protocol_allowed = true,
					 .not_barred = true,
					 .address_sane = true,
					 .answered = true,
					 .within_caps = true,
					 .alone = true,
					 .owner = CHECKS_OWNER_SELF,
					 .marker = CHECKS_MARKER_FRESH,
					 .path = path,
					 .leaves = record->active,
					 .version = record->version};
	struct checks_handshake handshake = {true, true, true, true, 1};
	struct checks_validated token = {0};
	struct checks_permit permit;

	if (!world->token)
		return token;
	if (record->state == JVPN_STATE_BIRTH)
		checks_attach(record, &handshake, NOW, &permit);
	else
		checks_reattach(record, &policy, &request, NOW, &permit);
	checks_commit(&permit, CHECKS_SWAP_DONE, &token);
	if (world->token == 2)
		token.permit.version += 1 + token.permit.issued;
	return token;
}

static inline struct state_facts facts_of(const struct world *world, const struct state_record *record, uint32_t other)
{
	return (struct state_facts){
		.operator_terminates = world->ends == 1,
		.peer_terminates = world->ends == 2,
		.compromised = world->ends == 3,
		.owner_conflict = world->ends == 4,
		.has_key = true,
		.key_created_ms = world->ends == 5 ? NOW - (LIFETIME + 1) * TICK : NOW,
		.handshake_failed = world->ends == 6,
		.denied = world->denied ? JVPN_REASON_policy_denied : 0,
		.dead = world->dead ? record->active : 0,
		.unstable = world->unstable ? record->active : 0,
		.instability = world->unstable ? JVPN_REASON_heartbeat_timeout : 0,
		.stable = world->choice == 3 ? record->active : 0,
		.owner = world->gate != 2,
		.allowed = world->gate != 1,
		.better = world->choice == 1,
		.candidates = world->choice != 0,
		.selected = !world->choice	? 0
			    : world->choice < 3 ? other
						: record->active,
		.move = world->move ? JVPN_REASON_preferred_path_changed : 0,
	};
}

#endif
