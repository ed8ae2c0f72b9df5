/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of audit/replay: lives rebuilt from their records. T-OBS-01, T-ST-11, T-FL-01..05, INV-46. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "scribe.h"
#include "unit/base/leaks.h"

static struct scribe scribe;
static struct audit_review review;

static void begin(void)
{
	scribe_begin(&scribe);
}

static void end(void)
{
	audit_review_free(&review);
	scribe_end(&scribe);
	assert_no_leaks();
}

TestSuite(audit_replay, .init = begin, .fini = end);

#define B JVPN_STATE_BIRTH
#define A JVPN_STATE_ATTACHED
#define V JVPN_STATE_VOLATILE
#define D JVPN_STATE_DEGRADED
#define R JVPN_STATE_RECOVERING
#define T JVPN_STATE_TERMINATED

static const struct audit_session *replayed(void)
{
	scribe_review(&scribe, NULL, &review);
	cr_assert_eq(review.replay.found_total, 0, "%s in line %lu", audit_violation_name(review.replay.found[0].kind),
		     (unsigned long)review.replay.found[0].line);
	cr_assert_eq(review.chain.first_break.kind, AUDIT_BREAK_NONE);
	return audit_replay_find(&review.replay, SCRIBE_ID);
}

/* T-OBS-01, INV-46: at every point of a life the log tells the state, the version and the transport. */
Test(audit_replay, rebuilds_the_present_state_after_every_transition)
{
	static const struct {
		enum jvpn_session_state from, to;
		enum jvpn_reason reason;
	} life[] = {
		{B, A, JVPN_REASON_attached_to_transport},   {A, V, JVPN_REASON_loss_threshold_exceeded},
		{V, V, JVPN_REASON_transport_dead},	     {V, D, JVPN_REASON_no_candidate_transports},
		{D, R, JVPN_REASON_dead_transport_recovery}, {R, D, JVPN_REASON_recovery_window_expired},
		{D, R, JVPN_REASON_dead_transport_recovery}, {R, A, JVPN_REASON_reattach_success},
		{A, V, JVPN_REASON_preferred_path_changed},  {V, R, JVPN_REASON_policy_forced_recovery},
		{R, A, JVPN_REASON_reattach_success},	     {A, T, JVPN_REASON_operator_terminated},
	};

	for (size_t steps = 1; steps <= sizeof(life) / sizeof(*life); steps++) {
		const char *transport = "a#1";
		const struct audit_session *session;

		scribe_end(&scribe);
		scribe_begin(&scribe);
		scribe_created(&scribe, SCRIBE_ID);
		for (size_t i = 0; i < steps; i++) {
			scribe.now_ms += 10;
			scribe_change(&scribe, i + 1, life[i].from, life[i].to, life[i].reason);
			if (i == 0)
				scribe_attached(&scribe, 1, "a#1");
			if (life[i].reason == JVPN_REASON_reattach_success) {
				scribe_switch(&scribe, i + 1, transport, i == 7 ? "b#2" : "c#3");
				transport = i == 7 ? "b#2" : "c#3";
			}
			if (life[i].to == T)
				scribe_terminated(&scribe, i + 1);
		}
		session = replayed();
		cr_expect_eq(session->state, life[steps - 1].to);
		cr_expect_eq(session->version, steps);
		cr_expect_eq(session->reason, life[steps - 1].reason);
		cr_expect_str_eq(session->transport.text, transport);
		cr_expect_eq(session->transitions, steps);
		audit_review_free(&review);
	}
	(void)replayed();
	cr_expect_eq(review.replay.terminations[JVPN_REASON_operator_terminated], 1, "the cause of death");
	cr_expect_eq(review.replay.switch_count, 2);
	cr_expect_eq(review.replay.switches[0].cause, JVPN_REASON_loss_threshold_exceeded);
	cr_expect_eq(review.replay.switches[0].recovery, JVPN_REASON_dead_transport_recovery);
	cr_expect_eq(review.replay.switches[1].cause, JVPN_REASON_preferred_path_changed);
}

Test(audit_replay, accounts_for_time_in_each_state)
{
	const struct audit_session *session;

	scribe_birth(&scribe);
	scribe.now_ms += 700;
	scribe_change(&scribe, 2, A, V, JVPN_REASON_heartbeat_timeout);
	scribe.now_ms += 40;
	scribe_change(&scribe, 3, V, D, JVPN_REASON_volatile_persisted);
	scribe.now_ms += 5;
	scribe_change(&scribe, 4, D, R, JVPN_REASON_loss_recovery);
	scribe.now_ms += 300;
	scribe_created(&scribe, 77); /* the log's last line is of somebody else */
	session = replayed();
	cr_expect_eq(session->in_state_ns[A], 700 * CLOCK_NS_PER_MS);
	cr_expect_eq(session->in_state_ns[V], 40 * CLOCK_NS_PER_MS);
	cr_expect_eq(session->in_state_ns[D], 5 * CLOCK_NS_PER_MS);
	cr_expect_eq(session->in_state_ns[R], 300 * CLOCK_NS_PER_MS);
	cr_expect_eq(session->in_state_ns[B], 0);
}

/* T-FL-01: from the death to ATTACHED. */
Test(audit_replay, a_recovery_is_measured_from_the_death)
{
	scribe_birth(&scribe);
	scribe_failover(&scribe, 2, "a#1", "b#2", 120);
	(void)replayed();
	cr_assert_eq(review.replay.recovery_count, 1);
	cr_expect_eq(review.replay.recoveries[0].took_ns, 120 * CLOCK_NS_PER_MS);
	cr_expect_eq(review.replay.recoveries[0].first, A);
	cr_expect_eq(review.replay.recoveries[0].last, A);
}

