/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loaded data plane and what it needs to move a packet: one peer with one session, two
 * paths and a key pair, and a second peer that has no session yet. Every test begins with a
 * fresh one, in a namespace of its own (devices.h); it changes what it is about, runs a
 * packet, and looks.
 *
 *   session WORLD_SESSION, peer WORLD_PEER, AllowedIPs 10.9.0.0/24, fd00:9::/64
 *     slot 0 (sends)   192.0.2.1      -> 198.51.100.7 : 40007
 *     slot 1           2001:db8:a::1  -> 2001:db8:b::7 : 40007
 *     WORLD_KEY sends and receives; WORLD_NEXT_KEY is in the map, and not in the key word
 *   peer WORLD_OTHER_PEER, AllowedIPs 10.7.0.0/24, fd00:7::/64, no session
 */
#ifndef JVPN_TESTS_WORLD_H
#define JVPN_TESTS_WORLD_H

#include "dataplane.skel.h"
#include "jvpn/event.h"
#include "jvpn/maps.h"
#include "jvpn/swap.h"
#include "packet.h"

#define WORLD_SESSION 0x1122334455667788ull
#define WORLD_PEER 7u
#define WORLD_OTHER_PEER 8u
#define WORLD_SLOT 3u
#define WORLD_VERSION 5ull
#define WORLD_KEY 0x00a0b0c0u
#define WORLD_KEY_PEER_INDEX 0xc0ffee11u
#define WORLD_NEXT_KEY 0x00111213u
#define WORLD_NEXT_PEER_INDEX 0xc0ffee22u
#define WORLD_LISTEN_PORT 51820
#define WORLD_REMOTE_PORT 40007
#define WORLD_MTU 1500u
#define WORLD_EVENTS_MAX 256

#define WORLD_LOCAL_V4 "192.0.2.1"
#define WORLD_REMOTE_V4 "198.51.100.7"
#define WORLD_LOCAL_V6 "2001:db8:a::1"
#define WORLD_REMOTE_V6 "2001:db8:b::7"
#define WORLD_OUR_V4 "10.8.0.1"
#define WORLD_OUR_V6 "fd00:8::1"
#define WORLD_PEER_V4 "10.9.0.2"
#define WORLD_PEER_V6 "fd00:9::2"
#define WORLD_OTHER_V4 "10.7.0.2"
#define WORLD_OTHER_V6 "fd00:7::2"

#define SECOND_NS 1000000000ull
#define MILLISECOND_NS 1000000ull

struct world {
	struct dataplane *dataplane;
	struct ring_buffer *ring;
	struct bpf_link *attached;
	__u32 tunnel, dataplane_end, uplink, far; /* ifindex */
	struct jvpn_event_staged events[WORLD_EVENTS_MAX];
	__u32 events_count;
};

extern const __u8 world_send_key[32];
extern const __u8 world_receive_key[32];
extern const __u8 world_next_key[32]; /* both directions of WORLD_NEXT_KEY */

void world_open(struct world *world);
void world_close(struct world *world);

/* Runs a door over a frame that came in on the uplink, or on the data-plane end. `ret_out` may be NULL. */
__u32 world_ingress(struct world *world, const struct packet *frame, struct packet *ret_out);
__u32 world_egress(struct world *world, const struct packet *frame, struct packet *ret_out);

/* Runs the third door; returns command->result. */
int world_swap(struct world *world, struct jvpn_swap *command);

/* Moves what is in the ring into `events`; returns how many there are. */
__u32 world_poll(struct world *world);

__u64 world_now(void); /* CLOCK_MONOTONIC, as bpf_ktime_get_ns */
struct jvpn_ip world_ip(const char *text);
struct jvpn_path world_path(const struct world *world, const char *local, const char *remote, __u16 port);

/* Getters fail the test where there is nothing; setters replace the element. */
struct jvpn_session world_session(const struct world *world);
struct jvpn_keypair world_keypair(const struct world *world, __u32 index);
struct jvpn_counters world_counters(const struct world *world);
__u64 world_drops(const struct world *world, __u32 reason);
void world_put_session(struct world *world, const struct jvpn_session *session);
void world_put_keypair(struct world *world, __u32 index, const struct jvpn_keypair *keypair);
void world_put_counters(struct world *world, const struct jvpn_counters *counters);
void world_put_route(struct world *world, const char *prefix, __u32 length, const struct jvpn_route *route);
struct jvpn_route world_route(const struct world *world, const char *prefix, __u32 length);
void world_put_bucket(struct world *world, const char *source, const struct jvpn_bucket *bucket);

#endif
