/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Criterion does not mind what LeakSanitizer finds when a test's process ends: a
 * suite that wants its leaks found names assert_no_leaks() as its .fini, and a
 * leak makes the runner exit with 1, and name the test. Without AddressSanitizer
 * it does nothing.
 */
#ifndef TESTS_LEAKS_H
#define TESTS_LEAKS_H

#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

/* Pointers the test left on its dead stack frames would pass for owners. */
static __attribute__((noinline)) void overwrite_dead_frames(void)
{
	volatile char frames[65536];

	for (size_t i = 0; i < sizeof(frames); i++)
		frames[i] = 0;
}

static inline void assert_no_leaks(void)
{
	overwrite_dead_frames();
	if (__lsan_do_recoverable_leak_check() != 0)
		abort(); /* a failed assertion in .fini would not count */
}
#else
static inline void assert_no_leaks(void)
{
}
#endif

#endif
