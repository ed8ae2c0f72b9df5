/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session's record in coarse time, packed into a word and back, for explore.c: what decides
 * about its future, and nothing else.
 */
#ifndef JVPN_TESTS_MODEL_NODE_H
#define JVPN_TESTS_MODEL_NODE_H

#include "session/state.h"

#define TICK 10000ull
#define NOW (1000 * TICK)
#define LIFETIME 9 /* ticks */
#define TTL 3
#define VOLATILE_FOR 1
#define WINDOW 2
#define COOLDOWN 1
#define RATE 2 /* a minute, which is six ticks */
#define MINUTE 6

static const struct state_policy policy = {
	.max_lifetime_ms = LIFETIME * TICK,
	.key_max_age_ms = LIFETIME * TICK,
	.transport_lost_ttl_ms = TTL * TICK,
	.volatile_to_degraded_ms = VOLATILE_FOR * TICK,
	.recovery_window_ms = WINDOW * TICK,
	.switch_cooldown_ms = COOLDOWN * TICK,
	.max_switches_per_min = RATE,
	.max_auth_failures = 5,
};

/* Ages in ticks at NOW; what is older than it can matter is as old as that. */
struct node {
	unsigned int state : 3;
	unsigned int active : 2;
	unsigned int age : 4;
	unsigned int lost : 3;	  /* without a transport; 0 while it has one */
	unsigned int entered : 3; /* in VOLATILE or RECOVERING; else 0 */
	unsigned int newest : 3;  /* attempt; MINUTE: none that matters */
	unsigned int older : 3;
	unsigned int denied : 3; /* index into denials */
};
#define NODES (1u << 24)

static const uint16_t denials[] = {0,
				   JVPN_REASON_switch_rate_limited,
				   JVPN_REASON_policy_denied,
				   JVPN_REASON_no_candidate_transports,
				   JVPN_REASON_no_valid_candidate,
				   JVPN_REASON_hysteresis_hold,
				   JVPN_REASON_cooldown_active};

static inline uint32_t pack(struct node node)
{
	return node.state | node.active << 3 | node.age << 5 | node.lost << 9 | node.entered << 12 | node.newest << 15 |
	       node.older << 18 | node.denied << 21;
}

static inline struct node unpack(uint32_t word)
{
	return (struct node){.state = word & 7,
			     .active = word >> 3 & 3,
			     .age = word >> 5 & 15,
			     .lost = word >> 9 & 7,
			     .entered = word >> 12 & 7,
			     .newest = word >> 15 & 7,
			     .older = word >> 18 & 7,
			     .denied = word >> 21 & 7};
}

static inline unsigned int ticks_since(uint64_t then, uint64_t now, unsigned int most)
{
	uint64_t ticks = (now - then) / TICK;

	return ticks < most ? (unsigned int)ticks : most;
}

static inline struct node node_of(const struct state_record *record, uint64_t now)
{
	struct node node = {.state = record->state, .active = record->active, .newest = MINUTE, .older = MINUTE};
	uint32_t attempts = attempts_count(&record->attempts, now);

	if (record->state == JVPN_STATE_TERMINATED)
		return node;
	node.age = ticks_since(record->created_ms, now, LIFETIME + 1);
	node.lost = record->active ? 0 : ticks_since(record->active_until_ms, now, TTL + 1);
	if (record->state == JVPN_STATE_VOLATILE || record->state == JVPN_STATE_RECOVERING)
		node.entered = ticks_since(record->entered_ms, now, WINDOW + 1);
	if (attempts)
		node.newest = ticks_since(record->attempts.newest_ms, now, MINUTE);
	if (attempts > 1) /* the older of two leaves the minute first */
		for (node.older = MINUTE; attempts_count(&record->attempts, now + (MINUTE - node.older) * TICK) > 1;)
			node.older--;
	while (node.denied < sizeof(denials) / sizeof(denials[0]) - 1 && denials[node.denied] != record->denied)
		node.denied++;
	return node;
}

/* The record the node stands for, as it was `ticks` before NOW. */
static inline struct state_record record_of(struct node node, unsigned int ticks)
{
	uint64_t then = NOW - ticks * TICK;
	struct state_record record = state_begin(1, then - node.age * TICK);

	record.state = (uint8_t)node.state;
	record.active = node.active;
	record.previous = node.state == JVPN_STATE_BIRTH ? 0 : 1;
	record.active_until_ms = then - node.lost * TICK;
	record.entered_ms = then - node.entered * TICK;
	record.denied = denials[node.denied];
	if (node.state != JVPN_STATE_BIRTH) {
		record.attached_version = 1;
		record.version = node.state == JVPN_STATE_ATTACHED ? 1 : 2;
	}
	if (node.state == JVPN_STATE_RECOVERING)
		record.target = 1;
	if (node.older < MINUTE)
		attempts_add(&record.attempts, then - node.older * TICK);
	if (node.newest < MINUTE)
		attempts_add(&record.attempts, then - node.newest * TICK);
	return record;
}

#endif
