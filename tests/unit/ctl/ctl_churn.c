/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of dataplane/inspect_read and inspect_walk: maps that change while they are read. */
#include "test_plane.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "dataplane/inspect_read.h"

#define STEADY 200 /* sessions and routes that stay */
#define FLICKERING 200

static struct dataplane *plane;
static volatile bool is_over;
static pthread_t thread;

static void stop(void)
{
	is_over = true;
	if (thread)
		(void)pthread_join(thread, NULL);
	plane_end();
}

TestSuite(ctl_churn, .init = plane_begin, .fini = stop, .timeout = 120);

/* Puts and removes sessions and routes as fast as it can. */
static void *flicker(void *userdata)
{
	struct jvpn_session session = {.state = JVPN_STATE_ATTACHED};
	struct jvpn_route route = {0};
	int sessions = bpf_map__fd(plane->maps.sessions), routes = bpf_map__fd(plane->maps.routes_v4);

	(void)userdata;
	for (uint32_t round = 0; !is_over; round++) {
		uint64_t id = 1000 + round % FLICKERING;
		struct jvpn_prefix_v4 prefix = {32, {10, 1, 0, (uint8_t)(round % FLICKERING)}};

		(void)bpf_map_update_elem(sessions, &id, &session, BPF_ANY);
		(void)bpf_map_update_elem(routes, &prefix, &route, BPF_ANY);
		id = 1000 + (round + FLICKERING / 2) % FLICKERING;
		prefix.address[3] = (uint8_t)((round + FLICKERING / 2) % FLICKERING);
		(void)bpf_map_delete_elem(sessions, &id);
		(void)bpf_map_delete_elem(routes, &prefix);
	}
	return NULL;
}

static void put_steady(void)
{
	struct jvpn_session session = {.state = JVPN_STATE_ATTACHED};

	for (uint64_t i = 0; i < STEADY; i++) {
		plane_put(plane->maps.sessions, &i, &session);
		plane_put(plane->maps.routes_v4, &(struct jvpn_prefix_v4){32, {10, 0, 0, (uint8_t)i}},
			  &(struct jvpn_route){0});
	}
}

static void check_sessions(const struct inspect *inspect)
{
	_cleanup_free_ struct inspect_session *sessions = NULL;
	size_t count = 0, steady = 0;

	cr_assert_eq(inspect_sessions(inspect, &sessions, &count), 0);
	for (size_t i = 0; i < count; i++) {
		cr_assert(i == 0 || sessions[i - 1].id < sessions[i].id, "sorted, each once");
		steady += sessions[i].id < STEADY;
	}
	cr_assert_eq(steady, STEADY, "%zu of %zu", steady, count);
}

static void check_routes(const struct inspect *inspect)
{
	_cleanup_free_ struct inspect_route *routes = NULL;
	size_t count = 0, steady = 0;

	cr_assert_eq(inspect_routes(inspect, &routes, &count), 0);
	for (size_t i = 0; i < count; i++) {
		cr_assert(i == 0 || prefix_compare(&routes[i - 1].prefix, &routes[i].prefix) < 0, "sorted, each once");
		steady += routes[i].prefix.ip.bytes[13] == 0;
	}
	cr_assert_eq(steady, STEADY, "%zu of %zu", steady, count);
}

/* What stays is seen in every reading, once, whatever comes and goes around it. */
Test(ctl_churn, what_stays_is_seen_once)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	uint64_t end = clock_mono_ns() + 2 * CLOCK_NS_PER_S;
	char error[INSPECT_ERROR_BYTES];

	plane = plane_pin("jt0");
	put_steady();
	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), 0);
	cr_assert_eq(pthread_create(&thread, NULL, flicker, NULL), 0);
	while (clock_mono_ns() < end) {
		check_sessions(inspect);
		check_routes(inspect);
	}
}

/* Every word of a version is its version: a reading that mixes two is seen. */
static void *rewrite(void *userdata)
{
	uint64_t id = 5;
	struct jvpn_session session;

	(void)userdata;
	for (uint8_t version = 1; !is_over; version++) {
		memset(&session, version, sizeof(session));
		(void)bpf_map_update_elem(bpf_map__fd(plane->maps.sessions), &id, &session, BPF_ANY);
		(void)usleep(10);
	}
	return NULL;
}

Test(ctl_churn, a_session_is_read_whole)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	uint64_t end = clock_mono_ns() + CLOCK_NS_PER_S, id = 5;
	char error[INSPECT_ERROR_BYTES];

	plane = plane_pin("jt0");
	plane_put(plane->maps.sessions, &id, &(struct jvpn_session){0});
	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), 0);
	cr_assert_eq(pthread_create(&thread, NULL, rewrite, NULL), 0);
	while (clock_mono_ns() < end) {
		_cleanup_free_ struct inspect_session *sessions = NULL;
		size_t count = 0;

		cr_assert_eq(inspect_sessions(inspect, &sessions, &count), 0);
		cr_assert_leq(count, 1);
		if (count)
			cr_assert_eq((uint8_t)sessions->session.word, (uint8_t)sessions->session.paths[7].name[15]);
	}
}

Test(ctl_churn, a_full_map_of_sessions_is_read)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	_cleanup_free_ struct inspect_session *sessions = NULL;
	struct jvpn_session session = {0};
	char error[INSPECT_ERROR_BYTES];
	size_t count = 0;

	plane = plane_pin("jt0");
	for (uint64_t id = 0; id < JVPN_SESSIONS_MAX; id++)
		plane_put(plane->maps.sessions, &(uint64_t){id << 40 | id}, &session);
	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), 0);
	cr_assert_eq(inspect_sessions(inspect, &sessions, &count), 0);
	cr_assert_eq(count, JVPN_SESSIONS_MAX);
	for (uint64_t i = 0; i < count; i++)
		cr_assert_eq(sessions[i].id, i << 40 | i);
}
