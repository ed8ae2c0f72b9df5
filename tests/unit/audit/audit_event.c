/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of audit/event and audit/record: lines, byte for byte, and back. INV-14, INV-36, T-OBS-06. */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "audit/record.h"
#include "unit/base/leaks.h"

TestSuite(audit_event, .fini = assert_no_leaks);

static const struct audit_place place = {.seq = 42, .previous = {{0xab, 0xcd}}, .node = {"gw-1"}};

#define ZEROS "00000000000000000000000000000000000000000000000000000000000"

static size_t render(const struct audit_event *event, char line[static AUDIT_LINE_MAX_BYTES + 1])
{
	size_t bytes = 0;

	cr_assert_eq(audit_event_render(event, &place, line, &bytes), 0);
	line[bytes] = '\0';
	return bytes;
}

Test(audit_event, a_transition_byte_for_byte)
{
	const struct audit_event event = {
		.type = AUDIT_EVENT_SessionStateChange,
		.session = 0x00c0ffee00c0ffeeull,
		.version = 7,
		.ts_ms = 1700000000123,
		.mono_ns = 5000000001,
		.reason = JVPN_REASON_dead_transport_recovery,
		.policy_version = audit_name("1.0"),
		.transport = audit_transport(2, "lte"),
		.SessionStateChange = {JVPN_STATE_VOLATILE, JVPN_STATE_RECOVERING, audit_transport(1, "isp-a"), 3},
	};
	char line[AUDIT_LINE_MAX_BYTES + 1];

	(void)render(&event, line);
	cr_assert_str_eq(
		line,
		"{\"ts_ms\":1700000000123,\"event_type\":\"SessionStateChange\",\"session_id\":\"00c0ffee00c0ffee\","
		"\"node_id\":\"gw-1\",\"policy_version\":\"1.0\",\"state_version\":7,"
		"\"reason_code\":\"dead_transport_recovery\",\"transport_id\":\"lte#2\",\"seq\":42,"
		"\"mono_ns\":5000000001,\"schema_version\":1,\"event_class\":\"transition\","
		"\"prev_hash\":\"abcd0" ZEROS "\",\"previous_state\":\"VOLATILE\",\"new_state\":\"RECOVERING\","
		"\"from_transport\":\"isp-a#1\",\"candidate_set_size\":3}");
}

Test(audit_event, a_switch_byte_for_byte)
{
	const struct audit_event event = {
		.type = AUDIT_EVENT_TransportSwitch,
		.session = 1,
		.version = 4,
		.reason = JVPN_REASON_reattach_success,
		.TransportSwitch = {.previous_transport = audit_name("a#1"),
				    .new_transport = audit_name("b#2"),
				    .candidate_count = 2,
				    .loss_ratio = 50000,
				    .latency_estimate_ms = 20,
				    .switch_latency_ms = 3,
				    .bounded_by_policy = {.cooldown_ok = true}},
	};
	char line[AUDIT_LINE_MAX_BYTES + 1];

	(void)render(&event, line);
	cr_assert_str_eq(strstr(line, "\"previous_transport\""),
			 "\"previous_transport\":\"a#1\",\"new_transport\":\"b#2\",\"candidate_count\":2,"
			 "\"loss_ratio\":0.05,\"latency_estimate_ms\":20,\"switch_latency_ms\":3,\"explicit\":true,"
			 "\"auditable\":true,\"bounded_by_policy\":{\"cooldown_ok\":true,\"switch_rate_ok\":false}}");
}

/* T-DET-01, INV-13: the same event, the same bytes. */
Test(audit_event, is_deterministic)
{
	struct audit_event event = {.type = AUDIT_EVENT_PathScoreUpdate,
				    .PathScoreUpdate = {.candidates = {.count = 2}}};
	char a[AUDIT_LINE_MAX_BYTES + 1], b[AUDIT_LINE_MAX_BYTES + 1];

	event.PathScoreUpdate.candidates.list[0].path = audit_name("x");
	(void)render(&event, a);
	(void)render(&event, b);
	cr_assert_str_eq(a, b);
}

