/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy as JSON, for `jvpn-ctl policy show|check|apply`. Never reads a file.
 *
 *   { "preset": "carrier",                 optional; without it every required field must be there
 *     "version": "1.0",
 *     "switching": { "drain_ms": 1000, "switch_improvement_factor": 1.1, ... },
 *     "transport": { "allowed_protocols": ["udp"], ... }, ... }
 *
 * Writing gives every field and no preset; reading that gives the same policy. Dump with
 * POLICY_JSON_PRECISION, else 0.2 becomes 0.20000000000000001.
 */
#ifndef POLICY_JSON_H
#define POLICY_JSON_H

#include <jansson.h>

#include "policy/check.h"

#define POLICY_JSON_PRECISION JSON_REAL_PRECISION(10)
#define POLICY_JSON_MAX_BYTES (64u << 10)

/* A new reference; NULL: out of memory. */
json_t *policy_to_json(const struct policy *policy);

/* All errors of a document at once. -EINVAL: `report` has them, and `ret_policy` is unchanged. */
int policy_from_json(const json_t *document, struct policy *ret_policy, struct policy_report *report);

/* The same from text; also refuses what is no JSON, a name given twice, and more than POLICY_JSON_MAX_BYTES. */
int policy_from_text(const char *text, size_t length, struct policy *ret_policy, struct policy_report *report);

#endif
