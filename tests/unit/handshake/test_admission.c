/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load detection and the sources' shares, at exact instants. Never more than what
 * admission.h promises: which source is evicted depends on the key.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "handshake/admission.h"
#include "jvpn/limits.h"

#define NOW (1000 * CLOCK_NS_PER_S)
#define SLOT (CLOCK_NS_PER_S / 10)
#define TOKEN (CLOCK_NS_PER_S / JVPN_RATE_HANDSHAKES_PER_SECOND)

static struct admission *admission;

static void setup(void)
{
	static const __u8 key[ADMISSION_KEY_BYTES] = "sixteen bytes...";

	cr_assert_eq(admission_new(&admission, key), 0);
}

static void teardown(void)
{
	admission_free(admission);
}

TestSuite(admission, .init = setup, .fini = teardown);

static void count(unsigned int handshakes, __u64 now)
{
	while (handshakes--)
		admission_count(admission, now);
}

static struct jvpn_ip v4(__u8 last)
{
	return (struct jvpn_ip){.bytes = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = last}};
}

static struct jvpn_ip v6(__u8 network, __u8 host)
{
	return (struct jvpn_ip){.bytes = {0x20, 0x01, 0x0d, 0xb8, [7] = network, [8] = host, [15] = host}};
}

static unsigned int allowed(struct jvpn_ip ip, unsigned int tries, __u64 now)
{
	unsigned int yes = 0;

	while (tries--)
		yes += admission_allow(admission, &ip, now);
	return yes;
}

Test(admission, load_begins_at_250_in_a_second)
{
	count(JVPN_LOAD_HANDSHAKES_PER_SECOND - 1, NOW);
	cr_assert(!admission_is_loaded(admission, NOW));
	count(1, NOW);
	cr_assert(admission_is_loaded(admission, NOW));
}

Test(admission, load_is_summed_over_the_last_ten_slots)
{
	for (unsigned int i = 0; i < 10; i++)
		count(JVPN_LOAD_HANDSHAKES_PER_SECOND / 10, NOW + i * SLOT);
	cr_assert(admission_is_loaded(admission, NOW + 10 * SLOT - 1));
}

Test(admission, load_forgets_what_is_older_than_a_second)
{
	count(JVPN_LOAD_HANDSHAKES_PER_SECOND - 1, NOW);
	count(1, NOW + 10 * SLOT);
	cr_assert(!admission_is_loaded(admission, NOW + 10 * SLOT));
}

Test(admission, load_holds_for_one_second_after)
{
	count(JVPN_LOAD_HANDSHAKES_PER_SECOND, NOW);
	cr_assert(admission_is_loaded(admission, NOW + 10 * SLOT - 1), "last instant of the window");
	cr_assert(admission_is_loaded(admission, NOW + 20 * SLOT - 2), "hold, one ns before its end");
	cr_assert(!admission_is_loaded(admission, NOW + 20 * SLOT - 1));
}

Test(admission, load_after_a_long_silence_is_low)
{
	count(10 * JVPN_LOAD_HANDSHAKES_PER_SECOND, NOW);
	cr_assert(admission_is_loaded(admission, NOW));
	cr_assert(!admission_is_loaded(admission, NOW + 3600 * CLOCK_NS_PER_S));
	count(JVPN_LOAD_HANDSHAKES_PER_SECOND - 1, NOW + 3600 * CLOCK_NS_PER_S);
	cr_assert(!admission_is_loaded(admission, NOW + 3600 * CLOCK_NS_PER_S));
}

Test(admission, burst_is_five_then_twenty_a_second)
{
	cr_assert_eq(allowed(v4(1), 50, NOW), JVPN_RATE_HANDSHAKES_BURST);
	cr_assert_eq(allowed(v4(1), 50, NOW + TOKEN - 1), 0, "one ns before the next token");
	cr_assert_eq(allowed(v4(1), 50, NOW + TOKEN), 1);
	cr_assert_eq(allowed(v4(1), 50, NOW + 3 * TOKEN), 2);
	cr_assert_eq(allowed(v4(1), 50, NOW + 3600 * CLOCK_NS_PER_S), JVPN_RATE_HANDSHAKES_BURST, "never more saved");
}

Test(admission, asking_in_vain_costs_nothing)
{
	unsigned int yes = allowed(v4(1), 50, NOW);

	for (__u64 at = NOW; at <= NOW + CLOCK_NS_PER_S; at += CLOCK_NS_PER_MS)
		yes += allowed(v4(1), 3, at);
	cr_assert_eq(yes, JVPN_RATE_HANDSHAKES_BURST + JVPN_RATE_HANDSHAKES_PER_SECOND);
}

Test(admission, ipv4_counts_whole_ipv6_by_64)
{
	cr_assert_eq(allowed(v4(1), 9, NOW), 5);
	cr_assert_eq(allowed(v4(2), 9, NOW), 5, "another address");
	cr_assert_eq(allowed(v6(1, 1), 9, NOW), 5);
	cr_assert_eq(allowed(v6(1, 2), 9, NOW), 0, "same /64");
	cr_assert_eq(allowed(v6(2, 1), 9, NOW), 5, "another /64");
}

Test(admission, table_is_bounded_and_evicts_the_oldest)
{
	unsigned int many = 3 * ADMISSION_SETS * ADMISSION_WAYS;
	unsigned int again = 0;

	cr_assert_eq(allowed(v4(1), 9, NOW), 5);
	for (unsigned int i = 0; i < many; i++) {
		struct jvpn_ip ip = v6(0, 0);

		memcpy(ip.bytes + 4, &i, sizeof(i));
		cr_assert(admission_allow(admission, &ip, NOW + 1 + i), "source %u", i);
	}
	cr_assert_eq(allowed(v4(1), 9, NOW + 1 + many), 5, "long evicted: a new source");
	for (unsigned int i = many - 100; i < many; i++) {
		struct jvpn_ip ip = v6(0, 0);

		memcpy(ip.bytes + 4, &i, sizeof(i));
		again += allowed(ip, 9, NOW + 1 + many);
	}
	cr_assert_eq(again, 400, "the newest hundred are remembered: four tokens left each");
}
