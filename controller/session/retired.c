/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/retired.h"

#include "base/clock.h"
#include "dataplane/publish.h"

#define RETIRED_FIRST_CAPACITY 64

static void retired_wipe(uint64_t now, void *userdata)
{
	struct gateway *gateway = userdata;
	(void)now;
	publish_keys_wipe(gateway->plane, gateway->retired.indices, gateway->retired.count);
	gateway->retired.count = 0;
}

int retired_open(struct gateway *gateway)
{
	return loop_add_timer(gateway->loop, &gateway->retired.timer, retired_wipe, gateway);
}

static bool retired_has_room(struct retired *retired)
{
	if (retired->count < retired->capacity)
		return true;
	size_t capacity = retired->capacity ? retired->capacity * 2 : RETIRED_FIRST_CAPACITY;
	uint32_t *indices = realloc(retired->indices, capacity * sizeof(*indices));
	if (!indices)
		return false;
	retired->indices = indices;
	retired->capacity = capacity;
	return true;
}

/* Without memory for the list the wipe does not wait its turn, but happens here and now. */
void retired_add_index(struct gateway *gateway, uint32_t index)
{
	struct retired *retired = &gateway->retired;
	(void)publish_key_kill(gateway->plane, index); /* -ENOENT: gone already */
	if (!retired_has_room(retired)) {
		publish_keys_wipe(gateway->plane, &index, 1);
		return;
	}
	retired->indices[retired->count++] = index;
	if (!loop_is_armed(&retired->timer))
		loop_arm(&retired->timer, clock_mono_ns() + RETIRED_WIPE_AFTER_MS * CLOCK_NS_PER_MS);
}

void retired_add(struct gateway *gateway, const struct keyslots_retired *keys)
{
	for (uint32_t i = 0; i < keys->count; i++)
		retired_add_index(gateway, keys->indices[i]);
}

void retired_close(struct gateway *gateway)
{
	if (gateway->plane)
		retired_wipe(0, gateway);
	loop_remove_timer(&gateway->retired.timer);
	free(gateway->retired.indices);
	gateway->retired.indices = NULL;
	gateway->retired.capacity = 0;
}
