/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * T-POL-01: every field of a policy at and beyond both of its bounds, as the schema has them;
 * unknown and repeated keys; presets. The numbers stand here a second time on purpose.
 */
#include "policy_texts.h"

#include "policy/value.h"

/* From behaviour.md, section 3. NULL: there is no such value. */
static const struct row {
	const char *key, *below, *least, *most, *above, *rule, *initial;
} rows[] = {
	{"Version", "1", "0.0", "65535.65535", "65536.0", "PV-2", "1.0"},
	{"MaxLifetimeMs", "999", "1000", "604800000", "604800001", "PV-6", "28800000"},
	{"TransportLostTtlMs", "99", "100", "3600000", "3600001", "PV-2", "15000"},
	{"HeartbeatIntervalMs", "9", "10", "60000", "60001", "PV-2", "500"},
	{"HeartbeatVolatileMs", "10", "11", "600000", "600001", "PV-2", "2000"},
	{"LossWindowMs", "99", "100", "60000", "60001", "PV-2", "2000"},
	{"LossVolatileThreshold", "0.0", "0.000001", "1.00", "1.000001", "PV-3", "0.20"},
	{"MaxConsecutiveDrops", "0", "1", "1000", "1001", "PV-2", "3"},
	{"VolatileToDegradedMs", "9", "10", "600000", "600001", "PV-2", "4000"},
	{"LatencyWindowMs", "99", "100", "60000", "60001", "PV-2", "2000"},
	{"LatencyVolatileThresholdMs", "-1", "0", "60000", "60001", "PV-2", "0"},
	{"JitterVolatileThresholdMs", "-1", "0", "60000", "60001", "PV-2", "0"},
	{"MaxSwitchesPerMin", "-1", "0", "600", "601", "PV-2", "8"},
	{"SwitchCooldownMs", "0", "1", "60000", "60001", "PV-2", "1500"},
	{"RecoveryWindowMs", "49", "50", "600000", "600001", "PV-2", "8000"},
	{"SwitchImprovementFactor", "0.999999", "1.00", "10.00", "10.000001", "PV-15", "1.10"},
	{"StabilizeWindowMs", "0", "1", "600000", "600001", "PV-2", "2000"},
	{"DrainMs", "-1", "0", "10000", "10001", "PV-2", "1000"},
	{"AllowedProtocols", "", "udp", "udp", "udp, tcp", "PV-2", "udp"},
	{"MaxCandidateCount", "0", "1", "16", "17", "PV-4", "3"},
	{"EnforceHysteresis", "no", "false", "true", "2", "PV-2", "true"},
	{"CandidateMinCount", "0", "1", "16", "17", "PV-2", "1"},
	{"CandidateScoreThreshold", "-1", "0", "100", "101", "PV-2", "0"},
	{"CandidateTtlMs", "99", "100", "3600000", "3600001", "PV-2", "15000"},
	{"ReattachProofMaxAgeMs", "99", "100", "60000", "60001", "PV-2", "5000"},
	{"ReplayWindowSize", "31", "32", "8192", "8193", "PV-5", "128"},
	{"StrictValidation", "false", "true", "true", "1", "PV-12", "true"},
	{"KeyMaxAgeMs", "-1", "0", "604800000", "604800001", "PV-2", "0"},
	{"MaxAuthFailures", "0", "1", "65535", "65536", "PV-2", "5"},
	{"AuthFailureWindowMs", "0", "1", "3600000", "3600001", "PV-2", "60000"},
	{"SessionRatePerS", "0", "1", "1000", "1001", "PV-2", "2"},
	{"SessionRateBurst", "0", "1", "1000", "1001", "PV-2", "5"},
	{"SourceRatePerS", "0", "1", "100000", "100001", "PV-2", "20"},
	{"SourceRateBurst", "0", "1", "100000", "100001", "PV-2", "50"},
	{"GlobalRatePerS", "0", "1", "1000000", "1000001", "PV-2", "2000"},
	{"GlobalRateBurst", "0", "1", "1000000", "1000001", "PV-2", "4000"},
	{"EmitSwitchMetrics", "0", "false", "true", "yes", "PV-2", "true"},
	{"IncludeLatencyMetrics", "0", "false", "true", "yes", "PV-2", "true"},
	{"EmitSecurityEvents", "false", "true", "true", "1", "PV-12", "true"},
	{"MaxSessions", "0", "1", NULL, NULL, "PV-2", NULL}, /* the most is the map's size */
	{"MaxSessionsPerSource", "0", "1", NULL, NULL, "PV-2", NULL},
	{"IdleBirthTtlMs", "0", "1", "3600000", "3600001", "PV-2", "15000"},
	{"ApplyMode", "", "strict", "grace", "later", "PV-2", "grace"},
};

