/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of net/endpoint: texts, sockaddrs, and names that need no resolver. */
#include "net/endpoint.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <unistd.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text, *host;
	uint16_t port;
} good[] = {
	{"192.0.2.1:51820", "192.0.2.1", 51820},
	{"192.0.2.1:1", "192.0.2.1", 1},
	{"[2001:db8::1]:65535", "2001:db8::1", 65535},
	{"[fe80::1%eth0]:51820", "fe80::1%eth0", 51820},
	{"[fe80::1%3]:51820", "fe80::1%3", 51820},
	{"vpn.example.org:51820", "vpn.example.org", 51820},
	{"vpn.example.org.:51820", "vpn.example.org.", 51820},
	{"my-host_1:51820", "my-host_1", 51820},
	{"3com.example:80", "3com.example", 80},
	{"xn--bcher-kva.example:80", "xn--bcher-kva.example", 80},
};

Test(endpoint, splits)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char host[ENDPOINT_HOST_MAX_CHARS + 1] = "";
		uint16_t port = 0;

		cr_expect_eq(endpoint_split(good[i].text, strlen(good[i].text), host, &port), 0, "%s", good[i].text);
		cr_expect_str_eq(host, good[i].host);
		cr_expect_eq(port, good[i].port);
	}
}

static const struct {
	const char *text;
	int error;
} bad[] = {
	{"", -EINVAL},
	{":", -EINVAL},
	{":51820", -EINVAL},
	{"192.0.2.1", -EINVAL},
	{"192.0.2.1:", -ERANGE},
	{"192.0.2.1:0", -ERANGE},
	{"192.0.2.1:65536", -ERANGE},
	{"192.0.2.1:99999999999999999999", -ERANGE},
	{"192.0.2.1:-1", -EINVAL},
	{"192.0.2.1: 1", -EINVAL},
	{"192.0.2.1:0x50", -EINVAL},
	{"192.0.2.1:http", -EINVAL},
	{"192.0.2.256:1", -EINVAL},
	{"192.0.2:1", -EINVAL},
	{"1:1", -EINVAL},
	{"0x7f000001.1:1", -EINVAL},
	{"2001:db8::1:51820", -EINVAL}, /* no brackets */
	{"[192.0.2.1]:51820", -EINVAL},
	{"[2001:db8::1]51820", -EINVAL},
	{"[2001:db8::1:51820", -EINVAL},
	{"2001:db8::1]:51820", -EINVAL},
	{"[]:51820", -EINVAL},
	{"[2001:db8::1%eth0]:51820", -EINVAL}, /* a zone without link-local */
	{"[fe80::1%]:51820", -EINVAL},
	{"[fe80::1%a/b]:51820", -EINVAL},
	{"[fe80::1%sixteencharacter]:51820", -EINVAL},
	{"host name:51820", -EINVAL},
	{"-host:51820", -EINVAL},
	{"host..example:51820", -EINVAL},
	{".host:51820", -EINVAL},
	{"h\xc3\xb6st:51820", -EINVAL},
	{"host;rm:51820", -EINVAL},
};

Test(endpoint, refuses)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char host[ENDPOINT_HOST_MAX_CHARS + 1] = "untouched";
		uint16_t port = 77;

		cr_expect_eq(endpoint_split(bad[i].text, strlen(bad[i].text), host, &port), bad[i].error, "%s",
			     bad[i].text);
		cr_expect_str_eq(host, "untouched", "%s", bad[i].text);
		cr_expect_eq(port, 77);
	}
}

Test(endpoint, host_length_is_bounded)
{
	char text[400], host[ENDPOINT_HOST_MAX_CHARS + 1];
	uint16_t port;

	for (int i = 0; i < 400; i++)
		text[i] = i % 60 == 59 ? '.' : 'a';
	memcpy(text + 253, ":51820", 6);
	cr_assert_eq(endpoint_split(text, 259, host, &port), 0);
	cr_assert_eq(strlen(host), 253);
	text[253] = 'a';
	memcpy(text + 254, ":51820", 6);
	cr_assert_eq(endpoint_split(text, 260, host, &port), -ENAMETOOLONG);
	memset(text, 'a', 64);
	memcpy(text + 64, ":51820", 6);
	cr_assert_eq(endpoint_split(text, 70, host, &port), -EINVAL); /* a label of 64 */
	cr_assert_eq(endpoint_split(text + 1, 69, host, &port), 0);
}

/* Exact allocation: the sanitizer would see a read behind the text. */
Test(endpoint, reads_no_byte_behind_the_text)
{
	static const char *const texts[] = {"[fe80::1%3]:1", "[fe80::1%", "a:", "[]", "h.", "192.0.2.1:1"};
	char host[ENDPOINT_HOST_MAX_CHARS + 1];
	uint16_t port;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *copy = malloc(strlen(texts[i]));

		memcpy(copy, texts[i], strlen(texts[i]));
		(void)endpoint_split(copy, strlen(texts[i]), host, &port);
		free(copy);
	}
}

static struct endpoint endpoint_of(const char *text)
{
	struct endpoint endpoint;

	cr_assert_eq(endpoint_parse(text, strlen(text), &endpoint), 0, "%s", text);
	return endpoint;
}

