/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of dataplane/inspect_read and inspect_walk: maps that change while they are read. */
#include "test_plane.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "dataplane/inspect_read.h"
#include "jvpn/swap.h"

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

static int cpus[2]; /* one to read on, one to write on */

/* False when this process may use one only. */
static bool find_two_cpus(void)
{
	cpu_set_t allowed;
	int found = 0;

	cr_assert_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			cpus[found++] = cpu;
	return found == 2;
}

static void run_on(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	cr_assert_eq(pthread_setaffinity_np(pthread_self(), sizeof(one), &one), 0);
}

#define MOVE_EACH_NS 10000
#define TORN_MAX 5 /* a reader that looks once sees several times as many */

/* Moves the session to and fro, in place, the reason telling the version. */
static void *swap(void *userdata)
{
	run_on(cpus[1]);
	for (uint64_t version = 0; !is_over; version++) {
		struct jvpn_swap move = {.op = JVPN_SWAP_SEND,
					 .session = 5,
					 .version = version,
					 .slot = (version + 1) % 2,
					 .reason = (uint16_t)(version + 1),
					 .state = JVPN_STATE_ATTACHED};
		LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &move, .ctx_size_in = sizeof(move));

		if (bpf_prog_test_run_opts(bpf_program__fd(plane->progs.swap), &run) < 0)
			break;
		*(uint64_t *)userdata = version + 1;
		for (uint64_t next = clock_mono_ns() + MOVE_EACH_NS; clock_mono_ns() < next;)
			;
	}
	return NULL;
}

static bool is_torn(const struct jvpn_session *session)
{
	return session->reason != (uint16_t)JVPN_WORD_VERSION(session->word) ||
	       session->paths[JVPN_WORD_SLOT(session->word)].state != JVPN_PATH_ACTIVE;
}

/*
 * A writer interrupted between its steps leaves the session torn for everybody,
 * for as long as that lasts: nothing to blame a reader for.
 */
static bool stands_so(int fd, uint64_t id, const struct jvpn_session *session)
{
	struct jvpn_session again;

	return bpf_map_lookup_elem(fd, &id, &again) == 0 && !memcmp(&again, session, sizeof(again));
}

/*
 * The word, the reason and the states of the paths belong together in what is
 * read. An interrupt of the writer that ends just behind the last look cannot be
 * told from a mixture: hence a bound, and not none at all.
 */
Test(ctl_churn, a_session_is_read_whole)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	struct jvpn_session session = {.word = JVPN_WORD(0, 0),
				       .paths = {{.family = 4, .state = JVPN_PATH_ACTIVE}, {.family = 4}}};
	uint64_t end = clock_mono_ns() + 2 * CLOCK_NS_PER_S, id = 5, torn = 0;
	static uint64_t moves;
	char error[INSPECT_ERROR_BYTES];
	int fd;

	if (!find_two_cpus())
		cr_skip_test("needs two CPUs, to read while another writes");
	plane = plane_pin("jt0");
	plane_put(plane->maps.sessions, &id, &session);
	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), 0);
	fd = inspect_fd(inspect, INSPECT_MAP_sessions);
	cr_assert_eq(pthread_create(&thread, NULL, swap, &moves), 0);
	run_on(cpus[0]);
	while (clock_mono_ns() < end) {
		_cleanup_free_ struct inspect_session *sessions = NULL;
		size_t count = 0;

		cr_assert_eq(inspect_sessions(inspect, &sessions, &count), 0);
		cr_assert_eq(count, 1);
		torn += is_torn(&sessions->session) && !stands_so(fd, id, &sessions->session);
	}
	cr_assert_gt(*(volatile uint64_t *)&moves, 1000);
	cr_assert_leq(torn, TORN_MAX, "%lu in %lu moves", (unsigned long)torn, (unsigned long)moves);
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
