/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and values to a draft, a draft to a policy. Never accepts a value out of bounds.
 */
#include "policy/draft.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "policy/value.h"

#define PRESET_KEY "Preset"

static int __attribute__((format(printf, 4, 5)))
refuse(struct policy_draft *draft, struct policy_issue *ret_issue, const char *rule, const char *format, ...)
{
	va_list arguments;

	draft->is_refused = true;
	va_start(arguments, format);
	policy_issue_print(ret_issue, rule, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

void policy_draft_begin(struct policy_draft *draft, bool is_preset_implied)
{
	*draft = (struct policy_draft){.has_preset = is_preset_implied};
	draft->policy = policy_of_preset(POLICY_PRESET_default);
}

int policy_draft_set_preset(struct policy_draft *draft, const char *value, size_t length,
			    struct policy_issue *ret_issue)
{
	enum policy_preset preset;
	char shown[POLICY_QUOTE_BYTES];
	struct policy filled;

	if (draft->preset_is_given)
		return refuse(draft, ret_issue, "PV-7", PRESET_KEY " is given twice");
	if (policy_preset_find(value, length, &preset) < 0) {
		policy_quote(value, length, shown);
#define NAMES(number, name, sentence) " " #name
		return refuse(draft, ret_issue, "PV-2", PRESET_KEY ": '%s' is not one of" POLICY_PRESETS(NAMES), shown);
#undef NAMES
	}
	filled = policy_of_preset(preset);
	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		if ((draft->given >> key & 1) == 0)
			policy_set(&draft->policy, key, policy_get(&filled, key));
	}
	draft->has_preset = true;
	draft->preset_is_given = true;
	return 0;
}

int policy_draft_set_field(struct policy_draft *draft, enum policy_key key, const char *label, const char *value,
			   size_t length, struct policy_issue *ret_issue)
{
	const struct policy_field *field = policy_field(key);
	char shown[POLICY_QUOTE_BYTES], allowed[POLICY_ALLOWED_BYTES];
	__u32 number;

	if ((draft->given >> key & 1) != 0)
		return refuse(draft, ret_issue, "PV-7", "%s is given twice", label);
	draft->given |= 1ull << key;
	if (policy_value_parse(field->kind, value, length, &number) < 0 || !policy_value_is_allowed(field, number)) {
		policy_quote(value, length, shown);
		policy_value_allowed(field, allowed);
		return refuse(draft, ret_issue, field->rule, "%s: '%s' is not %s", label, shown, allowed);
	}
	policy_set(&draft->policy, key, number);
	return 0;
}

static bool is_key(const char *text, size_t length, const char *key)
{
	return length == strlen(key) && strncasecmp(text, key, length) == 0;
}

int policy_draft_set(struct policy_draft *draft, const char *key, size_t key_length, const char *value, size_t length,
		     struct policy_issue *ret_issue)
{
	char shown[POLICY_QUOTE_BYTES];

	if (is_key(key, key_length, PRESET_KEY))
		return policy_draft_set_preset(draft, value, length, ret_issue);
	for (unsigned int i = 0; i < POLICY_FIELD_COUNT; i++) {
		const char *name = policy_field(i)->key;

		if (is_key(key, key_length, name))
			return policy_draft_set_field(draft, i, name, value, length, ret_issue);
	}
	policy_quote(key, key_length, shown);
	return refuse(draft, ret_issue, "PV-7", "unknown key '%s'", shown);
}

static void require_fields(const struct policy_draft *draft, struct policy_report *report)
{
	char allowed[POLICY_ALLOWED_BYTES];

	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		const struct policy_field *field = policy_field(key);

		if (!field->is_required || (draft->given >> key & 1) != 0)
			continue;
		policy_value_allowed(field, allowed);
		policy_report_error(report, "PV-1", "%s is missing: give it, %s, or name a preset", field->name,
				    allowed);
	}
}

int policy_draft_finish(const struct policy_draft *draft, struct policy *ret_policy, struct policy_report *report)
{
	if (!draft->has_preset)
		require_fields(draft, report);
	(void)policy_check(&draft->policy, report);
	if (report->error_count > 0 || draft->is_refused)
		return -EINVAL;
	*ret_policy = draft->policy;
	return 0;
}
