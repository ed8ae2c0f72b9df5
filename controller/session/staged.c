/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/staged.h"

#include <stdlib.h>
#include <string.h>

struct staged_packet *staged_take(struct staged *staged, size_t *total)
{
	if (!staged->count)
		return NULL;
	struct staged_packet *packet = staged->packets[staged->first];
	staged->packets[staged->first] = NULL;
	staged->first = (staged->first + 1) % JVPN_STAGED_PACKETS_MAX;
	staged->count--;
	(*total)--;
	return packet;
}

void staged_put(struct staged *staged, size_t *total, const uint8_t *packet, size_t bytes)
{
	if (staged->count == JVPN_STAGED_PACKETS_MAX)
		free(staged_take(staged, total));
	if (*total >= JVPN_STAGED_TOTAL_MAX)
		return;
	struct staged_packet *copy = malloc(sizeof(*copy) + bytes);
	if (!copy)
		return;
	copy->bytes = bytes;
	memcpy(copy->data, packet, bytes);
	staged->packets[(staged->first + staged->count) % JVPN_STAGED_PACKETS_MAX] = copy;
	staged->count++;
	(*total)++;
}

void staged_clear(struct staged *staged, size_t *total)
{
	while (staged->count)
		free(staged_take(staged, total));
}
