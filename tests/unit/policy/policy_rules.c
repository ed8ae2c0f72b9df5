/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PV-8 to PV-15 at their exact edges (T-POL-04, T-POL-06), and all of them against a second
 * writing of the rules on random policies.
 */
#include "policy_texts.h"

static struct policy policy;
static struct policy_report report;

static void begin(void)
{
	policy = policy_of_preset(POLICY_PRESET_default);
}

/* 0, or -EINVAL; `report` says why. */
static int check(void)
{
	report = (struct policy_report){0};
	return policy_check(&policy, &report);
}

TestSuite(policy_rules, .init = begin);

Test(policy_rules, default_has_nothing_to_complain_about)
{
	cr_assert_eq(check(), 0);
	cr_assert_eq(report.error_count + report.warning_count, 0);
}

Test(policy_rules, t_pol_04_invariants_cannot_be_switched_off)
{
	static const struct {
		const char *key, *value, *rule;
	} attempts[] = {
		{"StrictValidation", "false", "PV-12"},	     {"EmitSecurityEvents", "false", "PV-12"},
		{"ReplayWindowSize", "0", "PV-5"},	     {"MaxLifetimeMs", "0", "PV-6"},
		{"LossVolatileThreshold", "0", "PV-3"},	     {"MaxCandidateCount", "0", "PV-4"},
		{"RecoveryWindowMs", "0", "PV-2"},	     {"TransportLostTtlMs", "0", "PV-2"},
		{"SwitchImprovementFactor", "0.9", "PV-15"},
	};
	struct policy_issue issue;

	for (size_t i = 0; i < COUNT_OF(attempts); i++) {
		cr_assert_eq(set_alone(attempts[i].key, attempts[i].value, &issue), -EINVAL, "%s", attempts[i].key);
		cr_assert_str_eq(issue.rule, attempts[i].rule, "%s", attempts[i].key);
	}
}

Test(policy_rules, pv_8_silence_is_longer_than_an_interval)
{
	policy.volatility.heartbeat_volatile_ms = 500;
	cr_assert_eq(check(), -EINVAL);
	assert_error(&report, "PV-8", "500 is not greater");
	policy.volatility.heartbeat_volatile_ms = 501;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "PV-8", "2 to 4 times");
	policy.volatility.heartbeat_volatile_ms = 999;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "PV-8", "999");
	policy.volatility.heartbeat_volatile_ms = 1000;
	cr_assert_eq(check(), 0);
	cr_assert_eq(report.warning_count, 0);
	policy.volatility.heartbeat_volatile_ms = 2001;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "PV-8", "2001");
}

Test(policy_rules, t_pol_06_pv_9_window_too_short_for_a_second_attempt)
{
	policy.switching.recovery_window_ms = 2000;
	policy.switching.switch_cooldown_ms = 1999;
	cr_assert_eq(check(), 0);
	cr_assert_eq(report.warning_count, 0);
	policy.switching.switch_cooldown_ms = 2000;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "PV-9", "no second attempt");
}

Test(policy_rules, t_pol_06_pv_10_window_against_time_to_live)
{
	policy.switching.recovery_window_ms = policy.session.transport_lost_ttl_ms;
	cr_assert_eq(policy_end(&policy), POLICY_END_DEGRADE);
	cr_assert_str_eq(policy_end_name(policy_end(&policy)), "degrade mode");
	policy.switching.recovery_window_ms++;
	cr_assert_eq(check(), 0, "allowed, and said");
	cr_assert_eq(policy_end(&policy), POLICY_END_TERMINATE);
	cr_assert_str_eq(policy_end_name(policy_end(&policy)), "terminate mode");
	cr_assert(strstr(policy_end_sentence(POLICY_END_TERMINATE), "never degrades"));
}

Test(policy_rules, pv_11_lost_ttl_below_lifetime)
{
	policy.session.max_lifetime_ms = 60001;
	policy.session.transport_lost_ttl_ms = 60000;
	cr_assert_eq(check(), 0);
	policy.session.max_lifetime_ms = 60000;
	cr_assert_eq(check(), -EINVAL);
	assert_error(&report, "PV-11", "60000 is not less");
}