Test(endpoint, texts_come_back)
{
	static const char *const texts[] = {"192.0.2.1:51820", "[2001:db8::1]:51820", "[::1]:1", "0.0.0.0:9"};

	for (size_t i = 0; i < 4; i++) {
		struct endpoint endpoint = endpoint_of(texts[i]);
		char text[ENDPOINT_TEXT_BYTES];

		endpoint_format(&endpoint, text);
		cr_expect_str_eq(text, texts[i]);
		cr_expect(endpoint_is_set(&endpoint));
	}
}

Test(endpoint, formats_the_unusual)
{
	struct endpoint none = {.port = 5}, local = endpoint_of("[fe80::1]:7");
	char text[ENDPOINT_TEXT_BYTES];

	endpoint_format(&none, text);
	cr_assert_str_eq(text, "(none)");
	cr_assert_not(endpoint_is_set(&none));
	local.scope = 4294967295u;
	endpoint_format(&local, text);
	cr_assert_str_eq(text, "[fe80::1%4294967295]:7");
}

Test(endpoint, parse_takes_no_names)
{
	struct endpoint endpoint = {.port = 77};

	cr_assert_eq(endpoint_parse("host:1", 6, &endpoint), -EINVAL);
	cr_assert_eq(endpoint_parse("[fe80::1%3]:1", 13, &endpoint), -EINVAL);
	cr_assert_eq(endpoint.port, 77);
}

Test(endpoint, equality_sees_every_member)
{
	struct endpoint a = endpoint_of("[fe80::1]:7"), b = a;

	cr_assert(endpoint_equal(&a, &b));
	b.port++;
	cr_assert_not(endpoint_equal(&a, &b));
	b = a;
	b.scope++;
	cr_assert_not(endpoint_equal(&a, &b));
	b = a;
	b.ip.bytes[15]++;
	cr_assert_not(endpoint_equal(&a, &b));
}

Test(endpoint, sockaddrs)
{
	struct endpoint v4 = endpoint_of("192.0.2.1:51820"), v6 = endpoint_of("[fe80::1]:51820"), back;
	union endpoint_sockaddr address;

	cr_assert_eq(endpoint_to_sockaddr(&v4, &address), sizeof(struct sockaddr_in));
	cr_assert_eq(address.v4.sin_family, AF_INET);
	cr_assert_eq(address.v4.sin_port, htons(51820));
	cr_assert_eq(address.v4.sin_addr.s_addr, htonl(0xc0000201));
	cr_assert_eq(endpoint_from_sockaddr(&address.any, &back), 0);
	cr_assert(endpoint_equal(&v4, &back));
	v6.scope = 3;
	cr_assert_eq(endpoint_to_sockaddr(&v6, &address), sizeof(struct sockaddr_in6));
	cr_assert_eq(address.v6.sin6_scope_id, 3);
	cr_assert_eq(endpoint_from_sockaddr(&address.any, &back), 0);
	cr_assert(endpoint_equal(&v6, &back));
	address.any.sa_family = AF_UNIX;
	cr_assert_eq(endpoint_from_sockaddr(&address.any, &back), -EAFNOSUPPORT);
}

/* A global address has no zone, whatever the kernel put there. */
Test(endpoint, scope_belongs_to_link_local)
{
	struct endpoint global = endpoint_of("[2001:db8::1]:1"), back;
	union endpoint_sockaddr address;

	endpoint_to_sockaddr(&global, &address);
	address.v6.sin6_scope_id = 9;
	cr_assert_eq(endpoint_from_sockaddr(&address.any, &back), 0);
	cr_assert_eq(back.scope, 0);
}

Test(endpoint, resolves_numbers_without_a_resolver)
{
	struct endpoint endpoint = {.port = 77}, expected = endpoint_of("[2001:db8::1]:51820");

	cr_assert_eq(endpoint_resolve("2001:db8::1", 51820, 0, &endpoint), 0);
	cr_assert(endpoint_equal(&endpoint, &expected));
	cr_assert_eq(endpoint_resolve("192.0.2.1", 5, 4, &endpoint), 0);
	expected = endpoint_of("192.0.2.1:5");
	cr_assert(endpoint_equal(&endpoint, &expected));
	cr_assert_eq(endpoint_resolve("192.0.2.1", 6, 6, &endpoint), -EADDRNOTAVAIL);
	cr_assert_eq(endpoint_resolve("999.0.2.1", 6, 0, &endpoint), -EINVAL);
	cr_assert_eq(endpoint.port, 5);
}

Test(endpoint, resolves_zones)
{
	struct endpoint endpoint;

	cr_assert_eq(endpoint_resolve("fe80::1%lo", 5, 0, &endpoint), 0);
	cr_assert_eq(endpoint.scope, if_nametoindex("lo"));
	cr_assert_eq(endpoint_resolve("fe80::1%nosuchdevice", 5, 0, &endpoint), -EINVAL);
}

Test(endpoint, resolves_localhost)
{
	struct endpoint endpoint;

	if (access("/etc/hosts", R_OK))
		cr_skip_test("this machine has no /etc/hosts that names localhost");
	cr_assert_eq(endpoint_resolve("localhost", 5, 4, &endpoint), 0);
	cr_assert_eq(ip_to_v4(&endpoint.ip), htonl(INADDR_LOOPBACK));
	cr_assert_eq(endpoint.port, 5);
}
