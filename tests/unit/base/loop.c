/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of base/loop: fds and signals, and what may happen inside their callbacks. deadlines.c has the timers. */
#include "base/loop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "leaks.h"

static struct loop *loop;

static void make_loop(void)
{
	cr_assert_eq(loop_new(&loop), 0);
}

static void free_loop(void)
{
	loop_free(loop);
	assert_no_leaks();
}

TestSuite(loop, .init = make_loop, .fini = free_loop, .timeout = 20);

struct watcher {
	int fd;
	int calls;
	unsigned int budget;
	uint32_t events;
	struct loop_fd *source;
	struct watcher *victim; /* removed by the callback */
};

static void on_ready(uint32_t events, unsigned int budget, void *userdata)
{
	struct watcher *watcher = userdata;

	watcher->calls++;
	watcher->events = events;
	watcher->budget = budget;
	if (watcher->victim) {
		loop_remove_fd(watcher->victim->source);
		close(watcher->victim->fd);
		watcher->victim->source = NULL;
		watcher->victim = NULL;
	}
}

/* An eventfd that is readable until somebody reads it. */
static void watch(struct watcher *watcher, unsigned int value)
{
	*watcher = (struct watcher){.fd = eventfd(value, EFD_NONBLOCK | EFD_CLOEXEC)};
	cr_assert(watcher->fd >= 0);
	cr_assert_eq(loop_add_fd(loop, watcher->fd, EPOLLIN, on_ready, watcher, &watcher->source), 0);
}

Test(loop, calls_the_ready_and_only_them)
{
	struct watcher ready, idle;

	watch(&ready, 1);
	watch(&idle, 0);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(ready.calls, 1);
	cr_assert_eq(ready.events, EPOLLIN);
	cr_assert_eq(ready.budget, LOOP_BUDGET);
	cr_assert_eq(idle.calls, 0);
}

Test(loop, refuses_the_same_fd_twice)
{
	struct watcher watcher;

	watch(&watcher, 0);
	cr_assert_eq(loop_add_fd(loop, watcher.fd, EPOLLIN, on_ready, &watcher, NULL), -EEXIST);
	cr_assert_eq(loop_add_fd(loop, -1, EPOLLIN, on_ready, &watcher, NULL), -EBADF);
	loop_remove_fd(watcher.source);
	cr_assert_eq(loop_add_fd(loop, watcher.fd, EPOLLIN, on_ready, &watcher, &watcher.source), 0);
}

Test(loop, changes_events)
{
	struct watcher watcher;

	watch(&watcher, 1);
	cr_assert_eq(loop_set_events(watcher.source, 0), 0);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(watcher.calls, 0);
	cr_assert_eq(loop_set_events(watcher.source, EPOLLOUT), 0);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(watcher.events, EPOLLOUT);
}

/* Both are ready; whichever is called first removes the other, and the other is not called. */
Test(loop, a_removed_source_is_not_called_in_the_same_turn)
{
	struct watcher a, b;

	watch(&a, 1);
	watch(&b, 1);
	a.victim = &b;
	b.victim = &a;
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(a.calls + b.calls, 1);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(a.calls + b.calls, 2);
}

Test(loop, a_source_may_remove_itself)
{
	struct watcher self;

	watch(&self, 1);
	self.victim = &self;
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(self.calls, 1);
}

/* 200 fds that are always ready and never drained: everyone is called again and again, timers too. */
Test(loop, a_flood_starves_nobody)
{
	static struct watcher flood[200];
	struct watcher quiet;
	int least = 1000;

	for (int i = 0; i < 200; i++)
		watch(&flood[i], 1);
	watch(&quiet, 1);
	for (int turn = 0; turn < 40; turn++)
		cr_assert_eq(loop_turn(loop, 0), 0);
	for (int i = 0; i < 200; i++)
		least = flood[i].calls < least ? flood[i].calls : least;
	cr_expect_geq(least, 8, "the least served was called %d times", least);
	cr_expect_geq(quiet.calls, 8);
}

static int signals_seen[2];

static void on_signal(int signal, void *userdata)
{
	signals_seen[signal == SIGHUP]++;
	if (userdata)
		loop_stop(loop, 3);
}

Test(loop, delivers_signals)
{
	cr_assert_eq(loop_add_signal(loop, SIGTERM, on_signal, loop), 0);
	cr_assert_eq(loop_add_signal(loop, SIGHUP, on_signal, NULL), 0);
	cr_assert_eq(loop_add_signal(loop, 0, on_signal, NULL), -EINVAL);
	cr_assert_eq(loop_add_signal(loop, 100000, on_signal, NULL), -EINVAL);
	kill(getpid(), SIGHUP);
	cr_assert_eq(loop_turn(loop, LOOP_NEVER), 0);
	cr_assert_eq(signals_seen[1], 1);
	kill(getpid(), SIGTERM);
	cr_assert_eq(loop_run(loop), 3);
	cr_assert_eq(signals_seen[0], 1);
}

Test(loop, restores_the_signal_mask)
{
	struct loop *other;
	sigset_t mask;

	cr_assert_eq(loop_new(&other), 0);
	cr_assert_eq(loop_add_signal(other, SIGUSR2, on_signal, NULL), 0);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	cr_assert(sigismember(&mask, SIGUSR2));
	loop_free(other);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	cr_assert_not(sigismember(&mask, SIGUSR2));
}

static void stop(uint32_t events, unsigned int budget, void *userdata)
{
	(void)events;
	(void)budget;
	(*(int *)userdata)++;
	loop_stop(loop, 5);
}

Test(loop, stops_after_the_callback_that_says_so)
{
	int calls = 0, a = eventfd(1, EFD_CLOEXEC), b = eventfd(1, EFD_CLOEXEC);

	cr_assert_eq(loop_add_fd(loop, a, EPOLLIN, stop, &calls, NULL), 0);
	cr_assert_eq(loop_add_fd(loop, b, EPOLLIN, stop, &calls, NULL), 0);
	cr_assert_eq(loop_run(loop), 5);
	cr_assert_eq(calls, 1);
	loop_stop(loop, 6); /* before the run: it returns at once */
	cr_assert_eq(loop_run(loop), 6);
	cr_assert_eq(calls, 1);
	cr_assert_eq(loop_run(loop), 5); /* and may be run again */
}
