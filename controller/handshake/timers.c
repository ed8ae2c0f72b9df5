/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of timers.h, one function each, asked in a fixed order. Never sends:
 * what it decides it counts as done, so that no rule fires twice.
 */
#include "handshake/timers.h"

#include "base/clock.h"

#define SECONDS(s) ((__u64)(s)*CLOCK_NS_PER_S)
#define REKEY_TIMEOUT_NS SECONDS(JVPN_REKEY_TIMEOUT_S)
#define REKEY_ATTEMPT_NS SECONDS(JVPN_REKEY_ATTEMPT_TIME_S)
#define REKEY_AFTER_NS SECONDS(JVPN_REKEY_AFTER_TIME_S)
#define REJECT_AFTER_NS SECONDS(JVPN_REJECT_AFTER_TIME_S)
#define KEEPALIVE_NS SECONDS(JVPN_KEEPALIVE_TIMEOUT_S)
#define LAST_MINUTE_NS (REJECT_AFTER_NS - KEEPALIVE_NS - REKEY_TIMEOUT_NS)
#define UNANSWERED_NS (KEEPALIVE_NS + REKEY_TIMEOUT_NS)
#define WIPE_AFTER_NS SECONDS(JVPN_WIPE_AFTER_TIME_S)

static __u64 later(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

static __u64 jitter_ns(__u32 jitter_ms)
{
	return (jitter_ms < JVPN_REKEY_TIMEOUT_JITTER_MS ? jitter_ms : JVPN_REKEY_TIMEOUT_JITTER_MS) * CLOCK_NS_PER_MS;
}

/* ---- what happened ---- */

/* Handshakes do not pass the data path, and a keepalive just decided has not yet. */
static __u64 last_sent(const struct timers *timers, const struct timers_seen *seen)
{
	return later(seen->last_tx_ns, later(timers->sent_handshake_ns, timers->sent_keepalive_ns));
}

static __u64 last_received(const struct timers *timers, const struct timers_seen *seen)
{
	return later(seen->last_rx_ns, timers->received_handshake_ns);
}

static bool may_initiate(const struct timers *timers, __u64 now)
{
	return !timers->sent_handshake_ns || now >= timers->sent_handshake_ns + REKEY_TIMEOUT_NS;
}

/* A reason to begin. It also renews the 90 s; while a retry is due anyway it does nothing else. */
static void want(struct timers *timers, __u64 now)
{
	timers->attempt_since_ns = now;
	if (!timers->retry_at_ns || may_initiate(timers, now))
		timers->wanted = true;
}

void timers_initiated(struct timers *timers, __u64 now, __u32 jitter_ms)
{
	if (!timers->retry_at_ns) /* the 90 s begin with the first message, however long the wish had to wait */
		timers->attempt_since_ns = now;
	timers->sent_handshake_ns = now;
	timers->retry_at_ns = now + REKEY_TIMEOUT_NS + jitter_ns(jitter_ms);
	timers->wanted = false;
}

void timers_responded(struct timers *timers, __u64 now)
{
	timers->received_handshake_ns = now;
	timers->sent_handshake_ns = now;
	if (timers->retry_at_ns) /* our own attempt makes room for theirs */
		timers->retry_at_ns = later(timers->retry_at_ns, now + REKEY_TIMEOUT_NS);
}

void timers_rest(struct timers *timers)
{
	timers->attempt_since_ns = 0;
	timers->retry_at_ns = 0;
	timers->wanted = false;
}

void timers_confirmed(struct timers *timers)
{
	timers_rest(timers);
	timers->last_minute = false;
}

void timers_answered(struct timers *timers, __u64 now)
{
	timers->received_handshake_ns = now;
	timers_confirmed(timers);
}

void timers_derived(struct timers *timers, __u64 birth)
{
	timers->wipe_at_ns = later(timers->wipe_at_ns, birth + WIPE_AFTER_NS);
}

void timers_need_key(struct timers *timers, __u64 now)
{
	want(timers, now);
}

void timers_set_persistent(struct timers *timers, __u16 seconds)
{
	timers->persistent_now = seconds && (!timers->persistent_s || timers->persistent_now);
	timers->persistent_s = seconds;
}

void timers_reset(struct timers *timers)
{
	*timers = (struct timers){.persistent_s = timers->persistent_s, .persistent_now = timers->persistent_now};
}

/* ---- the rules ---- */

/* Data sent since anything was received: the clock of the unanswered rule runs from it. */
static void watch_unanswered(struct timers *timers, const struct timers_seen *seen, __u32 jitter_ms)
{
	__u64 received = last_received(timers, seen);

	if (received >= timers->judged_tx_data_ns)
		timers->unanswered_at_ns = 0;
	if (timers->unanswered_at_ns || seen->last_tx_data_ns <= later(timers->judged_tx_data_ns, received))
		return;
	timers->judged_tx_data_ns = seen->last_tx_data_ns;
	timers->unanswered_at_ns = seen->last_tx_data_ns + UNANSWERED_NS + jitter_ns(jitter_ms);
}

/* Data received since anything was sent: the clock of the passive keepalive runs from it. */
static void watch_owed(struct timers *timers, const struct timers_seen *seen)
{
	__u64 sent = last_sent(timers, seen);

	if (sent >= timers->judged_rx_data_ns)
		timers->owed_at_ns = 0;
	if (timers->owed_at_ns || seen->last_rx_data_ns <= later(timers->judged_rx_data_ns, sent))
		return;
	timers->judged_rx_data_ns = seen->last_rx_data_ns;
	timers->owed_at_ns = seen->last_rx_data_ns + KEEPALIVE_NS;
}

static bool rekey_on_sending(struct timers *timers, const struct timers_seen *seen)
{
	if (!seen->key_birth_ns || seen->last_tx_ns <= timers->judged_tx_ns)
		return false;
	timers->judged_tx_ns = seen->last_tx_ns;
	return seen->send_counter > JVPN_REKEY_AFTER_MESSAGES ||
	       (seen->key_initiator && seen->last_tx_ns >= seen->key_birth_ns + REKEY_AFTER_NS);
}

static bool rekey_on_receiving(struct timers *timers, const struct timers_seen *seen)
{
	if (!seen->key_birth_ns || !seen->key_initiator || timers->last_minute ||
	    seen->last_rx_ns < seen->key_birth_ns + LAST_MINUTE_NS)
		return false;
	timers->last_minute = true;
	return true;
}

static bool is_unanswered(struct timers *timers, const struct timers_seen *seen, __u64 now)
{
	if (!timers->unanswered_at_ns || now < timers->unanswered_at_ns)
		return false;
	timers->unanswered_at_ns = 0;
	timers->judged_tx_data_ns = seen->last_tx_data_ns;
	return true;
}

static __u64 persistent_due(const struct timers *timers, const struct timers_seen *seen)
{
	if (!timers->persistent_s)
		return TIMERS_NEVER;
	if (timers->persistent_now)
		return 0;
	return later(last_sent(timers, seen), last_received(timers, seen)) + SECONDS(timers->persistent_s);
}

static bool keepalive_is_due(struct timers *timers, const struct timers_seen *seen, __u64 now)
{
	bool owed = timers->owed_at_ns && now >= timers->owed_at_ns;

	if (!owed && now < persistent_due(timers, seen))
		return false;
	timers->owed_at_ns = 0;
	timers->persistent_now = false;
	timers->sent_keepalive_ns = now;
	return true;
}

static bool can_send(const struct timers_seen *seen, __u64 now)
{
	return seen->key_birth_ns && now < seen->key_birth_ns + REJECT_AFTER_NS &&
	       seen->send_counter < JVPN_REJECT_AFTER_MESSAGES;
}

static unsigned int give_up(struct timers *timers, const struct timers_seen *seen, __u64 now)
{
	timers_rest(timers);
	timers->owed_at_ns = 0;
	timers->judged_rx_data_ns = seen->last_rx_data_ns;
	if (!timers->wipe_at_ns)
		timers->wipe_at_ns = now + WIPE_AFTER_NS;
	return TIMERS_GIVE_UP;
}

/* The attempt under way: give up, retry, begin, or wait. */
static unsigned int advance_attempt(struct timers *timers, const struct timers_seen *seen, __u64 now, __u32 jitter_ms)
{
	bool retry = timers->retry_at_ns && now >= timers->retry_at_ns;

	if (timers->retry_at_ns && now >= timers->attempt_since_ns + REKEY_ATTEMPT_NS)
		return give_up(timers, seen, now);
	if (!retry && !(timers->wanted && may_initiate(timers, now)))
		return 0;
	if (!seen->endpoint_known)
		return give_up(timers, seen, now);
	timers_initiated(timers, now, jitter_ms);
	return TIMERS_SEND_INITIATION | (retry ? TIMERS_DOUBT_PATH : 0u);
}

static bool must_wipe(struct timers *timers, __u64 now)
{
	if (!timers->wipe_at_ns || now < timers->wipe_at_ns)
		return false;
	timers->wipe_at_ns = 0;
	return true;
}

unsigned int timers_decide(struct timers *timers, const struct timers_seen *seen, __u64 now, __u32 jitter_ms)
{
	struct timers_seen known = *seen;
	unsigned int actions = 0;
	bool rekey, unanswered;

	if (must_wipe(timers, now)) {
		actions |= TIMERS_WIPE_KEYS;
		known.key_birth_ns = 0;
	}
	watch_unanswered(timers, &known, jitter_ms);
	watch_owed(timers, &known);
	rekey = rekey_on_sending(timers, &known);
	rekey |= rekey_on_receiving(timers, &known);
	unanswered = is_unanswered(timers, &known, now);
	if (rekey || unanswered)
		want(timers, now);
	if (unanswered)
		actions |= TIMERS_DOUBT_PATH;
	if (keepalive_is_due(timers, &known, now)) {
		if (can_send(&known, now))
			actions |= TIMERS_SEND_KEEPALIVE;
		else
			want(timers, now);
	}
	return actions | advance_attempt(timers, &known, now, jitter_ms);
}

static void sooner(__u64 *deadline, __u64 at)
{
	if (at && at < *deadline)
		*deadline = at;
}

__u64 timers_deadline(const struct timers *timers, const struct timers_seen *seen)
{
	__u64 deadline = persistent_due(timers, seen);

	sooner(&deadline, timers->wipe_at_ns);
	sooner(&deadline, timers->unanswered_at_ns);
	sooner(&deadline, timers->owed_at_ns);
	sooner(&deadline, timers->retry_at_ns);
	if (timers->retry_at_ns)
		sooner(&deadline, timers->attempt_since_ns + REKEY_ATTEMPT_NS);
	if (timers->wanted)
		sooner(&deadline, timers->sent_handshake_ns + REKEY_TIMEOUT_NS);
	return deadline;
}
