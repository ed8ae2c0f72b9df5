/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names and sentences of refusal.h's list. Never a second list.
 */
#include "handshake/refusal.h"

const char *handshake_refusal_name(enum handshake_refusal refusal)
{
	switch (refusal) {
#define HANDSHAKE_REFUSAL_NAME(number, name, sentence) \
	case HANDSHAKE_REFUSAL_##name: \
		return #name;
		HANDSHAKE_REFUSALS(HANDSHAKE_REFUSAL_NAME)
#undef HANDSHAKE_REFUSAL_NAME
	default:
		return "none";
	}
}

const char *handshake_refusal_text(enum handshake_refusal refusal)
{
	switch (refusal) {
#define HANDSHAKE_REFUSAL_TEXT(number, name, sentence) \
	case HANDSHAKE_REFUSAL_##name: \
		return sentence;
		HANDSHAKE_REFUSALS(HANDSHAKE_REFUSAL_TEXT)
#undef HANDSHAKE_REFUSAL_TEXT
	default:
		return "not refused";
	}
}