Test(policy_rules, pv_13_proof_within_lost_ttl)
{
	policy.security.reattach_proof_max_age_ms = policy.session.transport_lost_ttl_ms;
	cr_assert_eq(check(), 0);
	policy.security.reattach_proof_max_age_ms++;
	cr_assert_eq(check(), -EINVAL);
	assert_error(&report, "PV-13", "15001");
}

Test(policy_rules, t_pol_06_what_never_takes_effect_is_said)
{
	policy.security.key_max_age_ms = policy.session.max_lifetime_ms;
	cr_assert_eq(check(), 0);
	cr_assert_eq(report.warning_count, 0);
	policy.security.key_max_age_ms++;
	policy.transport.candidate_min_count = 4;
	policy.volatility.loss_window_ms = 1999;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "KL-1", "never takes effect");
	assert_warning(&report, "SEL-4", "no session ever moves");
	assert_warning(&report, "SEL-7", "loss_window_ms");
	cr_assert_eq(report.warning_count, 3);
	policy = policy_of_preset(POLICY_PRESET_default);
	policy.volatility.latency_window_ms = 1999;
	cr_assert_eq(check(), 0);
	cr_assert_eq(report.warning_count, 0, "nobody looks at latency");
	policy.volatility.latency_volatile_threshold_ms = 100;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "SEL-7", "latency_window_ms");
}

Test(policy_rules, recommended_ranges_warn)
{
	policy.volatility.heartbeat_interval_ms = 250;
	policy.volatility.heartbeat_volatile_ms = 1000;
	cr_assert_eq(check(), 0);
	cr_assert_eq(report.warning_count, 0);
	policy.volatility.heartbeat_interval_ms = 249;
	policy.volatility.heartbeat_volatile_ms = 996;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "range", "heartbeat_interval_ms: 249 is outside the recommended 250..1500");
	policy.switching.max_switches_per_min = 0;
	cr_assert_eq(check(), 0);
	assert_warning(&report, "range", "max_switches_per_min: 0");
}

Test(policy_rules, errors_and_warnings_together)
{
	policy.switching.drain_ms = 10001;
	policy.security.strict_validation = 0;
	policy.switching.switch_cooldown_ms = 8000;
	cr_assert_eq(check(), -EINVAL);
	cr_assert_eq(report.error_count, 2);
	assert_error(&report, "PV-2", "switching.drain_ms: '10001' is not 0..10000 ms");
	assert_error(&report, "PV-12", "security.strict_validation: 'false' is not true");
	assert_warning(&report, "PV-9", "8000");
}

/* ---- against a second writing ---- */

static __u32 between(__u64 *state, __u32 least, __u32 most)
{
	switch (next_random(state) % 4) { /* edges often */
	case 0:
		return least;
	case 1:
		return most;
	default:
		return least + (__u32)(next_random(state) % ((__u64)most - least + 1));
	}
}

static unsigned int errors_by_the_book(void)
{
	return (policy.volatility.heartbeat_volatile_ms <= policy.volatility.heartbeat_interval_ms) +
	       (policy.session.transport_lost_ttl_ms >= policy.session.max_lifetime_ms) +
	       (policy.security.reattach_proof_max_age_ms > policy.session.transport_lost_ttl_ms);
}

Test(policy_rules, random_policies_within_bounds)
{
	unsigned int valid = 0;
	__u64 state = 1;

	for (unsigned int run = 0; run < 5000; run++) {
		for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
			const struct policy_field *field = policy_field(key);

			policy_set(&policy, key, between(&state, field->least, field->most));
		}
		policy.security.replay_window_size = 32u << next_random(&state) % 9;
		if (run % 2) {
			policy.session.transport_lost_ttl_ms = between(&state, 60000, 60001);
			policy.session.max_lifetime_ms = between(&state, 60000, 60001);
		}
		cr_assert_eq(check() == 0, errors_by_the_book() == 0);
		cr_assert_eq(report.error_count, errors_by_the_book());
		valid += report.error_count == 0;
	}
	cr_assert(valid > 200 && valid < 4800, "%u of 5000", valid);
}