/* Every type, every byte of its fields at its worst: it fits a line, and can be read back unless a word is unknown. */
Test(audit_event, the_longest_lines_fit)
{
	static const int fills[] = {0x7f, 0xff};

	for (int i = 0; i < 2 * AUDIT_EVENT_COUNT; i++) {
		struct audit_event event;
		char line[AUDIT_LINE_MAX_BYTES + 1];

		memset(&event, fills[i % 2], sizeof(event)); /* large numbers, full names, set hashes */
		event.type = (enum audit_event_type)(i / 2);
		if (event.type == AUDIT_EVENT_TransportSwitch) /* a bool is 0 or 1 */
			event.TransportSwitch.bounded_by_policy = (struct audit_bounds){true, true};
		cr_expect_leq(render(&event, line), AUDIT_LINE_MAX_BYTES, "%s", audit_event_name(event.type));
	}
}

Test(audit_event, every_type_is_read_back)
{
	for (int type = 0; type < AUDIT_EVENT_COUNT; type++) {
		struct audit_event event = {.type = (enum audit_event_type)type,
					    .session = UINT64_MAX,
					    .version = JVPN_VERSION_MAX,
					    .ts_ms = 1,
					    .mono_ns = 2,
					    .reason = JVPN_REASON_cooldown_active,
					    .transport = audit_name("t#1")};
		char line[AUDIT_LINE_MAX_BYTES + 1];
		struct audit_record record;
		const char *why;
		size_t bytes;

		if (event.type == AUDIT_EVENT_TransportSwitch)
			event.TransportSwitch.new_transport = audit_name("u#2");
		bytes = render(&event, line);
		cr_assert_eq(audit_record_parse(line, bytes, &record, &why), 0, "%s: %s", line, why);
		cr_expect_eq((int)record.type, type);
		cr_expect_eq(record.session, UINT64_MAX);
		cr_expect_eq(record.version, JVPN_VERSION_MAX);
		cr_expect_eq(record.reason, JVPN_REASON_cooldown_active);
		cr_expect_eq(record.seq, 42);
		cr_expect_eq(record.mono_ns, 2);
		cr_expect_eq(record.previous.bytes[1], 0xcd);
		cr_expect_str_eq(record.transport.text, "t#1");
		cr_expect_str_eq(record.node.text, "gw-1");
	}
}

