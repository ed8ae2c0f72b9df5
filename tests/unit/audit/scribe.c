/* SPDX-License-Identifier: BSD-2-Clause */
/* Audit logs in memory, for scribe.h. */
#include "scribe.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define TEXT_BYTES (SCRIBE_LINES_MAX * 600)

void scribe_begin(struct scribe *scribe)
{
	*scribe = (struct scribe){.now_ms = 1000, .text = malloc(TEXT_BYTES)};
	cr_assert(scribe->text);
}

void scribe_end(struct scribe *scribe)
{
	free(scribe->text);
	scribe->text = NULL;
}

void scribe_event(struct scribe *scribe, struct audit_event event)
{
	const struct audit_place place = {
		.seq = scribe->head.seq + 1, .previous = scribe->head.hash, .node = audit_name("node-1")};
	char line[AUDIT_LINE_MAX_BYTES];
	size_t bytes;

	event.ts_ms = event.ts_ms ?: SCRIBE_WALL_MS + scribe->now_ms;
	event.mono_ns = event.mono_ns ?: scribe->now_ms * CLOCK_NS_PER_MS;
	event.policy_version = audit_name("1.0");
	cr_assert_eq(audit_event_render(&event, &place, line, &bytes), 0);
	cr_assert_lt(scribe->bytes + bytes + 1, TEXT_BYTES);
	cr_assert_lt(scribe->lines, SCRIBE_LINES_MAX);
	memcpy(scribe->text + scribe->bytes, line, bytes);
	scribe->text[scribe->bytes + bytes] = '\n';
	audit_head_advance(&scribe->head, line, bytes);
	scribe->bytes += bytes + 1;
	scribe->starts[++scribe->lines] = scribe->bytes;
}

void scribe_created(struct scribe *scribe, uint64_t session)
{
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_SessionCreated,
						  .session = session,
						  .reason = JVPN_REASON_session_created});
}

void scribe_change(struct scribe *scribe, uint64_t version, enum jvpn_session_state from, enum jvpn_session_state to,
		   enum jvpn_reason reason)
{
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_SessionStateChange,
						  .session = SCRIBE_ID,
						  .version = version,
						  .reason = reason,
						  .SessionStateChange = {.previous_state = from, .new_state = to}});
}

void scribe_attached(struct scribe *scribe, uint64_t version, const char *transport)
{
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_TransportAttached,
						  .session = SCRIBE_ID,
						  .version = version,
						  .reason = JVPN_REASON_attached_to_transport,
						  .transport = audit_name(transport)});
}

void scribe_dead(struct scribe *scribe, uint64_t version, const char *transport)
{
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_TransportDead,
						  .session = SCRIBE_ID,
						  .version = version,
						  .reason = JVPN_REASON_transport_dead,
						  .transport = audit_name(transport),
						  .TransportDead = {.cause = JVPN_REASON_heartbeat_timeout}});
}

void scribe_switch(struct scribe *scribe, uint64_t version, const char *from, const char *to)
{
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_TransportSwitch,
						  .session = SCRIBE_ID,
						  .version = version,
						  .reason = JVPN_REASON_reattach_success,
						  .transport = audit_name(to),
						  .TransportSwitch = {.previous_transport = audit_name(from),
								      .new_transport = audit_name(to)}});
}

void scribe_attempt(struct scribe *scribe, uint64_t version, uint64_t deadline_ms)
{
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_ReattachAttempt,
						  .session = SCRIBE_ID,
						  .version = version,
						  .ReattachAttempt = {.recovery_deadline_ms = deadline_ms}});
}

void scribe_terminated(struct scribe *scribe, uint64_t version)
{
	scribe_event(scribe, (struct audit_event){
				     .type = AUDIT_EVENT_SessionTerminated, .session = SCRIBE_ID, .version = version});
}

void scribe_birth(struct scribe *scribe)
{
	scribe_created(scribe, SCRIBE_ID);
	scribe_change(scribe, 1, JVPN_STATE_BIRTH, JVPN_STATE_ATTACHED, JVPN_REASON_attached_to_transport);
	scribe_attached(scribe, 1, "a#1");
}

void scribe_failover(struct scribe *scribe, uint64_t version, const char *from, const char *to, uint64_t took_ms)
{
	scribe_change(scribe, version, JVPN_STATE_ATTACHED, JVPN_STATE_VOLATILE, JVPN_REASON_transport_dead);
	scribe_dead(scribe, version, from);
	scribe_change(scribe, version + 1, JVPN_STATE_VOLATILE, JVPN_STATE_RECOVERING,
		      JVPN_REASON_dead_transport_recovery);
	scribe_attempt(scribe, version + 1, scribe->now_ms + 8000);
	scribe->now_ms += took_ms;
	scribe_change(scribe, version + 2, JVPN_STATE_RECOVERING, JVPN_STATE_ATTACHED, JVPN_REASON_reattach_success);
	scribe_event(scribe, (struct audit_event){.type = AUDIT_EVENT_ReattachResult,
						  .session = SCRIBE_ID,
						  .version = version + 2,
						  .reason = JVPN_REASON_reattach_success});
	scribe_switch(scribe, version + 2, from, to);
}

void scribe_review(const struct scribe *scribe, const struct audit_limits *limits, struct audit_review *ret_review)
{
	audit_review_begin(ret_review, NULL, limits, NULL, NULL);
	cr_assert_eq(audit_review_feed(ret_review, scribe->text, scribe->bytes), 0);
	cr_assert_eq(audit_review_end(ret_review), 0);
}

uint64_t scribe_count(const struct scribe *scribe, const struct audit_limits *limits, enum audit_violation kind,
		      uint64_t *ret_total)
{
	static struct audit_review review;
	uint64_t count;

	scribe_review(scribe, limits, &review);
	count = review.replay.found_count[kind];
	if (ret_total)
		*ret_total = review.replay.found_total;
	audit_review_free(&review);
	return count;
}

void scribe_expect_only(const struct scribe *scribe, const struct audit_limits *limits, enum audit_violation kind)
{
	uint64_t total, count = scribe_count(scribe, limits, kind, &total);

	cr_expect_eq(count, 1, "%s: %lu of %lu", audit_violation_name(kind), (unsigned long)count,
		     (unsigned long)total);
	cr_expect_eq(total, 1, "%s: %lu of %lu", audit_violation_name(kind), (unsigned long)count,
		     (unsigned long)total);
}

void scribe_expect_none(const struct scribe *scribe, const struct audit_limits *limits)
{
	uint64_t total;

	(void)scribe_count(scribe, limits, AUDIT_FOUND_version_gap, &total);
	cr_expect_eq(total, 0);
}
