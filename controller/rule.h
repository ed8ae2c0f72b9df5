/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a decision: what a datagram, an event of the data path or the passing of
 * time means to the handshakes, and what the answer means to a session.
 *
 *   udp > exchange (cookie, handshake) > session > reply
 *   event | sweep > exchange (timers) > initiation | keepalive | wipe
 */
#ifndef RULE_H
#define RULE_H

#include "gateway.h"

#define RULE_SWEEP_MS 250 /* how often time is asked what is due */

int rule_open(struct gateway *gateway); /* the sweep; sources are added by the daemon */
void rule_close(struct gateway *gateway);

/* Sources of the loop; `userdata` is the gateway. */
void rule_udp_v4(uint32_t ready, unsigned int budget, void *userdata);
void rule_udp_v6(uint32_t ready, unsigned int budget, void *userdata);
void rule_events(uint32_t ready, unsigned int budget, void *userdata);

/* For events_open(). */
void rule_event(const struct jvpn_event *event, const uint8_t *text, void *userdata);

/* Something changed for this peer: decide now rather than at the next sweep. */
void rule_decide(struct peer *peer, uint64_t now);

#endif
