/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of base/log: what one call writes to stderr, byte for byte. */
#include "base/log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int captured;
static char text[3 * LOG_LINE_MAX_BYTES];

/* Each test is a process of its own: stderr may stay redirected. */
static void capture(void)
{
	captured = memfd_create("stderr", 0);
	cr_assert(captured >= 0);
	cr_assert(dup2(captured, STDERR_FILENO) >= 0);
}

static const char *written(void)
{
	ssize_t length = pread(captured, text, sizeof(text) - 1, 0);

	cr_assert(length >= 0);
	text[length] = '\0';
	return text;
}

TestSuite(log, .init = capture);

Test(log, names_program_interface_and_level)
{
	log_open("jvpnd", "jvpn0", LOG_LEVEL_INFO);
	log_warning("uplink %s is gone", "eth0");
	cr_assert_str_eq(written(), "jvpnd[jvpn0]: warning: uplink eth0 is gone\n");
}

Test(log, leaves_out_an_interface_it_has_not)
{
	log_open("jvpnd", NULL, LOG_LEVEL_INFO);
	log_error("no");
	cr_assert_str_eq(written(), "jvpnd: error: no\n");
}

Test(log, drops_what_is_above_the_level)
{
	log_open("jvpnd", NULL, LOG_LEVEL_WARNING);
	log_info("a");
	log_debug("b");
	cr_assert_str_eq(written(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("c");
	cr_assert_str_eq(written(), "jvpnd: debug: c\n");
	cr_assert_eq(log_get_level(), LOG_LEVEL_DEBUG);
}

Test(log, keeps_errno_and_prints_it)
{
	log_open("jvpnd", NULL, LOG_LEVEL_INFO);
	errno = ENOENT;
	log_error("open: %m");
	cr_assert_eq(errno, ENOENT);
	log_line_errno(LOG_LEVEL_ERROR, -EADDRINUSE, "port %d", 51820);
	cr_assert_eq(errno, ENOENT);
	cr_assert_str_eq(written(), "jvpnd: error: open: No such file or directory\n"
				    "jvpnd: error: port 51820: Address already in use\n");
}

Test(log, foreign_text_cannot_forge_a_line)
{
	log_open("jvpnd", NULL, LOG_LEVEL_INFO);
	log_info("peer %s", "x\njvpnd: error: forged\x1b[31m\x7f");
	cr_assert_str_eq(written(), "jvpnd: info: peer x?jvpnd: error: forged?[31m?\n");
}

Test(log, cuts_a_line_that_is_too_long)
{
	char many[3 * LOG_LINE_MAX_BYTES];

	memset(many, 'y', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	log_open("jvpnd", NULL, LOG_LEVEL_INFO);
	log_info("%s", many);
	cr_assert_eq(strlen(written()), LOG_LINE_MAX_BYTES);
	cr_assert_str_eq(text + LOG_LINE_MAX_BYTES - 5, "y...\n");
	log_line_errno(LOG_LEVEL_INFO, EPERM, "%s", many);
	cr_assert_eq(strlen(written()), 2 * LOG_LINE_MAX_BYTES);
	cr_assert_str_eq(text + 2 * LOG_LINE_MAX_BYTES - 5, "y...\n");
}

Test(log, a_line_of_exactly_the_limit_is_not_cut)
{
	char many[LOG_LINE_MAX_BYTES];
	size_t fits = LOG_LINE_MAX_BYTES - 1 - strlen("jvpnd: info: ");

	memset(many, 'y', fits);
	many[fits] = '\0';
	log_open("jvpnd", NULL, LOG_LEVEL_INFO);
	log_info("%s", many);
	cr_assert_eq(strlen(written()), LOG_LINE_MAX_BYTES);
	cr_assert_str_eq(text + LOG_LINE_MAX_BYTES - 3, "yy\n");
}

static void set_journal_stream(long long inode_offset)
{
	char stream[64];
	struct stat status;

	cr_assert_eq(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
		 (unsigned long long)status.st_ino + (unsigned long long)inode_offset);
	setenv("JOURNAL_STREAM", stream, 1);
}

Test(log, gives_the_journal_its_priority)
{
	set_journal_stream(0);
	log_open("jvpnd", "jvpn0", LOG_LEVEL_DEBUG);
	log_error("a");
	log_warning("b");
	log_info("c");
	log_debug("d");
	cr_assert_str_eq(written(), "<3>jvpnd[jvpn0]: error: a\n<4>jvpnd[jvpn0]: warning: b\n"
				    "<6>jvpnd[jvpn0]: info: c\n<7>jvpnd[jvpn0]: debug: d\n");
}

Test(log, a_redirected_stderr_is_not_the_journal)
{
	set_journal_stream(1);
	log_open("jvpnd", NULL, LOG_LEVEL_INFO);
	log_error("a");
	cr_assert_str_eq(written(), "jvpnd: error: a\n");
}

Test(log, level_words)
{
	static const char *const words[] = {"error", "warning", "info", "debug"};
	enum log_level level = LOG_LEVEL_INFO;

	for (int i = 0; i < 4; i++) {
		cr_assert_eq(log_level_parse(words[i], &level), 0);
		cr_assert_eq((int)level, i);
		cr_assert_str_eq(log_level_name(level), words[i]);
	}
	cr_assert_eq(log_level_parse("Error", &level), -EINVAL);
	cr_assert_eq(log_level_parse("", &level), -EINVAL);
	cr_assert_eq(log_level_parse("err", &level), -EINVAL);
	cr_assert_eq((int)level, LOG_LEVEL_DEBUG); /* untouched */
}
