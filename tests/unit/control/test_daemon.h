/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A control server on a loop of the test's own, in a directory of its own, and
 * clients to torment it with: everything in one process, turned by hand.
 */
#ifndef TESTS_CONTROL_TEST_DAEMON_H
#define TESTS_CONTROL_TEST_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "control/server.h"

#define PING "{\"command\":\"ping\"}\n"
#define PONG "{\"ok\":true,\"pid\":1}\n"
#define HUGE_TEXT_BYTES (4u * 1024 * 1024) /* of the command "huge" */

extern struct loop *test_loop;
extern struct control_server *test_server;
extern char test_path[CONTROL_PATH_BYTES]; /* DIRECTORY/made/t.sock: "made" is the server's to make */
extern char test_directory[64];
extern size_t test_calls; /* of the answer function */

void test_daemon_begin(void); /* a loop, a directory; no server yet */
void test_daemon_end(void);
void test_daemon_start(uint32_t idle_ms);

/* Turns the loop for `ms`. */
void test_turn(unsigned int ms);

int test_connect(void); /* non-blocking */
void test_send(int fd, const char *bytes, size_t length);

/*
 * Turns until a whole line is there (true, NUL terminated without its newline),
 * or the connection is closed (false). Fails the test after 5 s.
 */
bool test_receive(int fd, char *line, size_t room);
/* Turns until the server closed the connection; what comes before is thrown away. */
void test_await_close(int fd);

#endif
