/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One event of one session: a transition goes to replay_transition.c; everything else must
 * fit the transitions there are.
 */
#include <errno.h>
#include <string.h>

#include "audit/replay_state.h"

static bool is_same(const struct audit_name *a, const struct audit_name *b)
{
	return !strcmp(a->text, b->text);
}

/* ---- the first record of a session ------------------------------------------------------------ */

/* What the record says of the session's life so far, taken as it is. */
static void take_as_is(struct audit_session *session, const struct audit_record *record)
{
	bool is_transition = record->type == AUDIT_EVENT_SessionStateChange;

	session->created_ns = record->mono_ns;
	session->entered_ns = record->mono_ns;
	session->version = record->version - (is_transition && record->version ? 1 : 0);
	session->is_known = is_transition || record->type == AUDIT_EVENT_Snapshot;
	session->state = is_transition ? record->previous_state : record->new_state;
	if (record->type != AUDIT_EVENT_Snapshot || !record->new_transport.text[0])
		return;
	session->transport = record->new_transport;
	session->has_transport = session->knows_transport = true;
}

int replay_meet(struct audit_replay *replay, uint64_t line, const struct audit_record *record,
		struct audit_session **ret_session)
{
	struct audit_session *session = replay_lookup(replay, record->session);
	int r = session ? 0 : replay_add_session(replay, record->session, &session);

	if (r)
		return r;
	*ret_session = session;
	if (session->last_line)
		return 0;
	session->last_line = line;
	take_as_is(session, record);
	if (record->type == AUDIT_EVENT_SessionCreated || record->type == AUDIT_EVENT_Snapshot || replay->is_partial)
		return 0;
	return replay_found(replay, AUDIT_FOUND_never_created, session, line);
}

/* ---- the types, one by one -------------------------------------------------------------------- */

static int on_created(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		      const struct audit_record *record)
{
	if (session->created_ms || session->is_known)
		return replay_found(replay, AUDIT_FOUND_created_twice, session, line);
	session->is_known = true;
	session->created_ms = record->ts_ms;
	session->transportless_ns = record->mono_ns;
	replay->entries[JVPN_STATE_BIRTH]++;
	return record->version ? replay_found(replay, AUDIT_FOUND_version_gap, session, line) : 0;
}

static int on_transition(struct audit_replay *replay, struct audit_session *session, uint64_t line,
			 const struct audit_record *record)
{
	if (!session->is_known) { /* known only by name so far, from the middle of its life */
		session->is_known = true;
		session->version = record->version ? record->version - 1 : 0;
		session->state = record->previous_state;
		session->entered_ns = record->mono_ns;
	}
	return replay_transition(replay, session, line, record);
}

static void take_transport(struct audit_session *session, const struct audit_name *transport, uint64_t version)
{
	session->transport = *transport;
	session->has_transport = session->knows_transport = true;
	session->transportless_ns = 0;
	session->bound_version = version;
}

/* Is the event's transition the session's last one? What came before the log is not asked. */
static bool is_explained(const struct audit_session *session, const struct audit_record *record)
{
	return session->last_transition == REPLAY_NONE || session->version == record->version;
}

static int on_attached(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		       const struct audit_record *record)
{
	int r = session->has_transport ? replay_found(replay, AUDIT_FOUND_two_active, session, line) : 0;

	if (!r && (!is_explained(session, record) || (session->is_known && session->state != JVPN_STATE_ATTACHED)))
		r = replay_found(replay, AUDIT_FOUND_event_unexplained, session, line);
	take_transport(session, &record->transport, record->version);
	return r;
}

static int on_dead(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		   const struct audit_record *record)
{
	bool is_other = session->knows_transport && record->transport.text[0] &&
			!is_same(&session->transport, &record->transport);
	bool is_silent = !is_explained(session, record) ||
			 (session->last_transition != REPLAY_NONE && session->reason != JVPN_REASON_transport_dead);

	replay_lose_transport(session, record->mono_ns);
	if (is_silent)
		return replay_found(replay, AUDIT_FOUND_event_unexplained, session, line);
	return is_other ? replay_found(replay, AUDIT_FOUND_wrong_transport, session, line) : 0;
}

