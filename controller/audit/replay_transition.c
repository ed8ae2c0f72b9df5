/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One transition of one session: is it one the rules allow, and what does it do to the
 * session's accounts.
 */
#include <errno.h>

#include "audit/replay_state.h"
#include "base/clock.h"

#define SLACK_MS 1000
#define ATTEMPT_WINDOW_NS (60 * CLOCK_NS_PER_S)

static uint64_t slack_ms(const struct audit_replay *replay)
{
	return replay->bounds.slack_ms ?: SLACK_MS;
}

static uint64_t since(uint64_t now_ns, uint64_t then_ns)
{
	return now_ns > then_ns ? now_ns - then_ns : 0;
}

static bool is_entry_to(const struct audit_record *record, enum jvpn_session_state state)
{
	return record->new_state == state && record->previous_state != state;
}

/* ---- is it allowed --------------------------------------------------------------------------- */

static int check_version(struct audit_replay *replay, struct audit_session *session, uint64_t line, uint64_t version)
{
	if (version == session->version + 1)
		return 0;
	return replay_found(replay, version > session->version ? AUDIT_FOUND_version_gap : AUDIT_FOUND_version_repeated,
			    session, line);
}

static int check_edge(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		      const struct audit_record *record)
{
	bool is_edge;
	bool is_reason = audit_edge_allows(record->previous_state, record->new_state, record->reason, &is_edge);

	if (session->state == JVPN_STATE_TERMINATED || record->previous_state == JVPN_STATE_TERMINATED)
		return replay_found(replay, AUDIT_FOUND_revived, session, line);
	if (record->previous_state != session->state)
		return replay_found(replay, AUDIT_FOUND_state_discontinuous, session, line);
	if (!is_edge)
		return replay_found(replay, AUDIT_FOUND_edge_forbidden, session, line);
	if (record->reason == JVPN_REASON_NONE)
		return replay_found(replay, AUDIT_FOUND_reason_missing, session, line);
	return is_reason ? 0 : replay_found(replay, AUDIT_FOUND_reason_wrong, session, line);
}

/* Called for an entry to RECOVERING that is in the list already. */
static int check_attempts(struct audit_replay *replay, struct audit_session *session, uint64_t line, uint64_t now_ns)
{
	uint64_t in_window = 0, cooldown_ns = replay->bounds.switch_cooldown_ms * CLOCK_NS_PER_MS;
	bool is_hasty = false;
	int r = 0;

	for (size_t i = session->last_transition; i != REPLAY_NONE; i = replay->transitions[i].previous) {
		const struct audit_transition *transition = &replay->transitions[i];

		if (since(now_ns, transition->mono_ns) >= ATTEMPT_WINDOW_NS)
			break;
		if (transition->to != JVPN_STATE_RECOVERING || transition->from == JVPN_STATE_RECOVERING)
			continue;
		is_hasty |= in_window == 1 && since(now_ns, transition->mono_ns) < cooldown_ns;
		in_window++;
		if (replay->bounds.max_switches_per_min && in_window > replay->bounds.max_switches_per_min)
			break;
	}
	if (replay->bounds.max_switches_per_min && in_window > replay->bounds.max_switches_per_min)
		r = replay_found(replay, AUDIT_FOUND_attempts_over_limit, session, line);
	return r || !is_hasty ? r : replay_found(replay, AUDIT_FOUND_cooldown_broken, session, line);
}

int replay_check_overdue(struct audit_replay *replay, struct audit_session *session, uint64_t line, uint64_t now_ns)
{
	uint64_t now_ms = now_ns / CLOCK_NS_PER_MS, ttl_ms = replay->bounds.transport_lost_ttl_ms;
	uint64_t window_ms = replay->bounds.recovery_window_ms, deadline_ms = session->deadline_ms;
	int r = 0;

	if (!deadline_ms && window_ms)
		deadline_ms = session->recovering_ns / CLOCK_NS_PER_MS + window_ms;
	if (session->state == JVPN_STATE_RECOVERING && deadline_ms && now_ms > deadline_ms + slack_ms(replay))
		r = replay_found(replay, AUDIT_FOUND_recovery_overdue, session, line);
	if (!r && ttl_ms && session->transportless_ns && session->state != JVPN_STATE_TERMINATED &&
	    since(now_ns, session->transportless_ns) / CLOCK_NS_PER_MS > ttl_ms + slack_ms(replay))
		r = replay_found(replay, AUDIT_FOUND_transportless_overdue, session, line);
	return r;
}

