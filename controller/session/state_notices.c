/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of state_notices.h, and the names of the notices.
 */
#include "session/state_notices.h"

const char *notice_name(uint8_t kind)
{
	static const char *const names[NOTICE_KIND_COUNT] = {
#define NAME(name) [NOTICE_##name] = #name,
		NOTICE_KINDS(NAME)
#undef NAME
	};

	return kind < NOTICE_KIND_COUNT ? names[kind] : "unknown";
}

/* A copy of `like` of this kind, to be added to; NOTICES_MAX says why there is room. */
static struct notice *say(struct notices *notices, const struct notice *like, enum notice_kind kind)
{
	struct notice *notice = &notices->list[notices->count < NOTICES_MAX ? notices->count++ : NOTICES_MAX - 1];

	*notice = *like;
	notice->kind = (uint8_t)kind;
	return notice;
}

static struct notice still(const struct state_record *record, uint8_t event, uint64_t now_ms)
{
	return (struct notice){.event = event,
			       .from = record->state,
			       .to = record->state,
			       .path = record->active,
			       .previous_path = record->previous,
			       .version = record->version,
			       .at_ms = now_ms};
}

static bool is_denial(enum fsm_event event)
{
	return event >= FSM_switch_denied_rate && event <= FSM_switch_denied_cooldown;
}

static void of_reattached(struct notices *notices, const struct notice *like)
{
	say(notices, like, NOTICE_ReattachResult);
	say(notices, like, NOTICE_TransportSwitch);
	say(notices, like, NOTICE_AuditEvent)->reason = JVPN_REASON_invariant_ok_single_active;
	say(notices, like, NOTICE_AuditEvent)->reason = JVPN_REASON_invariant_ok_no_reset;
}

static void of_denied(struct notices *notices, const struct notice *like)
{
	say(notices, like, NOTICE_ReattachResult);
	say(notices, like, NOTICE_TransportSwitchDenied);
	if (like->detail == JVPN_REASON_replay_detected)
		say(notices, like, NOTICE_SecurityReplayDetected);
	if (like->detail == JVPN_REASON_bad_proof)
		say(notices, like, NOTICE_SecurityValidationFailed);
}

static void of_attempt(struct notices *notices, const struct notice *like, const struct state_record *after,
		       const struct state_policy *policy)
{
	struct notice *notice = say(notices, like, NOTICE_ReattachAttempt);

	notice->path = after->target;
	notice->deadline_ms = state_recovery_deadline_ms(after, policy);
	notice->attempt = after->attempts.total;
}

static void of_end(struct notices *notices, const struct notice *like, const struct state_record *before,
		   uint64_t now_ms)
{
	struct notice *notice = say(notices, like, NOTICE_SessionTerminated);

	notice->age_ms = state_age_ms(before, now_ms);
	notice->transportless_ms = state_transportless_ms(before, now_ms);
}

void notices_of_change(struct notices *notices, const struct state_record *before, const struct state_record *after,
		       const struct state_policy *policy, const struct state_cause *cause, uint64_t now_ms)
{
	struct notice like = still(after, (uint8_t)cause->event, now_ms);

	like.from = before->state;
	like.reason = cause->reason;
	like.detail = cause->detail;
	if (before->active)
		like.previous_path = before->active;
	say(notices, &like, NOTICE_SessionStateChange);
	if (after->state == JVPN_STATE_TERMINATED)
		of_end(notices, &like, before, now_ms);
	else if (cause->event == FSM_attach_ok)
		say(notices, &like, NOTICE_TransportAttached);
	else if (cause->event == FSM_transport_dead)
		say(notices, &like, NOTICE_TransportDead)->path = before->active;
	else if (cause->event == FSM_switch_initiated)
		of_attempt(notices, &like, after, policy);
	else if (cause->event == FSM_reattach_valid)
		of_reattached(notices, &like);
	else if (cause->event == FSM_reattach_invalid)
		of_denied(notices, &like);
	else if (cause->event == FSM_recovery_timeout || cause->event == FSM_candidates_exhausted)
		say(notices, &like, NOTICE_TransportSwitchFailed)->path = before->target;
	else if (is_denial(cause->event))
		say(notices, &like, NOTICE_TransportSwitchDenied)->path = cause->path;
}

void notices_of_consumed(struct notices *notices, const struct state_record *record, const struct state_cause *cause,
			 uint64_t now_ms)
{
	if (is_denial(cause->event))
		notice_move_refused(notices, record, cause, now_ms);
}

void notice_move_refused(struct notices *notices, const struct state_record *record, const struct state_cause *cause,
			 uint64_t now_ms)
{
	struct notice like = still(record, (uint8_t)cause->event, now_ms);

	like.reason = cause->reason;
	like.detail = cause->detail;
	like.path = cause->path;
	say(notices, &like, NOTICE_TransportSwitchDenied);
}

void notice_invalid(struct notices *notices, const struct state_record *record, uint8_t event, uint64_t now_ms)
{
	struct notice like = still(record, event, now_ms);

	like.reason = JVPN_REASON_invalid_state_transition;
	say(notices, &like, NOTICE_InvalidTransition);
}
