/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One client of the control socket: its half lines, its unsent answer. Does the
 * reading and writing on a non-blocking socket; knows no loop and no time.
 *
 *   read > a whole line? > answer > write > all sent? > next line, or read
 *
 * While an answer is unsent nothing more is read, so a client that does not
 * read costs one answer and one line at most.
 */
#ifndef CONTROL_CONVERSATION_H
#define CONTROL_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>

#include "control/control.h"
#include "control/server.h"

enum conversation_wants {
	CONVERSATION_READ,  /* call again when the socket is readable */
	CONVERSATION_WRITE, /* ... when it is writable */
	CONVERSATION_OVER,  /* nothing more comes of it: end it */
};

struct conversation {
	int fd;
	char input[CONTROL_REQUEST_MAX_BYTES];
	size_t input_bytes;
	char *output; /* NULL: nothing to send */
	size_t output_bytes;
	size_t sent_bytes;
	bool is_last; /* no more requests: end when the output is sent */
	bool has_progressed;
};

/* Takes the fd. */
void conversation_begin(struct conversation *conversation, int fd);
/* Closes the fd, frees what is unsent. */
void conversation_end(struct conversation *conversation);

/* Goes as far as the socket lets it, but answers one request at most. */
enum conversation_wants conversation_go_on(struct conversation *conversation, control_answer_fn answer, void *userdata);

/* Whether a request was answered or output was taken since the last call of this. */
bool conversation_progressed(struct conversation *conversation);

#endif
