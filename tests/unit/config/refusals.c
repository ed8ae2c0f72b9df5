/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of config/config: every refusal, its line and its words. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "../base/leaks.h"

#define KEY_A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_C "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define HEAD "[Interface]\nPrivateKey = " KEY_A "\n" /* the next line is 3 */
#define PEER HEAD "[Peer]\nPublicKey = " KEY_B "\n"  /* the next line is 5 */
#define PEER2 "[Peer]\nPublicKey = " KEY_C "\n"

TestSuite(refusals, .fini = assert_no_leaks);

static const struct {
	const char *text;
	unsigned int line;
	const char *fragment;
} refusals[] = {
	/* sections */
	{"", 0, "there is no [Interface] section"},
	{"# nothing\n\n", 0, "there is no [Interface] section"},
	{"[Peer]\nPublicKey = " KEY_B "\n", 0, "there is no [Interface] section"},
	{"[Interface]\n", 1, "[Interface] has no PrivateKey (base64) and no PrivateKeyFile (a path)"},
	{"\n\n[Interface]\nMTU = 1420\n[Peer]\n", 3, "[Interface] has no PrivateKey"},
	{HEAD "[Interface]\n", 3, "[Interface] is given twice, first in line 1"},
	{HEAD "[Policy]\nPreset = carrier\n", 3, "section '[Policy]' is not [Interface] or [Peer]"},
	{HEAD "[Peer\n", 3, "section '[Peer' is not [Interface] or [Peer]"},
	{HEAD "[]\n", 3, "section '[]' is not"},
	{HEAD "[Peer] x\n", 3, "section '[Peer] x' is not"},
	{HEAD "[Peer]\n", 3, "[Peer] has no PublicKey (base64)"},
	{HEAD "[Peer]\nAllowedIPs = 10.0.0.0/8\n[Peer]\nPublicKey = " KEY_B "\n", 3, "[Peer] has no PublicKey"},
	/* lines */
	{"MTU = 1420\n", 1, "a key before the first section: begin with [Interface]"},
	{HEAD "MTU\n", 3, "the line is neither '[Section]' nor 'Key = value'"},
	{HEAD "MTU: 1420\n", 3, "the line is neither"},
	{HEAD "= 5\n", 3, "unknown key ''; [Interface] has: PrivateKey PrivateKeyFile ListenPort Address MTU"},
	{HEAD "\x01\x02 = 5\n", 3,
	 "unknown key '?"
	 "?'"},
	/* keys */
	{HEAD "Frobnicate = 1\n", 3, "unknown key 'Frobnicate'; [Interface] has: PrivateKey"},
	{PEER "Frobnicate = 1\n", 5,
	 "unknown key 'Frobnicate'; [Peer] has: PublicKey PresharedKey AllowedIPs Endpoint PersistentKeepalive"},
	{PEER "Path = isp-a dev eth0 endpoint 192.0.2.2:51820\n", 5, "unknown key 'Path'"},
	{HEAD "Metrics = 127.0.0.1:9586\n", 3, "unknown key 'Metrics'"},
	{HEAD "AuditLog = /var/log/jvpn.jsonl\n", 3, "unknown key 'AuditLog'"},
	{HEAD "MTUs = 1\n", 3, "unknown key 'MTUs'"},
	{HEAD "MT = 1\n", 3, "unknown key 'MT'"},
	{PEER "ListenPort = 1\n", 5, "ListenPort belongs into [Interface]"},
	{HEAD "PublicKey = " KEY_B "\n", 3, "PublicKey belongs into [Peer]"},
	{HEAD "MTU = 1420\n\nmtu = 1420\n", 5, "MTU is given twice, first in line 3"},
	{PEER "PublicKey = " KEY_B "\n", 5, "PublicKey is given twice, first in line 4"},
	{HEAD "PrivateKey = " KEY_A "\n", 3, "PrivateKey is given twice, first in line 2"},
	{HEAD "ListenPort = 1\nListenPort = 1\n", 4, "ListenPort is given twice"},
	{HEAD "FwMark = 1\nFwMark = 1\n", 4, "FwMark is given twice"},
	{HEAD "Table = off\nTable = off\n", 4, "Table is given twice"},
	{HEAD "SaveConfig = true\nSaveConfig = true\n", 4, "SaveConfig is given twice"},
	{PEER "Endpoint = a:1\nEndpoint = a:1\n", 6, "Endpoint is given twice, first in line 5"},
	{PEER "PresharedKey = " KEY_C "\nPresharedKey = " KEY_C "\n", 6, "PresharedKey is given twice"},
	{PEER "PersistentKeepalive = 1\nPersistentKeepalive = 1\n", 6, "PersistentKeepalive is given twice"},
	/* private keys */
	{"[Interface]\nPrivateKey =\n", 2, "PrivateKey: the value is not a key of 44 base64 characters, not all zero"},
	{"[Interface]\nPrivateKey = " ZERO "\n", 2, "PrivateKey: the value is not a key"},
	{"[Interface]\nPrivateKey = short\n", 2, "PrivateKey: the value is not a key"},
	{"[Interface]\nPrivateKey = " KEY_A "=\n", 2, "PrivateKey: the value is not a key"},
	{HEAD "PrivateKeyFile = /x\n", 3, "PrivateKey and PrivateKeyFile: give one of them"},
	{"[Interface]\nPrivateKeyFile = /x\nPrivateKey = " KEY_A "\n", 3, "give one of them"},
	{"[Interface]\nPrivateKeyFile =\n", 2, "PrivateKeyFile: '' is not a path of 1..1023 characters"},
	/* numbers */
	{HEAD "ListenPort = 65536\n", 3, "ListenPort: '65536' is not 0..65535"},
	{HEAD "ListenPort =\n", 3, "ListenPort: '' is not 0..65535"},
	{HEAD "ListenPort = -1\n", 3, "ListenPort: '-1' is not 0..65535"},
	{HEAD "ListenPort = +1\n", 3, "ListenPort: '+1' is not"},
	{HEAD "ListenPort = 1 2\n", 3, "ListenPort: '1 2' is not"},
	{HEAD "ListenPort = 0x10\n", 3, "ListenPort: '0x10' is not"},
	{HEAD "ListenPort = 99999999999999999999999\n", 3, "ListenPort: '99999999999999999999999' is not"},
	{HEAD "ListenPort = 18446744073709551617\n", 3, "ListenPort: '18446744073709551617' is not"},
	{HEAD "MTU = 575\n", 3, "MTU: '575' is not 576..9216"},
	{HEAD "MTU = 9217\n", 3, "MTU: '9217' is not 576..9216"},
	{HEAD "MTU = auto\n", 3, "MTU: 'auto' is not 576..9216"},
	{HEAD "MTU = 1279\nAddress = fd00::1/64\n", 3, "MTU: 1279 is below 1280, which an IPv6 Address needs"},
	{HEAD "Address = fd00::1/64\nMTU = 1279\n" PEER2, 4, "MTU: 1279 is below 1280"},
	{HEAD "FwMark = 4294967296\n", 3, "FwMark: '4294967296' is not off, 0..4294967295 or 0x0..0xffffffff"},
	{HEAD "FwMark = 0x100000000\n", 3, "FwMark: '0x100000000' is not"},
	{HEAD "FwMark = 0x\n", 3, "FwMark: '0x' is not"},
	{HEAD "FwMark = on\n", 3, "FwMark: 'on' is not"},
	{HEAD "FwMark = ca6c\n", 3, "FwMark: 'ca6c' is not"},
	{HEAD "Table = main\n", 3, "Table: 'main' is not off, auto or 0..4294967295"},
	{PEER "PersistentKeepalive = 65536\n", 5, "PersistentKeepalive: '65536' is not off or 0..65535 seconds"},
	{PEER "PersistentKeepalive = 25s\n", 5, "PersistentKeepalive: '25s' is not"},
	{PEER "PersistentKeepalive =\n", 5, "PersistentKeepalive: '' is not"},
	/* addresses */
	{HEAD "Address =\n", 3, "Address: '' is not ADDRESS or ADDRESS/LENGTH with LENGTH 0..32 or 0..128"},
	{HEAD "Address = 10.0.0.1/33\n", 3, "Address: '10.0.0.1/33' is not"},
	{HEAD "Address = fd00::1/129\n", 3, "Address: 'fd00::1/129' is not"},
	{HEAD "Address = 10.0.0.256\n", 3, "Address: '10.0.0.256' is not"},
	{HEAD "Address = 10.0.0.1/24,\n", 3, "Address: an item of the list is empty; each is ADDRESS"},
	{HEAD "Address = ,10.0.0.1/24\n", 3, "Address: an item of the list is empty"},
	{HEAD "Address = 10.0.0.1/24,,10.0.0.2/24\n", 3, "Address: an item of the list is empty"},
	{HEAD "Address = ,\n", 3, "Address: an item of the list is empty"},
	{HEAD "Address = 10.0.0.1/24, x\n", 3, "Address: 'x' is not"},
	{HEAD "Address = 10.0.0.1/24\nAddress = 10.0.0.1/16\n", 4, "Address: '10.0.0.1/16' is given twice"},
	{HEAD "Address = 0.0.0.0/0\n", 3, "Address: '0.0.0.0/0' is not"},
	{HEAD "Address = ::/0\n", 3, "Address: '::/0' is not"},
	{HEAD "Address = ::ffff:10.0.0.1/104\n", 3, "Address: '::ffff:10.0.0.1/104' is not"},
	{HEAD "Address = fe80::1%eth0/64\n", 3, "Address: 'fe80::1%eth0/64' is not"},
	/* uplinks */
	{HEAD "Uplinks =\n", 3, "Uplinks: '' is not a device name of 1..15 characters"},
	{HEAD "Uplinks = sixteencharacter\n", 3, "Uplinks: 'sixteencharacter' is not"},
	{HEAD "Uplinks = eth0, a/b\n", 3, "Uplinks: 'a/b' is not"},
	{HEAD "Uplinks = eth0:1\n", 3, "Uplinks: 'eth0:1' is not"},
	{HEAD "Uplinks = ..\n", 3, "Uplinks: '..' is not"},
	{HEAD "Uplinks = eth0, eth0\n", 3, "Uplinks: 'eth0' is given twice"},
	{HEAD "Uplinks = eth0\nUplinks = eth1 eth0\n", 4, "Uplinks: 'eth0' is given twice"},
	/* peers */
	{HEAD "[Peer]\nPublicKey = short\n", 4,
	 "PublicKey: 'short' is not a key of 44 base64 characters, not all zero"},
	{HEAD "[Peer]\nPublicKey = " ZERO "\n", 4, "PublicKey: 'AAAAAAAA"},
	{HEAD "[Peer]\nPublicKey = " KEY_B "A\n", 4, "is not a key of 44 base64 characters"},
	{HEAD "[Peer]\nPublicKey = AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgJ=\n", 4, "is not a key of 44"},
	{PEER "PresharedKey = \n", 5, "PresharedKey: the value is not a key of 44 base64 characters"},
	{PEER "PresharedKey = " KEY_C "=\n", 5, "PresharedKey: the value is not a key"},
	{PEER "[Peer]\nPublicKey = " KEY_B "\n", 6, "PublicKey: the peer of line 3 has the same (given in line 4)"},
	{PEER PEER2 "[Peer]\nPublicKey = " KEY_C "\n[Peer]\nPublicKey = " KEY_B "\n", 8,
	 "PublicKey: the peer of line 5 has the same (given in line 6)"},
	{PEER PEER2 "[Peer]\nPublicKey = " KEY_B "\n[Peer]\nPublicKey = " KEY_C "\n", 8,
	 "PublicKey: the peer of line 3 has the same (given in line 4)"},
	{PEER "AllowedIPs = 10.0.0.0/33\n", 5, "AllowedIPs: '10.0.0.0/33' is not ADDRESS or ADDRESS/LENGTH"},
	{PEER "AllowedIPs = 10.0.0.0/8, everything\n", 5, "AllowedIPs: 'everything' is not"},
	{PEER "AllowedIPs = +10.0.0.0/8\n", 5, "AllowedIPs: '+10.0.0.0/8' is not"},
	{PEER "AllowedIPs = 10.0.0.0/8,\n", 5, "AllowedIPs: an item of the list is empty"},
	{PEER "AllowedIPs = 10.0.0.0/8\n" PEER2 "\nAllowedIPs = 10.1.2.3/8\n", 9,
	 "AllowedIPs: 10.0.0.0/8 already belongs to the peer of line 3 (given in line 5)"},
	{PEER "AllowedIPs = ::/0\n" PEER2 "AllowedIPs = fd00::/8, ::/0\n", 8, "AllowedIPs: ::/0 already belongs"},
	{PEER "AllowedIPs = 10.0.0.1, 10.0.0.2, 10.0.0.1, 10.0.0.3\n" PEER2
	      "AllowedIPs = 10.0.0.3\nAllowedIPs = 10.0.0.1\n",
	 8, "AllowedIPs: 10.0.0.3/32 already belongs"},
	{PEER "AllowedIPs = 10.0.0.1, 10.0.0.3\n" PEER2 "AllowedIPs = 10.0.0.1\nAllowedIPs = 10.0.0.3\n", 8,
	 "AllowedIPs: 10.0.0.1/32 already belongs"},
	{PEER "Endpoint = 192.0.2.1\n", 5,
	 "Endpoint: '192.0.2.1' is not IPV4:PORT, [IPV6]:PORT or NAME:PORT with PORT 1..65535"},
	{PEER "Endpoint = 192.0.2.1:0\n", 5, "Endpoint: '192.0.2.1:0' is not"},
	{PEER "Endpoint = 192.0.2.1:65536\n", 5, "Endpoint: '192.0.2.1:65536' is not"},
	{PEER "Endpoint = 2001:db8::1:51820\n", 5, "Endpoint: '2001:db8::1:51820' is not"},
	{PEER "Endpoint = a b:1\n", 5, "Endpoint: 'a b:1' is not"},
	{PEER "Endpoint =\n", 5, "Endpoint: '' is not"},
	{PEER "Endpoint = \x1b[31m:1\n", 5, "Endpoint: '?[31m:1' is not"},
};

