/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of jvpn-ctl maps: the list, every map's entries, and that no key comes out of any of it. */
#include "test_plane.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

TestSuite(ctl_maps, .init = plane_begin, .fini = plane_end, .timeout = 60);

#define ID 0x0123456789abcdefull

static const char *const names[] = {
#define NAME(name) #name,
	JVPN_MAP_NAMES(NAME)
#undef NAME
};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* Something in every map but `events` and `delivery`. */
static struct dataplane *pin_full(void)
{
	struct dataplane *plane = plane_pin("jt0");
	struct jvpn_prefix_v6 v6 = {64, {0xfd, 0x08}};
	struct jvpn_ip source = {.bytes = {[10] = 0xff, 0xff, 203, 0, 113, 5}};

	plane_put_session(plane, ID, 3);
	plane_put_route_v4(plane, "10.8.0.0", 16, 3, ID);
	plane_put_route_v4(plane, "10.8.0.2", 32, 3, ID);
	plane_put_route_v4(plane, "9.0.0.0", 8, 4, 0);
	plane_put(plane->maps.routes_v6, &v6, &(struct jvpn_route){.session = ID, .peer = 3, .staged_ns = 9});
	plane_put(plane->maps.admission, &source, &(struct jvpn_bucket){11, 12});
	plane_put(plane->maps.uplinks, &(uint32_t){1}, &(struct jvpn_uplink){1, 1500, 1, {0}});
	plane_put_drop(plane, 7, 1);
	return plane;
}

Test(ctl_maps, the_list_has_every_map)
{
	json_t *document, *map;
	size_t i;

	(void)pin_full();
	document = plane_ctl_json("maps");
	cr_assert_eq(json_array_size(document), NAMES);
	json_array_foreach(document, i, map)
	{
		const char *name, *type, *path;
		json_int_t used, max, key_bytes, value_bytes;

		cr_assert_eq(json_unpack(map, "{s:s, s:s, s:I, s:I, s:I, s:I, s:s !}", "name", &name, "type", &type,
					 "used", &used, "max", &max, "key_bytes", &key_bytes, "value_bytes",
					 &value_bytes, "path", &path),
			     0);
		cr_assert_str_eq(name, names[i]);
		cr_assert_eq(access(path, F_OK), 0, "%s", path);
		cr_assert(used <= max);
		cr_assert_eq(used == 0, !strcmp(name, "events") || !strcmp(name, "delivery"), "%s", name);
	}
	json_decref(document);
	for (i = 0; i < NAMES; i++)
		cr_assert(strstr(plane_ctl("maps").out, names[i]));
}

static json_t *entry(const char *map, size_t position)
{
	char line[64];
	json_t *document, *found;

	(void)snprintf(line, sizeof(line), "maps %s", map);
	document = plane_ctl_json(line);
	cr_assert_str_eq(json_string_value(json_object_get(document, "name")), map);
	found = json_incref(json_array_get(json_object_get(document, "entries"), position));
	json_decref(document);
	cr_assert_not_null(found, "%s", map);
	return found;
}

static void assert_entry(const char *map, size_t position, const char *expected)
{
	json_t *found = entry(map, position), *wanted = json_loads(expected, 0, NULL);
	_cleanup_free_ char *text = json_dumps(found, JSON_COMPACT);

	cr_assert_not_null(wanted, "%s", expected);
	cr_assert(json_equal(found, wanted), "%s: %s", map, text);
	json_decref(found);
	json_decref(wanted);
}

Test(ctl_maps, entries_are_decoded)
{
	(void)pin_full();
	assert_entry("routes_v4", 0, "{\"prefix\":\"9.0.0.0/8\",\"session\":null,\"peer\":4,\"staged_ns\":0}");
	assert_entry("routes_v4", 1,
		     "{\"prefix\":\"10.8.0.0/16\",\"session\":\"0123456789abcdef\",\"peer\":3,\"staged_ns\":0}");
	assert_entry("routes_v4", 2,
		     "{\"prefix\":\"10.8.0.2/32\",\"session\":\"0123456789abcdef\",\"peer\":3,\"staged_ns\":0}");
	assert_entry("routes_v6", 0,
		     "{\"prefix\":\"fd08::/64\",\"session\":\"0123456789abcdef\",\"peer\":3,\"staged_ns\":9}");
	assert_entry("admission", 0, "{\"source\":\"203.0.113.5\",\"filled_ns\":11,\"tokens_ns\":12}");
	assert_entry("uplinks", 0, "{\"ifindex\":1,\"name\":\"lo\",\"mtu\":1500,\"native\":true}");
	assert_entry("counters", 0,
		     "{\"slot\":3,\"tx_packets\":20,\"tx_bytes\":2048,\"rx_packets\":10,\"rx_bytes\":1258291,"
		     "\"last_tx_ns\":0,\"last_tx_data_ns\":0,\"last_rx_ns\":995000000000,\"last_rx_data_ns\":0}");
	assert_entry("keypairs", 1,
		     "{\"index\":49,\"session\":\"0123456789abcdef\",\"birth_ns\":988000000000,\"send_counter\":77,"
		     "\"received\":55,\"replay_greatest\":44,\"peer_index\":1049,\"initiator\":true,\"dead\":false,"
		     "\"send_key\":\"(secret)\",\"receive_key\":\"(secret)\"}");
}

