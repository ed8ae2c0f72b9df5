/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the daemon says about itself, when it runs: the documents of
 * control/control.h, checked. Everything here is optional to what is shown.
 */
#ifndef CTL_DAEMON_VIEW_H
#define CTL_DAEMON_VIEW_H

#include "ctl/ctl.h"

#define DAEMON_ERROR_BYTES 128

enum daemon_state {
	DAEMON_ABSENT,	/* nobody listens at its socket */
	DAEMON_ANSWERS, /* pid, version, uptime and peers are known */
	DAEMON_SILENT,	/* somebody listens, and does not answer as it should: `error` says how */
};

struct daemon_view {
	enum daemon_state state;
	int64_t pid;
	int64_t uptime_ms;
	char version[32];
	json_t *peers;	  /* array as control.h; NULL unless it answers */
	uint64_t refused; /* handshakes */
	char error[DAEMON_ERROR_BYTES];
};

void daemon_view_ask(const struct ctl *ctl, const char *interface, struct daemon_view *ret_view);
void cleanup_daemon_view(struct daemon_view *view);

/* The object "refusals" of control.h, a new reference; NULL when it cannot be had. */
json_t *daemon_view_refusals(const struct ctl *ctl, const char *interface);

#endif
