/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the checks to ATTACHED: what becomes a token and what a token is good for. T-ST-03,
 * T-ST-12, INV-09, INV-12, INV-26, INV-27, INV-29, INV-49.
 */
#include "world.h"

/* B10, INV-12, INV-27: no swap, no token. */
Test(token, only_a_swap_that_was_done_makes_a_token)
{
	struct world world = begin(JVPN_STATE_RECOVERING);
	struct checks_validated token, none = {0};
	struct checks_permit permit, forged = {0};
	struct checks_verdict verdict;

	cr_assert_eq(ask(&world, &permit).code, 0);
	verdict = checks_commit(&permit, CHECKS_SWAP_FAILED, &token);
	cr_assert_eq(verdict.step, CHECKS_B10);
	cr_assert_eq(verdict.code, JVPN_REASON_atomicity_failed);
	cr_assert_eq(verdict.denied, JVPN_REASON_reattach_validation_failed);
	cr_assert(verdict.records_marker);
	cr_assert(!memcmp(&token, &none, sizeof(none)));
	verdict = checks_commit(&permit, CHECKS_SWAP_STALE, &token);
	cr_assert_eq(verdict.code, JVPN_REASON_stale_state_version);
	cr_assert(!memcmp(&token, &none, sizeof(none)));
	verdict = checks_commit(&forged, CHECKS_SWAP_DONE, &token);
	cr_assert_eq(verdict.code, JVPN_REASON_atomicity_failed);
	cr_assert(!memcmp(&token, &none, sizeof(none)));
	cr_assert_eq(checks_commit(&permit, CHECKS_SWAP_DONE, &token).code, 0);
	cr_assert(token_opens(&token, FSM_reattach_valid, &world.record, NOW));
}

/* Whatever the checks refuse never becomes an attachment: INV-09, INV-26, INV-29. */
Test(token, refused_requests_never_attach)
{
	for (size_t i = 0; i < FAILURES; i++) {
		struct world world = begin(JVPN_STATE_RECOVERING);
		struct state_record record = world.record;
		struct state_facts facts = scene_facts_to(SECOND);
		struct checks_validated token;
		struct checks_permit permit;
		struct checks_verdict verdict;
		struct state_result result;

		failures[i].cause(&world);
		verdict = ask(&world, &permit);
		checks_commit(&permit, CHECKS_SWAP_DONE, &token);
		facts.validated = &token;
		facts.denied = verdict.denied;
		facts.denied_detail = verdict.code;
		facts.owner = false;
		result = scene_step(&record, &scene_policy, &facts, NOW);
		cr_assert_eq(result.record.state,
			     failures[i].step >= CHECKS_B6b ? JVPN_STATE_DEGRADED : JVPN_STATE_RECOVERING);
		cr_assert_eq(result.record.active, FIRST);
		cr_assert_eq(result.record.version, record.version + (failures[i].step >= CHECKS_B6b));
	}
}

/* T-ST-12, INV-49: a client believes only a newer version in an answer to its own request. */
Test(token, client_fails_closed_on_unexpected_answers)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct checks_reply_facts good = {true, true, true, SECOND, 8}, answer;
	struct checks_permit permit;

	record.acknowledged = 7;
	cr_assert_eq(checks_answer(&record, &good, NOW, &permit).code, 0);
	cr_assert_eq(permit.acknowledged, 8);
	for (answer = good, answer.version = 0; answer.version <= 7; answer.version++) {
		cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, JVPN_REASON_stale_state_version);
		cr_assert(!permit.issued);
	}
	answer.version = JVPN_VERSION_MAX + 1;
	cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, JVPN_REASON_future_state_version);
	answer = good;
	answer.proven = false;
	cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, JVPN_REASON_bad_proof);
	answer = good;
	answer.fresh = false;
	cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, JVPN_REASON_replay_detected);
	answer = good;
	answer.answers = false;
	cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, JVPN_REASON_replay_detected);
	answer = good;
	answer.path = 0;
	cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, JVPN_REASON_invalid_transport_candidate);
	record = scene_record(JVPN_STATE_TERMINATED, T0);
	cr_assert_eq(checks_answer(&record, &good, NOW, &permit).code, JVPN_REASON_invalid_state_for_reattach);
	cr_assert(!permit.issued);
}

Test(token, client_follows_the_gateways_version)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct checks_reply_facts answer = {true, true, true, SECOND, 42};
	struct state_facts facts = scene_facts_to(SECOND);
	struct checks_validated token;
	struct checks_permit permit;
	struct state_result result;

	cr_assert_eq(checks_answer(&record, &answer, NOW, &permit).code, 0);
	checks_commit(&permit, CHECKS_SWAP_DONE, &token);
	facts.validated = &token;
	result = scene_step(&record, &scene_policy, &facts, NOW);
	cr_assert_str_eq(scene_story(&result), "RA:200");
	cr_assert_eq(result.record.acknowledged, 42);
	cr_assert_eq(result.record.version, record.version + 1);
	cr_assert_eq(checks_answer(&result.record, &answer, NOW, &permit).code, JVPN_REASON_stale_state_version);
}

/* T-ST-03 */
Test(token, handshake_attaches_a_birth_only_when_all_is_well)
{
	static const uint16_t codes[] = {JVPN_REASON_handshake_failed, JVPN_REASON_policy_denied,
					 JVPN_REASON_policy_denied, JVPN_REASON_invalid_transport_candidate,
					 JVPN_REASON_invalid_transport_candidate};
	struct state_record birth = state_begin(ID, T0), attached = scene_record(JVPN_STATE_ATTACHED, T0);
	struct checks_permit permit;

	for (int failing = 0; failing < 5; failing++) {
		struct checks_handshake handshake = {failing != 0, failing != 1, failing != 2, failing != 3,
						     failing != 4};

		cr_assert_eq(checks_attach(&birth, &handshake, NOW, &permit).code, codes[failing]);
		cr_assert(!permit.issued);
	}
	cr_assert_eq(
		checks_attach(&attached, &(struct checks_handshake){true, true, true, true, FIRST}, NOW, &permit).code,
		JVPN_REASON_invalid_state_for_reattach);
	cr_assert(!permit.issued);
}
