/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's end of the control socket, on the daemon's loop. Takes apart
 * lines and JSON, and bounds what a client may cost; knows no command: those are
 * the answer function's. Never blocks, never logs.
 *
 * Bounds: CONTROL_CLIENTS_MAX connections, CONTROL_REQUEST_MAX_BYTES of input
 * and one answer of CONTROL_ANSWER_MAX_BYTES each (no further request is read
 * until it is sent), `idle_ms` without a whole request or a byte of the answer
 * taken. Only uid 0 and the daemon's own uid are served (SO_PEERCRED); others
 * are closed without a word.
 *
 * The socket: its directory is made (0755) when missing, one level. The socket
 * is bound and listening under a name of its own, mode 0600, before it is moved
 * to `path` in one step. What a dead daemon left at `path` is replaced; a live
 * one, or a file that is no socket, is left alone. Freeing removes `path` only
 * while it is still this server's socket.
 */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "control/control.h"

struct control_server;

/*
 * Answers one command. `arguments` is an object, empty when the request had
 * none, and borrowed. 0 with a new reference to an object whose members become
 * the answer's; or a negative errno, which the client gets with its text, with
 * *ret_document untouched. -ENOSYS: no such command. Runs inside the loop and
 * must not block. It may stop the loop: the answer has been handed to the kernel
 * as far as the socket takes it when the callback returns. Must not free the server.
 */
typedef int (*control_answer_fn)(const char *command, json_t *arguments, json_t **ret_document, void *userdata);

struct control_setup {
	const char *path; /* from control_path(); copied */
	control_answer_fn answer;
	void *userdata;
	uint32_t idle_ms; /* 0: CONTROL_IDLE_MS */
};

/*
 * -EADDRINUSE: a live daemon listens at `path`; -EEXIST: something there is no
 * socket; -ENAMETOOLONG; others as socket(2), bind(2), mkdir(2) and loop_add_fd().
 * The loop must outlive the server.
 */
int control_server_new(struct loop *loop, const struct control_setup *setup, struct control_server **ret_server);

/* Closes every connection, unsent answers with it. NULL is fine. Not from the answer function. */
void control_server_free(struct control_server *server);
DEFINE_CLEANUP(control_server, struct control_server *, control_server_free);

size_t control_server_clients(const struct control_server *server);

#endif
