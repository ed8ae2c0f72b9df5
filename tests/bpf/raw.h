/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames put on a device and taken from it, as they are: AF_PACKET, waiting for the frame and
 * never for a time.
 */
#ifndef JVPN_TESTS_RAW_H
#define JVPN_TESTS_RAW_H

#include "packet.h"

/* A socket that sees every frame of the device; the caller closes it. */
int raw_open(const char *device);

void raw_send(int raw, const struct packet *frame);

/* The next UDP packet that arrives from this link-layer address; false after two seconds without. */
bool raw_receive_from(int raw, const __u8 source[6], struct packet *ret_frame);

#endif
