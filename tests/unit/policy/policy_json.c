/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Documents and the canonical text: what is written is read back (PV-14), what is wrong is
 * named, required fields are required (T-POL-01).
 */
#include "policy_texts.h"

#include "policy/value.h"

static const char *const required[] = {
	"session.max_lifetime_ms",	  "session.transport_lost_ttl_ms", "volatility.loss_volatile_threshold",
	"switching.max_switches_per_min", "switching.recovery_window_ms",  "security.reattach_proof_max_age_ms",
};
#define FEWEST \
	"{\"session\":{\"max_lifetime_ms\":3600000,\"transport_lost_ttl_ms\":20000}," \
	"\"volatility\":{\"loss_volatile_threshold\":0.25}," \
	"\"switching\":{\"max_switches_per_min\":5,\"recovery_window_ms\":4000}," \
	"\"security\":{\"reattach_proof_max_age_ms\":3000}}"

static struct policy_report report;
static struct policy policy;

static int read_text(const char *text)
{
	report = (struct policy_report){0};
	return policy_from_text(text, strlen(text), &policy, &report);
}

static json_t *fewest(void)
{
	return json_loads(FEWEST, 0, NULL);
}

/* The default policy with one value of its document replaced. */
static int read_with(const char *group, const char *member, const char *value)
{
	struct policy base = policy_of_preset(POLICY_PRESET_default);
	json_t *document = policy_to_json(&base);
	json_t *object = group[0] ? json_object_get(document, group) : document;
	int result;

	(void)json_object_set_new(object, member, json_loads(value, JSON_DECODE_ANY, NULL));
	report = (struct policy_report){0};
	result = policy_from_json(document, &policy, &report);
	json_decref(document);
	return result;
}

TestSuite(policy_json);

Test(policy_json, required_fields_suffice)
{
	cr_assert_eq(read_text(FEWEST), 0);
	cr_assert_eq(policy.session.max_lifetime_ms, 3600000);
	cr_assert_eq(policy.volatility.loss_volatile_threshold, 250000);
	cr_assert_eq(policy.switching.drain_ms, 1000, "the default");
}

Test(policy_json, t_pol_01_each_required_field_missing)
{
	for (size_t i = 0; i < COUNT_OF(required); i++) {
		const char *member = strchr(required[i], '.') + 1;
		char group[32] = {0};
		json_t *document = fewest();
		struct policy before = policy;

		memcpy(group, required[i], (size_t)(member - required[i] - 1));
		cr_assert_eq(json_object_del(json_object_get(document, group), member), 0);
		report = (struct policy_report){0};
		cr_assert_eq(policy_from_json(document, &policy, &report), -EINVAL, "%s", required[i]);
		cr_assert_eq(report.error_count, 1);
		assert_error(&report, "PV-1", required[i]);
		cr_assert(policy_equal(&before, &policy), "untouched");
		json_decref(document);
	}
	cr_assert_eq(read_text("{}"), -EINVAL);
	cr_assert_eq(report.error_count, COUNT_OF(required));
}

Test(policy_json, a_preset_gives_what_is_required)
{
	struct policy expected = policy_of_preset(POLICY_PRESET_carrier);

	cr_assert_eq(read_text("{\"switching\":{\"drain_ms\":0},\"preset\":\"carrier\"}"), 0);
	expected.switching.drain_ms = 0;
	cr_assert(policy_equal(&policy, &expected));
	cr_assert_eq(read_text("{\"preset\":\"fast\"}"), -EINVAL);
	cr_assert_eq(read_text("{\"preset\":7}"), -EINVAL);
}

Test(policy_json, t_pol_01_unknown_names)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{"{\"preset\":\"default\",\"drain_ms\":1}", "drain_ms"},
		{"{\"preset\":\"default\",\"DrainMs\":1}", "DrainMs"},
		{"{\"preset\":\"default\",\"switching\":{\"drain\":1}}", "switching.drain"},
		{"{\"preset\":\"default\",\"switching\":{\"DrainMs\":1}}", "switching.DrainMs"},
		{"{\"preset\":\"default\",\"rekey\":{\"time_ms\":1}}", "rekey"},
		{"{\"preset\":\"default\",\"document\":{\"version\":\"1.0\"}}", "document"},
		{"{\"preset\":\"default\",\"switching.drain_ms\":1}", "switching.drain_ms"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cr_assert_eq(read_text(rows[i].text), -EINVAL, "%s", rows[i].text);
		assert_error(&report, "PV-7", rows[i].name);
	}
}

