/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of jvpn-ctl status and drops: with a daemon, with none, with one that hangs. */
#include "test_plane.h"

#include <criterion/criterion.h>
#include <string.h>

#include "jvpn/drop.h"

TestSuite(ctl_status, .init = plane_begin, .fini = plane_end, .timeout = 60);
TestSuite(ctl_drops, .init = plane_begin, .fini = plane_end, .timeout = 60);

#define ID 0x0123456789abcdefull

static struct dataplane *pin_one(void)
{
	struct dataplane *plane = plane_pin("jt0");

	plane_put_session(plane, ID, 3);
	plane_put_session(plane, ID + 1, 4);
	plane_put_route_v4(plane, "10.8.0.2", 32, 3, ID);
	plane_put_route_v4(plane, "10.9.0.0", 16, 3, ID);
	plane_put_route_v4(plane, "10.10.0.0", 16, 5, 0);
	plane_put_drop(plane, JVPN_DROP_replay, 2);
	plane_put(plane->maps.uplinks, &(uint32_t){1}, &(struct jvpn_uplink){1, 65536, 1, {0}});
	plane_put(plane->maps.uplinks, &(uint32_t){0x7ffffffe}, &(struct jvpn_uplink){0x7ffffffe, 1500, 0, {0}});
	return plane;
}

/* As ctl/status.h tells it, no more and no less. */
static void assert_is_status(json_t *document)
{
	const char *text;
	json_t *value, *uplinks, *sessions;
	json_int_t number, drops, rx, port;
	json_error_t error;

	cr_assert_eq(json_unpack_ex(
			     document, &error, 0,
			     "{s:s, s:I, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o !}",
			     "interface", &text, "listen_port", &port, "public_key", &text, "created_ms", &number,
			     "abi_version", &number, "tunnel_ifindex", &number, "uplinks", &uplinks, "daemon", &value,
			     "peers", &value, "sessions", &sessions, "rx_bytes", &rx, "tx_bytes", &number, "rx_packets",
			     &number, "tx_packets", &number, "drops", &drops, "refused_handshakes", &value),
		     0, "%s", error.text);
	cr_assert_eq(port, 51820);
	cr_assert_eq(rx, 2 * 1258291);
	cr_assert_eq(drops, 2 * libbpf_num_possible_cpus());
	cr_assert_eq(json_array_size(sessions), 2);
	cr_assert_eq(json_array_size(uplinks), 2);
	value = json_array_get(uplinks, 0);
	cr_assert_eq(json_unpack_ex(value, &error, 0, "{s:s, s:I, s:s, s:I !}", "name", &text, "ifindex", &number,
				    "mode", &text, "mtu", &number),
		     0, "%s", error.text);
	cr_assert_str_eq(text, "native");
	cr_assert_str_eq(json_string_value(json_object_get(json_array_get(uplinks, 1), "mode")), "generic");
}

static void assert_says(const char *out, const char *text)
{
	cr_assert(strstr(out, text), "\"%s\" is not in:\n%s", text, out);
}

Test(ctl_status, without_a_daemon)
{
	struct outcome outcome;
	json_t *document;

	(void)pin_one();
	document = plane_ctl_json("status");
	assert_is_status(document);
	cr_assert(json_is_null(json_object_get(document, "daemon")));
	cr_assert(json_is_null(json_object_get(document, "peers")));
	cr_assert(json_is_null(json_object_get(document, "refused_handshakes")));
	json_decref(document);
	outcome = plane_ctl("status");
	cr_assert_eq(outcome.code, CTL_OK);
	assert_says(outcome.out, "daemon not running");
	assert_says(outcome.out, "jt0, port 51820");
	assert_says(outcome.out, "ERERERERERERERERERERERERERERERERERERERERERE=");
	assert_says(outcome.out, "uplinks     lo (native), mtu 65536\n            #2147483646 (generic), mtu 1500\n");
	assert_says(outcome.out, "peer AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM= (native)\n"
				 "  session 0123456789abcde ATTACHED (nat_rebind_detected)\n"
				 "  allowed ips 10.8.0.2/32, 10.9.0.0/16\n"
				 "  handshake 12 s ago, 1.2 MiB received, 2.0 KiB sent\n"
				 "  *  isp-a  ACTIVE ");
	assert_says(outcome.out, "packets (jvpn-ctl drops tells why)");
}

