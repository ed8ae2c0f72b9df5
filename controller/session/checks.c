/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks as a list, one function each. A check says the code it fails with, or 0.
 * Permits and tokens are asked for here and nowhere else.
 */
#include "session/checks.h"

#include "session/token.h"

struct trial {
	const struct state_record *record; /* NULL until B1 has passed */
	const struct state_policy *policy;
	const struct checks_request *request;
	uint64_t now_ms;
	uint16_t detail;
};

static uint16_t check_B0(struct trial *trial)
{
	if (!trial->request->well_formed)
		return JVPN_REASON_malformed_message;
	if (!trial->request->version_spoken)
		return JVPN_REASON_unsupported_version;
	return trial->request->within_rate ? 0 : JVPN_REASON_rate_limited;
}

static uint16_t check_B1(struct trial *trial)
{
	return trial->record ? 0 : JVPN_REASON_unknown_session;
}

static uint16_t check_B1a(struct trial *trial)
{
	switch (trial->request->owner) {
	case CHECKS_OWNER_SELF:
		return 0;
	case CHECKS_OWNER_OTHER:
		return JVPN_REASON_not_authoritative_owner;
	case CHECKS_OWNER_CONFLICT:
		return JVPN_REASON_ownership_conflict;
	default:
		return JVPN_REASON_store_unavailable;
	}
}

static uint16_t check_B2(struct trial *trial)
{
	switch (trial->record->state) {
	case JVPN_STATE_VOLATILE:
	case JVPN_STATE_DEGRADED:
	case JVPN_STATE_RECOVERING:
		return 0;
	case JVPN_STATE_ATTACHED:
		return trial->request->leaves ? 0 : JVPN_REASON_invalid_state_for_reattach;
	default:
		return JVPN_REASON_invalid_state_for_reattach;
	}
}

static uint16_t check_B3(struct trial *trial)
{
	bool over = state_age_ms(trial->record, trial->now_ms) > trial->policy->max_lifetime_ms;

	return over ? JVPN_REASON_session_expired : 0;
}

static uint16_t check_B4(struct trial *trial)
{
	bool over = state_transportless_ms(trial->record, trial->now_ms) > trial->policy->transport_lost_ttl_ms;

	return over ? JVPN_REASON_transport_ttl_exceeded : 0;
}

static uint16_t check_B5(struct trial *trial)
{
	return trial->request->proven ? 0 : JVPN_REASON_bad_proof;
}

static uint16_t check_B6(struct trial *trial)
{
	switch (trial->request->marker) {
	case CHECKS_MARKER_FRESH:
		return 0;
	case CHECKS_MARKER_STALE:
		return JVPN_REASON_stale_request;
	case CHECKS_MARKER_SEEN:
		return JVPN_REASON_replay_detected;
	default:
		return JVPN_REASON_nonce_missing;
	}
}

/* What the request says it leaves is authenticated by now. */
static uint16_t check_B2a(struct trial *trial)
{
	bool attached = trial->record->state == JVPN_STATE_ATTACHED;

	return attached && trial->request->leaves != trial->record->active ? JVPN_REASON_invalid_state_for_reattach : 0;
}

/* Any version since the session last took a transport: the peer is not told of what we saw of its path. */
static uint16_t check_B6b(struct trial *trial)
{
	if (!trial->request->has_version)
		return 0;
	if (trial->request->version > trial->record->version)
		return JVPN_REASON_future_state_version;
	return trial->request->version < trial->record->attached_version ? JVPN_REASON_stale_state_version : 0;
}

/* A recovery under way has spent its budget on entry; what is left to it is time. */
static uint16_t check_B7(struct trial *trial)
{
	const struct state_record *record = trial->record;

	if (!trial->request->class_allowed)
		return JVPN_REASON_policy_denied;
	if (record->state == JVPN_STATE_RECOVERING) {
		if (trial->now_ms > state_recovery_deadline_ms(record, trial->policy))
			trial->detail = JVPN_REASON_recovery_window_expired;
	} else if (attempts_reached(&record->attempts, trial->policy->max_switches_per_min, trial->now_ms)) {
		trial->detail = JVPN_REASON_switch_rate_limited;
	} else if (attempts_cooling(&record->attempts, trial->policy->switch_cooldown_ms, trial->now_ms)) {
		trial->detail = JVPN_REASON_cooldown_active;
	}
	return trial->detail ? JVPN_REASON_policy_denied : 0;
}

static uint16_t check_B8(struct trial *trial)
{
	const struct checks_request *request = trial->request;
	bool usable = request->path && request->protocol_allowed && request->not_barred && request->address_sane &&
		      request->answered && request->within_caps;

	return usable ? 0 : JVPN_REASON_invalid_transport_candidate;
}

static uint16_t check_B9(struct trial *trial)
{
	return trial->request->alone ? 0 : JVPN_REASON_dual_bind_forbidden;
}

/* In the order of CHECKS_STEPS; B10 is checks_commit(). */
static uint16_t (*const checks[])(struct trial *trial) = {
	[CHECKS_B0] = check_B0,	  [CHECKS_B1] = check_B1,   [CHECKS_B1a] = check_B1a, [CHECKS_B2] = check_B2,
	[CHECKS_B3] = check_B3,	  [CHECKS_B4] = check_B4,   [CHECKS_B5] = check_B5,   [CHECKS_B6] = check_B6,
	[CHECKS_B2a] = check_B2a, [CHECKS_B6b] = check_B6b, [CHECKS_B7] = check_B7,   [CHECKS_B8] = check_B8,
	[CHECKS_B9] = check_B9,
};
_Static_assert(sizeof(checks) / sizeof(checks[0]) == CHECKS_B10, "B0 to B9, and nothing else");

