/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of every session, rebuilt from its audit records alone (INV-46), and the oracle
 * that holds it against the rules. Pure; the records may be anybody's.
 *
 *   audit_replay_begin, audit_replay_record for each record in the log's order, audit_replay_end
 *
 * The oracle (behaviour.md, section 11: on every case) asks: is every transition explicit and
 * is its reason one the table gives for that edge; are a session's versions without gaps and
 * used once; did its id stay; is at most one transport active, and exactly one in ATTACHED;
 * was each recovery bounded; did nothing happen silently. What it finds is a list of violations,
 * each with its line. It knows the edges by its own table (edges.c), not by the state machine's.
 *
 * Companions of a transition (TransportAttached, TransportSwitch, SessionTerminated ...) carry
 * its version, and come behind it and before the next one. When the log says that lifecycle events
 * were dropped, a missing companion is excused; a missing transition never is.
 *
 * A log that does not begin with line 1 of its chain may know sessions only from their middle:
 * the first record, or a Snapshot, is then taken as it is. Durations are of mono_ns.
 */
#ifndef AUDIT_REPLAY_H
#define AUDIT_REPLAY_H

#include "audit/record.h"

#define REPLAY_VIOLATIONS_KEPT 1000
#define REPLAY_STATES 6
#define REPLAY_REASONS_MAX 1000 /* reason codes are below it */
#define REPLAY_NONE SIZE_MAX

/* X(kind, sentence) */
#define AUDIT_VIOLATIONS(X) \
	X(version_gap, "a version is missing: a transition was not logged") \
	X(version_repeated, "a version was used twice") \
	X(transition_missing, "an event tells of a version that no transition led to") \
	X(edge_forbidden, "the state machine has no such transition") \
	X(state_discontinuous, "the transition does not start where the last one ended") \
	X(revived, "something happened to a session after its end") \
	X(reason_missing, "a transition without a reason") \
	X(reason_wrong, "the reason does not belong to this transition") \
	X(created_twice, "the session's id was given out before") \
	X(never_created, "the session was never created") \
	X(two_active, "a second transport became active") \
	X(wrong_transport, "the transport left is not the one that was active") \
	X(no_transport, "the session became ATTACHED, and no record says to what") \
	X(event_unexplained, "an event that belongs to a transition, without that transition") \
	X(end_silent, "the session ended, and no SessionTerminated says so") \
	X(recovery_overdue, "a recovery took longer than its window") \
	X(transportless_overdue, "the session was without a transport for longer than its TTL") \
	X(attempts_over_limit, "more attempts in 60 s than the policy allows") \
	X(cooldown_broken, "two attempts closer together than the cooldown") \
	X(snapshot_differs, "a snapshot differs from what the log tells") \
	X(check_failed, "a check of the daemon itself failed") \
	X(time_backwards, "a session's clock ran backwards") \
	X(transitions_dropped, "the journal lost transitions")

enum audit_violation {
#define X(kind, sentence) AUDIT_FOUND_##kind,
	AUDIT_VIOLATIONS(X)
#undef X
		AUDIT_FOUND_COUNT
};

/* Bounds of the policy; 0: not checked. */
struct audit_limits {
	uint64_t recovery_window_ms; /* where no ReattachAttempt names a deadline */
	uint64_t transport_lost_ttl_ms;
	uint64_t max_switches_per_min;
	uint64_t switch_cooldown_ms;
	uint64_t slack_ms; /* how late a timer may be; 0: 1000 */
};

struct audit_found {
	enum audit_violation kind;
	uint64_t line;
	uint64_t session;
	uint64_t version;
};

struct audit_transition {
	uint64_t line;
	uint64_t session;
	uint64_t ts_ms;
	uint64_t mono_ns;
	uint64_t version;
	enum jvpn_session_state from, to;
	enum jvpn_reason reason;
	size_t previous; /* of the same session; REPLAY_NONE: its first */
};

struct audit_switch {
	uint64_t line;
	uint64_t session;
	uint64_t ts_ms;
	uint64_t version;
	struct audit_name from, to;
	enum jvpn_reason cause;	   /* why the session left ATTACHED */
	enum jvpn_reason recovery; /* why it went to RECOVERING */
};

