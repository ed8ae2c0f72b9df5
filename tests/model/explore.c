/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every life a session can have, in a small world: the engine itself, driven through all
 * that can be known at every instant, from birth until nothing new is found. Not a model of
 * the engine but the engine on few paths and coarse time: no answer can drift from the code.
 *
 *   time   ticks of 10 s; every limit is a few ticks, the minute of the rate limit is six
 *   node   what decides about a session's future, packed into a word (node.h)
 *   edge   one state_step(), at the same instant or a tick later, for each of WORLDS facts (world.h)
 *
 * Shown of every node and edge, so of every run whatsoever:
 *   absorbing   TERMINATED is never left, and nothing in it changes            [](X -> []X)
 *   single      at most one path is active; ATTACHED has one, BIRTH and TERMINATED have none
 *   edges       no V->A, D->A, A->R, R->V, nor any other edge the table has not
 *   token       ATTACHED is entered with a token of the checks only
 *   bounded     time RECOVERING, without a transport, and alive stays within its limit
 *   attempts    never more than the policy's in a minute, nor two within the cooldown
 *   recovers    trouble ends ATTACHED again as soon as rate and cooldown allow, if a good path
 *               stays there and the session lives that long (weak fairness: it is tried)
 *   ends        left alone, a session is TERMINATED
 *   covered     every edge of the table was taken: nothing above holds for want of a way there
 *
 * Prints `ok NAME` or `not ok NAME: why` for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/state_step.h"
#include "world.h"

static uint8_t *known;	/* one bit a node */
static uint32_t *queue; /* every node found, in its order */
static uint32_t found;
static uint64_t steps;
static bool taken[FSM_EVENTS][FSM_STATES];

enum claim { ABSORBING, SINGLE, EDGES, TOKEN, BOUNDED, ATTEMPTS, RECOVERS, ENDS, COVERED, CLAIMS };
static const char *const claims[CLAIMS] = {"absorbing", "single",   "edges", "token",  "bounded",
					   "attempts",	"recovers", "ends",  "covered"};
static uint64_t broken[CLAIMS];
static char example[CLAIMS][160];

static void claim(enum claim which, bool holds, const struct state_record *before, const struct state_record *after)
{
	if (holds || broken[which]++)
		return;
	snprintf(example[which], sizeof(example[which]),
		 "state %u active %u age %llu s -> state %u active %u reason %u", before->state, before->active,
		 (unsigned long long)(NOW - before->created_ms) / 1000, after->state, after->active, after->reason);
}

static bool edge_exists(const struct notice *notice)
{
	static const char *const to_from[FSM_STATES] = {"AX", "VX", "VDRX", "DRX", "RADX", ""};

	return strchr(to_from[notice->from], "BAVDRX"[notice->to]);
}

static void judge_notices(const struct state_result *result, const struct state_record *before,
			  const struct checks_validated *honest)
{
	uint64_t version = before->version;

	for (uint32_t i = 0; i < result->notices.count; i++) {
		const struct notice *notice = &result->notices.list[i];

		if (notice->kind != NOTICE_SessionStateChange)
			continue;
		claim(EDGES, edge_exists(notice) && notice->version == ++version, before, &result->record);
		claim(TOKEN, notice->to != JVPN_STATE_ATTACHED || honest, before, &result->record);
		taken[notice->event][notice->from] = true;
	}
	claim(EDGES, result->record.version == version, before, &result->record);
}

/* What a record after a step must be, whatever led there. */
static void judge_record(const struct state_record *before, const struct state_record *after)
{
	bool over = after->state == JVPN_STATE_TERMINATED;
	bool bare = over || after->state == JVPN_STATE_BIRTH;
	uint64_t newest = after->attempts.newest_ms;

	claim(SINGLE, state_holds(after) && after->active <= 2, before, after);
	claim(SINGLE, bare ? !after->active : after->active || after->state != JVPN_STATE_ATTACHED, before, after);
	claim(BOUNDED, over || NOW - after->created_ms <= policy.max_lifetime_ms, before, after);
	claim(BOUNDED, over || after->active || NOW - after->active_until_ms <= policy.transport_lost_ttl_ms, before,
	      after);
	claim(BOUNDED, after->state != JVPN_STATE_RECOVERING || NOW - after->entered_ms <= policy.recovery_window_ms,
	      before, after);
	claim(ATTEMPTS, attempts_count(&after->attempts, NOW) <= RATE, before, after);
	claim(ATTEMPTS,
	      after->attempts.total == before->attempts.total || !before->attempts.total ||
		      newest - before->attempts.newest_ms >= policy.switch_cooldown_ms,
	      before, after);
	claim(ABSORBING, before->state != JVPN_STATE_TERMINATED || !memcmp(before, after, sizeof(*before)), before,
	      after);
}