static int on_switch(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		     const struct audit_record *record)
{
	size_t i = replay_add_switch(replay);
	int r = 0;

	if (i == REPLAY_NONE)
		return -ENOMEM;
	replay->switches[i] = (struct audit_switch){
		.line = line,
		.session = session->id,
		.ts_ms = record->ts_ms,
		.version = record->version,
		.from = record->previous_transport,
		.to = record->new_transport,
		.cause = session->cause,
		.recovery = session->recovery,
	};
	session->switches++;
	if (session->is_known &&
	    (session->state != JVPN_STATE_ATTACHED || session->version != record->version ||
	     session->reason != JVPN_REASON_reattach_success) &&
	    session->last_transition != REPLAY_NONE)
		r = replay_found(replay, AUDIT_FOUND_event_unexplained, session, line);
	if (!r && session->knows_transport && record->previous_transport.text[0] &&
	    !is_same(&session->transport, &record->previous_transport))
		r = replay_found(replay, session->has_transport ? AUDIT_FOUND_two_active : AUDIT_FOUND_wrong_transport,
				 session, line);
	take_transport(session, &record->new_transport, record->version);
	return r;
}

static int on_result(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		     const struct audit_record *record)
{
	if (!record->is_success) {
		session->denials++;
		replay->denials[record->reason]++;
		return 0;
	}
	if (session->last_transition == REPLAY_NONE ||
	    (session->state == JVPN_STATE_ATTACHED && session->version == record->version))
		return 0;
	return replay_found(replay, AUDIT_FOUND_event_unexplained, session, line);
}

static int on_terminated(struct audit_replay *replay, struct audit_session *session, uint64_t line,
			 const struct audit_record *record)
{
	session->ended_version = record->version;
	if (session->state == JVPN_STATE_TERMINATED && session->version == record->version)
		return 0;
	return replay_found(replay, AUDIT_FOUND_event_unexplained, session, line);
}

static int on_snapshot(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		       const struct audit_record *record)
{
	bool is_bound = record->new_transport.text[0] != '\0';

	if (session->is_known && session->last_line == line)
		return 0; /* it was this very record that told */
	if (session->state == record->new_state && session->version == record->version &&
	    (!session->knows_transport || (session->has_transport == is_bound &&
					   (!is_bound || is_same(&session->transport, &record->new_transport)))))
		return 0;
	return replay_found(replay, AUDIT_FOUND_snapshot_differs, session, line);
}

static int on_attempt(struct audit_session *session, const struct audit_record *record)
{
	if (session->state == JVPN_STATE_RECOVERING && session->version == record->version)
		session->deadline_ms = record->recovery_deadline_ms;
	return 0;
}

int replay_event(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		 const struct audit_record *record)
{
	switch (record->type) {
	case AUDIT_EVENT_SessionCreated:
		return on_created(replay, session, line, record);
	case AUDIT_EVENT_SessionStateChange:
		return on_transition(replay, session, line, record);
	case AUDIT_EVENT_TransportAttached:
		return on_attached(replay, session, line, record);
	case AUDIT_EVENT_TransportDead:
		return on_dead(replay, session, line, record);
	case AUDIT_EVENT_TransportSwitch:
		return on_switch(replay, session, line, record);
	case AUDIT_EVENT_TransportSwitchDenied:
		session->denials++;
		replay->denials[record->reason]++;
		return 0;
	case AUDIT_EVENT_ReattachAttempt:
		return on_attempt(session, record);
	case AUDIT_EVENT_ReattachResult:
		return on_result(replay, session, line, record);
	case AUDIT_EVENT_SessionTerminated:
		return on_terminated(replay, session, line, record);
	case AUDIT_EVENT_Snapshot:
		return on_snapshot(replay, session, line, record);
	case AUDIT_EVENT_AuditEvent:
		return record->is_success ? 0 : replay_found(replay, AUDIT_FOUND_check_failed, session, line);
	default:
		return 0;
	}
}
