/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of [Policy] and documents as tests write them, and what came of them. Never keeps
 * a policy between two tests.
 */
#ifndef JVPN_TESTS_POLICY_TEXTS_H
#define JVPN_TESTS_POLICY_TEXTS_H

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "policy/draft.h"
#include "policy/json.h"
#include "unit/path/random.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static inline int set(struct policy_draft *draft, const char *key, const char *value, struct policy_issue *ret_issue)
{
	return policy_draft_set(draft, key, strlen(key), value, strlen(value), ret_issue);
}

/* One line on top of the default preset. */
static inline int set_alone(const char *key, const char *value, struct policy_issue *ret_issue)
{
	struct policy_draft draft;

	policy_draft_begin(&draft, true);
	return set(&draft, key, value, ret_issue);
}

static inline bool has_issue(const struct policy_issue *issues, size_t count, const char *rule, const char *part)
{
	for (size_t i = 0; i < count && i < POLICY_ISSUES_MAX; i++) {
		if (strcmp(issues[i].rule, rule) == 0 && strstr(issues[i].text, part))
			return true;
	}
	return false;
}

#define assert_error(report, rule, part) \
	cr_assert(has_issue((report)->errors, (report)->error_count, rule, part), "no error %s about %s", rule, part)
#define assert_warning(report, rule, part) \
	cr_assert(has_issue((report)->warnings, (report)->warning_count, rule, part), "no warning %s about %s", rule, \
		  part)

#endif
