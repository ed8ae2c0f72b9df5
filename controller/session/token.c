/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and reading tokens. Never judges a request.
 */
#include "session/token.h"

/* How many transitions a state is from ATTACHED: out through VOLATILE, over RECOVERING, back. */
static uint64_t transitions_from(uint8_t state)
{
	switch (state) {
	case JVPN_STATE_ATTACHED:
		return 3;
	case JVPN_STATE_VOLATILE:
	case JVPN_STATE_DEGRADED:
		return 2;
	default:
		return 1;
	}
}

struct checks_permit token_permit(const struct state_record *record, enum fsm_event event, uint32_t path,
				  uint64_t now_ms)
{
	return (struct checks_permit){.session = record->id,
				      .version = record->version + transitions_from(record->state),
				      .at_ms = now_ms,
				      .path = path,
				      .event = (uint8_t)event,
				      .recovering = record->state == JVPN_STATE_RECOVERING,
				      .issued = true};
}

struct checks_validated token_validated(const struct checks_permit *permit)
{
	return (struct checks_validated){.permit = *permit};
}

bool token_opens(const struct checks_validated *validated, enum fsm_event event, const struct state_record *record,
		 uint64_t now_ms)
{
	const struct checks_permit *permit = &validated->permit;

	return permit->issued && permit->path && permit->event == event && permit->session == record->id &&
	       permit->version == record->version + 1 && permit->at_ms == now_ms;
}
