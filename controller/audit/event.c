/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events as lines of JSON. The cases of render_fields() come from event_list.h: a type or a
 * field that is added there is rendered here without another line.
 */
#include "audit/event.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define RATIO_ONE 1000000.0
#define RATIO_DIGITS 7
#define UNKNOWN "unknown"

DEFINE_CLEANUP(object, json_t *, json_decref);

/* ---- the words only fields use -------------------------------------------------------- */

#define X(name) #name,
static const char *const statuses[] = {AUDIT_STATUSES(X)};
static const char *const results[] = {AUDIT_RESULTS(X)};
static const char *const violations[] = {AUDIT_VIOLATION_TYPES(X)};
static const char *const checks[] = {AUDIT_CHECKS(X)};
static const char *const modes[] = {AUDIT_MODES(X)};
static const char *const markers[] = {AUDIT_MARKERS(X)};
#undef X

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *word(const char *const *words, size_t count, unsigned int value)
{
	return value < count ? words[value] : UNKNOWN;
}

/* ---- one field of each kind --------------------------------------------------------------- */

static int put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new_nocheck(object, key, value) ? -ENOMEM : 0; /* also when value is NULL */
}

static int put_text(json_t *object, const char *key, const char *text)
{
	return put(object, key, json_string_nocheck(text));
}

static int put_u64(json_t *object, const char *key, const uint64_t *value)
{
	return put(object, key, json_integer(*value > INT64_MAX ? INT64_MAX : (json_int_t)*value));
}

static int put_ms(json_t *object, const char *key, const uint64_t *value)
{
	return put_u64(object, key, value);
}

static int put_count(json_t *object, const char *key, const uint32_t *value)
{
	return put(object, key, json_integer(*value));
}

static int put_always(json_t *object, const char *key, const audit_kind_always *nothing)
{
	(void)nothing;
	return put(object, key, json_true());
}

static int put_ratio(json_t *object, const char *key, const uint32_t *ppm)
{
	return put(object, key, json_real(*ppm / RATIO_ONE));
}

static int put_percent(json_t *object, const char *key, const uint32_t *ppm)
{
	return put(object, key, json_real(*ppm / RATIO_ONE * 100));
}

static int put_bounds(json_t *object, const char *key, const struct audit_bounds *bounds)
{
	_cleanup_(cleanup_object) json_t *nested = json_object();
	int r = put(nested, "cooldown_ok", json_boolean(bounds->cooldown_ok));

	r = r ?: put(nested, "switch_rate_ok", json_boolean(bounds->switch_rate_ok));
	return r ?: put(object, key, take_ptr(nested));
}

static int put_observed(json_t *object, const char *key, const struct audit_observed *observed)
{
	_cleanup_(cleanup_object) json_t *nested = json_object();
	int r = put_ratio(nested, "loss_ratio", &observed->loss_ppm);

	r = r ?: put_ms(nested, "rtt_ms", &observed->rtt_ms);
	r = r ?: put_ms(nested, "jitter_ms", &observed->jitter_ms);
	return r ?: put(object, key, take_ptr(nested));
}

static int put_name(json_t *object, const char *key, const struct audit_name *name)
{
	struct audit_name clean = *name;

	clean.text[AUDIT_NAME_BYTES - 1] = '\0'; /* whoever filled it without audit_name() */
	clean = audit_name(clean.text);
	return clean.text[0] ? put_text(object, key, clean.text) : 0;
}

