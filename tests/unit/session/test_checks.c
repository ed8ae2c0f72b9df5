/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks of a request in their order: T-SEC-02, T-SEC-08, T-SEC-10 to T-SEC-13, T-RP-08,
 * T-FL-08, INV-25, INV-26, INV-29.
 */
#include "world.h"

static void assert_denied(const struct world *world, const struct failure *failure)
{
	static const struct checks_permit none;
	struct checks_permit permit;
	struct checks_verdict verdict = ask(world, &permit);
	uint16_t denied =
		failure->code == JVPN_REASON_policy_denied ? failure->code : JVPN_REASON_reattach_validation_failed;

	cr_assert_eq(verdict.step, failure->step);
	cr_assert_eq(verdict.code, failure->code, "%u is not %u", verdict.code, failure->code);
	cr_assert_eq(verdict.detail, failure->detail);
	cr_assert_eq(verdict.reply, failure->reply);
	cr_assert_eq(verdict.records_marker, failure->step > CHECKS_B6);
	cr_assert_eq(verdict.denied, failure->step >= CHECKS_B6b ? denied : 0);
	cr_assert(!memcmp(&permit, &none, sizeof(none)));
}

Test(checks, all_passed_is_a_permit)
{
	struct world world = begin(JVPN_STATE_RECOVERING);
	struct checks_permit permit;
	struct checks_verdict verdict = ask(&world, &permit);

	cr_assert_eq(verdict.code, 0);
	cr_assert_eq(verdict.step, CHECKS_PASSED);
	cr_assert_eq(verdict.reply, CHECKS_REPLY_DETAILED);
	cr_assert(verdict.records_marker);
	cr_assert_eq(verdict.denied, 0);
	cr_assert_eq(permit.version, world.record.version + 1);
	cr_assert_eq(permit.path, SECOND);
}

/* T-SEC-02: each check failing alone. */
Test(checks, each_failure_alone_is_named)
{
	for (size_t i = 0; i < FAILURES; i++) {
		struct world world = begin(JVPN_STATE_RECOVERING);

		failures[i].cause(&world);
		assert_denied(&world, &failures[i]);
	}
}

/* T-SEC-02: in pairs of different checks, the first in order is named. */
Test(checks, the_first_of_two_failures_is_named)
{
	for (size_t i = 0; i < FAILURES; i++)
		for (size_t j = i + 1; j < FAILURES; j++) {
			struct world world = begin(JVPN_STATE_RECOVERING);

			if (failures[i].step == failures[j].step)
				continue;
			failures[j].cause(&world);
			failures[i].cause(&world);
			assert_denied(&world, &failures[i]);
		}
}

/* All zero fails closed, whatever the session. */
Test(checks, nothing_known_is_refused)
{
	static const struct checks_request nothing;
	struct world world = begin(JVPN_STATE_RECOVERING);
	struct checks_permit permit;

	world.request = nothing;
	cr_assert_eq(ask(&world, &permit).code, JVPN_REASON_malformed_message);
}

/* B7 before a recovery: the budget it would spend; in one: the budget is spent, time is what is left. */
Test(checks, rate_and_cooldown_are_asked_before_a_recovery_only)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_ATTACHED, JVPN_STATE_VOLATILE, JVPN_STATE_DEGRADED,
							 JVPN_STATE_RECOVERING};

	for (int i = 0; i < 4; i++) {
		struct world world = begin(states[i]);
		struct checks_permit permit;
		bool recovering = states[i] == JVPN_STATE_RECOVERING;

		attempts_add(&world.record.attempts, NOW - COOLDOWN + 1);
		cr_assert_eq(ask(&world, &permit).detail, recovering ? 0 : JVPN_REASON_cooldown_active);
		world.policy.max_switches_per_min = 1;
		cr_assert_eq(ask(&world, &permit).detail, recovering ? 0 : JVPN_REASON_switch_rate_limited);
		cr_assert_eq(ask(&world, &permit).code, recovering ? 0 : JVPN_REASON_policy_denied);
	}
}

