/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the audit log can say: every event type, what each carries, and how one becomes a
 * line of JSON. Pure. Fields are typed: numbers, reasons, states, words of fixed lists and
 * names of a narrow alphabet; there is no field for free text, packet contents or keys
 * (INV-36), so nothing of the kind can be logged by mistake.
 *
 *   struct audit_event event = {
 *           .type = AUDIT_EVENT_TransportDead, .session = id, .version = 7, .ts_ms = wall, .mono_ns = now,
 *           .reason = JVPN_REASON_transport_dead, .transport = audit_transport(2, "lte"),
 *           .TransportDead = {.cause = JVPN_REASON_heartbeat_timeout, .last_ok_age_ms = 2001},
 *   };
 *
 * A line: the base fields in the order of event.c, then the type's own in the order of
 * event_list.h; the same event always gives the same bytes. Every base field is always
 * there, but `reason_code` (absent: JVPN_REASON_NONE) and `transport_id` (absent: no name).
 * Of a type's own fields, names, endpoints, reasons and hashes that are not set are absent.
 * An event of the node itself has session 0, and prints sixteen zeros.
 */
#ifndef AUDIT_EVENT_H
#define AUDIT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/event_list.h"
#include "jvpn/maps.h"
#include "jvpn/reason.h"
#include "jvpn/state.h"
#include "net/endpoint.h"

#define AUDIT_SCHEMA_VERSION 1
#define AUDIT_NAME_BYTES 32
#define AUDIT_HASH_BYTES 32
#define AUDIT_SCORES_MAX JVPN_PATHS_MAX
#define AUDIT_LINE_MAX_BYTES 2048 /* of a rendered line, the newline not counted; longer ones are not ours */

#define AUDIT_ENUM_VALUE(prefix, name) prefix##name,

enum audit_class {
#define X(name, per_second, burst, share) AUDIT_CLASS_##name,
	AUDIT_CLASSES(X)
#undef X
		AUDIT_CLASS_COUNT
};

enum audit_event_type {
#define X(name, class, members) AUDIT_EVENT_##name,
#define F(kind, member)
	AUDIT_EVENTS(X, F)
#undef F
#undef X
		AUDIT_EVENT_COUNT
};

#define X(name) AUDIT_STATUS_##name,
enum audit_status { AUDIT_STATUSES(X) };
#undef X
#define X(name) AUDIT_RESULT_##name,
enum audit_result { AUDIT_RESULTS(X) };
#undef X
#define X(name) AUDIT_VIOLATION_##name,
enum audit_violation_type { AUDIT_VIOLATION_TYPES(X) };
#undef X
#define X(name) AUDIT_CHECK_##name,
enum audit_check { AUDIT_CHECKS(X) };
#undef X
#define X(name) AUDIT_MODE_##name,
enum audit_mode { AUDIT_MODES(X) };
#undef X
#define X(name) AUDIT_MARKER_##name,
enum audit_marker { AUDIT_MARKERS(X) };
#undef X
#define X(name) AUDIT_TROUBLE_##name,
enum audit_trouble { AUDIT_TROUBLES(X) AUDIT_TROUBLE_COUNT };
#undef X

/* [A-Za-z0-9._:#-], at most 31; anything else becomes '_' when the event is rendered. Empty: not set. */
struct audit_name {
	char text[AUDIT_NAME_BYTES];
};

struct audit_hash {
	uint8_t bytes[AUDIT_HASH_BYTES];
};

struct audit_score {
	struct audit_name path;
	uint32_t score;
	uint32_t rank;
};

struct audit_scores {
	uint32_t count;
	struct audit_score list[AUDIT_SCORES_MAX];
};

/* What the decision to switch was held against. */
struct audit_bounds {
	bool cooldown_ok;
	bool switch_rate_ok;
};

struct audit_observed {
	uint32_t loss_ppm;
	uint64_t rtt_ms;
	uint64_t jitter_ms;
};

/* The C type behind each kind of field. */
typedef uint32_t audit_kind_count;
typedef uint64_t audit_kind_u64;
typedef uint64_t audit_kind_ms;
typedef struct {
} audit_kind_always;		     /* printed as true */
typedef uint32_t audit_kind_ratio;   /* in ppm; printed as 0.05 */
typedef uint32_t audit_kind_percent; /* in ppm; printed as 5.0 */
typedef struct audit_bounds audit_kind_bounds;
typedef struct audit_observed audit_kind_observed;
typedef struct audit_name audit_kind_name;
typedef struct audit_hash audit_kind_hash;
typedef struct endpoint audit_kind_endpoint;
typedef struct audit_scores audit_kind_scores;
typedef enum jvpn_session_state audit_kind_state;
typedef enum jvpn_reason audit_kind_reason;
typedef enum audit_status audit_kind_status;
typedef enum audit_result audit_kind_result;
typedef enum audit_violation_type audit_kind_violation;
typedef enum audit_check audit_kind_check;
typedef enum audit_mode audit_kind_mode;
typedef enum audit_marker audit_kind_marker;
typedef enum audit_trouble audit_kind_trouble;

#define X(name, class, members) \
	struct audit_##name { \
		members \
	};
#define F(kind, member) audit_kind_##kind member;
AUDIT_EVENTS(X, F)
#undef F
#undef X

struct audit_event {
	enum audit_event_type type;
	enum jvpn_reason reason; /* JVPN_REASON_NONE: does not apply */
	uint64_t ts_ms;		 /* wall clock */
	uint64_t mono_ns;	 /* CLOCK_MONOTONIC */
	uint64_t session;	 /* 0: of the node, not of a session */
	uint64_t version;	 /* the state version after what happened; at most JVPN_VERSION_MAX */
	struct audit_name policy_version;
	struct audit_name transport;
	union {
#define X(name, class, members) struct audit_##name name;
#define F(kind, member)
		AUDIT_EVENTS(X, F)
#undef F
#undef X
	};
};

/* What the journal alone knows when it writes the line. */
struct audit_place {
	uint64_t seq; /* counts the lines of a node, without gaps, across restarts and rotations */
	struct audit_hash previous;
	struct audit_name node;
};

/* "" and NULL give the empty name; longer texts are cut. */
struct audit_name audit_name(const char *text);
/* "lte#2"; without a name "#2": how a transport is called everywhere in the log. */
struct audit_name audit_transport(uint32_t path_id, const char *path_name);

enum audit_class audit_event_class(enum audit_event_type type);
const char *audit_event_name(enum audit_event_type type); /* "TransportDead" */
const char *audit_class_name(enum audit_class class);	  /* "lifecycle" */
const char *audit_trouble_name(enum audit_trouble trouble);
const char *audit_state_name(enum jvpn_session_state state); /* "ATTACHED" */
const char *audit_reason_name(enum jvpn_reason reason);	     /* NULL for a number without a reason */

/* -ENOENT: no such name, exactly. `text` need not end in a NUL. */
int audit_event_parse(const char *text, size_t length, enum audit_event_type *ret_type);
int audit_state_parse(const char *text, size_t length, enum jvpn_session_state *ret_state);
int audit_reason_parse(const char *text, size_t length, enum jvpn_reason *ret_reason);

/*
 * The line, without its newline. Total: an enum of a value that does not exist prints
 * "unknown". -ENOMEM, or -EMSGSIZE, which cannot happen (the longest line of each type is
 * tested); `ret_line` is then undefined.
 */
int audit_event_render(const struct audit_event *event, const struct audit_place *place,
		       char ret_line[static AUDIT_LINE_MAX_BYTES], size_t *ret_bytes);

#endif
