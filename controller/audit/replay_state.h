/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The replay's inside: its tables (replay_table.c), one event (replay_event.c), one transition
 * (replay_transition.c). For the replay's own files only.
 */
#ifndef AUDIT_REPLAY_STATE_H
#define AUDIT_REPLAY_STATE_H

#include "audit/replay.h"

/* The session of this id; NULL: there is none. */
struct audit_session *replay_lookup(const struct audit_replay *replay, uint64_t id);
/* Adds one. Pointers to other sessions are void afterwards. -ENOMEM. */
int replay_add_session(struct audit_replay *replay, uint64_t id, struct audit_session **ret_session);

/* Each makes room for one more and returns its index, REPLAY_NONE without memory. Zeroed. */
size_t replay_add_transition(struct audit_replay *replay);
size_t replay_add_switch(struct audit_replay *replay);
size_t replay_add_recovery(struct audit_replay *replay);

int replay_found(struct audit_replay *replay, enum audit_violation kind, const struct audit_session *session,
		 uint64_t line);

/* The session of a record of its life, new or not; a new one is taken as the record tells it. */
int replay_meet(struct audit_replay *replay, uint64_t line, const struct audit_record *record,
		struct audit_session **ret_session);

/* Any event of a session. 0 or -ENOMEM. */
int replay_event(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		 const struct audit_record *record);

/* A SessionStateChange of a known session. 0 or -ENOMEM. */
int replay_transition(struct audit_replay *replay, struct audit_session *session, uint64_t line,
		      const struct audit_record *record);

/* Were the companions of the last transition there? Called before the next one, and at the end. */
int replay_check_companions(struct audit_replay *replay, struct audit_session *session, uint64_t line);

/* Is the session, at `now_ns`, longer in RECOVERING or without a transport than it may be? */
int replay_check_overdue(struct audit_replay *replay, struct audit_session *session, uint64_t line, uint64_t now_ns);

void replay_lose_transport(struct audit_session *session, uint64_t now_ns);

#endif
