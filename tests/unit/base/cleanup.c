/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of base/cleanup: released at the end of the scope, once, unless taken. */
#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <fcntl.h>

static int released;

struct thing {
	int number;
};

static void thing_release(struct thing *thing)
{
	released += thing->number;
}
DEFINE_CLEANUP(thing, struct thing *, thing_release);

Test(cleanup, releases_at_the_end_of_the_scope)
{
	struct thing thing = {7};

	{
		_cleanup_(cleanup_thing) struct thing *owner = &thing;

		cr_assert_eq(owner->number, 7);
		cr_assert_eq(released, 0);
	}
	cr_assert_eq(released, 7);
}

Test(cleanup, takes_a_pointer_out_of_it)
{
	struct thing thing = {7}, *taken;

	{
		_cleanup_(cleanup_thing) struct thing *owner = &thing;

		taken = take_ptr(owner);
		cr_assert_null(owner);
	}
	cr_assert_eq(taken, &thing);
	cr_assert_eq(released, 0);
}

Test(cleanup, closes_an_fd_and_keeps_errno)
{
	int number;

	{
		_cleanup_fd_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		_cleanup_fd_ int none = -1;

		cr_assert(fd >= 0 && none == -1);
		number = fd;
		errno = ENOENT;
	}
	cr_assert_eq(errno, ENOENT);
	cr_assert_eq(fcntl(number, F_GETFD), -1);
}

Test(cleanup, takes_an_fd_out_of_it)
{
	int number;

	{
		_cleanup_fd_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		number = take_fd(&fd);
		cr_assert_eq(fd, -1);
	}
	cr_assert_neq(fcntl(number, F_GETFD), -1);
	close(number);
}