/* The denial of a session that is not RECOVERING changes nothing: row 8 is a row of that state only. INV-26. */
Test(checks, a_denial_outside_a_recovery_changes_nothing)
{
	for (size_t i = 0; i < FAILURES; i++) {
		struct world world = begin(JVPN_STATE_VOLATILE);
		struct checks_permit permit;

		failures[i].cause(&world);
		cr_assert_eq(ask(&world, &permit).denied, 0);
	}
}

/* T-SEC-12, B2a: ATTACHED needs a word on the path that is left, and the right one; before B6 nobody learns more. */
Test(checks, attached_session_moves_only_off_its_active_path)
{
	struct world world = begin(JVPN_STATE_ATTACHED);
	struct checks_permit permit;
	struct checks_verdict verdict = ask(&world, &permit);

	cr_assert_eq(verdict.code, 0);
	cr_assert_eq(permit.version, world.record.version + 3);
	world.request.leaves = 0;
	verdict = ask(&world, &permit);
	cr_assert_eq(verdict.step, CHECKS_B2);
	cr_assert_eq(verdict.code, JVPN_REASON_invalid_state_for_reattach);
	cr_assert_eq(verdict.reply, CHECKS_REPLY_GENERIC);
	world.request.leaves = FIRST + 5;
	verdict = ask(&world, &permit);
	cr_assert_eq(verdict.step, CHECKS_B2a);
	cr_assert_eq(verdict.code, JVPN_REASON_invalid_state_for_reattach);
	cr_assert_eq(verdict.reply, CHECKS_REPLY_DETAILED);
	cr_assert(verdict.records_marker);
	world.request.proven = false;
	cr_assert_eq(ask(&world, &permit).step, CHECKS_B5);
}

/* T-SEC-13: what an unproven request learns of a session is what it learns of none. */
Test(checks, unproven_requests_learn_nothing)
{
	struct world known = begin(JVPN_STATE_RECOVERING), none = known;
	struct checks_permit permit;

	known.request.proven = none.request.proven = false;
	none.unknown = true;
	cr_assert_eq(ask(&known, &permit).reply, ask(&none, &permit).reply);
}

Test(checks, security_notices_go_with_proof_and_replay)
{
	for (size_t i = 0; i < FAILURES; i++) {
		struct world world = begin(JVPN_STATE_RECOVERING);
		struct checks_permit permit;
		uint8_t expected = failures[i].cause == unproven   ? NOTICE_SecurityValidationFailed
				   : failures[i].cause == replayed ? NOTICE_SecurityReplayDetected
								   : NOTICE_KIND_COUNT;

		failures[i].cause(&world);
		cr_assert_eq(ask(&world, &permit).security, expected);
	}
}

/* B6b, T-RP-08, T-FL-08: versions since the last attachment are present ones, what was before it is stale. */
Test(checks, version_since_the_last_attachment_is_accepted)
{
	struct world world = begin(JVPN_STATE_RECOVERING); /* version 3, attached as 1 */
	struct checks_permit permit;

	for (world.request.version = 1; world.request.version <= 3; world.request.version++)
		cr_assert_eq(ask(&world, &permit).code, 0);
	world.record = scene_after(world.record, FSM_reattach_valid, NOW - COOLDOWN);
	world.request.leaves = SECOND;
	world.request.path = FIRST;
	world.request.version = 3;
	cr_assert_eq(ask(&world, &permit).code, JVPN_REASON_stale_state_version);
	world.request.version = 4;
	cr_assert_eq(ask(&world, &permit).code, 0);
}

Test(checks, peer_without_versions_names_none)
{
	struct world world = begin(JVPN_STATE_RECOVERING);
	struct checks_permit permit;

	world.request.version = 99;
	world.request.has_version = false;
	cr_assert_eq(ask(&world, &permit).code, 0);
}
