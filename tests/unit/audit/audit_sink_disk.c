/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of audit/journal on disks that fail and come back: T-OBS-03. Each mounts a small
 * tmpfs in a mount namespace of its own, and is skipped where that is not permitted.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "journal_room.h"

TestSuite(audit_sink_disk, .init = room_begin, .fini = room_end, .timeout = 60);

/* A mount of its own at the room's directory, gone with the test's process. */
static void mount_tmpfs(const char *directory, const char *options, unsigned long flags)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", directory, "tmpfs", flags, options))
		cr_skip("no mounts here: %s", strerror(errno));
}

static void fill_disk(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	static char block[512];

	while (write(fd, block, sizeof(block)) > 0)
		;
	(void)close(fd);
}

/* T-OBS-03: the disk is full in the middle of a line, and comes back: not a byte is missing. */
Test(audit_sink_disk, a_full_disk_that_comes_back)
{
	struct audit_journal *journal;
	struct audit_journal_stats stats;
	struct room_contents contents;
	char ballast[ROOM_PATH_BYTES + 16];
	uint64_t number = 0;

	mount_tmpfs(room_directory, "size=64k", 0);
	journal = room_open(0);
	room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
	(void)room_wait_written(journal);
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", room_directory);
	fill_disk(ballast);
	do {
		room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
		(void)usleep(500);
		audit_journal_stats(journal, &stats);
	} while (!stats.error);
	for (int i = 0; i < 50; i++) /* and more while it is full */
		room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
	stats = room_wait_error(journal, -ENOSPC);
	cr_expect(audit_journal_is_degraded(&stats));
	cr_assert_eq(unlink(ballast), 0);
	stats = room_wait_written(journal);
	cr_expect_not(audit_journal_is_degraded(&stats));
	room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.last_version, number);
	cr_expect_eq(contents.out_of_order, 0);
	cr_expect_eq(contents.troubles[AUDIT_TROUBLE_write_error], 1);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
	cr_assert_eq(umount2(room_directory, MNT_DETACH), 0);
}

/* Rotated while a line is half written: the new file begins with that line, whole. */
Test(audit_sink_disk, a_rotation_in_the_middle_of_a_line)
{
	struct audit_journal *journal;
	struct audit_journal_stats stats;
	struct room_contents before, after;
	char ballast[ROOM_PATH_BYTES + 16], moved[ROOM_PATH_BYTES + 16];
	uint64_t number = 0;

	mount_tmpfs(room_directory, "size=64k", 0);
	journal = room_open(0);
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", room_directory);
	(void)snprintf(moved, sizeof(moved), "%s.1", room_path);
	fill_disk(ballast);
	cr_assert_eq(truncate(ballast, 60 * 1024), 0); /* a page and a little are left */
	do {
		room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
		(void)usleep(500);
		audit_journal_stats(journal, &stats);
	} while (!stats.error);
	cr_assert_eq(rename(room_path, moved), 0);
	audit_journal_reopen(journal);
	while (access(room_path, F_OK))
		(void)usleep(1000);
	cr_assert_eq(unlink(ballast), 0);
	(void)room_wait_written(journal);
	audit_journal_close(journal, 5000, NULL);
	before = room_read(moved);
	after = room_read(room_path);
	cr_expect_eq(before.first_break.kind, AUDIT_BREAK_TORN_END, "half a line stays behind, and is seen");
	cr_expect_eq(after.first_break.kind, AUDIT_BREAK_NONE);
	cr_expect_eq(after.chain.first.seq, before.chain.last.seq + 1);
	cr_expect(audit_hash_equal(&after.chain.first.previous, &before.chain.last.hash));
	cr_expect_eq(after.last_version, number);
	cr_assert_eq(umount2(room_directory, MNT_DETACH), 0);
}

/* T-OBS-03: after SIGHUP the path is on a read-only disk: the old file is still written, the new one when it can be. */
Test(audit_sink_disk, a_read_only_disk_that_comes_back)
{
	struct audit_journal *journal;
	struct room_contents contents;
	char moved[ROOM_PATH_BYTES + 16];
	uint64_t number = 0;

	mount_tmpfs(room_directory, "size=1m", 0);
	(void)snprintf(moved, sizeof(moved), "%s.1", room_path);
	journal = room_open(0);
	room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
	(void)room_wait_written(journal);
	cr_assert_eq(rename(room_path, moved), 0);
	cr_assert_eq(mount("tmpfs", room_directory, "tmpfs", MS_RDONLY, NULL), 0); /* over it */
	audit_journal_reopen(journal);
	for (int i = 0; i < 20; i++)
		room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
	(void)room_wait_written(journal);
	cr_assert_eq(umount(room_directory), 0);
	contents = room_read(moved);
	cr_expect_eq(contents.last_version, number, "nothing waits for the new file");
	while (access(room_path, F_OK))
		(void)usleep(1000);
	room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.troubles[AUDIT_TROUBLE_reopen_failed], 1);
	cr_expect_eq(contents.last_version, number);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
	cr_assert_eq(umount2(room_directory, MNT_DETACH), 0);
}

Test(audit_sink_disk, a_read_only_disk_at_the_start)
{
	const struct audit_journal_options options = {.path = room_path};
	struct audit_journal *journal = NULL;

	mount_tmpfs(room_directory, NULL, MS_RDONLY);
	cr_expect_eq(audit_journal_open(&options, &journal), -EROFS);
	cr_assert_eq(umount2(room_directory, MNT_DETACH), 0);
}
