/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's event loop: file descriptors, deadlines and signals, one thread.
 * Never knows what it calls, never logs, never closes an fd it was given.
 *
 * One turn = wait, then call each ready fd once, then at most LOOP_TIMERS_PER_TURN
 * due timers. Fairness: epoll is level triggered and its ready list rotates, so
 * a callback handles at most `budget` items (datagrams, records) and returns;
 * what is left brings it back in the next turn, behind everyone else who waits.
 *
 * Ownership: loop_add_fd() returns a source that the loop owns; it is gone after
 * loop_remove_fd() or loop_free(). Timers live in the caller's memory, unmoved,
 * from loop_add_timer() to loop_remove_timer(). Everything here may be called
 * from inside any callback, removal of the source or timer being called and of
 * any other one included; a removed source is not called again, not even for
 * an event that is already waiting. Remove a source before closing its fd.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define LOOP_FDS_MAX 4096
#define LOOP_TIMERS_MAX 131072
#define LOOP_BUDGET 64 /* items a callback handles before it returns */
#define LOOP_TIMERS_PER_TURN 256
#define LOOP_NEVER UINT64_MAX /* a deadline that does not come */

struct loop;
struct loop_fd;
struct deadlines;

/* `events`: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP as epoll reports them. */
typedef void (*loop_fd_fn)(uint32_t events, unsigned int budget, void *userdata);
/* `now_ns`: monotonic time, read in this turn; never before the deadline. */
typedef void (*loop_timer_fn)(uint64_t now_ns, void *userdata);
typedef void (*loop_signal_fn)(int signal, void *userdata);

/* Embedded in the caller's struct; zero it, then loop_add_timer(). Touch no member. */
struct loop_timer {
	struct deadlines *deadlines; /* of its loop; NULL: not registered */
	loop_timer_fn function;
	void *userdata;
	uint64_t due_ns;
	uint64_t period_ns; /* 0: one shot */
	size_t position;    /* in the heap, plus one; 0: not armed */
};

int loop_new(struct loop **ret_loop);

/*
 * Removes every fd and restores the signal mask. Timers still registered are
 * forgotten: their memory may go, but must not be given to any function here
 * again. NULL is fine. Not from a callback.
 */
void loop_free(struct loop *loop);
DEFINE_CLEANUP(loop, struct loop *, loop_free);

/* Runs until loop_stop(); returns its status, or a negative errno when epoll itself fails. */
int loop_run(struct loop *loop);

/*
 * Makes loop_run() return `status` (>= 0) after the callback that is running, or
 * at once when called before it. Until then nothing else is called.
 */
void loop_stop(struct loop *loop, int status);

/* One turn, waiting at most `wait_ns` (LOOP_NEVER: until something happens). 0 or -errno. Not from a callback. */
int loop_turn(struct loop *loop, uint64_t wait_ns);

/* -ENOSPC at LOOP_FDS_MAX, -EEXIST when the fd is there already. `ret_source` may be NULL. */
int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn function, void *userdata,
		struct loop_fd **ret_source);
int loop_set_events(struct loop_fd *source, uint32_t events);
void loop_remove_fd(struct loop_fd *source); /* NULL is fine */

/*
 * Registers a zeroed timer, disarmed; room for it in the heap is taken here, so
 * arming never fails. -ENOSPC at LOOP_TIMERS_MAX, -ENOMEM.
 */
int loop_add_timer(struct loop *loop, struct loop_timer *timer, loop_timer_fn function, void *userdata);
void loop_remove_timer(struct loop_timer *timer); /* fine for a zeroed one */

/*
 * One shot at `due_ns`, disarmed when its callback runs; replaces what was
 * armed. LOOP_NEVER disarms. A deadline in the past fires at once, but through
 * the loop and within the turn's bound.
 */
void loop_arm(struct loop_timer *timer, uint64_t due_ns);

/* Every `period_ns` (> 0), first at `first_ns`. Missed beats are skipped, not made up for. */
void loop_arm_periodic(struct loop_timer *timer, uint64_t first_ns, uint64_t period_ns);
void loop_disarm(struct loop_timer *timer);
bool loop_is_armed(const struct loop_timer *timer);

/*
 * Blocks the signal and delivers it through the loop; a second call for the same
 * signal replaces the function. The mask is restored by loop_free(), so a child
 * forked meanwhile must reset its own.
 */
int loop_add_signal(struct loop *loop, int signal, loop_signal_fn function, void *userdata);

#endif
