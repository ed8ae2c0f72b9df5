/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names out of the lists in include/jvpn. Never a second list.
 */
#include "ctl/names.h"

#include <stddef.h>

#include "jvpn/drop.h"
#include "jvpn/reason.h"
#include "jvpn/state.h"

#define NAME(number, name, ...) \
	case (number): \
		return #name;

const char *name_session_state(uint8_t state)
{
	switch (state) {
		JVPN_SESSION_STATES(NAME)
	default:
		return "unknown";
	}
}

const char *name_peer_kind(uint8_t kind)
{
	switch (kind) {
		JVPN_PEER_KINDS(NAME)
	default:
		return "unknown";
	}
}

const char *name_path_state(uint8_t state)
{
	switch (state) {
		JVPN_PATH_STATES(NAME)
	default:
		return "unknown";
	}
}

const char *name_reason(uint16_t code)
{
	switch (code) {
	case JVPN_REASON_NONE:
		return NULL;
		JVPN_REASONS(NAME)
	default:
		return "unknown";
	}
}

const char *name_drop(uint32_t number)
{
	switch (number) {
		JVPN_DROP_REASONS(NAME)
	default:
		return NULL;
	}
}

const char *name_drop_text(uint32_t number)
{
	switch (number) {
#define SENTENCE(code, name, sentence) \
	case (code): \
		return sentence;
		JVPN_DROP_REASONS(SENTENCE)
#undef SENTENCE
	default:
		return NULL;
	}
}