/* From the death of the active transport to ATTACHED or TERMINATED; DEGRADED does not end it. */
struct audit_recovery {
	uint64_t session;
	uint64_t ts_ms;
	uint64_t opened_ns;
	uint64_t first_ns;	       /* how long until the first outcome */
	uint64_t took_ns;	       /* how long in all */
	enum jvpn_session_state first; /* ATTACHED, DEGRADED or TERMINATED; BIRTH: none yet */
	enum jvpn_session_state last;  /* ATTACHED or TERMINATED; BIRTH: still open */
};

struct audit_session {
	uint64_t id;
	uint64_t created_ms; /* 0: before this log */
	uint64_t created_ns; /* the first record's clock */
	uint64_t last_line;
	uint64_t version;
	enum jvpn_session_state state;
	enum jvpn_reason reason;     /* of the last transition */
	enum jvpn_reason cause;	     /* of the last departure from ATTACHED */
	enum jvpn_reason recovery;   /* of the last entry to RECOVERING */
	struct audit_name transport; /* the active one, or the last that was */
	bool is_known;		     /* state and version are */
	bool has_transport;	     /* it is active */
	bool knows_transport;
	size_t last_transition; /* REPLAY_NONE */
	size_t open_recovery;	/* REPLAY_NONE */
	uint64_t transitions, switches, attempts, denials;
	uint64_t entered_ns; /* the present state */
	uint64_t in_state_ns[REPLAY_STATES];
	uint64_t recovering_ns;	    /* since when; valid in RECOVERING */
	uint64_t deadline_ms;	    /* of it, monotonic; 0: unknown */
	uint64_t transportless_ns;  /* since when; 0: it has one */
	uint64_t mentioned_version; /* the highest an event named */
	uint64_t mentioned_line;
	uint64_t bound_version; /* of the last TransportAttached or TransportSwitch */
	uint64_t ended_version; /* of SessionTerminated */
};

struct audit_replay {
	struct audit_limits bounds;
	bool is_partial; /* the log's beginning is elsewhere */
	uint64_t records;
	uint64_t first_ms, last_ms, last_ns;
	struct audit_session *sessions;
	size_t session_count, session_room;
	size_t *table; /* of indices into sessions, plus one; a power of two */
	size_t table_size;
	struct audit_transition *transitions;
	size_t transition_count, transition_room;
	struct audit_switch *switches;
	size_t switch_count, switch_room;
	struct audit_recovery *recoveries;
	size_t recovery_count, recovery_room;
	struct audit_found *found; /* the first REPLAY_VIOLATIONS_KEPT */
	size_t found_kept, found_room;
	uint64_t found_count[AUDIT_FOUND_COUNT];
	uint64_t found_total;
	uint64_t entries[REPLAY_STATES];
	uint64_t denials[REPLAY_REASONS_MAX];
	uint64_t terminations[REPLAY_REASONS_MAX];
	uint64_t types[AUDIT_EVENT_COUNT];
	uint64_t dropped, dropped_lifecycle, dropped_transitions;
	uint64_t excused; /* violations that a dropped lifecycle event explains as well */
};

/* `bounds` may be NULL. */
void audit_replay_begin(struct audit_replay *replay, const struct audit_limits *bounds);

/* The next record, of line `line`. -ENOMEM; the replay is then good for audit_replay_free() only. */
int audit_replay_record(struct audit_replay *replay, uint64_t line, const struct audit_record *record);

/* Checks what only the end can tell, and closes the accounts of time. */
int audit_replay_end(struct audit_replay *replay);
void audit_replay_free(struct audit_replay *replay);

/* NULL: no session has this id. */
const struct audit_session *audit_replay_find(const struct audit_replay *replay, uint64_t id);

const char *audit_violation_name(enum audit_violation kind); /* "version_gap" */
const char *audit_violation_sentence(enum audit_violation kind);

/* May a session go from here to there for this reason? The oracle's table; `ret_edge`: without the reason. */
bool audit_edge_allows(enum jvpn_session_state from, enum jvpn_session_state to, enum jvpn_reason reason,
		       bool *ret_edge);

#endif
