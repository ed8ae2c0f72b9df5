/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A world in which every check of a request passes, and every way to make one of them fail,
 * for the tests of the checks.
 */
#ifndef JVPN_TESTS_SESSION_WORLD_H
#define JVPN_TESTS_SESSION_WORLD_H

#include "scene.h"

#define NOW (T0 + 2000)

/* One world in which everything passes, and every way to fail one check of it. */
struct world {
	struct state_record record;
	struct state_policy policy;
	struct checks_request request;
	bool unknown; /* there is no such session */
};

struct failure {
	enum checks_step step;
	uint16_t code;
	uint16_t detail;
	enum checks_reply reply;
	void (*cause)(struct world *world);
};

#define CAUSE(name, statement) \
	static inline void name(struct world *world) \
	{ \
		statement; \
	}
CAUSE(malformed, world->request.well_formed = false)
CAUSE(unspoken, world->request.version_spoken = false)
CAUSE(rushed, world->request.within_rate = false)
CAUSE(unknown, world->unknown = true)
CAUSE(elsewhere, world->request.owner = CHECKS_OWNER_OTHER)
CAUSE(contested, world->request.owner = CHECKS_OWNER_CONFLICT)
CAUSE(unowned, world->request.owner = CHECKS_OWNER_UNKNOWN)
CAUSE(ended, world->record.state = JVPN_STATE_TERMINATED)
CAUSE(unborn, world->record.state = JVPN_STATE_BIRTH)
CAUSE(aged, world->policy.max_lifetime_ms = NOW - T0 - 1)
CAUSE(lost, (world->record.active = 0, world->policy.transport_lost_ttl_ms = NOW - T0 - 1))
CAUSE(unproven, world->request.proven = false)
CAUSE(unmarked, world->request.marker = CHECKS_MARKER_MISSING)
CAUSE(stale, world->request.marker = CHECKS_MARKER_STALE)
CAUSE(replayed, world->request.marker = CHECKS_MARKER_SEEN)
CAUSE(ahead, world->request.version = world->record.version + 1)
CAUSE(behind, world->request.version = world->record.attached_version - 1)
CAUSE(forbidden, world->request.class_allowed = false)
CAUSE(overdue, world->policy.recovery_window_ms = 0)
CAUSE(nowhere, world->request.path = 0)
CAUSE(foreign, world->request.protocol_allowed = false)
CAUSE(barred, world->request.not_barred = false)
CAUSE(insane, world->request.address_sane = false)
CAUSE(unanswered, world->request.answered = false)
CAUSE(crowded, world->request.within_caps = false)
CAUSE(bound, world->request.alone = false)

static const struct failure failures[] = {
	{CHECKS_B0, JVPN_REASON_malformed_message, 0, CHECKS_REPLY_NONE, malformed},
	{CHECKS_B0, JVPN_REASON_unsupported_version, 0, CHECKS_REPLY_GENERIC, unspoken},
	{CHECKS_B0, JVPN_REASON_rate_limited, 0, CHECKS_REPLY_NONE, rushed},
	{CHECKS_B1, JVPN_REASON_unknown_session, 0, CHECKS_REPLY_GENERIC, unknown},
	{CHECKS_B1a, JVPN_REASON_not_authoritative_owner, 0, CHECKS_REPLY_GENERIC, elsewhere},
	{CHECKS_B1a, JVPN_REASON_ownership_conflict, 0, CHECKS_REPLY_GENERIC, contested},
	{CHECKS_B1a, JVPN_REASON_store_unavailable, 0, CHECKS_REPLY_GENERIC, unowned},
	{CHECKS_B2, JVPN_REASON_invalid_state_for_reattach, 0, CHECKS_REPLY_GENERIC, ended},
	{CHECKS_B2, JVPN_REASON_invalid_state_for_reattach, 0, CHECKS_REPLY_GENERIC, unborn},
	{CHECKS_B3, JVPN_REASON_session_expired, 0, CHECKS_REPLY_GENERIC, aged},
	{CHECKS_B4, JVPN_REASON_transport_ttl_exceeded, 0, CHECKS_REPLY_GENERIC, lost},
	{CHECKS_B5, JVPN_REASON_bad_proof, 0, CHECKS_REPLY_GENERIC, unproven},
	{CHECKS_B6, JVPN_REASON_nonce_missing, 0, CHECKS_REPLY_DETAILED, unmarked},
	{CHECKS_B6, JVPN_REASON_stale_request, 0, CHECKS_REPLY_DETAILED, stale},
	{CHECKS_B6, JVPN_REASON_replay_detected, 0, CHECKS_REPLY_DETAILED, replayed},
	{CHECKS_B6b, JVPN_REASON_future_state_version, 0, CHECKS_REPLY_DETAILED, ahead},
	{CHECKS_B6b, JVPN_REASON_stale_state_version, 0, CHECKS_REPLY_DETAILED, behind},
	{CHECKS_B7, JVPN_REASON_policy_denied, 0, CHECKS_REPLY_DETAILED, forbidden},
	{CHECKS_B7, JVPN_REASON_policy_denied, JVPN_REASON_recovery_window_expired, CHECKS_REPLY_DETAILED, overdue},
	{CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, CHECKS_REPLY_DETAILED, nowhere},
	{CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, CHECKS_REPLY_DETAILED, foreign},
	{CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, CHECKS_REPLY_DETAILED, barred},
	{CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, CHECKS_REPLY_DETAILED, insane},
	{CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, CHECKS_REPLY_DETAILED, unanswered},
	{CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, CHECKS_REPLY_DETAILED, crowded},
	{CHECKS_B9, JVPN_REASON_dual_bind_forbidden, 0, CHECKS_REPLY_DETAILED, bound},
};
#define FAILURES (sizeof(failures) / sizeof(failures[0]))

static inline struct world begin(enum jvpn_session_state state)
{
	struct world world = {.record = scene_record(state, T0), .policy = scene_policy};

	world.request = scene_request(&world.record, SECOND);
	world.record.active_until_ms = T0;
	return world;
}

static inline struct checks_verdict ask(const struct world *world, struct checks_permit *permit)
{
	struct world before = *world;
	struct checks_verdict verdict =
		checks_reattach(world->unknown ? NULL : &world->record, &world->policy, &world->request, NOW, permit);

	cr_assert(!memcmp(&before.record, &world->record, sizeof(before.record)));
	return verdict;
}

#endif
