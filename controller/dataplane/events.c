/* SPDX-License-Identifier: BSD-2-Clause */
#include "dataplane/events.h"

#include <bpf/libbpf.h>
#include <errno.h>

struct events {
	struct ring_buffer *ring;
	events_fn function;
	void *userdata;
	unsigned int left; /* of this turn's budget */
};

static int events_take(void *context, void *data, size_t bytes)
{
	struct events *events = context;
	const struct jvpn_event *event = data;
	if (bytes >= sizeof(*event) && event->text_bytes <= bytes - sizeof(*event))
		events->function(event, (const uint8_t *)data + sizeof(*event), events->userdata);
	return --events->left ? 0 : -EAGAIN; /* negative: libbpf stops, this record consumed */
}

int events_open(struct plane *plane, events_fn function, void *userdata, struct events **ret_events)
{
	struct events *events = calloc(1, sizeof(*events));
	if (!events)
		return -ENOMEM;
	events->function = function;
	events->userdata = userdata;
	events->ring = ring_buffer__new(plane_map(plane, "events"), events_take, events, NULL);
	if (!events->ring) {
		int error = -errno;
		free(events);
		return error;
	}
	*ret_events = events;
	return 0;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	ring_buffer__free(events->ring);
	free(events);
}

int events_fd(const struct events *events)
{
	return ring_buffer__epoll_fd(events->ring);
}

void events_drain(struct events *events, unsigned int budget)
{
	events->left = budget ? budget : 1;
	(void)ring_buffer__consume(events->ring);
}
