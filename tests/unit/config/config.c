/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of config/config: what good files become. tests/unit/config/refusals.c has the bad ones. */
#include "config/config.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "../base/leaks.h"

#define KEY_A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_C "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define HEAD "[Interface]\nPrivateKey = " KEY_A "\n"

TestSuite(config, .fini = assert_no_leaks);

static struct config *parsed(const char *text)
{
	struct config_error error = {0};
	struct config *config = NULL;

	cr_assert_eq(config_parse(text, strlen(text), &config, &error), 0, "%u: %s", error.line, error.text);
	return config;
}

static void expect_key(const uint8_t *key, const char *base64)
{
	char text[SECRET_BASE64_CHARS + 1];

	cr_assert_not_null(key);
	secret_to_base64(key, text);
	cr_expect_str_eq(text, base64);
}

static void expect_prefix(const struct prefix *prefix, const char *expected)
{
	char text[PREFIX_TEXT_BYTES];

	prefix_format(prefix, text);
	cr_expect_str_eq(text, expected);
}

Test(config, the_smallest)
{
	_cleanup_(cleanup_config) struct config *config = parsed(HEAD);

	expect_key(config->private_key, KEY_A);
	cr_expect_null(config->private_key_file);
	cr_expect_eq(config->listen_port, 0);
	cr_expect_eq(config->mtu, 0);
	cr_expect_eq(config->fwmark, 0);
	cr_expect_eq(config->address_count + config->uplink_count + config->peer_count, 0);
	cr_expect_not(config->table_off);
	cr_expect_not(config->has_wg_quick_keys);
}

Test(config, everything)
{
	_cleanup_(cleanup_config) struct config *config = parsed("[Interface]\n"
								 "PrivateKey = " KEY_A "\n"
								 "ListenPort = 51820\n"
								 "Address = 10.8.0.1/24, fd08::1/64\n"
								 "Address = 10.9.0.1\n"
								 "MTU = 1420\n"
								 "Uplinks = eth0, wwan0\n"
								 "FwMark = 0xca6c\n"
								 "[Peer]\n"
								 "PublicKey = " KEY_B "\n"
								 "PresharedKey = " KEY_C "\n"
								 "AllowedIPs = 10.8.0.2/32, 10.20.30.40/16\n"
								 "AllowedIPs = fd08::2/128\n"
								 "Endpoint = vpn.example.org:51821\n"
								 "PersistentKeepalive = 25\n"
								 "[Peer]\n"
								 "PublicKey = " KEY_C "\n");
	const struct config_peer *peer = &config->peers[0];

	cr_expect_eq(config->listen_port, 51820);
	cr_expect_eq(config->mtu, 1420);
	cr_expect_eq(config->fwmark, 0xca6c);
	cr_assert_eq(config->address_count, 3);
	expect_prefix(&config->addresses[0], "10.8.0.1/24");
	expect_prefix(&config->addresses[1], "fd08::1/64");
	expect_prefix(&config->addresses[2], "10.9.0.1/32");
	cr_assert_eq(config->uplink_count, 2);
	cr_expect_str_eq(config->uplinks[0], "eth0");
	cr_expect_str_eq(config->uplinks[1], "wwan0");
	cr_assert_eq(config->peer_count, 2);
	expect_key(peer->public_key, KEY_B);
	expect_key(peer->preshared_key, KEY_C);
	cr_assert_eq(peer->allowed_ip_count, 3);
	expect_prefix(&peer->allowed_ips[0], "10.8.0.2/32");
	expect_prefix(&peer->allowed_ips[1], "10.20.0.0/16");
	expect_prefix(&peer->allowed_ips[2], "fd08::2/128");
	cr_expect_str_eq(peer->endpoint_host, "vpn.example.org");
	cr_expect_eq(peer->endpoint_port, 51821);
	cr_expect_eq(peer->keepalive_s, 25);
	cr_expect_eq(peer->line, 9);
	cr_expect_null(config->peers[1].preshared_key);
	cr_expect_null(config->peers[1].allowed_ips);
	cr_expect_null(config->peers[1].endpoint_host);
	cr_expect_eq(config->peers[1].line, 16);
}

