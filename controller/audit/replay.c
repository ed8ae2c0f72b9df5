/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records to sessions: what goes to which session, and what only the end of the log can tell.
 */
#include "audit/replay.h"

#include "audit/replay_state.h"
#include "base/clock.h"

static const struct {
	const char *name;
	const char *sentence;
} violations[AUDIT_FOUND_COUNT] = {
#define X(kind, sentence) {#kind, sentence},
	AUDIT_VIOLATIONS(X)
#undef X
};

#define X(number, name, sentence) _Static_assert((number) < REPLAY_REASONS_MAX, #name " is counted by its number");
JVPN_REASONS(X)
#undef X

const char *audit_violation_name(enum audit_violation kind)
{
	return violations[kind].name;
}

const char *audit_violation_sentence(enum audit_violation kind)
{
	return violations[kind].sentence;
}

void audit_replay_begin(struct audit_replay *replay, const struct audit_limits *bounds)
{
	*replay = (struct audit_replay){0};
	if (bounds)
		replay->bounds = *bounds;
}

/* ---- the log ---------------------------------------------------------------------------------- */

static void count_dropped(struct audit_replay *replay, const struct audit_record *record)
{
	replay->dropped += record->count;
	replay->dropped_lifecycle += record->lifecycle_dropped;
	replay->dropped_transitions += record->transitions_dropped;
}

/* Security and policy events may name sessions nobody has: somebody tried. */
static bool is_of_life(const struct audit_record *record)
{
	enum audit_class class = audit_event_class(record->type);

	return class == AUDIT_CLASS_transition || class == AUDIT_CLASS_lifecycle ||
	       record->type == AUDIT_EVENT_Snapshot;
}

int audit_replay_record(struct audit_replay *replay, uint64_t line, const struct audit_record *record)
{
	struct audit_session *session = NULL;
	int r = 0;

	if (!replay->records++) {
		replay->is_partial = record->seq > 1;
		replay->first_ms = record->ts_ms;
	}
	replay->last_ms = record->ts_ms;
	replay->last_ns = record->mono_ns;
	replay->types[record->type]++;
	if (record->type == AUDIT_EVENT_EventsDropped)
		count_dropped(replay, record);
	if (record->transitions_dropped)
		return replay_found(replay, AUDIT_FOUND_transitions_dropped, NULL, line);
	if (!record->session)
		return 0;
	if (is_of_life(record))
		r = replay_meet(replay, line, record, &session);
	else
		session = replay_lookup(replay, record->session);
	if (r || !session)
		return r;
	if (record->version > session->mentioned_version) {
		session->mentioned_version = record->version;
		session->mentioned_line = line;
	}
	r = replay_event(replay, session, line, record);
	session->last_line = line;
	return r;
}

static int close_session(struct audit_replay *replay, struct audit_session *session)
{
	bool is_settled; /* what belongs to the last transition has had its time to come */
	int r = 0;

	if (session->is_known && session->mentioned_version > session->version)
		r = replay_found(replay, AUDIT_FOUND_transition_missing, session, session->mentioned_line);
	if (session->state != JVPN_STATE_TERMINATED && replay->last_ns > session->entered_ns)
		session->in_state_ns[session->state] += replay->last_ns - session->entered_ns;
	is_settled = replay->last_ns > session->entered_ns + CLOCK_NS_PER_S;
	if (!r && is_settled)
		r = replay_check_companions(replay, session, session->last_line);
	return r ?: replay_check_overdue(replay, session, session->last_line, replay->last_ns);
}

/* What a dropped lifecycle event explains just as well is no violation. */
static bool is_excused(enum audit_violation kind)
{
	return kind == AUDIT_FOUND_never_created || kind == AUDIT_FOUND_two_active ||
	       kind == AUDIT_FOUND_wrong_transport || kind == AUDIT_FOUND_no_transport ||
	       kind == AUDIT_FOUND_end_silent;
}

static void excuse(struct audit_replay *replay)
{
	size_t kept = 0;

	for (size_t i = 0; i < replay->found_kept; i++)
		if (!is_excused(replay->found[i].kind))
			replay->found[kept++] = replay->found[i];
	replay->found_kept = kept;
	for (int kind = 0; kind < AUDIT_FOUND_COUNT; kind++) {
		if (!is_excused((enum audit_violation)kind))
			continue;
		replay->excused += replay->found_count[kind];
		replay->found_count[kind] = 0;
	}
	replay->found_total -= replay->excused;
}

int audit_replay_end(struct audit_replay *replay)
{
	int r = 0;

	for (size_t i = 0; !r && i < replay->session_count; i++)
		r = close_session(replay, &replay->sessions[i]);
	if (!r && replay->dropped_lifecycle)
		excuse(replay);
	return r;
}
