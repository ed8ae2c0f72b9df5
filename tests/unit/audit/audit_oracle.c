/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of the oracle in audit/replay: each violation, found in the log that has it and
 * in no other. T-OBS-02, T-OBS-05, T-ST-04, T-ST-13, INV-01..04, 07, 08, 10, 11, 14, 37. audit_oracle_bounds.c has its
 * bounds.
 */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "scribe.h"
#include "unit/base/leaks.h"

static struct scribe scribe;

static void begin(void)
{
	scribe_begin(&scribe);
}

static void end(void)
{
	scribe_end(&scribe);
	assert_no_leaks();
}

TestSuite(audit_oracle, .init = begin, .fini = end);

#define A JVPN_STATE_ATTACHED
#define V JVPN_STATE_VOLATILE
#define D JVPN_STATE_DEGRADED
#define R JVPN_STATE_RECOVERING
#define T JVPN_STATE_TERMINATED

static void unstable(uint64_t version)
{
	scribe_change(&scribe, version, A, V, JVPN_REASON_heartbeat_timeout);
}

/* T-OBS-02, INV-11: each single transition left out of a life is a gap. */
Test(audit_oracle, finds_a_missing_version)
{
	static const struct {
		enum jvpn_session_state from, to;
		enum jvpn_reason reason;
	} life[] = {{A, V, JVPN_REASON_heartbeat_timeout}, {V, D, JVPN_REASON_volatile_persisted},
		    {D, D, JVPN_REASON_transport_dead},	   {D, R, JVPN_REASON_dead_transport_recovery},
		    {R, R, JVPN_REASON_transport_dead},	   {R, D, JVPN_REASON_recovery_window_expired}};
	const size_t steps = sizeof(life) / sizeof(*life);

	for (size_t missing = 0; missing + 1 < steps; missing++) {
		scribe_end(&scribe);
		scribe_begin(&scribe);
		scribe_birth(&scribe);
		for (size_t i = 0; i < steps; i++)
			if (i != missing)
				scribe_change(&scribe, i + 2, life[i].from, life[i].to, life[i].reason);
		cr_expect_eq(scribe_count(&scribe, NULL, AUDIT_FOUND_version_gap, NULL), 1, "version %zu", missing + 2);
	}
}

/* The last one is missing: another event knows its version. */
Test(audit_oracle, finds_a_missing_last_version)
{
	scribe_birth(&scribe);
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_VolatilitySignal,
						   .session = SCRIBE_ID,
						   .version = 2,
						   .reason = JVPN_REASON_heartbeat_timeout});
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_transition_missing);
}

/* T-OBS-02, INV-14. */
Test(audit_oracle, finds_a_version_used_twice)
{
	scribe_birth(&scribe);
	unstable(2);
	scribe_change(&scribe, 2, V, D, JVPN_REASON_volatile_persisted);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_version_repeated);
}

/* T-ST-13, INV-07, INV-08: every pair of states and every reason against the table of behaviour.md. */
Test(audit_oracle, allows_the_table_and_nothing_else)
{
	unsigned int ends = 0;

	for (int from = 0; from < 6; from++) {
		for (int to = 0; to < 6; to++) {
			unsigned int reasons = 0;
			bool is_edge = false;

#define X(number, name, sentence) \
	reasons += audit_edge_allows((enum jvpn_session_state)from, (enum jvpn_session_state)to, JVPN_REASON_##name, \
				     &is_edge);
			JVPN_REASONS(X)
#undef X
			cr_expect_eq(is_edge, reasons > 0);
			cr_expect(to != JVPN_STATE_BIRTH || !is_edge, "nothing leads back to BIRTH");
			cr_expect(from != T || !is_edge, "nothing leads away from TERMINATED");
			ends += to == T ? reasons : 0;
			if (to == T)
				continue;
			if (from == JVPN_STATE_BIRTH)
				cr_expect_eq(reasons, to == A ? 1 : 0);
			if (from == A)
				cr_expect_eq(reasons, to == V ? 10 : 0); /* transport_dead and nine causes */
			if (from == V)
				cr_expect_eq(reasons, to == V ? 1 : to == D ? 4 : to == R ? 4 : 0);
			if (from == D)
				cr_expect_eq(reasons, to == D ? 1 : to == R ? 4 : 0);
			if (from == R)
				cr_expect_eq(reasons, to == R ? 1 : to == A ? 1 : to == D ? 4 : 0);
		}
	}
	/* eight for each of five states, the transport's TTL for four, and a handshake that failed */
	cr_expect_eq(ends, 8 * 5 + 4 + 1);
}

Test(audit_oracle, finds_a_forbidden_edge)
{
	scribe_birth(&scribe);
	unstable(2);
	scribe_change(&scribe, 3, V, A, JVPN_REASON_stability_window_met);
	scribe_switch(&scribe, 3, "a#1", "a#1");
	cr_expect_eq(scribe_count(&scribe, NULL, AUDIT_FOUND_edge_forbidden, NULL), 1);
}

Test(audit_oracle, finds_a_wrong_reason)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_reattach_success);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_reason_wrong);
}

Test(audit_oracle, finds_a_missing_reason)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_NONE);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_reason_missing);
}

Test(audit_oracle, finds_a_transition_from_elsewhere)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, D, R, JVPN_REASON_dead_transport_recovery);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_state_discontinuous);
}

