/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of jvpn-ctl sessions: the document's exact shape, the text, and sessions at the edge. */
#include "test_plane.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(ctl_sessions, .init = plane_begin, .fini = plane_end, .timeout = 60);

#define ID 0x0123456789abcdefull

/* contract.md's keys, no more and no less: "!" refuses what is not named. */
static void assert_is_session(json_t *session)
{
	const char *text;
	json_t *value;
	json_int_t number;
	json_error_t error;

	cr_assert_eq(json_unpack_ex(
			     session, &error, 0,
			     "{s:s, s:s, s:s, s:s, s:I, s:o, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I !}",
			     "session_id", &text, "peer", &text, "kind", &text, "state", &text, "state_version",
			     &number, "reason", &value, "created_ms", &number, "active_path", &value, "paths", &value,
			     "rx_bytes", &number, "tx_bytes", &number, "rx_packets", &number, "tx_packets", &number,
			     "latest_handshake_ms", &value, "key_epoch", &number, "switches", &number, "policy_version",
			     &number),
		     0, "%s", error.text);
	cr_assert(json_is_array(json_object_get(session, "paths")));
}

static void assert_is_path(json_t *path)
{
	const char *text;
	json_t *value;
	json_int_t number;
	json_error_t error;

	cr_assert_eq(json_unpack_ex(path, &error, 0, "{s:I, s:s, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:I !}", "id",
				    &number, "name", &text, "local", &value, "remote", &text, "device", &value, "state",
				    &text, "rtt_us", &value, "loss_ppm", &value, "last_rx_ms", &value, "mtu", &number),
		     0, "%s", error.text);
}

static void assert_text(json_t *object, const char *key, const char *expected)
{
	const char *text = json_string_value(json_object_get(object, key));

	cr_assert(expected ? text && !strcmp(text, expected) : json_is_null(json_object_get(object, key)), "%s: %s",
		  key, text ? text : "(no text)");
}

static void assert_number(json_t *object, const char *key, json_int_t expected)
{
	cr_assert(json_is_integer(json_object_get(object, key)), "%s", key);
	cr_assert_eq(json_integer_value(json_object_get(object, key)), expected, "%s", key);
}

Test(ctl_sessions, the_document_is_the_contracts)
{
	json_t *document, *session;

	plane_put_session(plane_pin("jt0"), ID, 3);
	document = plane_ctl_json("sessions");
	cr_assert(json_is_array(document) && json_array_size(document) == 1);
	session = json_array_get(document, 0);
	assert_is_session(session);
	assert_text(session, "session_id", "0123456789abcdef");
	assert_text(session, "peer", "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=");
	assert_text(session, "kind", "native");
	assert_text(session, "state", "ATTACHED");
	assert_number(session, "state_version", 5);
	assert_text(session, "reason", "nat_rebind_detected");
	assert_number(session, "created_ms", (json_int_t)PLANE_WALL_MS - 60000);
	assert_text(session, "active_path", "isp-a");
	assert_number(session, "rx_bytes", 1258291);
	assert_number(session, "tx_bytes", 2048);
	assert_number(session, "rx_packets", 10);
	assert_number(session, "tx_packets", 20);
	assert_number(session, "latest_handshake_ms",
		      (json_int_t)PLANE_WALL_MS - 12000); /* the newer key pair's birth */
	assert_number(session, "key_epoch", 2);
	assert_number(session, "switches", 3);
	assert_number(session, "policy_version", 4);
	json_decref(document);
}

Test(ctl_sessions, paths_are_the_contracts)
{
	json_t *document, *paths, *first, *second;

	plane_put_session(plane_pin("jt0"), ID, 3);
	document = plane_ctl_json("sessions");
	paths = json_object_get(json_array_get(document, 0), "paths");
	cr_assert_eq(json_array_size(paths), 2);
	first = json_array_get(paths, 0);
	second = json_array_get(paths, 1);
	assert_is_path(first);
	assert_is_path(second);
	assert_number(first, "id", 1);
	assert_text(first, "name", "isp-a");
	assert_text(first, "local", "192.0.2.1");
	assert_text(first, "remote", "198.51.100.1:51820");
	assert_text(first, "device", "lo");
	assert_text(first, "state", "ACTIVE");
	assert_text(first, "rtt_us", NULL);
	assert_text(first, "loss_ppm", NULL);
	assert_number(first, "last_rx_ms", (json_int_t)PLANE_WALL_MS - 5000);
	assert_number(first, "mtu", 1500);
	assert_text(second, "name", "");
	assert_text(second, "state", "STANDBY");
	assert_text(second, "last_rx_ms", NULL);
	json_decref(document);
}

/* As plane_put_session(), changed: what a session may look like before and after its best times. */
static void put_changed(struct dataplane *plane, void (*change)(struct jvpn_session *session))
{
	struct jvpn_session session = {.id = 1, .word = JVPN_WORD(0, JVPN_WORD_NO_SLOT), .slot = 9};

	change(&session);
	plane_put(plane->maps.sessions, &(uint64_t){1}, &session);
}

static json_t *only_session(void)
{
	json_t *document = plane_ctl_json("sessions"), *session = json_incref(json_array_get(document, 0));

	json_decref(document);
	assert_is_session(session);
	return session;
}

static void keep_empty(struct jvpn_session *session)
{
	(void)session;
}

