/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of a pinned map, although it changes. Never reads a value.
 */
#include "dataplane/inspect_walk.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#define KEY_BYTES_MAX 20 /* struct jvpn_prefix_v6 */
#define WALK_STEPS_MIN 1024

typedef int (*compare_fn)(const void *a, const void *b, void *bytes);

static int compare_u32(const void *a, const void *b, void *bytes)
{
	uint32_t left, right;

	(void)bytes;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

static int compare_u64(const void *a, const void *b, void *bytes)
{
	uint64_t left, right;

	(void)bytes;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

static int compare_addresses(const void *a, const void *b, void *bytes)
{
	return memcmp(a, b, *(const size_t *)bytes);
}

/* Of struct jvpn_prefix_v4 and _v6: the address, then the length before it. */
static int compare_prefixes(const void *a, const void *b, void *bytes)
{
	int order = memcmp((const uint8_t *)a + 4, (const uint8_t *)b + 4, *(const size_t *)bytes - 4);

	return order ? order : compare_u32(a, b, NULL);
}

static size_t drop_twins(uint8_t *keys, size_t count, size_t bytes)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 || memcmp(keys + (kept - 1) * bytes, keys + i * bytes, bytes) != 0)
			memmove(keys + kept++ * bytes, keys + i * bytes, bytes);
	return kept;
}

static compare_fn order_of(enum inspect_map map)
{
	switch (map) {
	case INSPECT_MAP_sessions:
		return compare_u64;
	case INSPECT_MAP_routes_v4:
	case INSPECT_MAP_routes_v6:
		return compare_prefixes;
	case INSPECT_MAP_admission:
		return compare_addresses;
	default:
		return compare_u32;
	}
}

int inspect_walk(const struct inspect *inspect, enum inspect_map map, uint8_t **ret_keys, size_t *ret_count)
{
	const struct inspect_facts *facts = inspect_facts(inspect, map);
	int fd = inspect_fd(inspect, map);
	size_t bytes = facts->key_bytes, count = 0, room = 0;
	size_t bound = (size_t)facts->max_entries * INSPECT_WALKS_PER_ELEMENT + WALK_STEPS_MIN;
	_cleanup_free_ uint8_t *keys = NULL;
	uint8_t key[KEY_BYTES_MAX] = {0};
	int code;

	while ((code = bpf_map_get_next_key(fd, count ? key : NULL, key)) == 0) {
		if (count == bound)
			return -EBUSY;
		if (count == room) {
			uint8_t *grown = realloc(keys, (room = room ? room * 2 : 64) * bytes);

			if (!grown)
				return -ENOMEM;
			keys = grown;
		}
		memcpy(keys + count++ * bytes, key, bytes);
	}
	if (code != -ENOENT)
		return code;
	if (keys)
		qsort_r(keys, count, bytes, order_of(map), &bytes);
	*ret_count = drop_twins(keys, count, bytes);
	*ret_keys = take_ptr(keys);
	return 0;
}
