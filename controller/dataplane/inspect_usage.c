/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How full the pinned maps are. Consumes nothing.
 */
#include "dataplane/inspect_usage.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/mman.h>

#include "dataplane/inspect_read.h"
#include "dataplane/inspect_walk.h"

/*
 * The kernel maps a map into memory only for an fd that may write, even to read
 * (VM_SHARED is dropped otherwise): one is opened for the moment.
 */
static int map_positions(const struct inspect *inspect, size_t bytes, const uint8_t **ret_pages)
{
	_cleanup_fd_ int fd = -1;
	char path[PATH_MAX];
	void *pages;
	int code = inspect_pin_path(inspect, INSPECT_MAP_events, path);

	if (code < 0)
		return code;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd;
	pages = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (pages == MAP_FAILED)
		return -errno;
	*ret_pages = pages;
	return 0;
}

int inspect_events_unread(const struct inspect *inspect, uint64_t *ret_bytes)
{
	const size_t page =
		(size_t)sysconf(_SC_PAGESIZE); /* the reader's position in the first, the writer's in the second */
	uint64_t size = inspect_facts(inspect, INSPECT_MAP_events)->max_entries, consumed, produced;
	const uint8_t *pages;
	int code = map_positions(inspect, page * 2, &pages);

	if (code < 0)
		return code;
	consumed = __atomic_load_n((const uint64_t *)(const void *)pages, __ATOMIC_ACQUIRE);
	produced = __atomic_load_n((const uint64_t *)(const void *)(pages + page), __ATOMIC_ACQUIRE);
	(void)munmap((void *)(uintptr_t)pages, page * 2);
	/* both move on meanwhile, so the difference can come out larger than the ring */
	*ret_bytes = produced - consumed < size ? produced - consumed : size;
	return 0;
}

static int count_keys(const struct inspect *inspect, enum inspect_map map, uint64_t *ret_used)
{
	_cleanup_free_ uint8_t *keys = NULL;
	size_t count;
	int code = inspect_walk(inspect, map, &keys, &count);

	if (code == 0)
		*ret_used = count;
	return code;
}

static int count_slots(const struct inspect *inspect, uint64_t *ret_used)
{
	_cleanup_free_ struct inspect_slot *slots = NULL;
	size_t count;
	int code = inspect_counters(inspect, &slots, &count);

	if (code == 0)
		*ret_used = count;
	return code;
}

static int count_reasons(const struct inspect *inspect, uint64_t *ret_used)
{
	uint64_t drops[JVPN_DROP_SLOTS];
	int code = inspect_drops(inspect, drops);

	if (code < 0)
		return code;
	*ret_used = 0;
	for (size_t reason = 0; reason < JVPN_DROP_SLOTS; reason++)
		*ret_used += drops[reason] != 0;
	return 0;
}

int inspect_used(const struct inspect *inspect, enum inspect_map map, uint64_t *ret_used)
{
	uint32_t ifindex;
	int code;

	switch (map) {
	case INSPECT_MAP_counters:
		return count_slots(inspect, ret_used);
	case INSPECT_MAP_drops:
		return count_reasons(inspect, ret_used);
	case INSPECT_MAP_events:
		return inspect_events_unread(inspect, ret_used);
	case INSPECT_MAP_delivery:
		code = inspect_delivery(inspect, &ifindex);
		if (code == 0)
			*ret_used = ifindex != 0;
		return code;
	default:
		return count_keys(inspect, map, ret_used);
	}
}
