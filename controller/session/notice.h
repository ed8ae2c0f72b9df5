/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the engine says about a session, for the journal and whoever listens. Data only:
 * the engine fills the list, the caller publishes it in its order and may count, but not
 * drop, what it cannot publish.
 *
 * Every transition says SessionStateChange once, first, and its companions behind it; all
 * carry the version the transition made. Anything else carries the version that stayed.
 */
#ifndef SESSION_NOTICE_H
#define SESSION_NOTICE_H

#include <stdint.h>

#define NOTICE_KINDS(X) \
	X(SessionStateChange) \
	X(TransportAttached) \
	X(TransportDead) \
	X(TransportSwitch) \
	X(TransportSwitchDenied) \
	X(TransportSwitchFailed) \
	X(ReattachAttempt) \
	X(ReattachResult) \
	X(SessionTerminated) \
	X(AuditEvent) \
	X(SecurityReplayDetected) \
	X(SecurityValidationFailed) \
	X(InvalidTransition)

enum notice_kind {
#define NOTICE_KIND(name) NOTICE_##name,
	NOTICE_KINDS(NOTICE_KIND)
#undef NOTICE_KIND
		NOTICE_KIND_COUNT,
};

struct notice {
	uint8_t kind;	 /* enum notice_kind */
	uint8_t event;	 /* enum fsm_event */
	uint8_t from;	 /* state before, */
	uint8_t to;	 /* and after */
	uint16_t reason; /* enum jvpn_reason: the primary one */
	uint16_t detail; /* a second code, or 0 */
	uint32_t path;	 /* the one it is about; 0: none */
	uint32_t previous_path;
	uint64_t version;
	uint64_t at_ms;		   /* monotonic */
	uint64_t deadline_ms;	   /* ReattachAttempt: of the recovery */
	uint64_t age_ms;	   /* SessionTerminated: of the session, */
	uint64_t transportless_ms; /* and without a transport */
	uint32_t attempt;	   /* ReattachAttempt: its number in this session */
	uint32_t pad;
};

/* A step fires each row at most once, five notices at the most, and ends with one chance to
 * refuse: a dozen rows can follow each other at one instant, so nothing is ever left out. */
#define NOTICES_MAX 40

struct notices {
	uint32_t count;
	uint32_t pad;
	struct notice list[NOTICES_MAX];
};

/* "SessionStateChange"; static storage. */
const char *notice_name(uint8_t kind);

#endif
