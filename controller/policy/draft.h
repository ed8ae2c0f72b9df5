/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy under construction from keys and values in any order: a preset fills what no key
 * gave, whether it is named before or after them. Never logs, keeps no text.
 *
 *   policy_draft_begin() -> policy_draft_set() a line -> policy_draft_finish()
 *
 * A refused line makes the draft unfit for finishing; going on collects the other errors.
 */
#ifndef POLICY_DRAFT_H
#define POLICY_DRAFT_H

#include "policy/check.h"

struct policy_draft {
	struct policy policy; /* the preset's values where `given` has no bit */
	__u64 given;	      /* bit: enum policy_key */
	bool has_preset;
	bool preset_is_given;
	bool is_refused; /* a line was */
};

/* A configuration file without Preset means `default`: is_preset_implied. A document does not (PV-1). */
void policy_draft_begin(struct policy_draft *draft, bool is_preset_implied);

/*
 * One line of [Policy]: Preset, or the key of a field, in any case; neither text is NUL
 * terminated. -EINVAL with `ret_issue` filled, the allowed range included: unknown key,
 * given twice, or not a value the field allows.
 */
int policy_draft_set(struct policy_draft *draft, const char *key, size_t key_length, const char *value, size_t length,
		     struct policy_issue *ret_issue);

/* The same for the parts; `label` is how the person who wrote it knows the field. */
int policy_draft_set_preset(struct policy_draft *draft, const char *value, size_t length,
			    struct policy_issue *ret_issue);
int policy_draft_set_field(struct policy_draft *draft, enum policy_key key, const char *label, const char *value,
			   size_t length, struct policy_issue *ret_issue);

/* PV-1 and the rules of check.h. -EINVAL: `report` has errors, or a line was refused; `ret_policy` is unchanged. */
int policy_draft_finish(const struct policy_draft *draft, struct policy *ret_policy, struct policy_report *report);

#endif
