/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random lives of sessions, each step checked against ghosts that know nothing of the
 * engine, for test_walk.c: what is rolled, and what must hold whatever was.
 */
#ifndef JVPN_TESTS_SESSION_WALK_H
#define JVPN_TESTS_SESSION_WALK_H

#include "scene.h"

#define LIVES_MAX_ATTEMPTS 4096

/* What was seen happening, kept beside the record. */
struct ghost {
	uint64_t created_ms;
	uint64_t had_transport_ms; /* the last instant it had one */
	uint64_t in_recovery_since_ms;
	uint64_t attempts_ms[LIVES_MAX_ATTEMPTS];
	uint32_t attempts;
};

struct life {
	uint64_t seed;
	uint64_t now;
	struct state_policy policy;
	struct state_record record;
	struct ghost ghost;
	struct state_facts facts;
	struct checks_validated token;
	bool honest; /* the token is the checks' own, for this record */
};

static inline uint64_t roll(struct life *life, uint64_t sides)
{
	life->seed ^= life->seed << 13;
	life->seed ^= life->seed >> 7;
	life->seed ^= life->seed << 17;
	return (life->seed >> 11) % sides;
}

static inline void be_born(struct life *life)
{
	static const uint32_t cooldowns[] = {1, 10, 100, 1500};
	static const uint16_t rates[] = {0, 1, 3, 8, 60, 600};

	life->policy = (struct state_policy){.max_lifetime_ms = 1000 + roll(life, 400000),
					     .key_max_age_ms = roll(life, 2) * roll(life, 300000),
					     .transport_lost_ttl_ms = (uint32_t)(100 + roll(life, 20000)),
					     .volatile_to_degraded_ms = (uint32_t)(10 + roll(life, 4000)),
					     .recovery_window_ms = (uint32_t)(50 + roll(life, 9000)),
					     .switch_cooldown_ms = cooldowns[roll(life, 4)],
					     .max_switches_per_min = rates[roll(life, 6)],
					     .max_auth_failures = 5};
	life->record = state_begin(1 + roll(life, 1u << 30), life->now);
	life->ghost = (struct ghost){.created_ms = life->now, .had_transport_ms = life->now};
}

static inline uint32_t some_path(struct life *life)
{
	return roll(life, 3) ? 1 + (uint32_t)roll(life, 3) : life->record.active;
}

/* A token of the checks for the record as it is, one that was spoilt, or none. */
static inline void roll_token(struct life *life)
{
	struct checks_request request = scene_request(&life->record, 1 + (uint32_t)roll(life, 3));
	struct checks_handshake handshake = {true, true, true, roll(life, 8) != 0, FIRST};
	struct checks_permit permit;
	struct checks_verdict verdict;

	request.marker = roll(life, 8) ? CHECKS_MARKER_FRESH : CHECKS_MARKER_SEEN;
	request.address_sane = roll(life, 8);
	verdict = life->record.state == JVPN_STATE_BIRTH
			  ? checks_attach(&life->record, &handshake, life->now, &permit)
			  : checks_reattach(&life->record, &life->policy, &request, life->now, &permit);
	checks_commit(&permit, roll(life, 8) ? CHECKS_SWAP_DONE : CHECKS_SWAP_FAILED, &life->token);
	life->facts.validated = &life->token;
	life->honest = life->token.permit.issued;
	life->facts.denied = verdict.denied;
	life->facts.denied_detail = verdict.code;
	if (life->honest)
		life->facts.selected = life->token.permit.path;
	if (!roll(life, 6)) { /* session, version or instant */
		((uint8_t *)&life->token)[roll(life, 24)] ^= (uint8_t)(1 + roll(life, 255));
		life->honest = false;
	}
}

static inline void roll_facts(struct life *life)
{
	static const uint16_t causes[] = {JVPN_REASON_heartbeat_timeout, JVPN_REASON_loss_threshold_exceeded,
					  JVPN_REASON_preferred_path_changed, JVPN_REASON_internal_error};
	bool quiet = roll(life, 3);

	life->facts = (struct state_facts){.owner = roll(life, 20),
					   .allowed = roll(life, 12),
					   .better = roll(life, 2),
					   .asked = !roll(life, 10),
					   .candidates = (uint32_t)roll(life, 4),
					   .selected = some_path(life),
					   .operator_terminates = !roll(life, 3000),
					   .peer_terminates = !roll(life, 3000),
					   .compromised = !roll(life, 3000),
					   .owner_conflict = !roll(life, 3000),
					   .handshake_failed = !roll(life, 300),
					   .auth_failures = (uint32_t)roll(life, 6),
					   .has_key = life->record.version,
					   .key_created_ms = life->ghost.created_ms};
	life->honest = false;
	if (quiet)
		return;
	life->facts.dead = roll(life, 3) ? 0 : some_path(life);
	life->facts.unstable = some_path(life);
	life->facts.instability = roll(life, 2) ? causes[roll(life, 4)] : 0;
	life->facts.stable = some_path(life);
	life->facts.move = roll(life, 3) ? 0 : causes[roll(life, 4)];
	if (roll(life, 3))
		roll_token(life);
}

static inline bool edge_exists(uint8_t from, uint8_t to)
{
	static const char *const to_from[FSM_STATES] = {"AX", "VX", "VDRX", "DRX", "RADX", ""};
	static const char letters[] = "BAVDRX";

	return strchr(to_from[from], letters[to]);
}

