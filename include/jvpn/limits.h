/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Every number of the product, once, its unit in its name.
 *
 * Protocol numbers come from the WireGuard paper (Donenfeld, "WireGuard: Next
 * Generation Kernel Network Tunnel", section 6.1) and keep its names; derived
 * numbers are computed from them. Everything else is a bound of our own.
 */
#ifndef JVPN_LIMITS_H
#define JVPN_LIMITS_H

/* WireGuard paper, section 6.1 */
#define JVPN_REKEY_AFTER_MESSAGES (1ull << 60)
#define JVPN_REJECT_AFTER_MESSAGES (~0ull - (1ull << 13) + 1) /* 2^64 - 2^13 */
#define JVPN_REKEY_AFTER_TIME_S 120
#define JVPN_REJECT_AFTER_TIME_S 180
#define JVPN_REKEY_ATTEMPT_TIME_S 90
#define JVPN_REKEY_TIMEOUT_S 5
#define JVPN_KEEPALIVE_TIMEOUT_S 10
#define JVPN_COOKIE_LIFETIME_S 120
#define JVPN_REKEY_TIMEOUT_JITTER_MS 333
#define JVPN_WIPE_AFTER_TIME_S (JVPN_REJECT_AFTER_TIME_S * 3)
#define JVPN_INITIATIONS_PER_SECOND 50 /* per peer: the minimum spacing of accepted initiations is 1/50 s */

/* Sizes of keys and tags, in bytes */
#define JVPN_KEY_BYTES 32
#define JVPN_TAG_BYTES 16
#define JVPN_PADDING_BYTES 16 /* plaintext is padded to a multiple of this */

/* Replay window: RFC 6479's idea; the smallest span that is always accepted, in packets */
#define JVPN_REPLAY_WORDS 256
#define JVPN_REPLAY_WORD_BITS 32
#define JVPN_REPLAY_SPAN_PACKETS (JVPN_REPLAY_WORDS * JVPN_REPLAY_WORD_BITS)
#define JVPN_REPLAY_WINDOW_PACKETS 8128

/* The largest inner packet: jumbo frames of 9216 bytes on the tunnel device */
#define JVPN_TEXT_MAX_BYTES 9216

/* What a sealed packet costs beside its text */
#define JVPN_DATA_HEADER_BYTES 16
#define JVPN_OVERHEAD_V4_BYTES (20 + 8 + JVPN_DATA_HEADER_BYTES + JVPN_TAG_BYTES)
#define JVPN_OVERHEAD_V6_BYTES (40 + 8 + JVPN_DATA_HEADER_BYTES + JVPN_TAG_BYTES)
#define JVPN_MTU_DEFAULT 1420
#define JVPN_MTU_MIN 576

/* Map capacities */
#define JVPN_SESSIONS_MAX 16384
#define JVPN_KEYPAIRS_PER_SESSION 3 /* previous, current, next */
#define JVPN_KEYPAIRS_MAX (JVPN_SESSIONS_MAX * JVPN_KEYPAIRS_PER_SESSION)
#define JVPN_ROUTES_MAX 131072
#define JVPN_ADMISSION_MAX 65536
#define JVPN_UPLINKS_MAX 256
#define JVPN_EVENTS_BYTES (1u << 20)
#define JVPN_PATHS_MAX 8 /* path slots of one session */

/* Admission of handshake messages in the data plane, per source (IPv4 address or IPv6 /64) */
#define JVPN_ADMISSION_PER_SECOND 200
#define JVPN_ADMISSION_BURST 400

/* Under load (paper, section 5.3): handshakes waiting, or seen in the last second, before cookies are asked for */
#define JVPN_LOAD_HANDSHAKES_PER_SECOND 250
#define JVPN_LOAD_HOLD_S 1
/* Per source and under load, after a valid cookie: as the kernel's ratelimiter */
#define JVPN_RATE_HANDSHAKES_PER_SECOND 20
#define JVPN_RATE_HANDSHAKES_BURST 5

/* Packets kept for a session that has no key yet, while its handshake runs */
#define JVPN_STAGED_PACKETS_MAX 32
#define JVPN_STAGED_TOTAL_MAX 4096

/* Data path to controller: at most one event of a kind per session in this time */
#define JVPN_EVENT_SPACING_MS 100
#define JVPN_STAGE_SPACING_MS \
	10 /* packets staged while a handshake runs: a burst of JVPN_STAGED_PACKETS_MAX, then these */

#endif
