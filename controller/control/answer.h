/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's answers to jvpn-ctl: the documents control.h describes, from the running
 * gateway. Never contains a key but public ones.
 */
#ifndef CONTROL_ANSWER_H
#define CONTROL_ANSWER_H

#include "control/server.h"

/* A control_answer_fn; `userdata` is the gateway. */
int answer_command(const char *command, json_t *arguments, json_t **ret_document, void *userdata);

#endif