Test(config, tolerates_what_wg_quick_tolerates)
{
	_cleanup_(cleanup_config) struct config *config = parsed("\xef\xbb\xbf# a comment\r\n"
								 "\r\n"
								 "  [INTERFACE]  # trailing\r\n"
								 "\tprivatekey=" KEY_A "#x\r\n"
								 "listenport   =   7   \r\n"
								 "ADDRESS = 10.0.0.1/8 10.0.0.2/8\t,\tfd00::1\r\n"
								 "#ListenPort = 8\r\n"
								 "[peer]\r\n"
								 "ALLOWEDIPS = 10.0.0.0/8\r\n"
								 "endPoint=[2001:db8::1]:1\r\n"
								 "PublicKey = " KEY_B); /* no newline at the end */

	cr_expect_eq(config->listen_port, 7);
	cr_expect_eq(config->address_count, 3);
	cr_assert_eq(config->peer_count, 1);
	cr_expect_str_eq(config->peers[0].endpoint_host, "2001:db8::1");
	cr_expect_eq(config->peers[0].allowed_ip_count, 1);
}

Test(config, leaves_to_wg_quick)
{
	_cleanup_(cleanup_config) struct config *config =
		parsed(HEAD "PreUp = a = b\nPostUp = iptables -A x; y\nPostUp = again\nPreDown =\nPostDown = [z]\n"
			    "DNS = 1.1.1.1, example.org\nSaveConfig = true\nTable = 0x7b\n");

	cr_expect(config->has_wg_quick_keys);
	cr_expect_not(config->table_off);
}

static bool table_off(const char *value)
{
	char text[200];
	_cleanup_(cleanup_config) struct config *config = NULL;

	snprintf(text, sizeof(text), HEAD "Table = %s\n", value);
	config = parsed(text);
	return config->table_off;
}

Test(config, table)
{
	cr_expect(table_off("off"));
	cr_expect(table_off("OFF"));
	cr_expect_not(table_off("auto"));
	cr_expect_not(table_off("51820"));
}

static uint32_t fwmark_of(const char *value)
{
	char text[200];
	_cleanup_(cleanup_config) struct config *config = NULL;

	snprintf(text, sizeof(text), HEAD "FwMark = %s\n", value);
	config = parsed(text);
	return config->fwmark;
}

Test(config, fwmarks)
{
	cr_expect_eq(fwmark_of("off"), 0);
	cr_expect_eq(fwmark_of("0"), 0);
	cr_expect_eq(fwmark_of("51820"), 51820);
	cr_expect_eq(fwmark_of("0XCa6C"), 0xca6c);
	cr_expect_eq(fwmark_of("4294967295"), UINT32_MAX);
	cr_expect_eq(fwmark_of("0xffffffff"), UINT32_MAX);
}

Test(config, bounds_are_inside)
{
	_cleanup_(cleanup_config) struct config *low =
		parsed(HEAD "ListenPort = 0\nMTU = 576\nAddress = 10.0.0.1/0\n[Peer]\nPublicKey = " KEY_B
			    "\nPersistentKeepalive = 0\nEndpoint = h:1\nAllowedIPs = ::/0, 0.0.0.0/0\n");
	_cleanup_(cleanup_config) struct config *high =
		parsed(HEAD "ListenPort = 65535\nMTU = 9216\nAddress = fd00::1/128\nUplinks = fifteencharacte\n[Peer]\n"
			    "PublicKey = " KEY_B "\nPersistentKeepalive = 65535\nEndpoint = h:65535\n");
	_cleanup_(cleanup_config) struct config *off = parsed(
		HEAD "MTU = 1280\nAddress = fd00::1\n[Peer]\nPublicKey = " KEY_B "\nPersistentKeepalive = off\n");

	cr_expect_eq(low->mtu, 576);
	cr_expect_eq(low->peers[0].allowed_ip_count, 2);
	cr_expect_eq(high->mtu, 9216);
	cr_expect_eq(high->peers[0].keepalive_s, 65535);
	cr_expect_eq(high->peers[0].endpoint_port, 65535);
	cr_expect_eq(off->peers[0].keepalive_s, 0);
}

