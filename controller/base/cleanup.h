/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scope-bound ownership: a local variable says in its declaration how it is
 * released, and hands itself over with an explicit take. Never contains a
 * macro that returns, breaks or jumps.
 *
 *   _cleanup_fd_ int fd = -1;              closed at the end of the scope
 *   _cleanup_free_ char *text = NULL;      freed
 *   *ret_text = take_ptr(text);            the caller owns it from here on
 *
 * An fd that is not open is -1; a pointer that owns nothing is NULL. Every
 * variable is initialised in its declaration. errno survives a cleanup.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((__cleanup__(function)))

/*
 * DEFINE_CLEANUP(name, type, release) makes `_cleanup_(cleanup_name)` for a
 * pointer type: DEFINE_CLEANUP(json, json_t *, json_decref).
 */
#define DEFINE_CLEANUP(name, type, release) \
	static inline void cleanup_##name(type *owner) \
	{ \
		if (*owner) \
			release(*owner); \
	} \
	struct cleanup_##name##_ends_with_a_semicolon

static inline void cleanup_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}

static inline void cleanup_file(FILE **file)
{
	int saved = errno;

	if (*file)
		(void)fclose(*file);
	errno = saved;
}

static inline void cleanup_free(void *pointer)
{
	void *owned;

	memcpy(&owned, pointer, sizeof(owned)); /* whatever the variable's pointer type */
	free(owned);
}

#define _cleanup_fd_ _cleanup_(cleanup_fd)
#define _cleanup_file_ _cleanup_(cleanup_file)
#define _cleanup_free_ _cleanup_(cleanup_free)

/* The value of *fd; *fd is -1 afterwards. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The value of the variable `pointer`, which is NULL afterwards. */
#define take_ptr(pointer) \
	({ \
		__typeof__(pointer) *owner_ = &(pointer); \
		__typeof__(pointer) taken_ = *owner_; \
		*owner_ = NULL; \
		taken_; \
	})

#endif