Test(ctl_maps, meta_and_sessions_are_decoded)
{
	json_t *found;

	(void)pin_full();
	found = entry("meta", 0);
	cr_assert_eq(json_object_size(found), 11);
	cr_assert_str_eq(json_string_value(json_object_get(found, "interface")), "jt0");
	cr_assert_eq(json_integer_value(json_object_get(found, "keypair_bytes")), sizeof(struct jvpn_keypair));
	json_decref(found);
	found = entry("sessions", 0);
	cr_assert_eq(json_object_size(found), 20);
	cr_assert_str_eq(json_string_value(json_object_get(found, "id")), "0123456789abcdef");
	cr_assert_eq(json_integer_value(json_object_get(found, "current_key")), 49);
	cr_assert_eq(json_integer_value(json_object_get(found, "sending_slot")), 0);
	cr_assert_eq(json_integer_value(json_object_get(json_array_get(json_object_get(found, "paths"), 1), "slot")),
		     3);
	json_decref(found);
}

/* Every byte of every key is 0x5a: 'Z', base64 "WlpaWlpa", hex "5a5a", a little-endian word 1515870810. */
static void assert_keeps_secrets(const char *text)
{
	static const char *const traces[] = {"ZZZ", "WlpaW", "5a5a5a", "5A5A5A", "1515870810", "6510615555426900570"};

	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++)
		cr_assert_null(strstr(text, traces[i]), "%s", text);
}

Test(ctl_maps, no_key_is_ever_printed)
{
	static const char *const lines[] = {"status", "sessions", "drops --all", "maps"};
	char line[64];

	(void)pin_full();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (int json = 0; json < 2; json++) {
			(void)snprintf(line, sizeof(line), "%s%s", json ? "--json " : "", lines[i]);
			assert_keeps_secrets(plane_ctl(line).out);
		}
	for (size_t i = 0; i < NAMES; i++)
		for (int json = 0; json < 2; json++) {
			struct outcome outcome;

			(void)snprintf(line, sizeof(line), "%smaps %s", json ? "--json " : "", names[i]);
			outcome = plane_ctl(line);
			cr_assert_eq(outcome.code, CTL_OK, "%s", outcome.err);
			cr_assert_gt(strlen(outcome.out), 10);
			assert_keeps_secrets(outcome.out);
		}
	cr_assert(strstr(plane_ctl("maps keypairs").out, "(secret)"));
}

Test(ctl_maps, a_ring_of_events_tells_its_unread_bytes)
{
	json_t *document;

	(void)pin_full();
	document = plane_ctl_json("maps events");
	cr_assert_eq(json_integer_value(json_object_get(document, "used")), 0);
	cr_assert_eq(json_integer_value(json_object_get(document, "max")), JVPN_EVENTS_BYTES);
	cr_assert_eq(json_array_size(json_object_get(document, "entries")), 0);
	json_decref(document);
}

Test(ctl_maps, many_entries_are_one_line_each_and_few_are_a_block)
{
	struct dataplane *plane = pin_full();

	cr_assert(strstr(plane_ctl("maps sessions").out, "\nstate_version   5\n"));
	cr_assert(strstr(plane_ctl("maps sessions").out, "paths[1]        {"));
	cr_assert(strstr(plane_ctl("maps uplinks").out, "ifindex  name   mtu  native\n      1  lo    1500  true\n"),
		  "%s", plane_ctl("maps uplinks").out);
	cr_assert(strstr(plane_ctl("maps delivery").out, "(no entries)"));
	plane_put_session(plane, ID + 1, 4);
	cr_assert(strstr(plane_ctl("maps counters").out, "slot  tx_packets"));
}
