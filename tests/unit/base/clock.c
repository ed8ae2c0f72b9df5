/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of base/clock: the handshake timestamp as a pure function. */
#include "base/clock.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const uint8_t none[JVPN_TAI64N_BYTES];

static void assert_stamp(const uint8_t stamp[JVPN_TAI64N_BYTES], const char *hex)
{
	char text[2 * JVPN_TAI64N_BYTES + 1];

	for (int i = 0; i < JVPN_TAI64N_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", stamp[i]);
	cr_assert_str_eq(text, hex);
}

Test(clock, the_epoch)
{
	uint8_t stamp[JVPN_TAI64N_BYTES];

	clock_tai64n(0, none, stamp);
	assert_stamp(stamp, "400000000000000a00000000");
}

/* 0x2a2b2c2d seconds and the 10 of 1970, behind 2^62. */
Test(clock, label_counts_seconds_from_1970)
{
	uint8_t stamp[JVPN_TAI64N_BYTES];

	clock_tai64n(0x2a2b2c2dull * CLOCK_NS_PER_S, none, stamp);
	assert_stamp(stamp, "400000002a2b2c3700000000");
}

Test(clock, nanoseconds_are_rounded_down_to_the_grain)
{
	uint8_t stamp[JVPN_TAI64N_BYTES];

	clock_tai64n(5 * CLOCK_NS_PER_S + 999999999, none, stamp);
	assert_stamp(stamp, "400000000000000f3b000000"); /* 59 * 2^24 */
	clock_tai64n(5 * CLOCK_NS_PER_S + CLOCK_TAI64N_GRAIN_NS - 1, none, stamp);
	assert_stamp(stamp, "400000000000000f00000000");
	clock_tai64n(5 * CLOCK_NS_PER_S + CLOCK_TAI64N_GRAIN_NS, none, stamp);
	assert_stamp(stamp, "400000000000000f01000000");
}

/* The paper's bound: one initiation in 1/50 s always gets a stamp of its own. */
Test(clock, the_grain_is_finer_than_the_spacing_of_initiations)
{
	cr_assert_leq(CLOCK_TAI64N_GRAIN_NS, CLOCK_NS_PER_S / JVPN_INITIATIONS_PER_SECOND);
	cr_assert_gt(2ull * CLOCK_TAI64N_GRAIN_NS, CLOCK_NS_PER_S / JVPN_INITIATIONS_PER_SECOND);
}

Test(clock, grows_when_the_clock_stands_still)
{
	uint8_t last[JVPN_TAI64N_BYTES], stamp[JVPN_TAI64N_BYTES];

	clock_tai64n(7 * CLOCK_NS_PER_S, none, last);
	for (int i = 0; i < 200; i++) { /* over three seconds' carries */
		clock_tai64n(7 * CLOCK_NS_PER_S, last, stamp);
		cr_assert_gt(memcmp(stamp, last, sizeof(stamp)), 0);
		memcpy(last, stamp, sizeof(last));
	}
	assert_stamp(last, "400000000000001414000000"); /* 200 = 3 * 60 + 20 grains later */
}

Test(clock, grows_when_the_clock_steps_back)
{
	uint8_t last[JVPN_TAI64N_BYTES], stamp[JVPN_TAI64N_BYTES];

	clock_tai64n(1000 * CLOCK_NS_PER_S + 500000000, none, last);
	clock_tai64n(10 * CLOCK_NS_PER_S, last, stamp);
	assert_stamp(last, "40000000000003f21d000000");
	assert_stamp(stamp, "40000000000003f21e000000");
	clock_tai64n(1001 * CLOCK_NS_PER_S, stamp, stamp); /* the clock has caught up; in place */
	assert_stamp(stamp, "40000000000003f300000000");
}

/* A stamp from elsewhere (an adopted session) need not lie on the grain. */
Test(clock, grows_from_any_last_stamp)
{
	static const uint8_t last[JVPN_TAI64N_BYTES] = {0x40, 0, 0, 0, 0, 0, 0, 0x0a, 0x3b, 0x9a, 0xc9, 0xff};
	static const uint8_t broken[JVPN_TAI64N_BYTES] = {0x40, 0, 0, 0, 0, 0, 0, 0x0a, 0xff, 0xff, 0xff, 0xff};
	uint8_t stamp[JVPN_TAI64N_BYTES];

	clock_tai64n(0, last, stamp);
	assert_stamp(stamp, "400000000000000b00000000");
	clock_tai64n(0, broken, stamp);
	assert_stamp(stamp, "400000000000000b00000000");
}

Test(clock, readers_advance)
{
	uint64_t mono = clock_mono_ns(), wall = clock_wall_ns();

	cr_assert_gt(mono, 0);
	cr_assert_geq(clock_mono_ns(), mono);
	cr_assert_geq(clock_wall_ms(), wall / CLOCK_NS_PER_MS);
}
