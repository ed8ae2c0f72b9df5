/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session at an instant, for the tests of the engine: a policy of round numbers, records
 * in each state as the engine itself makes them, facts that let it move, honest tokens.
 * Never a clock: time is what a test says it is.
 */
#ifndef JVPN_TESTS_SESSION_SCENE_H
#define JVPN_TESTS_SESSION_SCENE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "session/checks.h"
#include "session/state_step.h"

#define T0 1000000ull /* when the session was created, ms */
#define ID 0x5e5510full
#define FIRST 1	 /* the path it is attached to at first */
#define SECOND 2 /* another */

#define LIFETIME 3600000
#define TTL 15000
#define VOLATILE_FOR 4000
#define WINDOW 8000
#define COOLDOWN 1500
#define RATE 8

static const struct state_policy scene_policy = {
	.max_lifetime_ms = LIFETIME,
	.key_max_age_ms = 0,
	.transport_lost_ttl_ms = TTL,
	.volatile_to_degraded_ms = VOLATILE_FOR,
	.recovery_window_ms = WINDOW,
	.switch_cooldown_ms = COOLDOWN,
	.max_switches_per_min = RATE,
	.max_auth_failures = 5,
};

/* The owner's word, a policy that allows, and no transport to go to. */
static inline struct state_facts scene_facts(void)
{
	return (struct state_facts){.owner = true, .allowed = true};
}

/* The same with a path to go to that is better by enough. */
static inline struct state_facts scene_facts_to(uint32_t path)
{
	struct state_facts facts = scene_facts();

	facts.candidates = 1;
	facts.selected = path;
	facts.better = true;
	return facts;
}

static inline struct checks_request scene_request(const struct state_record *record, uint32_t path)
{
	return (struct checks_request){.well_formed = true,
				       .version_spoken = true,
				       .within_rate = true,
				       .proven = true,
				       .has_version = true,
				       .class_allowed = true,
				       .protocol_allowed = true,
				       .not_barred = true,
				       .address_sane = true,
				       .answered = true,
				       .within_caps = true,
				       .alone = true,
				       .owner = CHECKS_OWNER_SELF,
				       .marker = CHECKS_MARKER_FRESH,
				       .path = path,
				       .leaves = record->active,
				       .version = record->version};
}

/* A token of the checks for this record; the checks must pass. */
static inline struct checks_validated scene_token(const struct state_record *record, const struct state_policy *policy,
						  uint32_t path, uint64_t now)
{
	struct checks_handshake handshake = {true, true, true, true, path};
	struct checks_request request = scene_request(record, path);
	struct checks_validated token;
	struct checks_permit permit;
	struct checks_verdict verdict;

	verdict = record->state == JVPN_STATE_BIRTH ? checks_attach(record, &handshake, now, &permit)
						    : checks_reattach(record, policy, &request, now, &permit);
	cr_assert_eq(verdict.code, 0, "the checks failed with %u at step %u", verdict.code, verdict.step);
	verdict = checks_commit(&permit, CHECKS_SWAP_DONE, &token);
	cr_assert_eq(verdict.code, 0);
	return token;
}

static inline struct state_result scene_step(const struct state_record *record, const struct state_policy *policy,
					     const struct state_facts *facts, uint64_t now)
{
	struct state_record before = *record;
	struct state_result result;

	state_step(record, policy, facts, now, &result);
	cr_assert(!memcmp(&before, record, sizeof(before)), "the input was changed");
	cr_assert(result.record.state == before.state || result.record.version > before.version);
	return result;
}

/* The record after `event`, which must be an edge. */
static inline struct state_record scene_after(struct state_record record, enum fsm_event event, uint64_t now)
{
	struct checks_validated token = {0};
	struct state_cause cause = {.event = event, .path = SECOND};
	struct state_result result;

	if (event == FSM_attach_ok || event == FSM_reattach_valid) {
		token = scene_token(&record, &scene_policy, event == FSM_attach_ok ? FIRST : SECOND, now);
		cause.validated = &token;
	}
	cr_assert_eq(state_transition(&record, &scene_policy, &cause, now, &result), STATE_CHANGED, "%s",
		     fsm_rows[event].name);
	return result.record;
}

/* A record in this state since `now`, with its transport alive where the state allows it. */
static inline struct state_record scene_record(enum jvpn_session_state state, uint64_t now)
{
	struct state_record record = state_begin(ID, now);

	if (state == JVPN_STATE_BIRTH)
		return record;
	record = scene_after(record, FSM_attach_ok, now);
	if (state == JVPN_STATE_ATTACHED)
		return record;
	if (state == JVPN_STATE_TERMINATED)
		return scene_after(record, FSM_operator_terminate, now);
	record = scene_after(record, FSM_instability_detected, now);
	if (state == JVPN_STATE_DEGRADED)
		return scene_after(record, FSM_volatile_timeout, now);
	if (state == JVPN_STATE_RECOVERING)
		return scene_after(record, FSM_switch_initiated, now);
	return record;
}

/* The same without a transport; not for ATTACHED. */
static inline struct state_record scene_dead(enum jvpn_session_state state, uint64_t now)
{
	struct state_record record = scene_record(state, now);

	return record.active ? scene_after(record, FSM_transport_dead, now) : record;
}

/* The one SessionStateChange that led to this version; it must be there. */
static inline const struct notice *scene_change(const struct state_result *result, uint64_t version)
{
	const struct notice *found = NULL;

	for (uint32_t i = 0; i < result->notices.count; i++) {
		const struct notice *notice = &result->notices.list[i];

		if (notice->kind != NOTICE_SessionStateChange || notice->version != version)
			continue;
		cr_assert_null(found, "two changes of version %llu", (unsigned long long)version);
		found = notice;
	}
	cr_assert_not_null(found, "no change of version %llu", (unsigned long long)version);
	return found;
}

static inline uint32_t scene_count(const struct state_result *result, enum notice_kind kind)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < result->notices.count; i++)
		count += result->notices.list[i].kind == kind;
	return count;
}

static inline const struct notice *scene_notice(const struct state_result *result, enum notice_kind kind)
{
	for (uint32_t i = 0; i < result->notices.count; i++)
		if (result->notices.list[i].kind == kind)
			return &result->notices.list[i];
	cr_assert_fail("no %s", notice_name(kind));
	return NULL;
}

/* "AVR:112,131" : the states gone through and the reasons of the transitions, as one text. */
static inline const char *scene_story(const struct state_result *result)
{
	static char text[256];
	static const char letters[] = "BAVDRX";
	char states[32], reasons[192] = "";
	size_t used = 0, length = 0;

	for (uint32_t i = 0; i < result->notices.count && length < sizeof(states) - 2; i++) {
		const struct notice *notice = &result->notices.list[i];

		if (notice->kind != NOTICE_SessionStateChange)
			continue;
		if (!length)
			states[length++] = letters[notice->from];
		states[length++] = letters[notice->to];
		used += (size_t)snprintf(reasons + used, sizeof(reasons) - used, "%s%u", used ? "," : "",
					 notice->reason);
	}
	states[length] = '\0';
	snprintf(text, sizeof(text), "%s:%s", states, reasons);
	return text;
}

#endif
