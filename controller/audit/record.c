/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of JSON as records. Each reader takes a key and says -EINVAL when the value is not
 * of the one form event.c writes.
 */
#include "audit/record.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

DEFINE_CLEANUP(object, json_t *, json_decref);

/* The object and the first key that was wrong: once `error` is set the readers do nothing. */
struct reader {
	const json_t *object;
	const char *why;
	int error;
};

static void refuse(struct reader *reader, const char *key)
{
	if (reader->error)
		return;
	reader->error = -EINVAL;
	reader->why = key;
}

static uint64_t read_u64(struct reader *reader, const char *key, uint64_t max)
{
	const json_t *value = json_object_get(reader->object, key);
	json_int_t number = json_integer_value(value);

	if (json_is_integer(value) && number >= 0 && (uint64_t)number <= max)
		return (uint64_t)number;
	refuse(reader, key);
	return 0;
}

/* The text of the key, or NULL; one that is required is refused when it is not there. */
static const char *read_text(struct reader *reader, const char *key, bool is_required, size_t *ret_length)
{
	const json_t *value = json_object_get(reader->object, key);

	if (json_is_string(value)) {
		*ret_length = json_string_length(value);
		return json_string_value(value);
	}
	if (value || is_required)
		refuse(reader, key);
	return NULL;
}

static struct audit_name read_name(struct reader *reader, const char *key, bool is_required)
{
	struct audit_name name = {0};
	size_t length = 0;
	const char *text = read_text(reader, key, is_required, &length);

	if (!text)
		return name;
	if (length > 0 && length < AUDIT_NAME_BYTES)
		name = audit_name(text);
	if (strlen(name.text) != length || memcmp(name.text, text, length) != 0 || !length)
		refuse(reader, key);
	return name;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void read_hex(struct reader *reader, const char *key, uint8_t *ret_bytes, size_t count)
{
	size_t length = 0;
	const char *text = read_text(reader, key, true, &length);

	if (!text || length != 2 * count) {
		refuse(reader, key);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0) {
			refuse(reader, key);
			return;
		}
		ret_bytes[i] = (uint8_t)(high << 4 | low);
	}
}

static uint64_t read_session(struct reader *reader)
{
	uint8_t bytes[8] = {0};
	uint64_t id = 0;

	read_hex(reader, "session_id", bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		id = id << 8 | bytes[i];
	return id;
}

static enum audit_event_type read_type(struct reader *reader)
{
	enum audit_event_type type = AUDIT_EVENT_COUNT;
	size_t length = 0;
	const char *text = read_text(reader, "event_type", true, &length);

	if (!text || audit_event_parse(text, length, &type))
		refuse(reader, "event_type");
	return type;
}

static enum jvpn_reason read_reason(struct reader *reader, const char *key)
{
	enum jvpn_reason reason = JVPN_REASON_NONE;
	size_t length = 0;
	const char *text = read_text(reader, key, false, &length);

	if (text && audit_reason_parse(text, length, &reason))
		refuse(reader, key);
	return reason;
}

static enum jvpn_session_state read_state(struct reader *reader, const char *key)
{
	enum jvpn_session_state state = JVPN_STATE_BIRTH;
	size_t length = 0;
	const char *text = read_text(reader, key, true, &length);

	if (text && audit_state_parse(text, length, &state))
		refuse(reader, key);
	return state;
}

/* True for `yes`, false for `no`; nothing else. */
static bool read_either(struct reader *reader, const char *key, const char *yes, const char *no)
{
	size_t length = 0;
	const char *text = read_text(reader, key, true, &length);

	if (text && strcmp(text, yes) != 0 && strcmp(text, no) != 0)
		refuse(reader, key);
	return text && !strcmp(text, yes);
}

static enum audit_trouble read_trouble(struct reader *reader)
{
	size_t length = 0;
	const char *text = read_text(reader, "cause", true, &length);

	for (int i = 0; text && i < AUDIT_TROUBLE_COUNT; i++)
		if (!strcmp(text, audit_trouble_name((enum audit_trouble)i)))
			return (enum audit_trouble)i;
	refuse(reader, "cause");
	return (enum audit_trouble)0;
}

static void read_base(struct reader *reader, struct audit_record *record)
{
	record->ts_ms = read_u64(reader, "ts_ms", INT64_MAX);
	record->type = read_type(reader);
	record->session = read_session(reader);
	record->node = read_name(reader, "node_id", true);
	(void)read_name(reader, "policy_version", true);
	record->version = read_u64(reader, "state_version", JVPN_VERSION_MAX);
	record->reason = read_reason(reader, "reason_code");
	record->transport = read_name(reader, "transport_id", false);
	record->seq = read_u64(reader, "seq", INT64_MAX);
	if (!record->seq)
		refuse(reader, "seq"); /* counts from 1 */
	record->mono_ns = read_u64(reader, "mono_ns", INT64_MAX);
	(void)read_u64(reader, "schema_version", UINT32_MAX);
	read_hex(reader, "prev_hash", record->previous.bytes, AUDIT_HASH_BYTES);
}

static void read_fields(struct reader *reader, struct audit_record *record)
{
	switch (record->type) {
	case AUDIT_EVENT_SessionStateChange:
		record->previous_state = read_state(reader, "previous_state");
		record->new_state = read_state(reader, "new_state");
		break;
	case AUDIT_EVENT_TransportDead:
	case AUDIT_EVENT_TransportSwitchFailed:
		record->cause = read_reason(reader, "cause");
		break;
	case AUDIT_EVENT_TransportSwitch:
		record->previous_transport = read_name(reader, "previous_transport", false);
		record->new_transport = read_name(reader, "new_transport", true);
		break;
	case AUDIT_EVENT_ReattachAttempt:
		record->recovery_deadline_ms =
			read_u64(reader, "recovery_deadline_ms", INT64_MAX / (int64_t)CLOCK_NS_PER_MS);
		break;
	case AUDIT_EVENT_ReattachResult:
		record->is_success = read_either(reader, "status", "SUCCESS", "DENIED");
		break;
	case AUDIT_EVENT_AuditEvent:
		record->is_success = read_either(reader, "result", "PASS", "FAIL");
		break;
	case AUDIT_EVENT_Snapshot:
		record->new_state = read_state(reader, "state");
		record->new_transport = read_name(reader, "active_transport", false);
		break;
	case AUDIT_EVENT_TelemetryDegraded:
		record->trouble = read_trouble(reader);
		record->duration_ms = read_u64(reader, "duration_ms", INT64_MAX);
		record->count = read_u64(reader, "count", INT64_MAX);
		break;
	case AUDIT_EVENT_EventsDropped:
		record->count = read_u64(reader, "count", INT64_MAX);
		record->transitions_dropped = read_u64(reader, "transitions", INT64_MAX);
		record->lifecycle_dropped = read_u64(reader, "lifecycle", INT64_MAX);
		break;
	default:
		break;
	}
}

int audit_record_parse(const char *line, size_t length, struct audit_record *ret_record, const char **ret_why)
{
	_cleanup_(cleanup_object) json_t *object = NULL;
	struct audit_record record = {0};
	struct reader reader = {0};
	json_error_t error;

	*ret_why = "too long";
	if (length > AUDIT_LINE_MAX_BYTES)
		return -EMSGSIZE;
	object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
	*ret_why = "no JSON object";
	if (!object && json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (!json_is_object(object))
		return -EBADMSG;
	reader.object = object;
	read_base(&reader, &record);
	if (!reader.error)
		read_fields(&reader, &record);
	*ret_why = reader.why;
	if (!reader.error)
		*ret_record = record;
	return reader.error;
}
