/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every transition of the key slots, from every occupation, as one table. Slots
 * are letters: a capital begins as initiator. Never a key.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "handshake/keyslots.h"

/* "previous current next": a letter or '.'; the event: "+N" new as initiator, "+n" as responder, "!x" x was used. */
static const struct {
	const char *before, *event, *after, *retired;
} transitions[] = {
	/* as initiator */
	{"...", "+N", ".N.", ""},
	{".c.", "+N", "cN.", ""},
	{"pc.", "+N", "cN.", "p"},
	{"p..", "+N", ".N.", "p"},
	{"..x", "+N", "xN.", ""},
	{".cx", "+N", "xN.", "c"},
	{"pcx", "+N", "xN.", "pc"},
	{"p.x", "+N", "xN.", "p"},
	/* as responder */
	{"...", "+n", "..n", ""},
	{".c.", "+n", ".cn", ""},
	{"pc.", "+n", ".cn", "p"},
	{"p..", "+n", "..n", "p"},
	{"..x", "+n", "..n", "x"},
	{".cx", "+n", ".cn", "x"},
	{"pcx", "+n", ".cn", "px"},
	{"p.x", "+n", "..n", "px"},
	/* the first packet under a key pair */
	{"..x", "!x", ".x.", ""},
	{".cx", "!x", "cx.", ""},
	{"pcx", "!x", "cx.", "p"},
	{"p.x", "!x", ".x.", "p"},
	/* any packet under another one changes nothing */
	{"pcx", "!c", NULL, NULL},
	{"pcx", "!p", NULL, NULL},
	{"pc.", "!x", NULL, NULL},
	{"...", "!.", NULL, NULL},
	{"pc.", "!.", NULL, NULL},
};

static struct keyslot slot_of(char letter)
{
	if (letter == '.')
		return (struct keyslot){0};
	return (struct keyslot){.local_index = (__u32)letter,
				.remote_index = (__u32)letter + 1000,
				.birth_ns = (__u64)letter + 2000,
				.initiator = letter >= 'A' && letter <= 'Z'};
}

static struct keyslots slots_of(const char *text)
{
	struct keyslots slots;

	memset(&slots, 0, sizeof(slots));
	slots.previous = slot_of(text[0]);
	slots.current = slot_of(text[1]);
	slots.next = slot_of(text[2]);
	return slots;
}

static void assert_same(const struct keyslot *got, char letter, const char *what, size_t row)
{
	struct keyslot want = slot_of(letter);

	cr_assert_eq(got->local_index, want.local_index, "row %zu: %s", row, what);
	cr_assert_eq(got->remote_index, want.remote_index, "row %zu: %s", row, what);
	cr_assert_eq(got->birth_ns, want.birth_ns, "row %zu: %s", row, what);
	cr_assert_eq(got->initiator, want.initiator, "row %zu: %s", row, what);
}

static void assert_slots(const struct keyslots *got, const char *want, size_t row)
{
	assert_same(&got->previous, want[0], "previous", row);
	assert_same(&got->current, want[1], "current", row);
	assert_same(&got->next, want[2], "next", row);
}

static void assert_retired(const struct keyslots_retired *got, const char *want, size_t row)
{
	cr_assert_eq(got->count, strlen(want), "row %zu: %u retired", row, got->count);
	for (__u32 i = 0; i < got->count; i++)
		cr_assert(strchr(want, (int)got->indices[i]), "row %zu: %c retired", row, (char)got->indices[i]);
}

Test(keyslots, every_transition)
{
	for (size_t row = 0; row < sizeof(transitions) / sizeof(transitions[0]); row++) {
		struct keyslots slots = slots_of(transitions[row].before);
		struct keyslots_retired retired = {.count = 99};
		char letter = transitions[row].event[1];
		struct keyslot fresh = slot_of(letter);

		if (transitions[row].event[0] == '+') {
			keyslots_add(&slots, &fresh, &retired);
		} else if (!transitions[row].after) {
			cr_assert_eq(keyslots_confirm(&slots, fresh.local_index, &retired), -ENOENT, "row %zu", row);
			assert_slots(&slots, transitions[row].before, row);
			cr_assert_eq(retired.count, 99, "row %zu: untouched", row);
			continue;
		} else {
			cr_assert_eq(keyslots_confirm(&slots, fresh.local_index, &retired), 0, "row %zu", row);
		}
		assert_slots(&slots, transitions[row].after, row);
		assert_retired(&retired, transitions[row].retired, row);
	}
}

Test(keyslots, clear_retires_all)
{
	static const char *const occupations[] = {"...", "p..", ".c.", "..x", "pc.", "p.x", ".cx", "pcx"};
	static const char *const retired_of[] = {"", "p", "c", "x", "pc", "px", "cx", "pcx"};

	for (size_t i = 0; i < sizeof(occupations) / sizeof(occupations[0]); i++) {
		struct keyslots slots = slots_of(occupations[i]);
		struct keyslots_retired retired;

		keyslots_clear(&slots, &retired);
		assert_slots(&slots, "...", i);
		assert_retired(&retired, retired_of[i], i);
	}
}

Test(keyslots, find)
{
	struct keyslots slots = slots_of("pcx");

	cr_assert_eq(keyslots_find(&slots, 'p'), &slots.previous);
	cr_assert_eq(keyslots_find(&slots, 'c'), &slots.current);
	cr_assert_eq(keyslots_find(&slots, 'x'), &slots.next);
	cr_assert_null(keyslots_find(&slots, 'y'));
	slots = slots_of("...");
	cr_assert_null(keyslots_find(&slots, 0), "an empty slot is no key pair");
}