static struct state_record step(const struct state_record *before, const struct world *world)
{
	uint32_t other = before->active == 1 ? 2 : 1;
	struct checks_validated token = token_of(world, before, world->choice < 3 ? other : before->active);
	struct state_facts facts = facts_of(world, before, other);
	struct state_result result;

	if (world->token)
		facts.validated = &token;
	state_step(before, &policy, &facts, NOW, &result);
	judge_notices(&result, before, world->token == 1 && token.permit.issued ? &token : NULL);
	judge_record(before, &result.record);
	steps++;
	return result.record;
}

static void find(const struct state_record *record)
{
	uint32_t word = pack(node_of(record, NOW));

	if (known[word / 8] & (1u << word % 8))
		return;
	known[word / 8] |= (uint8_t)(1u << word % 8);
	queue[found++] = word;
}

static void explore(void)
{
	static const unsigned int pauses[] = {0, 1, TTL + 1, LIFETIME + 1}; /* ticks; more than one: nobody looked */
	struct state_record birth = state_begin(1, NOW);

	find(&birth);
	for (uint32_t next = 0; next < found; next++)
		for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
			struct state_record before = record_of(unpack(queue[next]), pauses[i]);

			for (unsigned int number = 0; number < WORLDS; number++) {
				struct world world = world_of(number);
				struct state_record after;

				if (world.ends && (world.token == 2 || pauses[i] > 1))
					continue;
				after = step(&before, &world);
				find(&after);
			}
		}
}

/* A tick at a time in the same world, until ATTACHED or over: how many ticks, or UINT32_MAX. */
static unsigned int run(uint32_t word, const struct world *world, struct state_record *ret_last)
{
	for (unsigned int ticks = 0; ticks <= LIFETIME + 1; ticks++) {
		struct state_record before = record_of(unpack(word), ticks > 0);

		*ret_last = step(&before, world);
		if (ret_last->state == JVPN_STATE_TERMINATED ||
		    (world->token && ret_last->state == JVPN_STATE_ATTACHED))
			return ticks;
		word = pack(node_of(ret_last, NOW));
	}
	return UINT32_MAX;
}

/* recovers, ends */
static void follow(uint32_t word)
{
	static const struct world helpful = {.token = 1, .choice = 1}, quiet = {.choice = 2, .gate = 2};
	struct state_record record = record_of(unpack(word), 0), last;
	unsigned int ticks;

	if (record.state >= JVPN_STATE_VOLATILE && record.state <= JVPN_STATE_RECOVERING) {
		ticks = run(word, &helpful, &last);
		claim(RECOVERS,
		      last.state == JVPN_STATE_ATTACHED ? ticks <= MINUTE
							: last.reason == JVPN_REASON_session_lifetime_exceeded ||
								  last.reason == JVPN_REASON_transport_ttl_exceeded,
		      &record, &last);
		claim(RECOVERS, !record.active || last.reason != JVPN_REASON_transport_ttl_exceeded, &record, &last);
	}
	ticks = run(word, &quiet, &last);
	claim(ENDS,
	      record.state == JVPN_STATE_TERMINATED || (ticks != UINT32_MAX && last.state == JVPN_STATE_TERMINATED),
	      &record, &last);
}

static void judge_coverage(void)
{
	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (unsigned int state = 0; state < FSM_STATES; state++) {
			uint8_t cell = fsm_rows[event].cells[state];
			bool edge = cell < FSM_STATES || cell == FSM_CELL_same;

			if (edge == taken[event][state] || broken[COVERED]++)
				continue;
			snprintf(example[COVERED], sizeof(example[COVERED]), "%s in state %u %s", fsm_rows[event].name,
				 state, edge ? "was never taken" : "is no edge");
		}
}

int main(void)
{
	int status = EXIT_SUCCESS;

	known = calloc(NODES / 8, 1);
	queue = calloc(NODES, sizeof(*queue));
	if (!known || !queue)
		return EXIT_FAILURE;
	explore();
	judge_coverage();
	for (uint32_t i = 0; i < found; i++)
		follow(queue[i]);
	for (size_t i = 0; i < CLAIMS; i++) {
		if (broken[i]) {
			printf("not ok %s: %llu times, first: %s\n", claims[i], (unsigned long long)broken[i],
			       example[i]);
			status = EXIT_FAILURE;
		} else {
			printf("ok %s\n", claims[i]);
		}
	}
	printf("%u nodes, %llu steps\n", found, (unsigned long long)steps);
	free(known);
	free(queue);
	return status;
}
