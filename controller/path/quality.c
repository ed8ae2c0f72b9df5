/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows over probes, and the thresholds of quality.h, one function each. Never floats.
 */
#include "path/quality.h"

#include "base/clock.h"

#define PLACE(probe) ((probe) % QUALITY_PROBES)
#define NS_PER_US 1000ull
#define P95_ONE_IN 20 /* of n samples, n / 20 lie above the 95th percentile by nearest rank */
#define P95_RANKS (QUALITY_PROBES / P95_ONE_IN + 1)
#define MEAN_PARTS 4 /* alpha is 1 / this */

static __u64 min_u64(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

static __u64 max_u64(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

static __u64 ms(__u32 milliseconds)
{
	return milliseconds * CLOCK_NS_PER_MS;
}

static __u64 passed(__u64 since, __u64 now)
{
	return now > since ? now - since : 0;
}

/* ---- what happens ---- */

void quality_begin(struct quality *quality, const struct policy *policy, __u64 now)
{
	*quality = (struct quality){.next = 1, .judged = 1, .last_success_ns = now};
	window_open(&quality->loss, policy->volatility.loss_window_ms, now);
}

/* The oldest open probe gets its judgement. */
static void judge_one(struct quality *quality, __u64 now)
{
	if (quality->rtt_us[PLACE(quality->judged)] == 0)
		window_lost(&quality->loss, now);
	quality->judged++;
}

__u64 quality_patience_ns(const struct quality *quality, const struct policy *policy)
{
	if (quality->srtt_ns == 0)
		return ms(policy->volatility.heartbeat_volatile_ms);
	return max_u64(ms(policy->volatility.heartbeat_interval_ms), 2 * quality->srtt_ns + 4 * quality->jitter_ns);
}

static void judge(struct quality *quality, const struct policy *policy, __u64 now)
{
	__u64 patience = quality_patience_ns(quality, policy);

	while (quality->judged < quality->next && (quality->rtt_us[PLACE(quality->judged)] != 0 ||
						   passed(quality->sent_ns[PLACE(quality->judged)], now) > patience))
		judge_one(quality, now);
}

__u64 quality_sent(struct quality *quality, const struct policy *policy, __u64 now)
{
	__u64 probe = quality->next;

	judge(quality, policy, now);
	if (probe - quality->judged == QUALITY_PROBES)
		judge_one(quality, now);
	quality->sent_ns[PLACE(probe)] = now;
	quality->rtt_us[PLACE(probe)] = 0;
	if (quality->unanswered_since_ns == 0)
		quality->unanswered_since_ns = now;
	quality->next++;
	return probe;
}

static __u64 mean(__u64 old, __u64 sample)
{
	return sample >= old ? old + (sample - old) / MEAN_PARTS : old - (old - sample) / MEAN_PARTS;
}

static __u32 difference(__u32 a, __u32 b)
{
	return a > b ? a - b : b - a;
}

static void measure(struct quality *quality, __u32 rtt_us)
{
	if (quality->srtt_ns == 0) {
		quality->srtt_ns = rtt_us * NS_PER_US;
	} else {
		quality->srtt_ns = mean(quality->srtt_ns, rtt_us * NS_PER_US);
		quality->jitter_ns = mean(quality->jitter_ns, difference(rtt_us, quality->rtt_last_us) * NS_PER_US);
	}
	quality->rtt_last_us = rtt_us;
}

bool quality_answered(struct quality *quality, const struct policy *policy, __u64 probe, __u64 now)
{
	__u64 rtt_us;

	if (probe == 0 || probe >= quality->next || quality->next - probe > QUALITY_PROBES ||
	    quality->rtt_us[PLACE(probe)] != 0)
		return false;
	judge(quality, policy, now);
	rtt_us = max_u64(passed(quality->sent_ns[PLACE(probe)], now) / NS_PER_US, 1);
	quality->rtt_us[PLACE(probe)] = (__u32)min_u64(rtt_us, UINT32_MAX);
	measure(quality, quality->rtt_us[PLACE(probe)]);
	if (probe >= quality->judged)
		window_delivered(&quality->loss, now);
	if (probe > quality->newest_answered) {
		quality->newest_answered = probe;
		quality->unanswered_since_ns = probe + 1 < quality->next ? quality->sent_ns[PLACE(probe + 1)] : 0;
	}
	quality->last_success_ns = now;
	if (quality->stable_since_ns == 0)
		quality->stable_since_ns = now;
	return true;
}

/* ---- what is wrong ---- */

__u32 quality_loss_ppm(const struct quality *quality)
{
	struct window_sum sum = window_sum(&quality->loss);
	__u64 judged = sum.delivered + sum.lost;

	return judged ? (__u32)(sum.lost * (__u64)POLICY_MILLIONTHS / judged) : 0;
}

__u32 quality_drops(const struct quality *quality)
{
	return (__u32)min_u64(passed(quality->newest_answered, quality->judged - 1), UINT32_MAX);
}

/* From when silence counts against the path; QUALITY_NEVER: nothing is unanswered. */
static __u64 silent_since(const struct quality *quality, const struct policy *policy)
{
	if (quality->unanswered_since_ns == 0)
		return QUALITY_NEVER;
	return max_u64(quality->last_success_ns,
		       passed(ms(policy->volatility.heartbeat_interval_ms), quality->unanswered_since_ns));
}

static unsigned int judge_silence(const struct quality *quality, const struct policy *policy, __u64 now)
{
	__u64 silence = passed(silent_since(quality, policy), now);
	__u64 limit = ms(policy->volatility.heartbeat_volatile_ms);

	return (silence > limit ? QUALITY_SILENCE : 0u) | (silence > QUALITY_DEAD_FACTOR * limit ? QUALITY_DEAD : 0u);
}

static unsigned int judge_loss(const struct quality *quality, const struct policy *policy)
{
	struct window_sum sum = window_sum(&quality->loss);
	__u64 judged = sum.delivered + sum.lost;
	unsigned int causes = 0;

	if (judged >= POLICY_LOSS_PROBES && sum.lost >= QUALITY_LOSSES_MIN &&
	    sum.lost * (__u64)POLICY_MILLIONTHS > policy->volatility.loss_volatile_threshold * judged)
		causes |= QUALITY_LOSS;
	if (quality_drops(quality) >= policy->volatility.max_consecutive_drops)
		causes |= QUALITY_DROPS;
	return causes;
}

/* The first probe that is still remembered. */
static __u64 oldest(const struct quality *quality)
{
	return quality->next > QUALITY_PROBES ? quality->next - QUALITY_PROBES : 1;
}

/* The round trip of a probe if it was answered in the last `window_ms`, else 0. */
static __u32 sample(const struct quality *quality, __u64 probe, __u32 window_ms, __u64 now)
{
	__u32 rtt_us = quality->rtt_us[PLACE(probe)];
	__u64 answered_ns = quality->sent_ns[PLACE(probe)] + rtt_us * NS_PER_US;

	return passed(answered_ns, now) <= ms(window_ms) ? rtt_us : 0;
}

static unsigned int judge_round_trips(const struct quality *quality, const struct policy *policy, __u64 now)
{
	__u64 slow_us = policy->volatility.latency_volatile_threshold_ms * NS_PER_US;
	__u64 jump_us = policy->volatility.jitter_volatile_threshold_ms * NS_PER_US;
	unsigned int samples = 0, slow = 0, jumps = 0, causes = 0;
	__u32 before = 0;

	if (slow_us == 0 && jump_us == 0)
		return 0;
	for (__u64 probe = oldest(quality); probe < quality->next; probe++) {
		__u32 rtt_us = sample(quality, probe, policy->volatility.latency_window_ms, now);

		if (rtt_us == 0)
			continue;
		slow += rtt_us > slow_us;
		jumps += samples > 0 && difference(rtt_us, before) > jump_us;
		samples++;
		before = rtt_us;
	}
	if (slow_us && samples >= POLICY_LOSS_PROBES && slow >= QUALITY_SLOW_MIN && slow > samples / P95_ONE_IN)
		causes |= QUALITY_LATENCY;
	if (jump_us && jumps >= QUALITY_JUMPS_MIN && quality->jitter_ns > jump_us * NS_PER_US)
		causes |= QUALITY_JITTER;
	return causes;
}

unsigned int quality_tick(struct quality *quality, const struct policy *policy, __u64 now)
{
	if (quality->loss.length_ms != policy->volatility.loss_window_ms)
		window_open(&quality->loss, policy->volatility.loss_window_ms, now);
	window_slide(&quality->loss, now);
	judge(quality, policy, now);
	quality->causes = judge_silence(quality, policy, now) | judge_loss(quality, policy) |
			  judge_round_trips(quality, policy, now);
	if (quality->causes)
		quality->stable_since_ns = 0;
	return quality->causes;
}

static void sooner(__u64 *due, __u64 at, __u64 now)
{
	if (at > now && at < *due)
		*due = at;
}

__u64 quality_due(const struct quality *quality, const struct policy *policy, __u64 now)
{
	__u64 due = QUALITY_NEVER, since = silent_since(quality, policy);
	__u64 limit = ms(policy->volatility.heartbeat_volatile_ms);

	if (since != QUALITY_NEVER) {
		sooner(&due, since + limit + 1, now);
		sooner(&due, since + QUALITY_DEAD_FACTOR * limit + 1, now);
	}
	for (__u64 probe = quality->judged; probe < quality->next; probe++) {
		if (quality->rtt_us[PLACE(probe)] != 0)
			continue;
		sooner(&due, quality->sent_ns[PLACE(probe)] + quality_patience_ns(quality, policy) + 1, now);
		break;
	}
	return due;
}

enum jvpn_reason quality_reason(unsigned int causes)
{
	static const struct {
		unsigned int cause;
		enum jvpn_reason reason;
	} reasons[] = {
#define ROW(bit, NAME, name) {QUALITY_##NAME, JVPN_REASON_##name},
		QUALITY_CAUSES(ROW)
#undef ROW
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (causes & reasons[i].cause)
			return reasons[i].reason;
	}
	return JVPN_REASON_NONE;
}

/* ---- figures ---- */

__u64 quality_silence_ns(const struct quality *quality, __u64 now)
{
	return passed(quality->last_success_ns, now);
}

__u64 quality_stable_ns(const struct quality *quality, __u64 now)
{
	return quality->stable_since_ns ? passed(quality->stable_since_ns, now) : 0;
}

__u32 quality_p95_us(const struct quality *quality, __u32 window_ms, __u64 now)
{
	__u32 slowest[P95_RANKS] = {0}; /* descending */
	unsigned int samples = 0;

	for (__u64 probe = oldest(quality); probe < quality->next; probe++) {
		__u32 rtt_us = sample(quality, probe, window_ms, now);

		samples += rtt_us != 0;
		for (unsigned int rank = 0; rank < P95_RANKS; rank++) {
			__u32 other = slowest[rank];

			if (rtt_us > other) {
				slowest[rank] = rtt_us;
				rtt_us = other;
			}
		}
	}
	return slowest[samples / P95_ONE_IN];
}