static void assert_accepted(const char *key, const char *value)
{
	struct policy_issue issue = {0};
	char text[POLICY_VALUE_BYTES];
	struct policy_draft draft;
	enum policy_key field = policy_find(key, strlen(key));

	policy_draft_begin(&draft, true);
	cr_assert_eq(set(&draft, key, value, &issue), 0, "%s = %s: %s", key, value, issue.text);
	policy_value_print(policy_field(field)->kind, policy_get(&draft.policy, field), text);
	cr_assert_str_eq(text, value, "%s is printed back", key);
}

static void assert_refused(const struct row *row, const char *value)
{
	const struct policy_field *field = policy_field(policy_find(row->key, strlen(row->key)));
	struct policy_issue issue = {0};
	char allowed[POLICY_ALLOWED_BYTES];

	policy_value_allowed(field, allowed);
	cr_assert_eq(set_alone(row->key, value, &issue), -EINVAL, "%s = %s is accepted", row->key, value);
	cr_assert_str_eq(issue.rule, row->rule, "%s = %s", row->key, value);
	cr_assert_eq(strncmp(issue.text, row->key, strlen(row->key)), 0, "%s", issue.text);
	cr_assert(strstr(issue.text, allowed), "%s: %s does not say %s", row->key, issue.text, allowed);
}

TestSuite(policy_fields);

Test(policy_fields, t_pol_01_every_bound_of_every_field)
{
	cr_assert_eq(COUNT_OF(rows), POLICY_FIELD_COUNT, "every field has a row");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cr_assert_str_eq(policy_field(i)->key, rows[i].key, "the order is API");
		assert_accepted(rows[i].key, rows[i].least);
		assert_refused(&rows[i], rows[i].below);
		if (!rows[i].most)
			continue;
		assert_accepted(rows[i].key, rows[i].most);
		assert_refused(&rows[i], rows[i].above);
	}
}

Test(policy_fields, t_pol_01_the_check_knows_the_same_bounds)
{
	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		const struct policy_field *field = policy_field(key);
		struct policy policy = policy_of_preset(POLICY_PRESET_default);
		struct policy_report report = {0};

		if (field->most != ~0u) {
			policy_set(&policy, key, field->most + 1);
			cr_assert_eq(policy_check(&policy, &report), -EINVAL, "%s above", field->name);
			assert_error(&report, field->rule, field->name);
		}
		report = (struct policy_report){0};
		if (field->least != 0) {
			policy_set(&policy, key, field->least - 1);
			cr_assert_eq(policy_check(&policy, &report), -EINVAL, "%s below", field->name);
			assert_error(&report, field->rule, field->name);
		}
	}
}

Test(policy_fields, defaults_are_the_schemas)
{
	struct policy policy = policy_of_preset(POLICY_PRESET_default);
	char text[POLICY_VALUE_BYTES];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		policy_value_print(policy_field(i)->kind, policy_get(&policy, i), text);
		if (rows[i].initial)
			cr_assert_str_eq(text, rows[i].initial, "%s", rows[i].key);
	}
	cr_assert_eq(policy.limits.max_sessions, JVPN_SESSIONS_MAX);
}

Test(policy_fields, t_pol_01_no_number_at_all)
{
	static const char *const wrong[] = {
		"", " ", "1 ", "+1", "0x10", "1e3", "1.5", "4294967296", "99999999999999999999", "1\n2"};
	static const char *const decimals[] = {"",	    ".",    ".5",   "1.",	   "0,2",   "0.1234567",
					       "0.0000001", "2e-1", "-0.2", "4294.967296", "0.20 ", "99999999999.0",
					       "0.2.1"};
	struct policy_issue issue;

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		cr_assert_eq(set_alone("DrainMs", wrong[i], &issue), -EINVAL, "'%s'", wrong[i]);
	for (size_t i = 0; i < COUNT_OF(decimals); i++)
		cr_assert_eq(set_alone("LossVolatileThreshold", decimals[i], &issue), -EINVAL, "'%s'", decimals[i]);
	cr_assert_eq(set_alone("ReplayWindowSize", "100", &issue), -EINVAL, "no power of two");
	cr_assert_str_eq(issue.rule, "PV-5");
	cr_assert_eq(set_alone("AllowedProtocols", "udp,udp", &issue), -EINVAL, "given twice");
	cr_assert_eq(set_alone("AllowedProtocols", "udp,", &issue), -EINVAL, "an empty item");
	cr_assert_eq(set_alone("Version", "1.0.0", &issue), -EINVAL);
}

Test(policy_fields, keys_in_any_case)
{
	struct policy_issue issue;

	cr_assert_eq(set_alone("drainms", "7", &issue), 0);
	cr_assert_eq(set_alone("PRESET", "Carrier", &issue), 0);
}

