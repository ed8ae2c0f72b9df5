/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words behind the numbers of include/jvpn: states, kinds, reasons. Pure,
 * static storage. A number this program does not know is "unknown".
 */
#ifndef CTL_NAMES_H
#define CTL_NAMES_H

#include <stdint.h>

const char *name_session_state(uint8_t state); /* "ATTACHED" */
const char *name_peer_kind(uint8_t kind);      /* "native" */
const char *name_path_state(uint8_t state);    /* "ACTIVE" */

/* NULL for 0: no reason yet. */
const char *name_reason(uint16_t code); /* "nat_rebind_detected" */

/* NULL for a number that has no reason. */
const char *name_drop(uint32_t number);	     /* "replay" */
const char *name_drop_text(uint32_t number); /* its sentence */

#endif