int replay_check_companions(struct audit_replay *replay, struct audit_session *session, uint64_t line)
{
	const struct audit_transition *last;

	if (session->last_transition == REPLAY_NONE)
		return 0;
	last = &replay->transitions[session->last_transition];
	if (last->to == JVPN_STATE_ATTACHED && session->bound_version != last->version)
		return replay_found(replay, AUDIT_FOUND_no_transport, session, line);
	if (last->to == JVPN_STATE_TERMINATED && session->ended_version != last->version)
		return replay_found(replay, AUDIT_FOUND_end_silent, session, line);
	return 0;
}

/* ---- what it does ---------------------------------------------------------------------------- */

void replay_lose_transport(struct audit_session *session, uint64_t now_ns)
{
	session->has_transport = false;
	if (!session->transportless_ns)
		session->transportless_ns = now_ns;
}

static int open_recovery(struct audit_replay *replay, struct audit_session *session, const struct audit_record *record)
{
	size_t i;

	if (session->open_recovery != REPLAY_NONE)
		return 0; /* a second death belongs to the first */
	i = replay_add_recovery(replay);
	if (i == REPLAY_NONE)
		return -ENOMEM;
	replay->recoveries[i] =
		(struct audit_recovery){.session = session->id, .ts_ms = record->ts_ms, .opened_ns = record->mono_ns};
	session->open_recovery = i;
	return 0;
}

static void advance_recovery(struct audit_replay *replay, struct audit_session *session,
			     const struct audit_record *record)
{
	struct audit_recovery *recovery;
	bool is_end = record->new_state == JVPN_STATE_ATTACHED || record->new_state == JVPN_STATE_TERMINATED;

	if (session->open_recovery == REPLAY_NONE)
		return;
	recovery = &replay->recoveries[session->open_recovery];
	if (recovery->first == JVPN_STATE_BIRTH && (is_end || is_entry_to(record, JVPN_STATE_DEGRADED))) {
		recovery->first = record->new_state;
		recovery->first_ns = since(record->mono_ns, recovery->opened_ns);
	}
	if (!is_end)
		return;
	recovery->last = record->new_state;
	recovery->took_ns = since(record->mono_ns, recovery->opened_ns);
	session->open_recovery = REPLAY_NONE;
}

static int keep(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		const struct audit_record *record)
{
	size_t i = replay_add_transition(replay);

	if (i == REPLAY_NONE)
		return -ENOMEM;
	replay->transitions[i] = (struct audit_transition){
		.line = line,
		.session = session->id,
		.ts_ms = record->ts_ms,
		.mono_ns = record->mono_ns,
		.version = record->version,
		.from = record->previous_state,
		.to = record->new_state,
		.reason = record->reason,
		.previous = session->last_transition,
	};
	session->last_transition = i;
	session->transitions++;
	return 0;
}

static void enter(struct audit_replay *replay, struct audit_session *session, const struct audit_record *record)
{
	enum jvpn_session_state to = record->new_state;

	if (session->state < REPLAY_STATES)
		session->in_state_ns[session->state] += since(record->mono_ns, session->entered_ns);
	session->entered_ns = record->mono_ns;
	if (record->previous_state != to)
		replay->entries[to]++;
	if (is_entry_to(record, JVPN_STATE_RECOVERING)) {
		session->recovering_ns = record->mono_ns;
		session->deadline_ms = 0;
		session->recovery = record->reason;
		session->attempts++;
	}
	if (record->previous_state == JVPN_STATE_ATTACHED)
		session->cause = record->reason;
	if (to == JVPN_STATE_ATTACHED)
		session->transportless_ns = 0;
	if (to == JVPN_STATE_TERMINATED) {
		session->has_transport = false;
		replay->terminations[record->reason]++;
	}
	session->state = to;
	session->version = record->version;
	session->reason = record->reason;
}

int replay_transition(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		      const struct audit_record *record)
{
	bool is_attempt = is_entry_to(record, JVPN_STATE_RECOVERING);
	int r = replay_check_companions(replay, session, line);

	r = r ?: check_version(replay, session, line, record->version);
	r = r ?: check_edge(replay, session, line, record);
	if (!r && record->mono_ns < session->entered_ns)
		r = replay_found(replay, AUDIT_FOUND_time_backwards, session, line);
	r = r ?: replay_check_overdue(replay, session, line, record->mono_ns);
	r = r ?: keep(replay, session, line, record);
	if (!r && record->reason == JVPN_REASON_transport_dead) {
		replay_lose_transport(session, record->mono_ns);
		r = open_recovery(replay, session, record);
	}
	if (r)
		return r;
	advance_recovery(replay, session, record);
	enter(replay, session, record);
	return is_attempt ? check_attempts(replay, session, line, record->mono_ns) : 0;
}
