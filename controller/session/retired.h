/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key pairs on their way out: stopped at once, wiped and freed together a moment later,
 * when no packet can hold one any more. The wait is shared and off the handshake's way.
 */
#ifndef SESSION_RETIRED_H
#define SESSION_RETIRED_H

#include "gateway.h"

#define RETIRED_WIPE_AFTER_MS 1000

int retired_open(struct gateway *gateway);

/* Stops these key pairs; nothing seals or opens under them from here on. */
void retired_add(struct gateway *gateway, const struct keyslots_retired *keys);
void retired_add_index(struct gateway *gateway, uint32_t index);

/* Wipes what waits now: the last act before the data plane is let go or removed. */
void retired_close(struct gateway *gateway);

#endif
