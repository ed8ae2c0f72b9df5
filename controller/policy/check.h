/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a policy valid? Errors, which refuse it, and warnings, which do not. Never changes it.
 *
 *   PV-1   without a preset every required field is given              error (draft.h, json.h)
 *   PV-2   values lie within their hard bounds                         error
 *   PV-3   0 < loss threshold <= 1                                     error
 *   PV-4   at least one candidate                                      error
 *   PV-5   a replay window of 32..8192, a power of two                 error
 *   PV-6   the lifetime is finite                                      error
 *   PV-7   no unknown key, none twice                                  error (draft.h, json.h)
 *   PV-8   heartbeat_volatile > heartbeat_interval                     error; outside 2 to 4 times: warning
 *   PV-9   switch_cooldown < recovery_window                           warning
 *   PV-10  recovery_window against transport_lost_ttl                  names the way sessions fail
 *   PV-11  transport_lost_ttl < max_lifetime                           error
 *   PV-12  strict validation and security events are on                error
 *   PV-13  reattach_proof_max_age <= transport_lost_ttl                error
 *   PV-14  canonical text and hash                                     policy_print(), policy_hash()
 *   PV-15  improvement factor >= 1                                     error
 *   range  a value outside the recommended range                       warning
 *   KL-1   key_max_age <= max_lifetime                                 warning
 *   SEL-4  candidate_min_count <= max_candidate_count                  warning
 *   SEL-7  the windows hold enough probes to judge                     warning
 */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include <stdarg.h>

#include "policy/policy.h"

#define POLICY_ISSUE_TEXT_BYTES 200
#define POLICY_ISSUES_MAX 64

struct policy_issue {
	const char *rule;		    /* "PV-8"; static */
	char text[POLICY_ISSUE_TEXT_BYTES]; /* "DrainMs: '10001' is not 0..10000 ms": one sentence, no newline */
};

/* Counts go on where the arrays end. */
struct policy_report {
	size_t error_count, warning_count;
	struct policy_issue errors[POLICY_ISSUES_MAX];
	struct policy_issue warnings[POLICY_ISSUES_MAX];
};

/* What becomes of a session that finds no transport (PV-10). */
enum policy_end {
	POLICY_END_DEGRADE,   /* the recovery ends first: it degrades and tries again until the time to live is over */
	POLICY_END_TERMINATE, /* the time to live ends first: it terminates during its first recovery */
};

enum policy_end policy_end(const struct policy *policy);
const char *policy_end_name(enum policy_end end);     /* "degrade mode" */
const char *policy_end_sentence(enum policy_end end); /* to be logged with the policy */

/* Adds to `report`. 0, or -EINVAL when there is an error. */
int policy_check(const struct policy *policy, struct policy_report *report);

/* For the sources of errors in this folder. */
void policy_issue_print(struct policy_issue *issue, const char *rule, const char *format, va_list arguments);
void policy_report_error(struct policy_report *report, const char *rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
