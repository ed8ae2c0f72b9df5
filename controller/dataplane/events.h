/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring buffer's reading end. Records are hints from the kernel: their size is
 * checked here, their meaning by whoever acts on them.
 */
#ifndef DATAPLANE_EVENTS_H
#define DATAPLANE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "dataplane/plane.h"
#include "jvpn/event.h"

struct events;

/* `text`: the staged packet, event->text_bytes of it; valid during the call. */
typedef void (*events_fn)(const struct jvpn_event *event, const uint8_t *text, void *userdata);

int events_open(struct plane *plane, events_fn function, void *userdata, struct events **ret_events);
void events_close(struct events *events); /* NULL is fine */

int events_fd(const struct events *events); /* to poll for EPOLLIN */

/* At most `budget` records; more keep the fd readable. */
void events_drain(struct events *events, unsigned int budget);

#endif
