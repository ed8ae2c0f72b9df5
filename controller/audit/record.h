/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of an audit log, read back. Pure; the line is anybody's bytes. What is wrong is
 * refused, never repaired: a line is a record of event.h or it is none.
 *
 * Refused: longer than AUDIT_LINE_MAX_BYTES, no JSON object, a key given twice, a base field
 * missing or of the wrong type, a negative or too large number, an unknown event type, state,
 * reason or word where the replay needs one. Keys that are not known are allowed (later
 * schemas add some).
 */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

#include "audit/event.h"

struct audit_record {
	enum audit_event_type type;
	enum jvpn_reason reason; /* JVPN_REASON_NONE: not given */
	uint64_t ts_ms;
	uint64_t mono_ns;
	uint64_t session;
	uint64_t version;
	uint64_t seq;
	struct audit_hash previous;
	struct audit_name node;
	struct audit_name transport;
	/* what the replay needs of the types' own fields; zero where the type has none */
	enum jvpn_session_state previous_state, new_state; /* SessionStateChange */
	struct audit_name previous_transport,
		new_transport;	       /* TransportSwitch; Snapshot: the active one is the new one */
	enum jvpn_reason cause;	       /* TransportDead, TransportSwitchFailed */
	bool is_success;	       /* ReattachResult SUCCESS, AuditEvent PASS */
	uint64_t recovery_deadline_ms; /* ReattachAttempt */
	enum audit_trouble trouble;    /* TelemetryDegraded */
	uint64_t duration_ms;
	uint64_t count;					 /* TelemetryDegraded, EventsDropped */
	uint64_t transitions_dropped, lifecycle_dropped; /* EventsDropped */
};

/*
 * `line` without its newline. -EMSGSIZE: too long; -EBADMSG: no JSON object, or a key twice;
 * -EINVAL: a field is missing or wrong; -ENOMEM. `ret_why`: the key that is wrong, or what is;
 * static storage. `ret_record` is untouched on failure.
 */
int audit_record_parse(const char *line, size_t length, struct audit_record *ret_record, const char **ret_why);

#endif
