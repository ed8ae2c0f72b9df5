/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts of format.h. Pure.
 */
#include "ctl/format.h"

#include <inttypes.h>
#include <stdio.h>

void format_bytes(uint64_t bytes, char ret_text[static FORMAT_TEXT_BYTES])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		(void)snprintf(ret_text, FORMAT_TEXT_BYTES, "%" PRIu64 " B", bytes);
		return;
	}
	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) { /* would print as 1024.0 */
		value /= 1024;
		unit++;
	}
	(void)snprintf(ret_text, FORMAT_TEXT_BYTES, "%.1f %s", value, units[unit]);
}

static void print_units(char *text, uint64_t large, const char *large_unit, uint64_t small, const char *small_unit)
{
	if (small)
		(void)snprintf(text, FORMAT_TEXT_BYTES, "%" PRIu64 " %s %" PRIu64 " %s", large, large_unit, small,
			       small_unit);
	else
		(void)snprintf(text, FORMAT_TEXT_BYTES, "%" PRIu64 " %s", large, large_unit);
}

void format_duration(uint64_t ms, char ret_text[static FORMAT_TEXT_BYTES])
{
	uint64_t s = ms / 1000, min = s / 60, h = min / 60, d = h / 24;

	if (d)
		print_units(ret_text, d, "d", h % 24, "h");
	else if (h)
		print_units(ret_text, h, "h", min % 60, "min");
	else if (min)
		print_units(ret_text, min, "min", s % 60, "s");
	else
		print_units(ret_text, s, "s", 0, "");
}

void format_age(uint64_t now_ms, uint64_t then_ms, char ret_text[static FORMAT_TEXT_BYTES])
{
	char duration[FORMAT_TEXT_BYTES];

	format_duration(then_ms < now_ms ? now_ms - then_ms : 0, duration);
	if (then_ms)
		(void)snprintf(ret_text, FORMAT_TEXT_BYTES, "%.26s ago", duration);
	else
		(void)snprintf(ret_text, FORMAT_TEXT_BYTES, "never");
}

void format_session_id(uint64_t id, char ret_text[static FORMAT_TEXT_BYTES])
{
	(void)snprintf(ret_text, FORMAT_TEXT_BYTES, "%016" PRIx64, id);
}

void format_foreign(const char *text, size_t bytes, char *ret_text)
{
	size_t i;

	for (i = 0; i < bytes && text[i]; i++)
		ret_text[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	ret_text[i] = '\0';
}
