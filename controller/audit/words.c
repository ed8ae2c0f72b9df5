/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of the audit log and back: types, classes, states, reasons, names. Written once
 * in the lists of event_list.h and include/jvpn; this file only looks them up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/event.h"

#define UNKNOWN "unknown"

static const struct {
	const char *name;
	enum audit_class class;
} types[AUDIT_EVENT_COUNT] = {
#define X(name, class, members) {#name, AUDIT_CLASS_##class},
#define F(kind, member)
	AUDIT_EVENTS(X, F)
#undef F
#undef X
};

static const char *const classes[AUDIT_CLASS_COUNT] = {
#define X(name, per_second, burst, share) #name,
	AUDIT_CLASSES(X)
#undef X
};

static const char *const states[] = {
#define X(number, name) [number] = #name,
	JVPN_SESSION_STATES(X)
#undef X
};

static const struct {
	enum jvpn_reason reason;
	const char *name;
} reasons[] = {
#define X(number, name, sentence) {JVPN_REASON_##name, #name},
	JVPN_REASONS(X)
#undef X
};

#define X(name) #name,
static const char *const troubles[] = {AUDIT_TROUBLES(X)};
#undef X

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *word(const char *const *words, size_t count, unsigned int value)
{
	return value < count ? words[value] : UNKNOWN;
}

static bool is_word(const char *text, size_t length, const char *known)
{
	return strlen(known) == length && !memcmp(text, known, length);
}

enum audit_class audit_event_class(enum audit_event_type type)
{
	return (unsigned int)type < AUDIT_EVENT_COUNT ? types[type].class : AUDIT_CLASS_telemetry;
}

const char *audit_event_name(enum audit_event_type type)
{
	return (unsigned int)type < AUDIT_EVENT_COUNT ? types[type].name : UNKNOWN;
}

const char *audit_class_name(enum audit_class class)
{
	return word(classes, COUNT(classes), class);
}

const char *audit_trouble_name(enum audit_trouble trouble)
{
	return word(troubles, COUNT(troubles), trouble);
}

const char *audit_state_name(enum jvpn_session_state state)
{
	return word(states, COUNT(states), state);
}

const char *audit_reason_name(enum jvpn_reason reason)
{
	for (size_t i = 0; i < COUNT(reasons); i++)
		if (reasons[i].reason == reason)
			return reasons[i].name;
	return NULL;
}

int audit_event_parse(const char *text, size_t length, enum audit_event_type *ret_type)
{
	for (size_t i = 0; i < COUNT(types); i++) {
		if (is_word(text, length, types[i].name)) {
			*ret_type = (enum audit_event_type)i;
			return 0;
		}
	}
	return -ENOENT;
}

int audit_state_parse(const char *text, size_t length, enum jvpn_session_state *ret_state)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		if (is_word(text, length, states[i])) {
			*ret_state = (enum jvpn_session_state)i;
			return 0;
		}
	}
	return -ENOENT;
}

int audit_reason_parse(const char *text, size_t length, enum jvpn_reason *ret_reason)
{
	for (size_t i = 0; i < COUNT(reasons); i++) {
		if (is_word(text, length, reasons[i].name)) {
			*ret_reason = reasons[i].reason;
			return 0;
		}
	}
	return -ENOENT;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._:#-", c));
}

struct audit_name audit_name(const char *text)
{
	struct audit_name name = {0};

	for (size_t i = 0; text && text[i] && i < AUDIT_NAME_BYTES - 1; i++)
		name.text[i] = is_name_char(text[i]) ? text[i] : '_';
	return name;
}

struct audit_name audit_transport(uint32_t path_id, const char *path_name)
{
	char text[AUDIT_NAME_BYTES];

	(void)snprintf(text, sizeof(text), "%.16s#%u", path_name ? path_name : "", path_id);
	return audit_name(text);
}
