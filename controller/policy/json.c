/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON of a policy. A value is checked for its JSON type here and then read as text, so that
 * both notations share one parser and one set of bounds.
 */
#include "policy/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/draft.h"
#include "policy/value.h"

#define NAME_SHOWN_CHARS 40

static const char *const groups[] = {
#define GROUP_NAME(group, LIST) #group,
	POLICY_GROUPS(GROUP_NAME)
#undef GROUP_NAME
};

/* ---- writing ---- */

static json_t *protocols_to_json(const char *text)
{
	json_t *list = json_array();

	while (list && *text) {
		size_t length = strcspn(text, ", ");

		if (json_array_append_new(list, json_stringn(text, length)) < 0) {
			json_decref(list);
			return NULL;
		}
		text += length;
		text += strspn(text, ", ");
	}
	return list;
}

static json_t *value_to_json(enum policy_kind kind, __u32 value)
{
	char text[POLICY_VALUE_BYTES];

	policy_value_print(kind, value, text);
	switch (kind) {
	case POLICY_KIND_RATIO:
	case POLICY_KIND_FACTOR:
		return json_real((double)value / POLICY_MILLIONTHS);
	case POLICY_KIND_FLAG:
		return json_boolean(value);
	case POLICY_KIND_PROTOCOLS:
		return protocols_to_json(text);
	case POLICY_KIND_MODE:
	case POLICY_KIND_VERSION:
		return json_string(text);
	default:
		return json_integer(value);
	}
}

/* The object a name lies in, made when it is not there yet; `ret_member` is the last part of the name. */
static json_t *make_group(json_t *document, const char *name, const char **ret_member)
{
	const char *dot = strchr(name, '.');
	char group[POLICY_VALUE_BYTES];
	json_t *object;

	*ret_member = dot ? dot + 1 : name;
	if (!dot)
		return document;
	(void)snprintf(group, sizeof(group), "%.*s", (int)(dot - name), name);
	object = json_object_get(document, group);
	if (!object && json_object_set_new(document, group, json_object()) == 0)
		object = json_object_get(document, group);
	return object;
}

json_t *policy_to_json(const struct policy *policy)
{
	json_t *document = json_object();

	for (unsigned int key = 0; document && key < POLICY_FIELD_COUNT; key++) {
		const struct policy_field *field = policy_field(key);
		const char *member;
		json_t *group = make_group(document, field->name, &member);

		if (!group ||
		    json_object_set_new(group, member, value_to_json(field->kind, policy_get(policy, key))) < 0) {
			json_decref(document);
			return NULL;
		}
	}
	return document;
}

/* ---- reading ---- */

/* A list of names as one text; NULL: not a list of strings. To be freed. */
static char *list_text(const json_t *list)
{
	char text[POLICY_ALLOWED_BYTES];
	size_t used = 0;

	if (!json_is_array(list))
		return NULL;
	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(list) && used < sizeof(text); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item))
			return NULL;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? "," : "",
					 json_string_value(item));
	}
	return used < sizeof(text) ? strdup(text) : NULL;
}

static bool has_type(enum policy_kind kind, const json_t *value)
{
	switch (kind) {
	case POLICY_KIND_RATIO:
	case POLICY_KIND_FACTOR:
		return json_is_number(value);
	case POLICY_KIND_FLAG:
		return json_is_boolean(value);
	case POLICY_KIND_PROTOCOLS:
		return json_is_array(value);
	case POLICY_KIND_MODE:
	case POLICY_KIND_VERSION:
		return json_is_string(value);
	default:
		return json_is_integer(value);
	}
}

/* The text of a value: what policy_value_parse() reads if the type fits, what a message quotes if not. To be freed. */
static char *value_text(enum policy_kind kind, const json_t *value)
{
	char *text = NULL;

	if (has_type(kind, value))
		text = json_is_string(value) ? strdup(json_string_value(value)) : list_text(value);
	return text ? text : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
}

