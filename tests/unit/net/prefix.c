/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of net/prefix: texts and arithmetic of addresses. */
#include "net/prefix.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	cr_assert_eq(prefix_parse(text, strlen(text), &prefix), 0, "%s", text);
	return prefix;
}

static struct jvpn_ip ip_of(const char *text)
{
	struct jvpn_ip ip;

	cr_assert_eq(ip_parse(text, strlen(text), &ip), 0, "%s", text);
	return ip;
}

Test(prefix, ipv4_is_mapped)
{
	static const uint8_t bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
	struct jvpn_ip ip = ip_of("192.0.2.1"), same = ip_of("::ffff:192.0.2.1");

	cr_assert_eq(memcmp(ip.bytes, bytes, 16), 0);
	cr_assert(ip_equal(&ip, &same));
	cr_assert(ip_is_v4(&ip));
	cr_assert_eq(ip_family(&ip), 4);
	cr_assert_eq(ip.words[2], JVPN_IP_MAPPED_PREFIX_BE);
	same = ip_from_v4(ip_to_v4(&ip));
	cr_assert(ip_equal(&ip, &same));
}

Test(prefix, any)
{
	struct jvpn_ip v4 = ip_of("0.0.0.0"), v6 = ip_of("::"), one = ip_of("::1");

	cr_assert(ip_is_any(&v4) && ip_is_v4(&v4));
	cr_assert(ip_is_any(&v6) && !ip_is_v4(&v6));
	cr_assert_not(ip_is_any(&one));
}

static const char *const round_trips[] = {"0.0.0.0/0",	"10.8.0.1/24",	    "255.255.255.255/32", "::/0",
					  "fd08::1/64", "2001:db8::ff/128", "fe80::1/10"};

Test(prefix, texts_come_back)
{
	for (size_t i = 0; i < sizeof(round_trips) / sizeof(round_trips[0]); i++) {
		struct prefix prefix = prefix_of(round_trips[i]);
		char text[PREFIX_TEXT_BYTES];

		prefix_format(&prefix, text);
		cr_expect_str_eq(text, round_trips[i]);
	}
}

Test(prefix, longest_text_fits)
{
	struct prefix prefix = prefix_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	char text[PREFIX_TEXT_BYTES];

	prefix_format(&prefix, text);
	cr_assert_str_eq(text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
}

Test(prefix, a_bare_address_is_a_host)
{
	struct prefix v4 = prefix_of("10.8.0.1"), v6 = prefix_of("fd08::1");

	cr_assert(v4.family == 4 && v4.length == 32);
	cr_assert(v6.family == 6 && v6.length == 128);
}

static const struct {
	const char *text;
	int error;
} bad[] = {
	{"", -EINVAL},
	{"/", -EINVAL},
	{"/24", -EINVAL},
	{"10.8.0.1/", -ERANGE},
	{"10.8.0.1/33", -ERANGE},
	{"10.8.0.1/-1", -ERANGE},
	{"10.8.0.1/+1", -ERANGE},
	{"10.8.0.1/ 1", -ERANGE},
	{"10.8.0.1/0x1", -ERANGE},
	{"10.8.0.1/0024", -ERANGE},
	{"10.8.0.1/4294967296", -ERANGE},
	{"10.8.0.1/24/24", -ERANGE},
	{"fd08::/129", -ERANGE},
	{"10.8.0/24", -EINVAL},
	{"10.8.0.256", -EINVAL},
	{"10.8.0.1.1", -EINVAL},
	{"010.8.0.1", -EINVAL},
	{" 10.8.0.1", -EINVAL},
	{"fd08:::1", -EINVAL},
	{"fe80::1%eth0/64", -EINVAL},
	{"::ffff:10.0.0.0/104", -EINVAL},
	{"::ffff:a00:0/104", -EINVAL},
	{"localhost", -EINVAL},
	{"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", -EINVAL},
};

Test(prefix, refuses)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct prefix prefix = {.family = 77};

		cr_expect_eq(prefix_parse(bad[i].text, strlen(bad[i].text), &prefix), bad[i].error, "%s", bad[i].text);
		cr_expect_eq(prefix.family, 77, "output touched by '%s'", bad[i].text);
	}
	cr_expect_eq(ip_parse("1.2.3.4\0x", 9, &(struct jvpn_ip){.words = {0}}), -EINVAL);
}

/* Exact allocation: the sanitizer would see a read behind the text. */
Test(prefix, reads_no_byte_behind_the_text)
{
	char *text = malloc(9);
	struct prefix prefix;

	memcpy(text, "10.8.0.12", 9);
	cr_assert_eq(prefix_parse(text, 9, &prefix), 0);
	free(text);
}

static const struct {
	const char *text, *masked;
} masks[] = {
	{"10.8.77.200/24", "10.8.77.0/24"},    {"10.8.77.200/20", "10.8.64.0/20"},
	{"10.8.77.200/32", "10.8.77.200/32"},  {"10.8.77.200/0", "0.0.0.0/0"},
	{"10.8.77.201/31", "10.8.77.200/31"},  {"fd08:1:2:3::4/64", "fd08:1:2:3::/64"},
	{"fd08:1:2:3::4/47", "fd08:1:2::/47"}, {"fd08::1/0", "::/0"},
	{"fd08::1/128", "fd08::1/128"},
};

Test(prefix, masks_host_bits)
{
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		struct prefix prefix = prefix_of(masks[i].text);
		char text[PREFIX_TEXT_BYTES];

		prefix_mask(&prefix);
		prefix_format(&prefix, text);
		cr_expect_str_eq(text, masks[i].masked);
	}
}

Test(prefix, order_is_total)
{
	static const char *const ordered[] = {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.1/8", "::/0", "::/1"};

	for (int i = 0; i < 6; i++) {
		for (int j = 0; j < 6; j++) {
			struct prefix a = prefix_of(ordered[i]), b = prefix_of(ordered[j]);

			cr_expect_eq(prefix_compare(&a, &b), (i > j) - (i < j), "%s %s", ordered[i], ordered[j]);
		}
	}
}

Test(prefix, contains)
{
	struct prefix net = prefix_of("10.8.0.1/24"), all4 = prefix_of("0.0.0.0/0"), all6 = prefix_of("::/0");
	struct jvpn_ip in = ip_of("10.8.0.255"), out = ip_of("10.8.1.0"), v6 = ip_of("fd08::1");

	cr_assert(prefix_contains(&net, &in));
	cr_assert_not(prefix_contains(&net, &out));
	cr_assert(prefix_contains(&all4, &out));
	cr_assert_not(prefix_contains(&all4, &v6));
	cr_assert(prefix_contains(&all6, &v6));
	cr_assert_not(prefix_contains(&all6, &in));
}
