/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of check.h: what a field says of itself, then what fields say of each other,
 * one function a rule.
 */
#include "policy/check.h"

#include <errno.h>
#include <stdio.h>

#include "policy/value.h"

#define VOLATILE_INTERVALS_LEAST 2
#define VOLATILE_INTERVALS_MOST 4

/* ---- issues ---- */

void policy_issue_print(struct policy_issue *issue, const char *rule, const char *format, va_list arguments)
{
	issue->rule = rule;
	(void)vsnprintf(issue->text, sizeof(issue->text), format, arguments);
}

void policy_report_error(struct policy_report *report, const char *rule, const char *format, ...)
{
	va_list arguments;

	if (report->error_count++ >= POLICY_ISSUES_MAX)
		return;
	va_start(arguments, format);
	policy_issue_print(&report->errors[report->error_count - 1], rule, format, arguments);
	va_end(arguments);
}

static void __attribute__((format(printf, 3, 4)))
warn(struct policy_report *report, const char *rule, const char *format, ...)
{
	va_list arguments;

	if (report->warning_count++ >= POLICY_ISSUES_MAX)
		return;
	va_start(arguments, format);
	policy_issue_print(&report->warnings[report->warning_count - 1], rule, format, arguments);
	va_end(arguments);
}

/* ---- a field by itself ---- */

static void check_range(const struct policy_field *field, __u32 value, struct policy_report *report)
{
	char text[POLICY_VALUE_BYTES], from[POLICY_VALUE_BYTES], to[POLICY_VALUE_BYTES];
	bool is_off = field->kind == POLICY_KIND_MS_OR_OFF && value == 0;

	if (field->to == 0 || is_off || (value >= field->from && value <= field->to))
		return;
	policy_value_print(field->kind, value, text);
	policy_value_print(field->kind, field->from, from);
	policy_value_print(field->kind, field->to, to);
	warn(report, "range", "%s: %s is outside the recommended %s..%s", field->name, text, from, to);
}

static void check_field(const struct policy_field *field, __u32 value, struct policy_report *report)
{
	char text[POLICY_VALUE_BYTES], allowed[POLICY_ALLOWED_BYTES];

	if (policy_value_is_allowed(field, value)) {
		check_range(field, value, report);
		return;
	}
	policy_value_print(field->kind, value, text);
	policy_value_allowed(field, allowed);
	policy_report_error(report, field->rule, "%s: '%s' is not %s", field->name, text, allowed);
}

/* ---- fields against each other ---- */

static void check_heartbeats(const struct policy *policy, struct policy_report *report)
{
	__u64 interval = policy->volatility.heartbeat_interval_ms;
	__u64 silence = policy->volatility.heartbeat_volatile_ms;

	if (silence <= interval)
		policy_report_error(report, "PV-8",
				    "volatility.heartbeat_volatile_ms: %llu is not greater than "
				    "heartbeat_interval_ms, %llu: every path would be unstable",
				    silence, interval);
	else if (silence < VOLATILE_INTERVALS_LEAST * interval || silence > VOLATILE_INTERVALS_MOST * interval)
		warn(report, "PV-8",
		     "volatility.heartbeat_volatile_ms: %llu is outside the recommended 2 to 4 times "
		     "heartbeat_interval_ms, %llu",
		     silence, interval);
}

static void check_cooldown(const struct policy *policy, struct policy_report *report)
{
	if (policy->switching.switch_cooldown_ms >= policy->switching.recovery_window_ms)
		warn(report, "PV-9",
		     "switching.switch_cooldown_ms: %u is not less than recovery_window_ms, %u: no second "
		     "attempt fits into a recovery",
		     policy->switching.switch_cooldown_ms, policy->switching.recovery_window_ms);
}

static void check_lifetimes(const struct policy *policy, struct policy_report *report)
{
	__u32 lost = policy->session.transport_lost_ttl_ms;

	if (lost >= policy->session.max_lifetime_ms)
		policy_report_error(report, "PV-11",
				    "session.transport_lost_ttl_ms: %u is not less than max_lifetime_ms, %u", lost,
				    policy->session.max_lifetime_ms);
	if (policy->security.reattach_proof_max_age_ms > lost)
		policy_report_error(report, "PV-13",
				    "security.reattach_proof_max_age_ms: %u is greater than "
				    "session.transport_lost_ttl_ms, %u",
				    policy->security.reattach_proof_max_age_ms, lost);
	if (policy->security.key_max_age_ms > policy->session.max_lifetime_ms)
		warn(report, "KL-1",
		     "security.key_max_age_ms: %u is greater than session.max_lifetime_ms, %u, and never takes effect",
		     policy->security.key_max_age_ms, policy->session.max_lifetime_ms);
}

static void check_candidates(const struct policy *policy, struct policy_report *report)
{
	if (policy->transport.candidate_min_count > policy->transport.max_candidate_count)
		warn(report, "SEL-4",
		     "transport.candidate_min_count: %u is greater than max_candidate_count, %u: no session ever moves",
		     policy->transport.candidate_min_count, policy->transport.max_candidate_count);
}

static void check_window(const struct policy *policy, const char *name, __u32 window, struct policy_report *report)
{
	__u64 needed = (__u64)POLICY_LOSS_PROBES * policy->volatility.heartbeat_interval_ms;

	if (window < needed)
		warn(report, "SEL-7",
		     "volatility.%s: %u is less than %u times heartbeat_interval_ms: too few probes to judge", name,
		     window, POLICY_LOSS_PROBES);
}

static void check_windows(const struct policy *policy, struct policy_report *report)
{
	check_window(policy, "loss_window_ms", policy->volatility.loss_window_ms, report);
	if (policy->volatility.latency_volatile_threshold_ms || policy->volatility.jitter_volatile_threshold_ms)
		check_window(policy, "latency_window_ms", policy->volatility.latency_window_ms, report);
}

int policy_check(const struct policy *policy, struct policy_report *report)
{
	size_t before = report->error_count;

	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++)
		check_field(policy_field(key), policy_get(policy, key), report);
	check_heartbeats(policy, report);
	check_cooldown(policy, report);
	check_lifetimes(policy, report);
	check_candidates(policy, report);
	check_windows(policy, report);
	return report->error_count > before ? -EINVAL : 0;
}

/* ---- PV-10 ---- */

enum policy_end policy_end(const struct policy *policy)
{
	return policy->switching.recovery_window_ms <= policy->session.transport_lost_ttl_ms ? POLICY_END_DEGRADE
											     : POLICY_END_TERMINATE;
}

const char *policy_end_name(enum policy_end end)
{
	return end == POLICY_END_DEGRADE ? "degrade mode" : "terminate mode";
}

const char *policy_end_sentence(enum policy_end end)
{
	return end == POLICY_END_DEGRADE
		       ? "a session that finds no transport degrades, and ends when its time without one is over"
		       : "a session that finds no transport ends before its recovery does: it never degrades";
}
