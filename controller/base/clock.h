/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two clocks, and the handshake timestamp made of one of them. Pure modules
 * get `now` as an argument and never call the readers.
 *
 * The timestamp is TAI64N as WireGuard sends it, 12 bytes, big endian:
 *
 *   8 bytes  label: 2^62 + 10 + seconds since 1970 (no leap second table)
 *   4 bytes  nanoseconds, rounded down to a multiple of 2^24 (16.8 ms)
 *
 * The rounding hides the sender's exact clock from the peer. A peer accepts at
 * most JVPN_INITIATIONS_PER_SECOND, one in 20 ms, so the largest power of two
 * below that spacing still gives every acceptable initiation its own stamp.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "jvpn/wire.h"

#define CLOCK_NS_PER_S 1000000000ull
#define CLOCK_NS_PER_MS 1000000ull
#define CLOCK_TAI64N_GRAIN_NS (1u << 24)

/* CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns(): one time base with the data plane. */
uint64_t clock_mono_ns(void);

/* CLOCK_REALTIME since 1970; steps when somebody sets the clock. */
uint64_t clock_wall_ns(void);
uint64_t clock_wall_ms(void);

/*
 * Pure. The stamp for wall time `wall_ns`, strictly greater (by memcmp) than
 * `last`: when the clock stood still or stepped back, it is the next multiple
 * of the grain behind `last`. `last` all zero: none sent yet. `ret_stamp` may
 * be `last`.
 */
void clock_tai64n(uint64_t wall_ns, const uint8_t last[JVPN_TAI64N_BYTES], uint8_t ret_stamp[JVPN_TAI64N_BYTES]);

#endif
