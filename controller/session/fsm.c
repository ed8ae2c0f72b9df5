/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of fsm.h as C data, and the edges it must never have. Never decides.
 */
#include "session/fsm.h"

#include <stdio.h>
#include <string.h>

/* INV-08, INV-10 and the forbidden edges of T-ST-13, at compile time. */
#define EDGES(priority, event, B, A, V, D, R, X, ...) \
	_Static_assert((int)FSM_CELL_##V != FSM_CELL_A, #event ": no edge VOLATILE to ATTACHED"); \
	_Static_assert((int)FSM_CELL_##D != FSM_CELL_A, #event ": no edge DEGRADED to ATTACHED"); \
	_Static_assert((int)FSM_CELL_##A != FSM_CELL_R && (int)FSM_CELL_##A != FSM_CELL_D, \
		       #event ": ATTACHED is left through VOLATILE, or for good"); \
	_Static_assert((int)FSM_CELL_##R != FSM_CELL_V, #event ": no edge RECOVERING to VOLATILE"); \
	_Static_assert((int)FSM_CELL_##A != FSM_CELL_A && (int)FSM_CELL_##A != FSM_CELL_same, \
		       #event ": no edge ATTACHED to ATTACHED"); \
	_Static_assert((int)FSM_CELL_##A != FSM_CELL_B && (int)FSM_CELL_##V != FSM_CELL_B && \
			       (int)FSM_CELL_##D != FSM_CELL_B && (int)FSM_CELL_##R != FSM_CELL_B, \
		       #event ": a session is born once"); \
	_Static_assert((int)FSM_CELL_##X == FSM_CELL_end, #event ": TERMINATED absorbs");
FSM_ROWS(EDGES)
#undef EDGES

/* INV-09: ATTACHED is entered by two rows only. */
#define ENTERS_A(priority, event, B, A, V, D, R, ...) \
	+((int)FSM_CELL_##B == FSM_CELL_A || (int)FSM_CELL_##R == FSM_CELL_A)
_Static_assert((0 FSM_ROWS(ENTERS_A)) == 2, "ATTACHED is entered by attach_ok and reattach_valid");
#undef ENTERS_A

#define WHY(reason) JVPN_REASON_##reason,
#define DATA(prio, event, B, A, V, D, R, X, sentence, why) \
	[FSM_##event] = { \
		.name = #event, \
		.guard = sentence, \
		.priority = (prio), \
		.cells = {FSM_CELL_##B, FSM_CELL_##A, FSM_CELL_##V, FSM_CELL_##D, FSM_CELL_##R, FSM_CELL_##X}, \
		.reasons = {why}},
const struct fsm_row fsm_rows[FSM_EVENTS] = {FSM_ROWS(DATA)};
#undef DATA
#undef WHY

/* The reasons' names, each with a | behind it. */
#define WHY(reason) #reason "|"
#define TEXT(priority, event, B, A, V, D, R, X, guard, why) [FSM_##event] = why,
static const char *const reason_texts[FSM_EVENTS] = {FSM_ROWS(TEXT)};
#undef TEXT
#undef WHY

#define NAME(number, name) [number] = #name,
static const char *const state_names[FSM_STATES] = {JVPN_SESSION_STATES(NAME)};
#undef NAME

#define NAME(number, name) [number] = #name "*",
static const char *const state_names_again[FSM_STATES] = {JVPN_SESSION_STATES(NAME)};
#undef NAME

bool fsm_allows(enum fsm_event event, uint16_t reason)
{
	if ((unsigned int)event >= FSM_EVENTS || !reason)
		return false;
	for (const uint16_t *code = fsm_rows[event].reasons; *code; code++)
		if (*code == reason)
			return true;
	return false;
}

static const char *cell_text(size_t state, uint8_t cell)
{
	switch (cell) {
	case FSM_CELL_same:
		return state_names_again[state];
	case FSM_CELL_eat:
		return "=";
	case FSM_CELL_bad:
		return "!";
	case FSM_CELL_end:
		return "-";
	default:
		return state_names[cell];
	}
}

size_t fsm_describe(enum fsm_event event, char *text, size_t bytes)
{
	const struct fsm_row *row = &fsm_rows[event];
	const char *c[FSM_STATES];

	for (size_t state = 0; state < FSM_STATES; state++)
		c[state] = cell_text(state, row->cells[state]);
	return (size_t)snprintf(text, bytes, "%u\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.*s", row->priority, row->name,
				row->guard, c[0], c[1], c[2], c[3], c[4], c[5], (int)strlen(reason_texts[event]) - 1,
				reason_texts[event]);
}
