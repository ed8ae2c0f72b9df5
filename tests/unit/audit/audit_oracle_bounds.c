/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of the oracle's bounds in audit/replay: recoveries, time without a transport,
 * attempts; each at its exact instant. T-FL-05, T-FP-02, T-FP-03, INV-15, INV-16, INV-18, INV-19.
 */
#include <criterion/criterion.h>

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

TestSuite(audit_oracle_bounds, .init = begin, .fini = end);

#define A JVPN_STATE_ATTACHED
#define V JVPN_STATE_VOLATILE
#define D JVPN_STATE_DEGRADED
#define R JVPN_STATE_RECOVERING
#define T JVPN_STATE_TERMINATED

/* INV-15, T-FL-05: by the deadline the attempt names, or by the policy's window. */
Test(audit_oracle_bounds, finds_an_overdue_recovery)
{
	const struct audit_limits limits = {.recovery_window_ms = 1000, .slack_ms = 50};

	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_heartbeat_timeout);
	scribe_change(&scribe, 3, V, R, JVPN_REASON_loss_recovery);
	scribe_attempt(&scribe, 3, scribe.now_ms + 8000);
	scribe.now_ms += 9050;
	scribe_change(&scribe, 4, R, D, JVPN_REASON_recovery_window_expired);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_recovery_overdue);
	scribe_change(&scribe, 5, D, R, JVPN_REASON_loss_recovery); /* no attempt says how long */
	scribe.now_ms += 1051;
	scribe_change(&scribe, 6, R, D, JVPN_REASON_recovery_window_expired);
	cr_expect_eq(scribe_count(&scribe, &limits, AUDIT_FOUND_recovery_overdue, NULL), 2);
	cr_expect_eq(scribe_count(&scribe, NULL, AUDIT_FOUND_recovery_overdue, NULL), 1);
}

Test(audit_oracle_bounds, allows_a_recovery_that_ends_in_time)
{
	const struct audit_limits limits = {.recovery_window_ms = 1000, .slack_ms = 50};

	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_heartbeat_timeout);
	scribe_change(&scribe, 3, V, R, JVPN_REASON_loss_recovery);
	scribe.now_ms += 1050;
	scribe_change(&scribe, 4, R, D, JVPN_REASON_recovery_window_expired);
	scribe_expect_none(&scribe, &limits);
}

/* Still in RECOVERING when the log ends, long after its deadline. */
Test(audit_oracle_bounds, finds_a_recovery_that_never_ends)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_heartbeat_timeout);
	scribe_change(&scribe, 3, V, R, JVPN_REASON_loss_recovery);
	scribe_attempt(&scribe, 3, scribe.now_ms + 8000);
	scribe.now_ms += 20000;
	scribe_created(&scribe, 5);
	scribe_expect_only(&scribe, NULL, AUDIT_FOUND_recovery_overdue);
}

/* INV-16. */
Test(audit_oracle_bounds, finds_a_session_without_transport_for_too_long)
{
	const struct audit_limits limits = {.transport_lost_ttl_ms = 15000, .slack_ms = 100};

	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_transport_dead);
	scribe_change(&scribe, 3, V, D, JVPN_REASON_no_candidate_transports);
	scribe.now_ms += 15101;
	scribe_change(&scribe, 4, D, T, JVPN_REASON_transport_ttl_exceeded);
	scribe_terminated(&scribe, 4);
	scribe_expect_only(&scribe, &limits, AUDIT_FOUND_transportless_overdue);
	scribe_expect_none(&scribe, NULL);
}

static void attempts(unsigned int count, uint64_t apart_ms)
{
	scribe_birth(&scribe);
	scribe_change(&scribe, 2, A, V, JVPN_REASON_heartbeat_timeout);
	scribe_change(&scribe, 3, V, D, JVPN_REASON_volatile_persisted);
	for (unsigned int i = 0; i < count; i++) {
		scribe_change(&scribe, 4 + 2 * i, D, R, JVPN_REASON_loss_recovery);
		scribe_change(&scribe, 5 + 2 * i, R, D, JVPN_REASON_reattach_validation_failed);
		scribe.now_ms += apart_ms;
	}
}

/* T-FP-02, INV-18: eight in 60 s are allowed, the ninth is not, and at exactly 60 s the first slot is free. */
Test(audit_oracle_bounds, finds_one_attempt_too_many)
{
	const struct audit_limits limits = {.max_switches_per_min = 8};

	attempts(9, 7499);
	scribe_expect_only(&scribe, &limits, AUDIT_FOUND_attempts_over_limit);
}

Test(audit_oracle_bounds, allows_attempts_at_the_limit)
{
	const struct audit_limits limits = {.max_switches_per_min = 8};

	attempts(30, 7500);
	scribe_expect_none(&scribe, &limits);
}

/* T-FP-03, INV-19. */
Test(audit_oracle_bounds, finds_a_broken_cooldown)
{
	const struct audit_limits limits = {.switch_cooldown_ms = 1500};

	attempts(2, 1499);
	scribe_expect_only(&scribe, &limits, AUDIT_FOUND_cooldown_broken);
}

Test(audit_oracle_bounds, allows_attempts_behind_the_cooldown)
{
	const struct audit_limits limits = {.switch_cooldown_ms = 1500};

	attempts(5, 1500);
	scribe_expect_none(&scribe, &limits);
}
