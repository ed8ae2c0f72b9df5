/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The replay window of bpf/replay.h with several CPUs at once: every counter is accepted
 * exactly once, whoever offers it. Built twice: into the unit tests, and alone as a program
 * for ThreadSanitizer, beside which Criterion's sandbox cannot place its memory:
 *
 *   gcc ... -fsanitize=thread --param tsan-distinguish-volatile=1 test_replay_threads.c -lpthread
 *
 * replay.h reads shared words through volatile, which is what the kernel calls READ_ONCE; the
 * parameter tells the sanitizer to take them for the atomic reads they are on every machine
 * bpf runs on, as the kernel's own KCSAN does.
 */
#include "replay.h"

#ifndef __SANITIZE_THREAD__
#include <criterion/criterion.h>
#endif
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_THREAD__
#define VOLATILE_ACCESS(name) \
	void name(void *address); \
	void name(void *address) \
	{ \
		(void)address; \
	}
VOLATILE_ACCESS(__tsan_volatile_read4)
VOLATILE_ACCESS(__tsan_volatile_read8)
VOLATILE_ACCESS(__tsan_volatile_write4)
VOLATILE_ACCESS(__tsan_volatile_write8)
#endif

#define THREADS_MAX 4
#define BLOCK 64u /* counters are shuffled within a block, as a network does */
#define STEP 16u
#define COUNTERS (1u << 18)

static struct jvpn_replay window;
static atomic_uchar accepted[COUNTERS];
static pthread_barrier_t barrier;
static atomic_uint arrived;   /* at the meeting points of offer_in_step */
static atomic_ullong slipped; /* times `greatest` was behind a counter already accepted */

struct offerer {
	__u32 number, threads;
	__u64 contended;
};

static void begin(__u32 threads)
{
	memset(&window, 0, sizeof(window));
	memset(accepted, 0, sizeof(accepted));
	arrived = 0;
	slipped = 0;
	pthread_barrier_init(&barrier, NULL, threads);
}

/* A drop for contention is a loss like any on the way: the peer's next packet has another counter; here, retry. */
static enum replay offer(struct offerer *offerer, __u64 counter)
{
	for (;;) {
		enum replay answer = replay_check(&window, counter);
		if (!answer)
			answer = replay_commit(&window, counter);
		if (answer == REPLAY_FRESH)
			atomic_fetch_add(&accepted[counter], 1);
		if (answer != REPLAY_CONTENDED)
			return answer;
		offerer->contended++;
	}
}

/* Block by block in an order of its own; 37 and BLOCK have no common divisor. */
static __u64 shuffled(__u32 i, __u32 number)
{
	return i / BLOCK * BLOCK + (i % BLOCK * 37 + number * 11) % BLOCK;
}

static void *offer_all(void *argument)
{
	struct offerer *offerer = argument;
	pthread_barrier_wait(&barrier);
	for (__u32 i = 0; i < COUNTERS; i++)
		offer(offerer, shuffled(i, offerer->number));
	return NULL;
}

/* Each has its share; a barrier keeps them within one window of each other, so none may be too old. */
static void *offer_share(void *argument)
{
	struct offerer *offerer = argument;
	for (__u32 i = 0; i < COUNTERS; i++) {
		if (i % (JVPN_REPLAY_SPAN_PACKETS / 4) == 0)
			pthread_barrier_wait(&barrier);
		__u64 counter = shuffled(i, 0);
		if (counter % offerer->threads == offerer->number)
			offer(offerer, counter);
	}
	return NULL;
}

/* Spins, for a sleeper would come too late to meet anybody; yields now and then for want of CPUs. */
static void meet(__u32 everybody)
{
	for (__u32 spins = 1; atomic_load(&arrived) < everybody; spins++)
		if (spins % 1000 == 0)
			sched_yield();
}

/* All at the same counters of the same word at the same time, each in an order of its own. */
static void *offer_in_step(void *argument)
{
	struct offerer *offerer = argument;
	for (__u32 first = 0; first < COUNTERS; first += STEP) {
		atomic_fetch_add(&arrived, 1);
		meet((first / STEP + 1) * offerer->threads);
		for (__u32 i = 0; i < STEP; i++) {
			__u64 counter = first + (i * 5 + offerer->number * 3) % STEP;
			offer(offerer, counter);
			if (*(volatile __u64 *)&window.greatest <= counter)
				atomic_fetch_add(&slipped, 1);
		}
	}
	return NULL;
}

/* Jumps of whole laps: words are taken over from an earlier lap while others still write to it. */
static void *offer_sparsely(void *argument)
{
	struct offerer *offerer = argument;
	pthread_barrier_wait(&barrier);
	for (__u32 i = 0; i < COUNTERS; i += 61 + i % 3)
		offer(offerer, i + offerer->number % 2 < COUNTERS ? i + offerer->number % 2 : i);
	return NULL;
}

static void run(__u32 threads, void *(*body)(void *))
{
	pthread_t thread[THREADS_MAX];
	struct offerer offerers[THREADS_MAX];
	begin(threads);
	for (__u32 i = 0; i < threads; i++) {
		offerers[i] = (struct offerer){.number = i, .threads = threads};
		if (pthread_create(&thread[i], NULL, body, &offerers[i])) {
			perror("pthread_create");
			exit(1);
		}
	}
	for (__u32 i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&barrier);
}

static bool report(const char *name, __u32 threads, bool each_once)
{
	__u32 never = 0, again = 0;
	for (__u32 counter = 0; counter < COUNTERS; counter++) {
		never += accepted[counter] == 0;
		again += accepted[counter] > 1;
	}
	bool ok = !again && !slipped && (!each_once || (!never && window.greatest == COUNTERS));
#ifdef __SANITIZE_THREAD__
	if (ok)
		printf("ok %s, %u threads\n", name, threads);
#endif
	if (!ok)
		printf("not ok %s, %u threads: %u counters accepted twice, %u never, %llu slips back\n", name, threads,
		       again, never, slipped);
	return ok;
}

static const struct threads_test {
	const char *name;
	void *(*body)(void *);
	bool each_once;
} TESTS[] = {
	{"all offer everything", offer_all, true},
	{"each offers its share", offer_share, true},
	{"all in step on one word", offer_in_step, true},
	{"sparse counters are never accepted twice", offer_sparsely, false},
};
#define TESTS_COUNT (sizeof(TESTS) / sizeof(TESTS[0]))

static bool run_test(const struct threads_test *test)
{
	bool ok = true;
	for (__u32 threads = 2; threads <= THREADS_MAX; threads += 2) {
		run(threads, test->body);
		ok &= report(test->name, threads, test->each_once);
	}
	return ok;
}

#ifdef __SANITIZE_THREAD__
int main(void)
{
	bool ok = true;
	for (size_t i = 0; i < TESTS_COUNT; i++)
		ok &= run_test(&TESTS[i]);
	return ok ? 0 : 1;
}
#else
TestSuite(replay_threads, .timeout = 300);

Test(replay_threads, every_counter_is_accepted_once)
{
	for (size_t i = 0; i < TESTS_COUNT; i++)
		cr_expect(run_test(&TESTS[i]), "%s", TESTS[i].name);
}
#endif