/* T-OBS-06, INV-36: whatever a peer or a file calls itself, the log gets letters of a narrow alphabet. */
Test(audit_event, foreign_names_cannot_speak)
{
	struct audit_event event = {.type = AUDIT_EVENT_TransportAttached};
	char line[AUDIT_LINE_MAX_BYTES + 1];

	memcpy(event.transport.text, "x\"},{\"k\":\"\n\x01\xff y", 16); /* put there without audit_name() */
	(void)render(&event, line);
	cr_assert(strstr(line, "\"transport_id\":\"x__________:____y\"") || strstr(line, "\"transport_id\":\"x"));
	cr_assert_not(strchr(line, '\n'));
	cr_assert_not(strstr(line, "{\"k\""));
	memset(event.transport.text, 'a', sizeof(event.transport.text)); /* no NUL at all */
	(void)render(&event, line);
	cr_assert(strstr(line, "\"transport_id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""));
}

/* T-OBS-06: no key of any line may be named after a secret, and no field is free text. */
Test(audit_event, no_field_is_for_secrets)
{
	static const char *const words[] = {"private", "preshared", "psk",	  "secret",
					    "payload", "plaintext", "nonce_value"};
	static const char *const fields[] = {
#define X(name, class, members) members
#define F(kind, member) #kind " " #member,
		AUDIT_EVENTS(X, F)
#undef F
#undef X
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		cr_expect_neq(strncmp(fields[i], "text ", 5), 0);
		for (size_t w = 0; w < sizeof(words) / sizeof(*words); w++)
			cr_expect_null(strstr(fields[i], words[w]), "%s", fields[i]);
	}
}

static const struct {
	const char *line;
	int error;
	const char *why;
} refused[] = {
	{"", -EBADMSG, "no JSON object"},
	{"[]", -EBADMSG, "no JSON object"},
	{"null", -EBADMSG, "no JSON object"},
	{"{}", -EINVAL, "ts_ms"},
	{"{\"ts_ms\":1,\"ts_ms\":1}", -EBADMSG, "no JSON object"},
	{"{\"ts_ms\":-1}", -EINVAL, "ts_ms"},
	{"{\"ts_ms\":1.5}", -EINVAL, "ts_ms"},
	{"{\"ts_ms\":\"1\"}", -EINVAL, "ts_ms"},
	{"{\"ts_ms\":99999999999999999999}", -EBADMSG, "no JSON object"},
	{"{\"ts_ms\":1}", -EINVAL, "event_type"},
	{"{\"ts_ms\":1,\"event_type\":\"Nonsense\"}", -EINVAL, "event_type"},
	{"{\"ts_ms\":1,\"event_type\":[]}", -EINVAL, "event_type"},
	{"{\"ts_ms\":1,\"event_type\":\"Snapshot\",\"session_id\":\"00C0FFEE00C0FFEE\"}", -EINVAL, "session_id"},
	{"{\"ts_ms\":1,\"event_type\":\"Snapshot\",\"session_id\":\"00\"}", -EINVAL, "session_id"},
	{"{\"ts_ms\":1,\"event_type\":\"Snapshot\",\"session_id\":\"0000000000000000\"}", -EINVAL, "node_id"},
	{"{\"ts_ms\":1,\"event_type\":\"Snapshot\",\"session_id\":\"0000000000000000\",\"node_id\":\"a b\"}", -EINVAL,
	 "node_id"},
};

Test(audit_event, refuses_what_is_no_record)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct audit_record record = {.seq = 77};
		const char *why;
		int r = audit_record_parse(refused[i].line, strlen(refused[i].line), &record, &why);

		cr_expect_eq(r, refused[i].error, "%s: %d", refused[i].line, r);
		cr_expect_str_eq(why, refused[i].why, "%s: %s", refused[i].line, why);
		cr_expect_eq(record.seq, 77, "untouched");
	}
}

Test(audit_event, refuses_giant_and_deep_lines)
{
	static char line[100000];
	struct audit_record record;
	const char *why;

	memset(line, '[', sizeof(line));
	cr_assert_eq(audit_record_parse(line, sizeof(line), &record, &why), -EMSGSIZE);
	cr_assert_eq(audit_record_parse(line, AUDIT_LINE_MAX_BYTES, &record, &why), -EBADMSG);
}

/* Replaces one value in a good line; `what` 0: its own. */
Test(audit_event, refuses_wrong_words_and_numbers)
{
	static const char *const changes[][2] = {
		{"\"ATTACHED\"", "\"ATTACHEX\""},
		{"\"state_version\":7", "\"state_version\":72057594037927936"}, /* 2^56 */
		{"\"heartbeat_timeout\"", "\"heartbeat_timeoux\""},
		{"\"seq\":42", "\"seq\":-42"},
		{"\"prev_hash\":\"abcd", "\"prev_hash\":\"abcx"},
		{"\"prev_hash\":\"abcd", "\"prev_hash\":\"abc"},
		{"\"mono_ns\":0", "\"mono_ns\":null"},
	};
	const struct audit_event event = {
		.type = AUDIT_EVENT_SessionStateChange,
		.version = 7,
		.reason = JVPN_REASON_heartbeat_timeout,
		.SessionStateChange = {JVPN_STATE_ATTACHED, JVPN_STATE_VOLATILE},
	};
	char line[AUDIT_LINE_MAX_BYTES + 1];

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct audit_record record;
		const char *why;
		char changed[AUDIT_LINE_MAX_BYTES + 64];
		char *at;

		(void)render(&event, line);
		cr_assert_eq(audit_record_parse(line, strlen(line), &record, &why), 0);
		at = strstr(line, changes[i][0]);
		cr_assert(at, "%s", changes[i][0]);
		(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - line), line, changes[i][1],
			       at + strlen(changes[i][0]));
		cr_expect_eq(audit_record_parse(changed, strlen(changed), &record, &why), -EINVAL, "%s", changes[i][1]);
	}
}
