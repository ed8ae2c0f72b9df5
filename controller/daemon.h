/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A jvpnd from its configuration to its end: the parts started in order, stopped in the
 * mirror of it, changed by SIGHUP. One clear line says why it did not start.
 *
 * How it ends decides what stays: SIGTERM and SIGINT end the sessions and remove
 * everything; SIGKILL leaves the data plane running for the next start to adopt.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "gateway.h"

struct daemon_setup {
	const char *interface;
	const char *config_path;
};

/* 0 and a gateway that is ready; or -errno, with the reason in `ret_error` and nothing left behind. */
int daemon_start(const struct daemon_setup *setup, struct gateway **ret_gateway, struct plane_error *ret_error);

/* Serves until a signal says otherwise, then removes everything. Returns the exit status. */
int daemon_run(struct gateway *gateway);

#endif