/* T-ST-04, INV-10. */
Test(audit_oracle, finds_a_revival)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, T, JVPN_REASON_operator_terminated);
	scribe_terminated(&scribe, 2);
	scribe_change(&scribe, 3, T, R, JVPN_REASON_dead_transport_recovery);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_revived);
}

/* INV-01, INV-02: the id of a session is given out once. */
Test(audit_oracle, finds_a_silent_reset)
{
	scribe_birth(&scribe);
	scribe_created(&scribe, SCRIBE_ID);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_created_twice);
}

/* T-OBS-05: events of a session that nobody began. */
Test(audit_oracle, finds_a_session_out_of_nothing)
{
	scribe_created(&scribe, 5);
	unstable(7);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_never_created);
}

/* ... but anybody can send packets that name one, and a snapshot introduces an adopted one. */
Test(audit_oracle, forgives_attacks_and_adoptions)
{
	scribe_created(&scribe, 5);
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_SecurityEvent, .session = 666, .version = 3});
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_Snapshot,
						   .session = SCRIBE_ID,
						   .version = 41,
						   .Snapshot = {.state = A, .active_transport = audit_name("a#1")}});
	scribe_failover(&scribe, 42, "a#1", "b#2", 10);
	scribe_expect_none(&scribe, NULL);
}

/* INV-03, T-FL-07. */
Test(audit_oracle, finds_two_active_transports)
{
	scribe_birth(&scribe);
	scribe_attached(&scribe, 1, "b#2");
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_two_active);
}

Test(audit_oracle, finds_a_switch_from_another_transport)
{
	scribe_birth(&scribe);
	unstable(2);
	scribe_change(&scribe, 3, V, R, JVPN_REASON_loss_recovery);
	scribe_change(&scribe, 4, R, A, JVPN_REASON_reattach_success);
	scribe_switch(&scribe, 4, "x#9", "b#2"); /* a#1 is still active */
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_two_active);
}

Test(audit_oracle, finds_the_death_of_another_transport)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_transport_dead);
	scribe_dead(&scribe, 2, "b#2");
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_wrong_transport);
}

/* INV-04: ATTACHED to nothing. */
Test(audit_oracle, finds_attached_without_a_transport)
{
	scribe_created(&scribe, SCRIBE_ID);
	scribe_change(&scribe, 1, JVPN_STATE_BIRTH, A, JVPN_REASON_attached_to_transport);
	unstable(2);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_no_transport);
}

/* No silent behaviour: a switch, a death, an end without its transition. */
Test(audit_oracle, finds_a_switch_without_a_transition)
{
	scribe_birth(&scribe);
	scribe_switch(&scribe, 1, "a#1", "b#2");
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_event_unexplained);
}

Test(audit_oracle, finds_a_death_without_a_transition)
{
	scribe_birth(&scribe);
	scribe_dead(&scribe, 1, "a#1");
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_event_unexplained);
}

Test(audit_oracle, finds_an_end_without_a_transition)
{
	scribe_birth(&scribe);
	scribe_terminated(&scribe, 1);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_event_unexplained);
}

Test(audit_oracle, finds_a_silent_end)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, T, JVPN_REASON_operator_terminated);
	scribe.now_ms += 5000; /* it had its time */
	scribe_created(&scribe, 5);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_end_silent);
}

Test(audit_oracle, finds_a_snapshot_that_differs)
{
	scribe_birth(&scribe);
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_Snapshot,
						   .session = SCRIBE_ID,
						   .version = 1,
						   .Snapshot = {.state = A, .active_transport = audit_name("a#1")}});
	scribe_expect_none(&scribe, NULL);
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_Snapshot,
						   .session = SCRIBE_ID,
						   .version = 1,
						   .Snapshot = {.state = V, .active_transport = audit_name("a#1")}});
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_snapshot_differs);
}

Test(audit_oracle, finds_a_failed_check)
{
	scribe_birth(&scribe);
	scribe_event(&scribe,
		     (struct audit_event){.type = AUDIT_EVENT_AuditEvent,
					  .session = SCRIBE_ID,
					  .version = 1,
					  .AuditEvent = {AUDIT_CHECK_NO_DUAL_ACTIVE_BINDING, AUDIT_RESULT_FAIL}});
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_check_failed);
}

Test(audit_oracle, finds_a_clock_that_runs_backwards)
{
	scribe_birth(&scribe);
	scribe.now_ms -= 1;
	unstable(2);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_time_backwards);
}

static void dropped(uint64_t transitions, uint64_t lifecycle)
{
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_EventsDropped,
						   .reason = JVPN_REASON_events_dropped,
						   .EventsDropped = {.count = transitions + lifecycle,
								     .transitions = transitions,
								     .lifecycle = lifecycle}});
}

/* INV-37: the journal itself says that it lost transitions. */
Test(audit_oracle, finds_lost_transitions)
{
	scribe_birth(&scribe);
	dropped(1, 0);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_transitions_dropped);
}

/* A companion that the log says was dropped is excused, a transition never. */
Test(audit_oracle, excuses_what_was_dropped)
{
	scribe_created(&scribe, SCRIBE_ID);
	scribe_change(&scribe, 1, JVPN_STATE_BIRTH, A, JVPN_REASON_attached_to_transport);
	unstable(2);
	dropped(0, 1);
	scribe_expect_none(&scribe, NULL);
	scribe_change(&scribe, 4, V, D, JVPN_REASON_volatile_persisted);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_version_gap);
}