static void to_hex(const uint8_t *bytes, size_t count, char *ret_text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		ret_text[2 * i] = digits[bytes[i] >> 4];
		ret_text[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_text[2 * count] = '\0';
}

static int put_hash_always(json_t *object, const char *key, const struct audit_hash *hash)
{
	char text[2 * AUDIT_HASH_BYTES + 1];

	to_hex(hash->bytes, AUDIT_HASH_BYTES, text);
	return put_text(object, key, text);
}

static int put_hash(json_t *object, const char *key, const struct audit_hash *hash)
{
	static const struct audit_hash none;

	return memcmp(hash, &none, sizeof(none)) ? put_hash_always(object, key, hash) : 0;
}

static int put_endpoint(json_t *object, const char *key, const struct endpoint *endpoint)
{
	char text[ENDPOINT_TEXT_BYTES];

	if (!endpoint_is_set(endpoint))
		return 0;
	endpoint_format(endpoint, text);
	return put_text(object, key, text);
}

static int put_scores(json_t *object, const char *key, const struct audit_scores *scores)
{
	_cleanup_(cleanup_object) json_t *array = json_array();

	for (size_t i = 0; i < scores->count && i < AUDIT_SCORES_MAX; i++) {
		const struct audit_score *score = &scores->list[i];
		_cleanup_(cleanup_object) json_t *entry = json_object();
		int r = put_name(entry, "path", &score->path);

		r = r ?: put_count(entry, "score", &score->score);
		r = r ?: put_count(entry, "rank", &score->rank);
		if (r || json_array_append(array, entry))
			return -ENOMEM;
	}
	return put(object, key, take_ptr(array));
}

static int put_reason(json_t *object, const char *key, const enum jvpn_reason *reason)
{
	if (*reason == JVPN_REASON_NONE)
		return 0;
	return put_text(object, key, audit_reason_name(*reason) ?: UNKNOWN);
}

static int put_state(json_t *object, const char *key, const enum jvpn_session_state *state)
{
	return put_text(object, key, audit_state_name(*state));
}

static int put_trouble(json_t *object, const char *key, const enum audit_trouble *trouble)
{
	return put_text(object, key, audit_trouble_name(*trouble));
}

#define DEFINE_PUT_WORD(kind, type, words) \
	static int put_##kind(json_t *object, const char *key, const enum type *value) \
	{ \
		return put_text(object, key, word(words, COUNT(words), *value)); \
	}
DEFINE_PUT_WORD(status, audit_status, statuses)
DEFINE_PUT_WORD(result, audit_result, results)
DEFINE_PUT_WORD(violation, audit_violation_type, violations)
DEFINE_PUT_WORD(check, audit_check, checks)
DEFINE_PUT_WORD(mode, audit_mode, modes)
DEFINE_PUT_WORD(marker, audit_marker, markers)

/* ---- the line ----------------------------------------------------------------------------- */

static int render_base(json_t *object, const struct audit_event *event, const struct audit_place *place)
{
	const uint64_t schema = AUDIT_SCHEMA_VERSION;
	char session[17];
	int r;

	(void)snprintf(session, sizeof(session), "%016llx", (unsigned long long)event->session);
	r = put_u64(object, "ts_ms", &event->ts_ms);
	r = r ?: put_text(object, "event_type", audit_event_name(event->type));
	r = r ?: put_text(object, "session_id", session);
	r = r ?: put_text(object, "node_id", place->node.text[0] ? audit_name(place->node.text).text : "-");
	r = r
		    ?: put_text(object, "policy_version",
				event->policy_version.text[0] ? audit_name(event->policy_version.text).text : "-");
	r = r ?: put_u64(object, "state_version", &event->version);
	r = r ?: put_reason(object, "reason_code", &event->reason);
	r = r ?: put_name(object, "transport_id", &event->transport);
	r = r ?: put_u64(object, "seq", &place->seq);
	r = r ?: put_u64(object, "mono_ns", &event->mono_ns);
	r = r ?: put_u64(object, "schema_version", &schema);
	r = r ?: put_text(object, "event_class", audit_class_name(audit_event_class(event->type)));
	return r ?: put_hash_always(object, "prev_hash", &place->previous);
}

static int render_fields(json_t *object, const struct audit_event *event)
{
	int r = 0;

	switch (event->type) {
#define X(name, class, members) \
	case AUDIT_EVENT_##name: { \
		const struct audit_##name *fields = &event->name; \
		members break; \
	}
#define F(kind, member) r = r ?: put_##kind(object, #member, &fields->member);
		AUDIT_EVENTS(X, F)
#undef F
#undef X
	case AUDIT_EVENT_COUNT:
		break;
	}
	return r;
}

int audit_event_render(const struct audit_event *event, const struct audit_place *place,
		       char ret_line[static AUDIT_LINE_MAX_BYTES], size_t *ret_bytes)
{
	_cleanup_(cleanup_object) json_t *object = json_object();
	int r = object ? render_base(object, event, place) : -ENOMEM;
	size_t bytes;

	r = r ?: render_fields(object, event);
	if (r)
		return r;
	bytes = json_dumpb(object, ret_line, AUDIT_LINE_MAX_BYTES, JSON_COMPACT | JSON_REAL_PRECISION(RATIO_DIGITS));
	if (!bytes)
		return -ENOMEM;
	if (bytes > AUDIT_LINE_MAX_BYTES)
		return -EMSGSIZE;
	*ret_bytes = bytes;
	return 0;
}