/* INV-07, INV-08, INV-11, INV-14: the notices tell the whole story, one version a change, each with a legal reason. */
static inline void check_story(const struct life *life, const struct state_result *result, unsigned int transitions)
{
	uint8_t state = life->record.state;
	uint64_t version = life->record.version;

	for (uint32_t i = 0; i < result->notices.count; i++) {
		const struct notice *notice = &result->notices.list[i];

		if (notice->kind == NOTICE_SessionStateChange) {
			cr_assert_eq(notice->version, ++version);
			cr_assert_eq(notice->from, state);
			cr_assert(edge_exists(notice->from, notice->to), "%u to %u", notice->from, notice->to);
			cr_assert(fsm_allows((enum fsm_event)notice->event, notice->reason));
			state = notice->to;
		}
		cr_assert_eq(notice->version, version);
		cr_assert_eq(notice->at_ms, life->now);
	}
	cr_assert_eq(version, life->record.version + transitions);
	cr_assert_eq(result->record.version, version);
	cr_assert_eq(result->record.state, state);
	cr_assert_lt(result->notices.count, NOTICES_MAX);
}

/* INV-18, INV-19 by brute force. */
static inline void check_attempts(struct life *life, const struct state_result *result)
{
	struct ghost *ghost = &life->ghost;
	uint32_t max = life->policy.max_switches_per_min;

	cr_assert_leq(scene_count(result, NOTICE_ReattachAttempt), 1);
	if (!scene_count(result, NOTICE_ReattachAttempt))
		return;
	cr_assert_gt(max, 0);
	cr_assert_lt(ghost->attempts, LIVES_MAX_ATTEMPTS);
	if (ghost->attempts)
		cr_assert_geq(life->now - ghost->attempts_ms[ghost->attempts - 1], life->policy.switch_cooldown_ms);
	if (ghost->attempts >= max)
		cr_assert_geq(life->now - ghost->attempts_ms[ghost->attempts - max], 60000);
	ghost->attempts_ms[ghost->attempts++] = life->now;
}

/* INV-15 to INV-17, INV-22: nothing outlives its bound, as long as it is looked at. */
static inline void check_bounds(struct life *life, const struct state_result *result)
{
	const struct state_record *after = &result->record;
	struct ghost *ghost = &life->ghost;

	if (life->record.active || scene_count(result, NOTICE_TransportSwitch) ||
	    scene_count(result, NOTICE_TransportAttached))
		ghost->had_transport_ms = life->now;
	if (scene_count(result, NOTICE_ReattachAttempt))
		ghost->in_recovery_since_ms = life->now;
	if (after->state == JVPN_STATE_TERMINATED)
		return;
	cr_assert_leq(life->now - ghost->created_ms, life->policy.max_lifetime_ms);
	cr_assert_leq(life->now - ghost->had_transport_ms, life->policy.transport_lost_ttl_ms);
	if (after->state != JVPN_STATE_RECOVERING)
		return;
	cr_assert_leq(life->now - ghost->in_recovery_since_ms, life->policy.recovery_window_ms);
	cr_assert_gt(life->facts.candidates, 0);
}

/* INV-01, INV-03 to INV-05, INV-09, INV-10. */
static inline void check_record(const struct life *life, const struct state_result *result)
{
	const struct state_record *before = &life->record, *after = &result->record;
	bool attached = scene_count(result, NOTICE_TransportSwitch) + scene_count(result, NOTICE_TransportAttached);

	cr_assert(state_holds(after));
	cr_assert_eq(after->id, before->id);
	cr_assert_eq(after->created_ms, life->ghost.created_ms);
	if (before->state == JVPN_STATE_TERMINATED)
		cr_assert(!memcmp(before, after, sizeof(*before)));
	if (attached) {
		cr_assert(life->honest, "attached without an honest token");
		cr_assert(after->state != JVPN_STATE_ATTACHED || after->active == life->token.permit.path);
	} else {
		cr_assert(after->active == before->active || !after->active, "a path became active by itself");
	}
	if (after->version == before->version) {
		cr_assert_eq(after->active, before->active);
		cr_assert_eq(after->entered_ms, before->entered_ms);
	}
}

static inline void step_and_check(struct life *life)
{
	static struct state_result result, again;
	struct state_record before = life->record;
	unsigned int transitions;

	transitions = state_step(&life->record, &life->policy, &life->facts, life->now, &result);
	memset(&again, 0xa5, sizeof(again)); /* T-DET-01: the output depends on nothing but the input */
	cr_assert_eq(state_step(&life->record, &life->policy, &life->facts, life->now, &again), transitions);
	cr_assert(!memcmp(&again.record, &result.record, sizeof(again.record)));
	cr_assert_eq(again.notices.count, result.notices.count);
	cr_assert(!memcmp(again.notices.list, result.notices.list, again.notices.count * sizeof(struct notice)));
	cr_assert(!memcmp(&before, &life->record, sizeof(before)), "the input was changed");
	check_story(life, &result, transitions);
	check_attempts(life, &result);
	check_bounds(life, &result);
	check_record(life, &result);
	life->record = result.record;
	life->token = (struct checks_validated){0};
}

static inline void live_one_step(struct life *life)
{
	static const uint64_t pauses[] = {0, 1, 1, 10, 10, 100, 100, 500, 1500, 4000};

	life->now += pauses[roll(life, 10)];
	roll_facts(life);
	step_and_check(life);
}

#endif
