/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl's end of the control socket: one connection, one request, one answer.
 * Blocks, but never longer than its timeout, and never keeps more than
 * CONTROL_ANSWER_MAX_BYTES. Believes nothing but the frame: the members are the
 * caller's to check.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <jansson.h>
#include <stdint.h>

#include "control/control.h"

/*
 * Asks `command` with `arguments` (an object, borrowed, or NULL) and waits at
 * most `timeout_ms` for the whole answer. 0: *ret_answer is a new reference to
 * an object with a boolean "ok", which may be false: see control_refusal().
 *
 *   -ECONNREFUSED   the daemon does not run: no socket, or nobody listens
 *   -ETIMEDOUT      it runs and does not answer
 *   -EPROTO         not an answer: no JSON, no "ok", cut off or too long
 *   -ECONNRESET     it hung up without a word: it serves root and its own user only
 *   -E2BIG          the request is longer than CONTROL_REQUEST_MAX_BYTES
 *   others          as connect(2): -EACCES
 */
int control_ask(const char *path, const char *command, json_t *arguments, uint32_t timeout_ms, json_t **ret_answer);

/* NULL when the answer is ok, else its sentence; lives as long as `answer`. */
const char *control_refusal(const json_t *answer);

#endif