/* T-FL-03: through DEGRADED and a second death; the window stays open, the first outcome is told too. */
Test(audit_replay, a_recovery_goes_through_degraded)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_transport_dead);
	scribe.now_ms += 10;
	scribe_change(&scribe, 3, V, D, JVPN_REASON_no_candidate_transports);
	scribe.now_ms += 10;
	scribe_change(&scribe, 4, D, D, JVPN_REASON_transport_dead);
	scribe.now_ms += 10;
	scribe_change(&scribe, 5, D, R, JVPN_REASON_dead_transport_recovery);
	scribe.now_ms += 10;
	scribe_change(&scribe, 6, R, A, JVPN_REASON_reattach_success);
	scribe_switch(&scribe, 6, "a#1", "b#2");
	(void)replayed();
	cr_assert_eq(review.replay.recovery_count, 1);
	cr_expect_eq(review.replay.recoveries[0].first, D);
	cr_expect_eq(review.replay.recoveries[0].first_ns, 10 * CLOCK_NS_PER_MS);
	cr_expect_eq(review.replay.recoveries[0].last, A);
	cr_expect_eq(review.replay.recoveries[0].took_ns, 40 * CLOCK_NS_PER_MS);
}

/* T-FL-02: and one that ends by the TTL; an open one counts as neither. */
Test(audit_replay, a_recovery_fails_or_stays_open)
{
	json_t *report;

	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_transport_dead);
	scribe.now_ms += 15001;
	scribe_change(&scribe, 3, V, T, JVPN_REASON_transport_ttl_exceeded);
	scribe_terminated(&scribe, 3);
	(void)replayed();
	cr_expect_eq(review.replay.recoveries[0].last, T);
	report = audit_report_json(&review);
	cr_assert(report);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(report, "recovery"), "failed_windows")), 1);
	json_decref(report);
	audit_review_free(&review);
	scribe_end(&scribe);
	scribe_begin(&scribe);
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_transport_dead);
	(void)replayed();
	report = audit_report_json(&review);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(report, "recovery"), "total_windows")), 0);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(report, "recovery"), "open_windows")), 1);
	json_decref(report);
}

/* T-ST-11: the last version there is leads to TERMINATED(version_overflow); nothing wraps. */
Test(audit_replay, the_last_version_ends_the_session)
{
	const struct audit_session *session;

	scribe.head.seq = 5; /* from the middle of a log */
	scribe_change(&scribe, JVPN_VERSION_MAX - 1, A, V, JVPN_REASON_transport_dead);
	scribe_change(&scribe, JVPN_VERSION_MAX, V, T, JVPN_REASON_version_overflow);
	scribe_terminated(&scribe, JVPN_VERSION_MAX);
	scribe_review(&scribe, NULL, &review);
	session = audit_replay_find(&review.replay, SCRIBE_ID);
	cr_expect_eq(review.replay.found_total, 0);
	cr_expect_eq(session->state, T);
	cr_expect_eq(session->version, JVPN_VERSION_MAX);
}

Test(audit_replay, a_version_that_wraps_is_a_violation)
{
	scribe.head.seq = 5;
	scribe_change(&scribe, JVPN_VERSION_MAX, A, V, JVPN_REASON_transport_dead);
	scribe_change(&scribe, 0, V, R, JVPN_REASON_dead_transport_recovery);
	scribe_review(&scribe, NULL, &review);
	cr_expect_eq(review.replay.found_count[AUDIT_FOUND_version_repeated], 1);
}

/* A log that goes on from another file: what was before is not missed. */
Test(audit_replay, begins_in_the_middle)
{
	const struct audit_session *session;

	scribe.head = (struct audit_head){.seq = 100, .hash = {{1}}};
	scribe_failover(&scribe, 8, "a#1", "b#2", 10);
	session = replayed();
	cr_expect(review.replay.is_partial);
	cr_expect_eq(session->version, 10);
	cr_expect_str_eq(session->transport.text, "b#2");
}

/* Thousands of sessions: each by its own id. */
Test(audit_replay, keeps_sessions_apart)
{
	for (uint64_t id = 1; id <= 3000; id++)
		scribe_created(&scribe, id * 0x100000000ull);
	scribe_birth(&scribe);
	cr_expect_eq(replayed()->version, 1);
	cr_expect_eq(review.replay.session_count, 3001);
	for (uint64_t id = 1; id <= 3000; id++)
		cr_assert_eq(audit_replay_find(&review.replay, id * 0x100000000ull)->id, id * 0x100000000ull);
	cr_expect_null(audit_replay_find(&review.replay, 1));
}

Test(audit_replay, percentiles_are_of_the_nearest_rank)
{
	uint64_t values[100], one[] = {7};

	for (uint64_t i = 0; i < 100; i++)
		values[i] = 100 - i;
	cr_expect_eq(audit_percentile(values, 100, 50), 50);
	cr_expect_eq(audit_percentile(values, 100, 95), 95);
	cr_expect_eq(audit_percentile(values, 100, 99), 99);
	cr_expect_eq(audit_percentile(values, 100, 100), 100);
	cr_expect_eq(audit_percentile(values, 10, 95), 10);
	cr_expect_eq(audit_percentile(one, 1, 50), 7);
	cr_expect_eq(audit_percentile(one, 0, 50), 0);
}
