/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiver indices against a plain model. Never random in a way that a failure
 * could not be repeated: the generator is seeded.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "handshake/index.h"

static struct index_table *table;
static __u32 seed = 12345;

static void setup(void)
{
	cr_assert_eq(index_new(&table), 0);
}

static void teardown(void)
{
	index_free(table);
}

TestSuite(index_table, .init = setup, .fini = teardown);

static __u32 next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static int take(__u32 owner, __u32 *ret_index)
{
	__u32 candidates[INDEX_CANDIDATES];

	for (size_t i = 0; i < INDEX_CANDIDATES; i++)
		candidates[i] = next_random();
	return index_take(table, candidates, owner, ret_index);
}

Test(index_table, node_number_is_on_top_of_24_random_bits)
{
	__u32 candidates[INDEX_CANDIDATES] = {0xffabcdef};
	__u32 index = 0, owner = 0;

	cr_assert_eq(index_take(table, candidates, 7, &index), 0);
	cr_assert_eq(index, 0x00abcdef);
	cr_assert_eq(index_find(table, index, &owner), 0);
	cr_assert_eq(owner, 7);
	cr_assert_eq(index_find(table, 0xffabcdef, &owner), -ENOENT);
}

Test(index_table, zero_is_never_taken_nor_found)
{
	__u32 candidates[INDEX_CANDIDATES] = {0, 0xff000000, 5};
	__u32 index = 0, owner = 0;

	cr_assert_eq(index_take(table, candidates, 1, &index), 0);
	cr_assert_eq(index, 5);
	cr_assert_eq(index_find(table, 0, &owner), -ENOENT);
	cr_assert_eq(index_adopt(table, 0, 1), -EINVAL);
	index_release(table, 0);
	cr_assert_eq(index_count(table), 1);
}

Test(index_table, taken_candidates_are_passed_over)
{
	__u32 same[INDEX_CANDIDATES] = {9, 9, 9, 9, 9, 9, 9, 9};
	__u32 last[INDEX_CANDIDATES] = {9, 9, 9, 9, 9, 9, 9, 10};
	__u32 index = 0;

	cr_assert_eq(index_take(table, same, 1, &index), 0);
	index = 77;
	cr_assert_eq(index_take(table, same, 2, &index), -EAGAIN);
	cr_assert_eq(index, 77, "untouched");
	cr_assert_eq(index_take(table, last, 2, &index), 0);
	cr_assert_eq(index, 10);
	cr_assert_eq(index_adopt(table, 9, 3), -EEXIST);
}

Test(index_table, unique_up_to_the_bound)
{
	__u32 index = 0, owner = 0;

	for (__u32 i = 0; i < INDEX_IN_USE_MAX; i++) {
		cr_assert_eq(take(i, &index), 0);
		cr_assert_eq(index >> INDEX_NODE_SHIFT, INDEX_NODE);
		cr_assert_eq(index_find(table, index, &owner), 0);
		cr_assert_eq(owner, i, "nobody else's");
	}
	cr_assert_eq(index_count(table), INDEX_IN_USE_MAX);
	cr_assert_eq(take(0, &index), -ENOSPC);
	index_release(table, index);
	cr_assert_eq(take(0, &index), 0);
}

/* Indices 131072 apart share a home: long runs, holes in their middle, runs around the table's end. */
Test(index_table, removal_keeps_every_run_whole)
{
	enum { LIVE = 600 };
	__u32 model[LIVE] = {0};
	__u32 owner = 0;

	for (unsigned int round = 0; round < 20000; round++) {
		__u32 *cell = &model[next_random() % LIVE];

		if (*cell) {
			index_release(table, *cell);
			cr_assert_eq(index_find(table, *cell, &owner), -ENOENT);
			*cell = 0;
		} else {
			__u32 index = ((next_random() % 64) << 17 | ((131072 - 4 + next_random() % 8) & 131071));

			if (index && index_adopt(table, index, index ^ 0x55) == 0)
				*cell = index;
		}
		for (size_t i = 0; round % 50 == 0 && i < LIVE; i++) {
			if (!model[i])
				continue;
			cr_assert_eq(index_find(table, model[i], &owner), 0, "round %u", round);
			cr_assert_eq(owner, model[i] ^ 0x55);
		}
	}
}

Test(index_table, release_of_what_is_not_there)
{
	__u32 owner = 0;

	cr_assert_eq(index_adopt(table, 5, 1), 0);
	index_release(table, 6);
	index_release(table, 5 + (1 << 17));
	cr_assert_eq(index_count(table), 1);
	cr_assert_eq(index_find(table, 5, &owner), 0);
}
