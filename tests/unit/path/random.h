/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A seeded generator for the path tests: the same numbers in every run (splitmix64). Never
 * seeded by a clock.
 */
#ifndef JVPN_TESTS_PATH_RANDOM_H
#define JVPN_TESTS_PATH_RANDOM_H

#include "jvpn/types.h"

static inline __u64 next_random(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline __u32 below(__u64 *state, __u32 limit)
{
	return (__u32)(next_random(state) % limit);
}

#endif