Test(refusals, table)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct config_error error = {.line = 9999};
		struct config *config = NULL;
		int result = config_parse(refusals[i].text, strlen(refusals[i].text), &config, &error);

		cr_expect_eq(result, -EINVAL, "accepted:\n%s", refusals[i].text);
		cr_expect_null(config);
		cr_expect_eq(error.line, refusals[i].line, "line %u of:\n%s", error.line, refusals[i].text);
		cr_expect_not_null(strstr(error.text, refusals[i].fragment), "'%s' of:\n%s", error.text,
				   refusals[i].text);
		config_free(config);
	}
}

static struct config_error refused(const char *text, size_t length)
{
	struct config_error error = {.line = 9999};
	struct config *config = NULL;

	cr_assert_eq(config_parse(text, length, &config, &error), -EINVAL);
	cr_assert_null(config);
	return error;
}

Test(refusals, nul_bytes)
{
	static const char text[] = HEAD "MTU = 1\0"
					"420\n";
	struct config_error error = refused(text, sizeof(text) - 1);

	cr_expect_eq(error.line, 3);
	cr_expect_str_eq(error.text, "a NUL byte: this is not a text file");
}

/* Whatever is wrong with a line that holds a secret, the message does not repeat it. */
Test(refusals, never_show_a_key)
{
	static const char *const texts[] = {
		"[Interface]\nPrivateKey = " KEY_A "x\n",
		"[Interface]\n" KEY_A "\n",
		"[Interface]\n" KEY_A "=\n",
		"[Interface]\nPrivateKey " KEY_A "\n",
		"[Interface]\nPrivateKey: " KEY_A "\n",
		PEER "PresharedKey = x" KEY_A "\n",
		PEER "PresharedKey = " KEY_A "," KEY_A "\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config_error error = refused(texts[i], strlen(texts[i]));

		cr_expect_null(strstr(error.text, "AQEB"), "%s", error.text);
	}
}

Test(refusals, quotes_are_cut)
{
	struct config_error error;
	char text[600] = HEAD "MTU = ";

	memset(text + strlen(text), '7', 300);
	error = refused(text, strlen(text));
	cr_expect_str_eq(error.text, "MTU: '77777777777777777777777777777777777777777777...' is not 576..9216");
}
