/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the clocks and makes WireGuard's handshake timestamps. Never keeps
 * state: the last stamp belongs to the caller.
 */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#define TAI64_EPOCH 0x400000000000000aull /* the label of 1970-01-01, TAI being 10 s ahead of UTC then */
#define TAI64_LABEL_BYTES 8

static uint64_t read_ns(clockid_t clock)
{
	struct timespec now = {0};

	(void)clock_gettime(clock, &now); /* fails only for a clock that does not exist */
	return (uint64_t)now.tv_sec * CLOCK_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
	return read_ns(CLOCK_REALTIME);
}

uint64_t clock_wall_ms(void)
{
	return clock_wall_ns() / CLOCK_NS_PER_MS;
}

struct tai64n {
	uint64_t label;
	uint32_t ns;
};

static struct tai64n stamp_unpack(const uint8_t bytes[JVPN_TAI64N_BYTES])
{
	struct tai64n stamp;

	memcpy(&stamp.label, bytes, sizeof(stamp.label));
	memcpy(&stamp.ns, bytes + TAI64_LABEL_BYTES, sizeof(stamp.ns));
	stamp.label = __builtin_bswap64(stamp.label);
	stamp.ns = __builtin_bswap32(stamp.ns);
	return stamp;
}

static void stamp_pack(struct tai64n stamp, uint8_t ret_bytes[JVPN_TAI64N_BYTES])
{
	uint64_t label = __builtin_bswap64(stamp.label);
	uint32_t ns = __builtin_bswap32(stamp.ns);

	memcpy(ret_bytes, &label, sizeof(label));
	memcpy(ret_bytes + TAI64_LABEL_BYTES, &ns, sizeof(ns));
}

static struct tai64n stamp_after(struct tai64n last)
{
	uint32_t grain = last.ns / CLOCK_TAI64N_GRAIN_NS + 1;
	struct tai64n next = {last.label, grain * CLOCK_TAI64N_GRAIN_NS};

	if ((uint64_t)grain * CLOCK_TAI64N_GRAIN_NS >= CLOCK_NS_PER_S)
		next = (struct tai64n){last.label + 1, 0};
	return next;
}

static int stamp_is_later(struct tai64n a, struct tai64n b)
{
	return a.label != b.label ? a.label > b.label : a.ns > b.ns;
}

void clock_tai64n(uint64_t wall_ns, const uint8_t last[JVPN_TAI64N_BYTES], uint8_t ret_stamp[JVPN_TAI64N_BYTES])
{
	struct tai64n before = stamp_unpack(last);
	struct tai64n stamp = {
		.label = TAI64_EPOCH + wall_ns / CLOCK_NS_PER_S,
		.ns = (uint32_t)(wall_ns % CLOCK_NS_PER_S) & ~(CLOCK_TAI64N_GRAIN_NS - 1),
	};

	if (!stamp_is_later(stamp, before))
		stamp = stamp_after(before);
	stamp_pack(stamp, ret_stamp);
}