static uint8_t reply_to(enum checks_step step, uint16_t code)
{
	if (code == JVPN_REASON_malformed_message || code == JVPN_REASON_rate_limited)
		return CHECKS_REPLY_NONE;
	return step >= CHECKS_B6 ? CHECKS_REPLY_DETAILED : CHECKS_REPLY_GENERIC;
}

static uint8_t security_notice(uint16_t code)
{
	if (code == JVPN_REASON_bad_proof)
		return NOTICE_SecurityValidationFailed;
	return code == JVPN_REASON_replay_detected ? NOTICE_SecurityReplayDetected : NOTICE_KIND_COUNT;
}

static struct checks_verdict judge(enum checks_step step, uint16_t code, uint16_t detail, bool recovering)
{
	struct checks_verdict verdict = {.code = code, .detail = detail, .step = (uint8_t)step};

	verdict.reply = reply_to(step, code);
	verdict.security = security_notice(code);
	verdict.records_marker = step > CHECKS_B6;
	if (code && recovering && step >= CHECKS_B6b)
		verdict.denied = code == JVPN_REASON_policy_denied ? code : JVPN_REASON_reattach_validation_failed;
	return verdict;
}

struct checks_verdict checks_reattach(const struct state_record *record, const struct state_policy *policy,
				      const struct checks_request *request, uint64_t now_ms,
				      struct checks_permit *ret_permit)
{
	struct trial trial = {.record = record, .policy = policy, .request = request, .now_ms = now_ms};
	bool recovering = record && record->state == JVPN_STATE_RECOVERING;

	*ret_permit = (struct checks_permit){0};
	for (unsigned int step = 0; step < CHECKS_B10; step++) {
		uint16_t code = checks[step](&trial);

		if (code)
			return judge(step, code, trial.detail, recovering);
	}
	*ret_permit = token_permit(record, FSM_reattach_valid, request->path, now_ms);
	return judge(CHECKS_PASSED, 0, 0, recovering);
}

/* A client's answer: the step is the check of the list that is its like. */
static enum checks_step judge_answer(const struct state_record *record, const struct checks_reply_facts *answer,
				     uint16_t *ret_code)
{
	bool moving = record->state >= JVPN_STATE_ATTACHED && record->state <= JVPN_STATE_RECOVERING;

	*ret_code = JVPN_REASON_bad_proof;
	if (!answer->proven)
		return CHECKS_B5;
	*ret_code = JVPN_REASON_replay_detected;
	if (!answer->fresh || !answer->answers)
		return CHECKS_B6;
	*ret_code = JVPN_REASON_invalid_state_for_reattach;
	if (!moving)
		return CHECKS_B2a;
	*ret_code = JVPN_REASON_stale_state_version;
	if (answer->version <= record->acknowledged)
		return CHECKS_B6b;
	*ret_code = JVPN_REASON_future_state_version;
	if (answer->version > JVPN_VERSION_MAX)
		return CHECKS_B6b;
	*ret_code = JVPN_REASON_invalid_transport_candidate;
	if (!answer->path)
		return CHECKS_B8;
	*ret_code = 0;
	return CHECKS_PASSED;
}

struct checks_verdict checks_answer(const struct state_record *record, const struct checks_reply_facts *answer,
				    uint64_t now_ms, struct checks_permit *ret_permit)
{
	uint16_t code;
	enum checks_step step = judge_answer(record, answer, &code);
	struct checks_verdict verdict = judge(step, code, 0, false);

	*ret_permit = (struct checks_permit){0};
	verdict.reply = CHECKS_REPLY_NONE;
	if (code)
		return verdict;
	*ret_permit = token_permit(record, FSM_reattach_valid, answer->path, now_ms);
	ret_permit->acknowledged = answer->version;
	return verdict;
}

struct checks_verdict checks_attach(const struct state_record *record, const struct checks_handshake *handshake,
				    uint64_t now_ms, struct checks_permit *ret_permit)
{
	struct checks_verdict verdict;

	*ret_permit = (struct checks_permit){0};
	if (!handshake->complete)
		verdict = judge(CHECKS_B5, JVPN_REASON_handshake_failed, 0, false);
	else if (record->state != JVPN_STATE_BIRTH)
		verdict = judge(CHECKS_B2a, JVPN_REASON_invalid_state_for_reattach, 0, false);
	else if (!handshake->policy_allows)
		verdict = judge(CHECKS_B7, JVPN_REASON_policy_denied, 0, false);
	else if (!handshake->capacity_left)
		verdict = judge(CHECKS_B7, JVPN_REASON_policy_denied, JVPN_REASON_policy_limit_triggered, false);
	else if (!handshake->candidate_sane || !handshake->path)
		verdict = judge(CHECKS_B8, JVPN_REASON_invalid_transport_candidate, 0, false);
	else
		verdict = judge(CHECKS_PASSED, 0, 0, false);
	if (!verdict.code)
		*ret_permit = token_permit(record, FSM_attach_ok, handshake->path, now_ms);
	return verdict;
}

struct checks_verdict checks_commit(const struct checks_permit *permit, enum checks_swap swap,
				    struct checks_validated *ret_validated)
{
	*ret_validated = (struct checks_validated){0};
	if (permit->issued && swap == CHECKS_SWAP_DONE) {
		*ret_validated = token_validated(permit);
		return judge(CHECKS_PASSED, 0, 0, false);
	}
	return judge(CHECKS_B10,
		     permit->issued && swap == CHECKS_SWAP_STALE ? JVPN_REASON_stale_state_version
								 : JVPN_REASON_atomicity_failed,
		     0, permit->recovering);
}