Test(ctl_status, with_a_daemon)
{
	struct outcome outcome;
	json_t *document, *daemon;

	(void)pin_one();
	plane_start_daemon("jt0", false);
	document = plane_ctl_json("status");
	assert_is_status(document);
	daemon = json_object_get(document, "daemon");
	cr_assert_eq(json_object_size(daemon), 3);
	cr_assert_eq(json_integer_value(json_object_get(daemon, "pid")), 4711);
	cr_assert_str_eq(json_string_value(json_object_get(daemon, "version")), "9.8.7");
	cr_assert_eq(json_integer_value(json_object_get(daemon, "uptime_ms")), 3723000);
	cr_assert_eq(json_array_size(json_object_get(document, "peers")), 1);
	cr_assert_eq(json_integer_value(json_object_get(document, "refused_handshakes")), 3);
	json_decref(document);
	outcome = plane_ctl("status");
	assert_says(outcome.out, "daemon running, pid 4711, version 9.8.7, up 1 h 2 min");
	assert_says(outcome.out, "\npeer WAITING000000000000000000000000000000000000=\n"
				 "  no session, 203.0.113.9:51820, a handshake runs\n");
	assert_says(outcome.out, "3 handshakes");
}

Test(ctl_status, with_a_daemon_that_hangs)
{
	json_t *document;

	(void)pin_one();
	plane_start_daemon("jt0", true);
	document = plane_ctl_json("status");
	assert_is_status(document);
	cr_assert_str_eq(json_string_value(json_object_get(json_object_get(document, "daemon"), "error")),
			 "it does not answer");
	json_decref(document);
	assert_says(plane_ctl("status").out, "daemon in trouble: it does not answer");
}

Test(ctl_status, after_the_daemon_was_killed)
{
	(void)pin_one();
	plane_start_daemon("jt0", false);
	plane_stop_daemon(); /* SIGKILL: its socket stays */
	assert_says(plane_ctl("status").out, "daemon not running");
}

Test(ctl_status, many_peers_are_cut_to_a_screen)
{
	struct dataplane *plane = plane_pin("jt0");
	struct outcome outcome;

	for (uint32_t i = 0; i < 40; i++)
		plane_put_session(plane, ID + i, i);
	outcome = plane_ctl("status");
	assert_says(outcome.out, "... and 24 more: jvpn-ctl sessions");
}

Test(ctl_drops, the_document_has_every_reason)
{
	static const struct {
		json_int_t number;
		const char *name, *sentence;
	} reasons[] = {
#define REASON(number, name, sentence) {number, #name, sentence},
		JVPN_DROP_REASONS(REASON)
#undef REASON
	};
	const size_t count = sizeof(reasons) / sizeof(reasons[0]);
	json_t *document;

	(void)pin_one();
	document = plane_ctl_json("drops");
	cr_assert_eq(json_array_size(document), count);
	for (size_t i = 0; i < count; i++) {
		const char *name, *sentence;
		json_int_t number, packets;

		cr_assert_eq(json_unpack(json_array_get(document, i), "{s:I, s:s, s:I, s:s !}", "number", &number,
					 "name", &name, "count", &packets, "sentence", &sentence),
			     0);
		cr_assert_eq(number, reasons[i].number);
		cr_assert_str_eq(name, reasons[i].name);
		cr_assert_str_eq(sentence, reasons[i].sentence);
		cr_assert_eq(packets, number == JVPN_DROP_replay ? 2 * libbpf_num_possible_cpus() : 0);
	}
	json_decref(document);
}

Test(ctl_drops, the_text_leaves_out_what_never_happened)
{
	struct outcome some, all;

	(void)pin_one();
	some = plane_ctl("drops");
	all = plane_ctl("drops --all");
	assert_says(some.out, "replay  the counter was seen before");
	cr_assert_null(strstr(some.out, "no_route"));
	assert_says(all.out, "no_route");
	assert_says(all.out, "replay");
	cr_assert_null(strstr(some.out, "handshakes"), "no daemon, no word of it");
}

Test(ctl_drops, a_reason_of_a_newer_data_plane_is_not_lost)
{
	json_t *document, *last;

	plane_put_drop(plane_pin("jt0"), 63, 1);
	document = plane_ctl_json("drops");
	last = json_array_get(document, json_array_size(document) - 1);
	cr_assert_eq(json_integer_value(json_object_get(last, "number")), 63);
	cr_assert_str_eq(json_string_value(json_object_get(last, "name")), "unknown");
	json_decref(document);
	assert_says(plane_ctl("drops").out, "unknown");
}

Test(ctl_drops, none_at_all)
{
	(void)plane_pin("jt0");
	cr_assert_str_eq(plane_ctl("drops").out, "dropped packets: none\n");
}

Test(ctl_drops, the_daemons_refusals_are_told_too)
{
	struct outcome outcome;

	(void)pin_one();
	plane_start_daemon("jt0", false);
	outcome = plane_ctl("drops");
	assert_says(outcome.out, "refused handshakes\n  3  mac1  mac1 is wrong\n");
	cr_assert_null(strstr(outcome.out, "flood"));
	assert_says(plane_ctl("drops --all").out, "flood");
}
