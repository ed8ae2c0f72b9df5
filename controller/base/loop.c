/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The turn: wait, fds, timers, burial. A removed fd source is only marked dead
 * and freed at the end of the turn, because epoll's answer of this turn may
 * still hold its pointer. Never calls anything between marking and freeing.
 */
#include "base/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/deadlines.h"

#define EVENTS_PER_TURN 64

struct loop_fd {
	struct loop *loop;
	struct loop_fd *previous, *next; /* all sources, living and dead */
	loop_fd_fn function;
	void *userdata;
	int fd;
	bool is_dead;
};

struct signal_handler {
	loop_signal_fn function;
	void *userdata;
};

struct loop {
	int epoll;
	int status;	 /* of loop_stop(); -1: go on */
	size_t fd_count; /* the living */
	bool has_dead;
	struct loop_fd *sources;
	struct deadlines deadlines;
	int signal_fd;
	sigset_t signals, mask_before;
	struct signal_handler handlers[_NSIG];
};

int loop_new(struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->status = -1;
	loop->signal_fd = -1;
	sigemptyset(&loop->signals);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		int error = -errno;

		free(loop);
		return error;
	}
	*ret_loop = loop;
	return 0;
}

static void source_free(struct loop_fd *source)
{
	if (source->previous)
		source->previous->next = source->next;
	else
		source->loop->sources = source->next;
	if (source->next)
		source->next->previous = source->previous;
	free(source);
}

static void bury_dead(struct loop *loop)
{
	struct loop_fd *next;

	if (!loop->has_dead)
		return;
	for (struct loop_fd *source = loop->sources; source; source = next) {
		next = source->next;
		if (source->is_dead)
			source_free(source);
	}
	loop->has_dead = false;
}

void loop_free(struct loop *loop)
{
	struct loop_fd *next;

	if (!loop)
		return;
	for (struct loop_fd *source = loop->sources; source; source = next) {
		next = source->next;
		free(source);
	}
	deadlines_release(&loop->deadlines);
	if (loop->signal_fd >= 0) {
		(void)close(loop->signal_fd);
		(void)sigprocmask(SIG_SETMASK, &loop->mask_before, NULL);
	}
	(void)close(loop->epoll);
	free(loop);
}

int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn function, void *userdata,
		struct loop_fd **ret_source)
{
	_cleanup_free_ struct loop_fd *source = NULL;
	struct epoll_event event = {.events = events};

	if (loop->fd_count == LOOP_FDS_MAX)
		return -ENOSPC;
	source = calloc(1, sizeof(*source));
	if (!source)
		return -ENOMEM;
	*source = (struct loop_fd){.loop = loop, .function = function, .userdata = userdata, .fd = fd};
	event.data.ptr = source;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	source->next = loop->sources;
	if (source->next)
		source->next->previous = source;
	loop->sources = source;
	loop->fd_count++;
	if (ret_source)
		*ret_source = source;
	(void)take_ptr(source); /* the list's now */
	return 0;
}

int loop_set_events(struct loop_fd *source, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	return epoll_ctl(source->loop->epoll, EPOLL_CTL_MOD, source->fd, &event) < 0 ? -errno : 0;
}

void loop_remove_fd(struct loop_fd *source)
{
	if (!source || source->is_dead)
		return;
	(void)epoll_ctl(source->loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	source->is_dead = true;
	source->loop->has_dead = true;
	source->loop->fd_count--;
}

int loop_add_timer(struct loop *loop, struct loop_timer *timer, loop_timer_fn function, void *userdata)
{
	int error = deadlines_register(&loop->deadlines);

	if (error < 0)
		return error;
	*timer = (struct loop_timer){.deadlines = &loop->deadlines, .function = function, .userdata = userdata};
	return 0;
}

static void read_signals(uint32_t events, unsigned int budget, void *userdata)
{
	struct loop *loop = userdata;
	struct signalfd_siginfo info;

	(void)events;
	while (budget-- > 0 && loop->status < 0 && read(loop->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		const struct signal_handler *handler = &loop->handlers[info.ssi_signo];

		handler->function((int)info.ssi_signo, handler->userdata);
	}
}

/* The first signal: remember the mask, create the fd. */
static int open_signal_fd(struct loop *loop)
{
	_cleanup_fd_ int fd = signalfd(-1, &loop->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	int error;

	if (fd < 0)
		return -errno;
	if (sigprocmask(SIG_BLOCK, NULL, &loop->mask_before) < 0)
		return -errno;
	error = loop_add_fd(loop, fd, EPOLLIN, read_signals, loop, NULL);
	if (error < 0)
		return error;
	loop->signal_fd = take_fd(&fd);
	return 0;
}

int loop_add_signal(struct loop *loop, int signal, loop_signal_fn function, void *userdata)
{
	sigset_t signals = loop->signals;
	int error = 0;

	if (signal <= 0 || signal >= _NSIG || sigaddset(&signals, signal) < 0)
		return -EINVAL;
	if (loop->signal_fd < 0)
		error = open_signal_fd(loop);
	if (error < 0)
		return error;
	loop->handlers[signal] = (struct signal_handler){function, userdata};
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 || signalfd(loop->signal_fd, &signals, 0) < 0)
		return -errno;
	loop->signals = signals;
	return 0;
}

static void run_timers(struct loop *loop)
{
	uint64_t now = clock_mono_ns();

	for (unsigned int ran = 0; ran < LOOP_TIMERS_PER_TURN && loop->status < 0; ran++) {
		struct loop_timer *timer = deadlines_first(&loop->deadlines);

		if (!timer || timer->due_ns > now)
			break;
		deadlines_remove(&loop->deadlines, timer);
		if (timer->period_ns) { /* before the call, which may remove and free the timer */
			timer->due_ns += ((now - timer->due_ns) / timer->period_ns + 1) * timer->period_ns;
			deadlines_insert(&loop->deadlines, timer);
		}
		timer->function(now, timer->userdata);
	}
}

static struct timespec until_next(const struct loop *loop, uint64_t wait_ns)
{
	const struct loop_timer *timer = deadlines_first(&loop->deadlines);
	uint64_t now = clock_mono_ns();

	if (timer && timer->due_ns <= now)
		wait_ns = 0;
	else if (timer && timer->due_ns - now < wait_ns)
		wait_ns = timer->due_ns - now;
	return (struct timespec){(time_t)(wait_ns / CLOCK_NS_PER_S), (long)(wait_ns % CLOCK_NS_PER_S)};
}

int loop_turn(struct loop *loop, uint64_t wait_ns)
{
	struct epoll_event events[EVENTS_PER_TURN];
	struct timespec wait = until_next(loop, wait_ns);
	int count = epoll_pwait2(loop->epoll, events, EVENTS_PER_TURN, &wait, NULL);

	if (count < 0 && errno != EINTR)
		return -errno;
	for (int i = 0; i < count && loop->status < 0; i++) {
		struct loop_fd *source = events[i].data.ptr;

		if (!source->is_dead)
			source->function(events[i].events, LOOP_BUDGET, source->userdata);
	}
	run_timers(loop);
	bury_dead(loop);
	return 0;
}

int loop_run(struct loop *loop)
{
	int status;

	while (loop->status < 0) {
		int error = loop_turn(loop, LOOP_NEVER);

		if (error < 0)
			return error;
	}
	status = loop->status;
	loop->status = -1;
	return status;
}

void loop_stop(struct loop *loop, int status)
{
	loop->status = status;
}