Test(policy_fields, t_pol_01_unknown_key)
{
	struct policy_issue issue;

	cr_assert_eq(set_alone("DrainMS2", "7", &issue), -EINVAL);
	cr_assert_str_eq(issue.rule, "PV-7");
	cr_assert(strstr(issue.text, "DrainMS2"));
	cr_assert_eq(set_alone("switching.drain_ms", "7", &issue), -EINVAL, "a name is no key");
	cr_assert_eq(set_alone("RekeyTimeMs", "7", &issue), -EINVAL, "rekeying follows WireGuard's timers");
	cr_assert_eq(set_alone("Drain\nMs", "7", &issue), -EINVAL);
	cr_assert_null(strchr(issue.text, '\n'));
}

Test(policy_fields, t_pol_01_given_twice)
{
	struct policy_report report = {0};
	struct policy_issue issue;
	struct policy_draft draft;
	struct policy policy;

	policy_draft_begin(&draft, true);
	cr_assert_eq(set(&draft, "DrainMs", "7", &issue), 0);
	cr_assert_eq(set(&draft, "DrainMs", "7", &issue), -EINVAL);
	cr_assert_str_eq(issue.rule, "PV-7");
	cr_assert_eq(policy_draft_finish(&draft, &policy, &report), -EINVAL, "a refused line spoils the draft");
	policy_draft_begin(&draft, true);
	cr_assert_eq(set(&draft, "Preset", "mobile", &issue), 0);
	cr_assert_eq(set(&draft, "Preset", "mobile", &issue), -EINVAL);
	cr_assert_eq(set_alone("Preset", "fast", &issue), -EINVAL);
	cr_assert(strstr(issue.text, "default mobile carrier emergency"), "%s", issue.text);
}

/* ---- presets: behaviour.md, the lines on top ---- */

static void assert_changes(enum policy_preset preset, const enum policy_key *keys, const __u32 *values, size_t count)
{
	struct policy expected = policy_of_preset(POLICY_PRESET_default), got = policy_of_preset(preset);
	struct policy_report report = {0};

	for (size_t i = 0; i < count; i++)
		policy_set(&expected, keys[i], values[i]);
	cr_assert(policy_equal(&expected, &got), "%s", policy_preset_name(preset));
	cr_assert_eq(policy_check(&got, &report), 0, "%s is valid", policy_preset_name(preset));
	cr_assert_eq(policy_end(&got), POLICY_END_DEGRADE);
}

Test(policy_fields, presets)
{
	static const enum policy_key mobile[] = {POLICY_HeartbeatIntervalMs, POLICY_HeartbeatVolatileMs,
						 POLICY_TransportLostTtlMs};
	static const enum policy_key carrier[] = {
		POLICY_HeartbeatIntervalMs, POLICY_HeartbeatVolatileMs, POLICY_MaxConsecutiveDrops, POLICY_LossWindowMs,
		POLICY_SwitchCooldownMs,    POLICY_MaxSwitchesPerMin,	POLICY_RecoveryWindowMs};
	static const enum policy_key emergency[] = {POLICY_MaxSwitchesPerMin, POLICY_SwitchCooldownMs,
						    POLICY_RecoveryWindowMs, POLICY_MaxSessions,
						    POLICY_MaxSessionsPerSource};

	assert_changes(POLICY_PRESET_default, NULL, NULL, 0);
	assert_changes(POLICY_PRESET_mobile, mobile, (const __u32[]){250, 1000, 60000}, COUNT_OF(mobile));
	assert_changes(POLICY_PRESET_carrier, carrier, (const __u32[]){10, 30, 3, 200, 100, 60, 2000},
		       COUNT_OF(carrier));
	assert_changes(POLICY_PRESET_emergency, emergency, (const __u32[]){2, 5000, 2000, 1024, 16},
		       COUNT_OF(emergency));
}

Test(policy_fields, single_keys_override_a_preset_in_any_order)
{
	struct policy_issue issue;
	struct policy_draft before, after;

	policy_draft_begin(&before, true);
	cr_assert_eq(set(&before, "Preset", "carrier", &issue), 0);
	cr_assert_eq(set(&before, "SwitchCooldownMs", "300", &issue), 0);
	policy_draft_begin(&after, true);
	cr_assert_eq(set(&after, "SwitchCooldownMs", "300", &issue), 0);
	cr_assert_eq(set(&after, "Preset", "carrier", &issue), 0);
	cr_assert_eq(before.policy.switching.switch_cooldown_ms, 300);
	cr_assert_eq(before.policy.volatility.heartbeat_interval_ms, 10);
	cr_assert(policy_equal(&before.policy, &after.policy));
}
