/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doors 2 and 3 at once, each on a CPU of its own: packets are sealed while the session is
 * swapped twenty thousand times or more. Nothing counted is lost, no nonce is used twice, and every
 * packet carries one endpoint, whole.
 *
 *   endpoint n:   192.0.2.n -> 198.51.100.n : 40000 + n
 */
#include "departure.h"
#include "devices.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SWAPS 20000u
#define ENDPOINTS 200u
#define MOVES 500u     /* at least so many times a packet must have met a session that moved */
#define PATIENCE_S 60u /* and on a busy machine it is swapped for so long to get there */

static struct world world;
static atomic_bool sealing, done;

static void setup(void)
{
	world_open(&world);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(swap_race, .init = setup, .fini = teardown, .timeout = 200);

/* Threads report by their counts: an assertion belongs to the test's own thread. */
struct sealer {
	__u64 sealed, failed, mixed, out_of_order;
	__u32 last_endpoint;
	atomic_ullong moves; /* times the endpoint was another than before */
};

static void pin(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static struct jvpn_path endpoint(__u32 n)
{
	char local[16], remote[16];
	snprintf(local, sizeof(local), "192.0.2.%u", n);
	snprintf(remote, sizeof(remote), "198.51.100.%u", n);
	return world_path(&world, local, remote, (__u16)(40000 + n));
}

static void look(struct sealer *sealer, const __u8 *frame)
{
	const __u8 *ip = frame + PACKET_ETHERNET_BYTES;
	__u32 local = ip[15], remote = ip[19], port = ((__u32)ip[22] << 8 | ip[23]) - 40000;
	__u64 counter;
	memcpy(&counter, ip + 20 + 8 + 8, 8);
	sealer->mixed += local != remote || local != port;
	sealer->out_of_order += counter != sealer->sealed;
	if (local != sealer->last_endpoint)
		atomic_fetch_add(&sealer->moves, 1);
	sealer->last_endpoint = local;
}

static void *seal_until_done(void *argument)
{
	struct sealer *sealer = argument;
	struct packet frame, out;
	struct departure departure = {.inner = 4, .payload_bytes = 20};
	pin(0);
	departure_frame(&departure, &frame);
	while (!done) {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.data, .data_size_in = frame.bytes,
			    .data_out = out.data, .data_size_out = PACKET_MAX_BYTES);
		int error = bpf_prog_test_run_opts(bpf_program__fd(world.dataplane->progs.tc_egress), &run);
		if (error || run.retval != TC_ACT_REDIRECT) {
			sealer->failed++;
			continue;
		}
		look(sealer, out.data);
		sealer->sealed++;
		sealing = true;
	}
	return NULL;
}

static int run_swap(struct jvpn_swap *swap)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = swap, .ctx_size_in = sizeof(*swap));
	int error = bpf_prog_test_run_opts(bpf_program__fd(world.dataplane->progs.swap), &run);
	return error ? error : swap->result;
}

/* One move: the endpoint is written into a slot that does not send, then the word changes. */
static int move(__u32 slot, __u32 n, __u64 version)
{
	struct jvpn_swap write = {.op = JVPN_SWAP_PATH, .session = WORLD_SESSION, .slot = slot, .path = endpoint(n)};
	struct jvpn_swap send = {.op = JVPN_SWAP_SEND,
				 .session = WORLD_SESSION,
				 .version = version,
				 .slot = slot,
				 .state = JVPN_STATE_ATTACHED};
	int error = run_swap(&write);
	return error ? error : run_swap(&send);
}

static void begin(pthread_t *thread, struct sealer *sealer)
{
	struct jvpn_session session = world_session(&world);
	session.paths[0] = endpoint(0);
	memset(&session.paths[1], 0, sizeof(session.paths[1]));
	world_put_session(&world, &session);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		cr_skip_test("needs two CPUs");
	pin(1);
	cr_assert_eq(pthread_create(thread, NULL, seal_until_done, sealer), 0);
	while (!sealing)
		sched_yield();
}

/* `slots` is how many take turns: with two, the slot just left is written at once. */
static void expect_whole(__u32 slots)
{
	pthread_t thread;
	struct sealer sealer = {0};
	__u32 failed = 0, swaps = 0;
	begin(&thread, &sealer);
	__u64 deadline = world_now() + PATIENCE_S * SECOND_NS;
	while (swaps < SWAPS || (sealer.moves < MOVES && world_now() < deadline)) {
		swaps++;
		failed += move(swaps % slots, swaps % ENDPOINTS, WORLD_VERSION + swaps - 1) != 0;
	}
	done = true;
	pthread_join(thread, NULL);

	cr_expect_eq(failed, 0, "%u swaps failed", failed);
	cr_expect_eq(sealer.failed, 0, "%llu packets not sealed", sealer.failed);
	cr_expect_eq(sealer.mixed, 0, "%llu of %llu packets with a mixed endpoint", sealer.mixed, sealer.sealed);
	cr_expect_eq(sealer.out_of_order, 0, "%llu counters not the next one", sealer.out_of_order);
	cr_expect_geq(sealer.moves, MOVES, "the session moved under the packets only %llu times", sealer.moves);

	struct jvpn_counters counters = world_counters(&world);
	cr_expect_eq(counters.tx_packets, sealer.sealed, "packets counted");
	cr_expect_eq(counters.tx_bytes, sealer.sealed * 48, "bytes counted");
	cr_expect_eq(world_keypair(&world, WORLD_KEY).send_counter, sealer.sealed, "nonces");
	struct jvpn_session session = world_session(&world);
	cr_expect_eq(JVPN_WORD_VERSION(session.word), WORLD_VERSION + swaps);
	cr_expect_eq(session.switches, swaps);
	cr_expect_eq(session.keys, JVPN_KEYS(WORLD_KEY, 0));
}

Test(swap_race, every_packet_has_one_endpoint)
{
	expect_whole(JVPN_PATHS_MAX);
}

/* drain_ms may be 0: the slot a session has left is free at once, for a packet that still looks at it too. */
Test(swap_race, every_packet_has_one_endpoint_of_two_slots)
{
	expect_whole(2);
}

struct mover {
	int cpu;
	__u32 won, lost, odd;
};

static pthread_barrier_t start;

/* Reads the version by trying: a refusal tells the present one. */
static void *move_by_trying(void *argument)
{
	struct mover *mover = argument;
	struct jvpn_swap swap = {
		.op = JVPN_SWAP_SEND, .session = WORLD_SESSION, .version = WORLD_VERSION, .state = JVPN_STATE_ATTACHED};
	pin(mover->cpu);
	pthread_barrier_wait(&start);
	for (__u32 i = 0; i < SWAPS; i++) {
		int result = run_swap(&swap);
		mover->won += result == 0;
		mover->lost += result == -ESTALE;
		mover->odd += result != 0 && result != -ESTALE;
		swap.version = swap.present;
	}
	return NULL;
}

/* Two controllers at once: each version is won by one of them, and none is skipped. */
Test(swap_race, a_version_is_won_once)
{
	pthread_t threads[2];
	struct mover movers[2] = {{.cpu = 0}, {.cpu = 1}};
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, move_by_trying, &movers[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	cr_expect_eq(movers[0].odd + movers[1].odd, 0);
	__u64 moved = JVPN_WORD_VERSION(world_session(&world).word) - WORLD_VERSION;
	cr_expect_eq(moved, movers[0].won + movers[1].won, "%llu versions, %u and %u wins", moved, movers[0].won,
		     movers[1].won);
	cr_expect_gt(movers[0].lost + movers[1].lost, 0, "they never met");
}
