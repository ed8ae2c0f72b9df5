/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One value of a policy: text to the stored __u32 and back, by kind. Never knows which
 * field it belongs to, but for the text of what a field allows.
 */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include "policy/policy.h"

#define POLICY_VALUE_BYTES 32
#define POLICY_ALLOWED_BYTES 96

/* -EINVAL: not the form of this kind, or beyond what is stored. Bounds are not looked at. */
int policy_value_parse(enum policy_kind kind, const char *text, size_t length, __u32 *ret_value);

/* The canonical text, which policy_value_parse() reads back. */
void policy_value_print(enum policy_kind kind, __u32 value, char ret_text[static POLICY_VALUE_BYTES]);

/* Within the hard bounds, and of the form the kind demands? */
bool policy_value_is_allowed(const struct policy_field *field, __u32 value);

/* "0..10000 ms", "true", "strict or grace": what is_allowed accepts. */
void policy_value_allowed(const struct policy_field *field, char ret_text[static POLICY_ALLOWED_BYTES]);

/* As much of a foreign text as a message shows, without control characters. */
#define POLICY_QUOTE_BYTES 41
void policy_quote(const char *text, size_t length, char ret_quote[static POLICY_QUOTE_BYTES]);

#endif