Test(policy_json, t_pol_01_wrong_types)
{
	static const struct {
		const char *group, *member, *value;
	} rows[] = {
		{"switching", "drain_ms", "\"1000\""},
		{"switching", "drain_ms", "1000.0"},
		{"switching", "drain_ms", "-1"},
		{"switching", "drain_ms", "10001"},
		{"switching", "drain_ms", "4294967297"},
		{"switching", "drain_ms", "null"},
		{"switching", "switch_improvement_factor", "\"1.1\""},
		{"switching", "switch_improvement_factor", "0.999999"},
		{"switching", "switch_improvement_factor", "1.1000001"},
		{"volatility", "loss_volatile_threshold", "0"},
		{"volatility", "loss_volatile_threshold", "1e-7"},
		{"security", "strict_validation", "false"},
		{"security", "strict_validation", "1"},
		{"transport", "enforce_hysteresis", "1"},
		{"transport", "allowed_protocols", "[]"},
		{"transport", "allowed_protocols", "\"udp\""},
		{"transport", "allowed_protocols", "[\"udp\",\"quic\"]"},
		{"transport", "allowed_protocols", "[1]"},
		{"policy", "apply_mode", "\"later\""},
		{"", "version", "1.0"},
		{"", "limits", "5"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cr_assert_eq(read_with(rows[i].group, rows[i].member, rows[i].value), -EINVAL, "%s.%s = %s",
			     rows[i].group, rows[i].member, rows[i].value);
		cr_assert_eq(report.error_count, 1, "%s.%s = %s", rows[i].group, rows[i].member, rows[i].value);
		cr_assert(strstr(report.errors[0].text, rows[i].member), "%s", report.errors[0].text);
	}
	cr_assert_eq(read_with("volatility", "loss_volatile_threshold", "1"), 0, "a whole number is a decimal");
	cr_assert_eq(policy.volatility.loss_volatile_threshold, 1000000);
}

Test(policy_json, no_json_and_names_twice)
{
	cr_assert_eq(read_text("[1]"), -EINVAL);
	cr_assert_eq(read_text("{"), -EINVAL);
	cr_assert_eq(read_text("{\"preset\":\"default\",\"preset\":\"mobile\"}"), -EINVAL);
	assert_error(&report, "PV-7", "line 1");
}

Test(policy_json, more_errors_than_a_report_holds)
{
	json_t *document = json_object();
	char name[16];

	for (unsigned int i = 0; i < 3 * POLICY_ISSUES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "name%u", i);
		(void)json_object_set_new(document, name, json_integer(1));
	}
	report = (struct policy_report){0};
	cr_assert_eq(policy_from_json(document, &policy, &report), -EINVAL);
	cr_assert_eq(report.error_count, 3 * POLICY_ISSUES_MAX + COUNT_OF(required));
	json_decref(document);
}

/* ---- there and back ---- */

static struct policy random_policy(__u64 *state)
{
	struct policy made;

	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		const struct policy_field *field = policy_field(key);

		policy_set(&made, key,
			   field->least + (__u32)(next_random(state) % ((__u64)field->most - field->least + 1)));
	}
	made.security.replay_window_size = 32u << next_random(state) % 9;
	made.volatility.heartbeat_volatile_ms = made.volatility.heartbeat_interval_ms + 1;
	made.session.max_lifetime_ms = POLICY_WEEK_MS;
	made.security.reattach_proof_max_age_ms = 100;
	return made;
}

/* The canonical text, line by line, as keys of the configuration file would be. */
static struct policy read_canonical(char *text)
{
	struct policy_draft draft;
	struct policy_issue issue;
	struct policy read;
	char *rest = text, *line;

	policy_draft_begin(&draft, false);
	while ((line = strsep(&rest, "\n")) && *line) {
		char *value = strstr(line, " = ");
		enum policy_key key = policy_find(line, (size_t)(value - line));

		cr_assert_neq(key, POLICY_FIELD_COUNT);
		cr_assert_eq(policy_draft_set_field(&draft, key, line, value + 3, strlen(value + 3), &issue), 0);
	}
	report = (struct policy_report){0};
	cr_assert_eq(policy_draft_finish(&draft, &read, &report), 0);
	return read;
}

Test(policy_json, pv_14_every_value_is_printed_back)
{
	__u64 state = 14;

	for (unsigned int run = 0; run < 500; run++) {
		struct policy made = random_policy(&state), back;
		json_t *document = policy_to_json(&made);
		char *dumped = json_dumps(document, POLICY_JSON_PRECISION);
		char text[POLICY_TEXT_BYTES];

		cr_assert_eq(read_text(dumped), 0, "%s", dumped);
		cr_assert(policy_equal(&policy, &made), "%s", dumped);
		(void)policy_print(&made, text);
		back = read_canonical(text);
		cr_assert(policy_equal(&back, &made));
		free(dumped);
		json_decref(document);
	}
}

Test(policy_json, pv_14_decimals_stay_short)
{
	struct policy made = policy_of_preset(POLICY_PRESET_default);
	json_t *document = policy_to_json(&made);
	char *dumped = json_dumps(document, POLICY_JSON_PRECISION | JSON_COMPACT);

	cr_assert(strstr(dumped, "\"loss_volatile_threshold\":0.2,"), "%s", dumped);
	cr_assert(strstr(dumped, "\"switch_improvement_factor\":1.1,"), "%s", dumped);
	cr_assert(strstr(dumped, "\"allowed_protocols\":[\"udp\"]"), "%s", dumped);
	free(dumped);
	json_decref(document);
}

Test(policy_json, pv_14_hash_follows_every_value)
{
	struct policy made = policy_of_preset(POLICY_PRESET_default);
	char first[POLICY_HASH_BYTES], hash[POLICY_HASH_BYTES], text[POLICY_TEXT_BYTES];

	policy_hash(&made, first);
	policy_hash(&made, hash);
	cr_assert_str_eq(first, hash);
	cr_assert_eq(strlen(first), 64);
	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		struct policy other = made;

		policy_set(&other, key, policy_get(&made, key) ^ 1);
		policy_hash(&other, hash);
		cr_assert_str_neq(first, hash, "%s", policy_field(key)->name);
	}
	cr_assert_eq(policy_print(&made, text), strlen(text));
	cr_assert_eq(strncmp(text, "version = 1.0\nsession.max_lifetime_ms = 28800000\n", 49), 0, "%s", text);
}
