/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the programs of a plane are attached: TC at the tunnel's data-plane end, XDP on
 * the uplinks. For plane.c; everybody else uses plane.h.
 */
#ifndef DATAPLANE_ATTACHMENT_H
#define DATAPLANE_ATTACHMENT_H

#include "dataplane/plane.h"

#include "dataplane.skel.h"

struct plane {
	struct plane_setup setup;
	struct dataplane *skeleton;
	struct jvpn_counters *counters;
	bool adopted;
};

/* The sealing side; and on adopted uplinks the new program in place of the old one. */
int attachment_open(struct plane *plane, struct plane_error *ret_error);
void attachment_close(struct plane *plane);

/* Fills the text and returns `error`. */
int plane_say(struct plane_error *ret_error, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