Test(ctl_sessions, a_newborn_one_has_nothing)
{
	json_t *session;

	put_changed(plane_pin("jt0"), keep_empty);
	session = only_session();
	assert_text(session, "reason", NULL);
	assert_text(session, "active_path", NULL);
	assert_text(session, "latest_handshake_ms", NULL);
	assert_text(session, "state", "BIRTH");
	assert_text(session, "kind", "wireguard");
	cr_assert_eq(json_array_size(json_object_get(session, "paths")), 0);
	assert_number(session, "rx_bytes", 0);
	json_decref(session);
	cr_assert(strstr(plane_ctl("sessions").out, "never"));
}

static void make_strange(struct jvpn_session *session)
{
	session->word = JVPN_WORD(JVPN_VERSION_MAX, 7);
	session->slot = UINT32_MAX;
	session->state = 99;
	session->kind = 99;
	session->reason = 999;
	session->created_ms = UINT64_MAX;
	session->paths[7] = (struct jvpn_path){.family = 6, .state = 99, .ifindex = 0x7fffffff, .id = UINT32_MAX};
	memset(session->paths[7].name, 0xff, sizeof(session->paths[7].name)); /* no NUL, no UTF-8 */
	session->paths[7].remote.bytes[0] = 0x20;
}

Test(ctl_sessions, a_strange_one_is_shown_all_the_same)
{
	json_t *session, *path;

	put_changed(plane_pin("jt0"), make_strange);
	session = only_session();
	assert_number(session, "state_version", (json_int_t)JVPN_VERSION_MAX);
	assert_text(session, "state", "unknown");
	assert_text(session, "reason", "unknown");
	assert_text(session, "active_path", "????????????????");
	assert_number(session, "created_ms", INT64_MAX);
	assert_number(session, "tx_bytes", 0);
	path = json_array_get(json_object_get(session, "paths"), 0);
	assert_is_path(path);
	assert_text(path, "local", NULL);
	assert_text(path, "remote", "[2000::]:0");
	assert_text(path, "device", "#2147483647");
	json_decref(session);
	cr_assert_eq(plane_ctl("sessions").code, CTL_OK);
}

static void name_no_path(struct jvpn_session *session)
{
	session->word = JVPN_WORD(1, 2);
	session->paths[2] = (struct jvpn_path){.family = 4, .state = JVPN_PATH_ACTIVE, .id = 17};
}

Test(ctl_sessions, a_path_without_a_name_goes_by_its_id)
{
	json_t *session;

	put_changed(plane_pin("jt0"), name_no_path);
	session = only_session();
	assert_number(session, "active_path", 17);
	json_decref(session);
	cr_assert(strstr(plane_ctl("sessions").out, "*  #17"));
}

static void receive_on_two(struct jvpn_session *session)
{
	session->word = JVPN_WORD(1, 0);
	session->slot = 3;
	session->paths[0] = (struct jvpn_path){.family = 4, .state = JVPN_PATH_ACTIVE, .id = 1};
	session->paths[1] = (struct jvpn_path){.family = 4, .state = JVPN_PATH_RETIRING, .id = 2};
}

/* The data plane counts by session: over which of two paths the last packet came is not known. */
Test(ctl_sessions, last_rx_is_told_only_when_it_is_known)
{
	struct dataplane *plane = plane_pin("jt0");
	json_t *session;

	plane_put_session(plane, 1, 3);
	put_changed(plane, receive_on_two);
	session = only_session();
	for (size_t i = 0; i < 2; i++)
		assert_text(json_array_get(json_object_get(session, "paths"), i), "last_rx_ms", NULL);
	json_decref(session);
}

Test(ctl_sessions, the_text_has_rows_and_their_paths)
{
	plane_put_session(plane_pin("jt0"), ID, 3);
	cr_assert_str_eq(plane_ctl("sessions").out,
			 "SESSION  PEER          KIND    STATE     REASON               CREATED    HANDSHAKE  RECEIVED "
			 "    SENT\n"
			 "012345   AwMDAwMDAwMD  native  ATTACHED  nat_rebind_detected  1 min ago  12 s ago    1.2 MiB "
			 " 2.0 KiB\n"
			 "  *  isp-a  ACTIVE   192.0.2.1  > 198.51.100.1:51820  dev lo  mtu 1500\n"
			 "     #2     STANDBY  192.0.2.2  > 198.51.100.2:51820  dev lo  mtu 1500\n");
}

Test(ctl_sessions, prefixes_tell_sessions_apart)
{
	struct dataplane *plane = plane_pin("jt0");
	struct outcome outcome;

	plane_put_session(plane, ID, 3);
	plane_put_session(plane, ID ^ 0xf0000000, 4); /* differs in the ninth digit */
	outcome = plane_ctl("sessions");
	cr_assert(strstr(outcome.out, "\n012345678  ") && strstr(outcome.out, "\n012345677  "), "%s", outcome.out);
}

Test(ctl_sessions, none_is_an_empty_array_and_a_word)
{
	json_t *document;

	(void)plane_pin("jt0");
	document = plane_ctl_json("sessions");
	cr_assert(json_is_array(document) && json_array_size(document) == 0);
	json_decref(document);
	cr_assert_str_eq(plane_ctl("sessions").out, "no sessions\n");
}
