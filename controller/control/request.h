/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line in, one line out: the frame of control.h around the daemon's answer
 * function. Does no I/O and knows no command.
 */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include <stddef.h>

#include "control/server.h"

/*
 * The answer to `line` (any bytes, without its newline): an allocated line of
 * *ret_length bytes, newline included, not NUL terminated, at most
 * CONTROL_ANSWER_MAX_BYTES. Whatever is wrong with the line or the answer becomes
 * an answer with "ok": false. -ENOMEM.
 */
int control_request_answer(const char *line, size_t length, control_answer_fn answer, void *userdata, char **ret_text,
			   size_t *ret_length);

/* The answer line {"ok": false, "error": sentence, "code": code}; `sentence` NULL: the errno's text. -ENOMEM. */
int control_request_refuse(int code, const char *sentence, char **ret_text, size_t *ret_length);

#endif
