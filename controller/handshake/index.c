/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open addressing with linear probing; a removal shifts its followers back, so no
 * tombstones pile up. Never more than half full, so runs stay short.
 */
#include "handshake/index.h"

#include <errno.h>
#include <stdlib.h>

#define PLACES (1u << 17)
_Static_assert(PLACES >= 2 * INDEX_IN_USE_MAX, "half full at most");

#define RANDOM_MASK ((1u << INDEX_NODE_SHIFT) - 1)

struct place {
	__u32 index; /* 0: free */
	__u32 owner;
};

struct index_table {
	size_t count;
	struct place places[PLACES];
};

int index_new(struct index_table **ret_table)
{
	struct index_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	*ret_table = table;
	return 0;
}

void index_free(struct index_table *table)
{
	free(table);
}

static __u32 home_of(__u32 index)
{
	return index & (PLACES - 1);
}

/* Where the index is, or the free place where it would go. */
static __u32 probe(const struct index_table *table, __u32 index)
{
	__u32 at = home_of(index);

	while (table->places[at].index && table->places[at].index != index)
		at = (at + 1) & (PLACES - 1);
	return at;
}

int index_adopt(struct index_table *table, __u32 index, __u32 owner)
{
	__u32 at;

	if (!index)
		return -EINVAL;
	at = probe(table, index);
	if (table->places[at].index)
		return -EEXIST;
	if (table->count >= INDEX_IN_USE_MAX)
		return -ENOSPC;
	table->places[at] = (struct place){.index = index, .owner = owner};
	table->count++;
	return 0;
}

int index_take(struct index_table *table, const __u32 candidates[INDEX_CANDIDATES], __u32 owner, __u32 *ret_index)
{
	for (size_t i = 0; i < INDEX_CANDIDATES; i++) {
		__u32 low = candidates[i] & RANDOM_MASK;
		__u32 index = INDEX_NODE << INDEX_NODE_SHIFT | low;
		int r = low ? index_adopt(table, index, owner) : -EINVAL;

		if (r == -ENOSPC)
			return r;
		if (!r) {
			*ret_index = index;
			return 0;
		}
	}
	return -EAGAIN;
}

int index_find(const struct index_table *table, __u32 index, __u32 *ret_owner)
{
	__u32 at = probe(table, index);

	if (!index || !table->places[at].index)
		return -ENOENT;
	*ret_owner = table->places[at].owner;
	return 0;
}

void index_release(struct index_table *table, __u32 index)
{
	__u32 hole = probe(table, index);
	__u32 at = hole;

	if (!index || !table->places[hole].index)
		return;
	table->count--;
	for (;;) {
		at = (at + 1) & (PLACES - 1);
		if (!table->places[at].index)
			break;
		/* may it move back to the hole? only if its home is not between the hole and it */
		if (((at - home_of(table->places[at].index)) & (PLACES - 1)) < ((at - hole) & (PLACES - 1)))
			continue;
		table->places[hole] = table->places[at];
		hole = at;
	}
	table->places[hole] = (struct place){0};
}

size_t index_count(const struct index_table *table)
{
	return table->count;
}