static void read_field(struct policy_draft *draft, enum policy_key key, const json_t *value,
		       struct policy_report *report)
{
	const struct policy_field *field = policy_field(key);
	char *text = value_text(field->kind, value);
	char allowed[POLICY_ALLOWED_BYTES];
	struct policy_issue issue;

	if (!text) {
		policy_report_error(report, field->rule, "%s: out of memory", field->name);
	} else if (!has_type(field->kind, value)) {
		policy_value_allowed(field, allowed);
		policy_report_error(report, field->rule, "%s: %.*s is not %s", field->name, NAME_SHOWN_CHARS, text,
				    allowed);
	} else if (policy_draft_set_field(draft, key, field->name, text, strlen(text), &issue) < 0) {
		policy_report_error(report, issue.rule, "%s", issue.text);
	}
	free(text);
}

static void read_member(struct policy_draft *draft, const char *group, const char *member, const json_t *value,
			struct policy_report *report)
{
	char name[2 * NAME_SHOWN_CHARS], shown[POLICY_QUOTE_BYTES];
	int length = snprintf(name, sizeof(name), "%s%s%s", group, group[0] ? "." : "", member);
	enum policy_key key = POLICY_FIELD_COUNT;

	if (length < (int)sizeof(name) && !strchr(member, '.'))
		key = policy_find(name, (size_t)length);
	/* keys of the configuration file are no names here */
	if (key != POLICY_FIELD_COUNT && strcmp(policy_field(key)->name, name) == 0) {
		read_field(draft, key, value, report);
		return;
	}
	policy_quote(name, strlen(name), shown);
	policy_report_error(report, "PV-7", "unknown name '%s'", shown);
}

static void read_preset(struct policy_draft *draft, const json_t *value, struct policy_report *report)
{
	const char *name = json_is_string(value) ? json_string_value(value) : "";
	struct policy_issue issue;

	if (policy_draft_set_preset(draft, name, strlen(name), &issue) < 0)
		policy_report_error(report, issue.rule, "%s", issue.text);
}

static bool is_group(const char *name)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(groups[i], name) == 0)
			return true;
	}
	return false;
}

static void read_group(struct policy_draft *draft, const char *group, json_t *members, struct policy_report *report)
{
	const char *member;
	json_t *value;

	if (!json_is_object(members)) {
		policy_report_error(report, "PV-2", "%s is not a group of fields", group);
		return;
	}
	json_object_foreach(members, member, value) read_member(draft, group, member, value, report);
}

int policy_from_json(const json_t *document, struct policy *ret_policy, struct policy_report *report)
{
	json_t *members = (json_t *)document; /* jansson's iterators take no const; nothing is changed */
	struct policy_draft draft;
	const char *name;
	json_t *value;

	if (!json_is_object(document)) {
		policy_report_error(report, "PV-2", "a policy is a JSON object");
		return -EINVAL;
	}
	policy_draft_begin(&draft, false);
	json_object_foreach(members, name, value)
	{
		if (strcmp(name, "preset") == 0)
			read_preset(&draft, value, report);
		else if (is_group(name))
			read_group(&draft, name, value, report);
		else
			read_member(&draft, "", name, value, report);
	}
	return policy_draft_finish(&draft, ret_policy, report);
}

int policy_from_text(const char *text, size_t length, struct policy *ret_policy, struct policy_report *report)
{
	json_error_t error;
	json_t *document = NULL;
	int result;

	if (length > POLICY_JSON_MAX_BYTES) {
		policy_report_error(report, "PV-2", "a policy has at most %u bytes", POLICY_JSON_MAX_BYTES);
		return -EINVAL;
	}
	document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!document) {
		policy_report_error(report, "PV-7", "line %d: %s", error.line, error.text);
		return -EINVAL;
	}
	result = policy_from_json(document, ret_policy, report);
	json_decref(document);
	return result;
}