Test(config, a_peer_may_repeat_its_prefix)
{
	_cleanup_(cleanup_config) struct config *config = parsed(
		HEAD "[Peer]\nPublicKey = " KEY_B "\nAllowedIPs = 10.0.0.1/24, 10.1.0.0/16\nAllowedIPs = 10.0.0.2/24\n"
		     "[Peer]\nPublicKey = " KEY_C "\nAllowedIPs = 10.0.0.0/25\n");

	cr_assert_eq(config->peers[0].allowed_ip_count, 2);
	expect_prefix(&config->peers[0].allowed_ips[0], "10.0.0.0/24");
	expect_prefix(&config->peers[0].allowed_ips[1], "10.1.0.0/16");
	cr_assert_eq(config->peers[1].allowed_ip_count, 1);
}

Test(config, allowed_ips_may_be_empty)
{
	_cleanup_(cleanup_config) struct config *config = parsed(HEAD "[Peer]\nPublicKey = " KEY_B "\nAllowedIPs =\n");

	cr_expect_eq(config->peers[0].allowed_ip_count, 0);
}

/* The protocol's "no preshared key" is 32 zero bytes. */
Test(config, a_zero_preshared_key_is_none)
{
	_cleanup_(cleanup_config) struct config *config =
		parsed(HEAD "[Peer]\nPublicKey = " KEY_B "\nPresharedKey = " ZERO "\n");

	cr_expect_null(config->peers[0].preshared_key);
}

Test(config, private_key_file_is_named_not_read)
{
	_cleanup_(cleanup_config) struct config *config = parsed("[Interface]\n\nPrivateKeyFile = keys/with space\n");

	cr_expect_null(config->private_key);
	cr_expect_str_eq(config->private_key_file, "keys/with space");
	cr_expect_eq(config->private_key_file_line, 3);
}

/* As many peers as there are sessions, in two sections' time each: n log n, not n². */
Test(config, as_many_peers_as_sessions, .timeout = 60)
{
	size_t capacity = CONFIG_PEERS_MAX * 200 + 1000, used;
	char *text = malloc(capacity);
	struct config *config;

	used = (size_t)snprintf(text, capacity, HEAD);
	for (unsigned int i = 0; i < CONFIG_PEERS_MAX; i++) {
		uint8_t key[JVPN_KEY_BYTES] = {1, (uint8_t)i, (uint8_t)(i >> 8)};
		char base64[SECRET_BASE64_CHARS + 1];

		secret_to_base64(key, base64);
		used += (size_t)snprintf(text + used, capacity - used,
					 "[Peer]\nPublicKey = %s\nAllowedIPs = 10.%u.%u.1/32\n", base64, i >> 8,
					 i & 255);
	}
	config = parsed(text);
	cr_assert_eq(config->peer_count, CONFIG_PEERS_MAX);
	expect_prefix(&config->peers[CONFIG_PEERS_MAX - 1].allowed_ips[0], "10.63.255.1/32");
	config_free(config);
	free(text);
	config_free(NULL);
}

Test(config, errors_as_text)
{
	struct config_error error = {.line = 7, .text = "MTU: '1' is not 576..9216"};
	char text[CONFIG_MESSAGE_BYTES], small[8];

	cr_expect_str_eq(config_error_format(&error, "/etc/jvpn/jvpn0.conf", text, sizeof(text)),
			 "/etc/jvpn/jvpn0.conf:7: MTU: '1' is not 576..9216");
	error.line = 0;
	cr_expect_str_eq(config_error_format(&error, "f", text, sizeof(text)), "f: MTU: '1' is not 576..9216");
	cr_expect_str_eq(config_error_format(&error, "f", small, sizeof(small)), "f: MTU:");
}
