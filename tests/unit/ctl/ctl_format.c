/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of ctl/format, ctl/table and ctl/names: pure texts. */
#include "ctl/format.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ctl/names.h"
#include "ctl/table.h"
#include "base/cleanup.h"
#include "jvpn/reason.h"
#include "jvpn/state.h"

static void assert_bytes(uint64_t bytes, const char *expected)
{
	char text[FORMAT_TEXT_BYTES];

	format_bytes(bytes, text);
	cr_assert_str_eq(text, expected);
}

Test(ctl_format, bytes)
{
	assert_bytes(0, "0 B");
	assert_bytes(1023, "1023 B");
	assert_bytes(1024, "1.0 KiB");
	assert_bytes(1258291, "1.2 MiB");
	assert_bytes(1024 * 1024 - 1, "1.0 MiB"); /* never "1024.0 KiB" */
	assert_bytes(1047000, "1022.5 KiB");
	assert_bytes(1ull << 40, "1.0 TiB");
	assert_bytes(UINT64_MAX, "16.0 EiB");
}

static void assert_duration(uint64_t ms, const char *expected)
{
	char text[FORMAT_TEXT_BYTES];

	format_duration(ms, text);
	cr_assert_str_eq(text, expected);
}

Test(ctl_format, durations)
{
	assert_duration(0, "0 s");
	assert_duration(59999, "59 s");
	assert_duration(60000, "1 min");
	assert_duration(184000, "3 min 4 s");
	assert_duration(3600000, "1 h");
	assert_duration(3600000 * 2 + 60000 * 5 + 59000, "2 h 5 min");
	assert_duration(86400000ull * 3 + 3600000 * 4, "3 d 4 h");
	assert_duration(UINT64_MAX, "213503982334 d 14 h");
}

static void assert_age(uint64_t now_ms, uint64_t then_ms, const char *expected)
{
	char text[FORMAT_TEXT_BYTES];

	format_age(now_ms, then_ms, text);
	cr_assert_str_eq(text, expected);
}

Test(ctl_format, ages)
{
	assert_age(13000, 1000, "12 s ago");
	assert_age(13000, 0, "never");
	assert_age(13000, 99000, "0 s ago"); /* a clock that was set back */
	assert_age(UINT64_MAX, 1, "213503982334 d 14 h ago");
}

Test(ctl_format, session_ids_have_sixteen_digits)
{
	char text[FORMAT_TEXT_BYTES];

	format_session_id(0xabc, text);
	cr_assert_str_eq(text, "0000000000000abc");
	format_session_id(UINT64_MAX, text);
	cr_assert_str_eq(text, "ffffffffffffffff");
}

Test(ctl_format, foreign_text_drives_no_terminal)
{
	char text[17];

	format_foreign("a\033[31m\n\xc3\xa9\x7f", 16, text);
	cr_assert_str_eq(text, "a?[31m????");
	format_foreign("0123456789abcdefXYZ", 16, text); /* a name that fills its field has no NUL */
	cr_assert_str_eq(text, "0123456789abcdef");
	format_foreign("", 16, text);
	cr_assert_str_eq(text, "");
}

static char *print(const struct table *table, bool has_colour)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	table_print(table, has_colour, out);
	(void)fclose(out);
	return text;
}

Test(ctl_table, aligns_columns_and_leaves_no_trailing_space)
{
	static const char *const headings[] = {"NAME", "BYTES", "NOTE"};
	_cleanup_(cleanup_table) struct table table = {.columns = 3, .indent = 1, .right = 1u << 1};
	_cleanup_free_ char *text = NULL;

	table_headings(&table, headings);
	table_cell(&table, TABLE_PLAIN, "a long name");
	table_cell(&table, TABLE_PLAIN, "%d", 7);
	table_cell(&table, TABLE_PLAIN, "%s", "");
	for (int i = 0; i < 3; i++)
		table_cell(&table, TABLE_PLAIN, "%s", "");
	table_cell(&table, TABLE_PLAIN, "b");
	table_cell(&table, TABLE_PLAIN, "123456");
	table_cell(&table, TABLE_PLAIN, "end\n\033[2J");
	text = print(&table, false);
	cr_assert_eq(table_rows(&table), 4);
	cr_assert_str_eq(text, " NAME          BYTES  NOTE\n"
			       " a long name       7\n"
			       "\n"
			       " b            123456  end??[2J\n");
}

Test(ctl_table, colour_does_not_move_columns)
{
	_cleanup_(cleanup_table) struct table table = {.columns = 2};
	_cleanup_free_ char *plain = NULL, *coloured = NULL;

	table_cell(&table, TABLE_BAD, "x");
	table_cell(&table, TABLE_GOOD, "y");
	table_cell(&table, TABLE_PLAIN, "long");
	table_cell(&table, TABLE_PLAIN, "z");
	plain = print(&table, false);
	coloured = print(&table, true);
	cr_assert_str_eq(plain, "x     y\nlong  z\n");
	cr_assert_str_eq(coloured, "\033[31mx\033[0m     \033[32my\033[0m\nlong  z\n");
}

Test(ctl_table, holds_many_rows)
{
	_cleanup_(cleanup_table) struct table table = {.columns = 1};

	for (int i = 0; i < 1000; i++)
		table_cell(&table, TABLE_PLAIN, "%d", i);
	cr_assert_eq(table_rows(&table), 1000);
	cr_assert_not(table_failed(&table));
}

Test(ctl_names, come_from_the_lists)
{
	cr_assert_str_eq(name_session_state(JVPN_STATE_RECOVERING), "RECOVERING");
	cr_assert_str_eq(name_session_state(200), "unknown");
	cr_assert_str_eq(name_peer_kind(JVPN_PEER_wireguard), "wireguard");
	cr_assert_str_eq(name_peer_kind(9), "unknown");
	cr_assert_str_eq(name_path_state(JVPN_PATH_RETIRING), "RETIRING");
	cr_assert_str_eq(name_path_state(99), "unknown");
	cr_assert_null(name_reason(0));
	cr_assert_str_eq(name_reason(118), "nat_rebind_detected");
	cr_assert_str_eq(name_reason(999), "unknown");
	cr_assert_str_eq(name_drop(7), "replay");
	cr_assert_str_eq(name_drop_text(20), "no peer's AllowedIPs hold the destination address");
	cr_assert_null(name_drop(0));
	cr_assert_null(name_drop(63));
	cr_assert_null(name_drop_text(63));
}

/* The names other files and documents rely on, by the numbers they were given. */
Test(ctl_names, reasons_keep_their_numbers)
{
	cr_assert_eq(JVPN_REASON_attached_to_transport, 101);
	cr_assert_eq(JVPN_REASON_operator_terminated, 152);
	cr_assert_eq(JVPN_REASON_reattach_success, 200);
	cr_assert_eq(JVPN_REASON_replay_detected, 301);
	cr_assert_eq(JVPN_REASON_policy_invalid, 405);
	cr_assert_eq(JVPN_REASON_rtt_reaction, 411);
	cr_assert_eq(JVPN_REASON_security_event, 603);
	cr_assert_eq(JVPN_REASON_hysteresis_hold, 704);
	cr_assert_eq(JVPN_REASON_internal_error, 800);
#define COUNT(number, name, sentence) +1
	cr_assert_eq(0 JVPN_REASONS(COUNT), 86); /* behaviour.md, section 6 */
#undef COUNT
}
