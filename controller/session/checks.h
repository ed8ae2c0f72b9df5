/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * May this session take this path? The checks before a session enters ATTACHED, in their
 * order, and the only maker of the token that lets it. Pure; never changes a record.
 *
 *   checks_reattach (a gateway, a request)  \
 *   checks_answer   (a client, the answer)   > permit --> the swap in the data plane
 *   checks_attach   (both, a handshake)     /                        |
 *                                      checks_commit(permit, its outcome) --> token
 *                                                                    |
 *                                        state_step() at the same instant, once
 *
 * permit.version is the version the record will have when the token is spent: one more for
 * every transition between, ATTACHED being three away from ATTACHED. The swap puts it into
 * the session's word, so the kernel's record and ours move together or not at all. What time
 * alone decides must have been let out first: state_step() without a token, same instant.
 *
 * The first check that fails names the refusal; nothing behind it is looked at:
 *
 *   B0   form, protocol version, rate of the source         B5   proof of possession
 *   B1   the session exists      B1a  this node owns it     B6   freshness; the marker is recorded
 *   B2   its state allows it; B2a: a session that is        B6b  the version it names
 *        ATTACHED, if the request says it leaves the        B7   policy: class, rate, cooldown, deadline
 *        active path, which counts from B6 on               B8   the candidate
 *   B3   its lifetime            B4   its time without      B9   nothing else is bound
 *                                     a transport           B10  the swap, as one step
 */
#ifndef SESSION_CHECKS_H
#define SESSION_CHECKS_H

#include "session/state.h"
#include "session/token.h"

/* In the order in which they are asked. */
#define CHECKS_STEPS(X) X(B0) X(B1) X(B1a) X(B2) X(B3) X(B4) X(B5) X(B6) X(B2a) X(B6b) X(B7) X(B8) X(B9) X(B10)

enum checks_step {
#define CHECKS_STEP(name) CHECKS_##name,
	CHECKS_STEPS(CHECKS_STEP)
#undef CHECKS_STEP
		CHECKS_PASSED,
};

enum checks_reply {
	CHECKS_REPLY_NONE,
	CHECKS_REPLY_GENERIC,  /* says nothing of the session, the same for one that does not exist */
	CHECKS_REPLY_DETAILED, /* the code; after B6 only */
};

enum checks_owner {
	CHECKS_OWNER_UNKNOWN, /* the store does not answer */
	CHECKS_OWNER_SELF,
	CHECKS_OWNER_OTHER,
	CHECKS_OWNER_CONFLICT,
};

enum checks_marker {
	CHECKS_MARKER_MISSING,
	CHECKS_MARKER_STALE, /* too old, or too far ahead */
	CHECKS_MARKER_SEEN,
	CHECKS_MARKER_FRESH,
};

enum checks_swap {
	CHECKS_SWAP_FAILED,
	CHECKS_SWAP_STALE, /* the session's word had moved meanwhile */
	CHECKS_SWAP_DONE,
};

/* What is known of a request. All zero fails B0. */
struct checks_request {
	bool well_formed;
	bool version_spoken; /* the protocol version, and no step down */
	bool within_rate;    /* of its source, and of all */
	bool proven;	     /* opened under the session's keys, over all that it says */
	bool has_version;    /* false: its sender has none to name (a stock WireGuard peer) */
	bool class_allowed;
	bool protocol_allowed;
	bool not_barred; /* the candidate */
	bool address_sane;
	bool answered; /* its challenge */
	bool within_caps;
	bool alone;	  /* it is not bound elsewhere, and no other path of the session is pending */
	uint8_t owner;	  /* enum checks_owner */
	uint8_t marker;	  /* enum checks_marker */
	uint32_t path;	  /* the candidate */
	uint32_t leaves;  /* the path it says it leaves; 0: it says nothing */
	uint64_t version; /* state_version it names */
};

/* What is known of a gateway's answer to our request. */
struct checks_reply_facts {
	bool proven;
	bool fresh;
	bool answers; /* the request under way */
	uint32_t path;
	uint64_t version; /* the gateway's new one */
};

/* What is known of a handshake that would begin a session. */
struct checks_handshake {
	bool complete;
	bool policy_allows;
	bool capacity_left;
	bool candidate_sane;
	uint32_t path;
};

struct checks_verdict {
	uint16_t code;	  /* enum jvpn_reason: the first check that failed; 0: all passed */
	uint16_t detail;  /* B7: switch_rate_limited, cooldown_active, recovery_window_expired */
	uint16_t denied;  /* row 8's reason, for state_facts.denied; 0: this denial changes nothing */
	uint8_t step;	  /* enum checks_step */
	uint8_t reply;	  /* enum checks_reply; DETAILED when all passed */
	uint8_t security; /* the Security* notice it asks for, enum notice_kind; NOTICE_KIND_COUNT: none */
	bool records_marker;
};

/* B0 to B9. record NULL: there is no such session. The permit is written whole, and is none unless all passed. */
struct checks_verdict checks_reattach(const struct state_record *record, const struct state_policy *policy,
				      const struct checks_request *request, uint64_t now_ms,
				      struct checks_permit *ret_permit);

/* A client's: fails closed on an answer that is not to its request or names no newer version (INV-49). */
struct checks_verdict checks_answer(const struct state_record *record, const struct checks_reply_facts *answer,
				    uint64_t now_ms, struct checks_permit *ret_permit);

struct checks_verdict checks_attach(const struct state_record *record, const struct checks_handshake *handshake,
				    uint64_t now_ms, struct checks_permit *ret_permit);

/* B10. The token is written whole, and is none unless it passed. */
struct checks_verdict checks_commit(const struct checks_permit *permit, enum checks_swap swap,
				    struct checks_validated *ret_validated);

#endif
