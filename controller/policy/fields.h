/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every field of a policy and every preset, written once: struct policy, its defaults,
 * bounds, keys, texts and JSON are generated from this list.
 *
 * X(group, name, Key, KIND, NEED, default, least, most, from, to, rule, "sentence")
 *
 *   group.name   as people write it and JSON nests it; `document` stands for the top level
 *   Key          in [Policy] of the configuration file
 *   KIND         enum policy_kind: how the value is written; the stored form is a __u32
 *   NEED         REQUIRED: a document that names no preset must give it (PV-1); else OPTIONAL
 *   least..most  hard bounds: outside is an error under `rule`
 *   from..to     recommended range: outside is a warning; 0, 0: none is recommended
 *
 * Times are in ms. RATIO and FACTOR are in millionths. Order is API: the canonical text and
 * with it the policy hash follow it, so a new field goes to the end of its group.
 */
#ifndef POLICY_FIELDS_H
#define POLICY_FIELDS_H

#include "jvpn/limits.h"

#define POLICY_MILLIONTHS 1000000u
#define POLICY_WEEK_MS 604800000u
#define POLICY_LOSS_PROBES 4	 /* loss, latency and jitter are judged on no fewer probes */
#define POLICY_CANDIDATES_MAX 16 /* what max_candidate_count may be; a session has JVPN_PATHS_MAX slots */

#define POLICY_DOCUMENT_FIELDS(X) \
	X(document, version, Version, VERSION, OPTIONAL, 1u << 16, 0, ~0u, 0, 0, "PV-2", \
	  "the version of the schema this policy is written in")

#define POLICY_SESSION_FIELDS(X) \
	X(session, max_lifetime_ms, MaxLifetimeMs, MS, REQUIRED, 28800000, 1000, POLICY_WEEK_MS, 28800000, 86400000, \
	  "PV-6", "a session ends at this age, whatever happens") \
	X(session, transport_lost_ttl_ms, TransportLostTtlMs, MS, REQUIRED, 15000, 100, 3600000, 10000, 60000, "PV-2", \
	  "a session ends after this long without a transport")

#define POLICY_VOLATILITY_FIELDS(X) \
	X(volatility, heartbeat_interval_ms, HeartbeatIntervalMs, MS, OPTIONAL, 500, 10, 60000, 250, 1500, "PV-2", \
	  "a path is probed once in this time") \
	X(volatility, heartbeat_volatile_ms, HeartbeatVolatileMs, MS, OPTIONAL, 2000, 11, 600000, 0, 0, "PV-2", \
	  "a path that answers nothing for longer is unstable, for twice as long dead") \
	X(volatility, loss_window_ms, LossWindowMs, MS, OPTIONAL, 2000, 100, 60000, 1000, 5000, "PV-2", \
	  "loss is judged over this long, and a path that failed must be stable for as long") \
	X(volatility, loss_volatile_threshold, LossVolatileThreshold, RATIO, REQUIRED, 200000, 1, POLICY_MILLIONTHS, \
	  100000, 300000, "PV-3", "a path that loses a larger share of its probes is unstable") \
	X(volatility, max_consecutive_drops, MaxConsecutiveDrops, COUNT, OPTIONAL, 3, 1, 1000, 3, 7, "PV-2", \
	  "a path that loses this many probes in a row is unstable") \
	X(volatility, volatile_to_degraded_ms, VolatileToDegradedMs, MS, OPTIONAL, 4000, 10, 600000, 1500, 8000, \
	  "PV-2", "a session that is volatile for longer is degraded") \
	X(volatility, latency_window_ms, LatencyWindowMs, MS, OPTIONAL, 2000, 100, 60000, 1000, 5000, "PV-2", \
	  "round trips are judged over this long") \
	X(volatility, latency_volatile_threshold_ms, LatencyVolatileThresholdMs, MS_OR_OFF, OPTIONAL, 0, 0, 60000, 0, \
	  0, "PV-2", "a path whose 95th percentile of round trips is above this is unstable") \
	X(volatility, jitter_volatile_threshold_ms, JitterVolatileThresholdMs, MS_OR_OFF, OPTIONAL, 0, 0, 60000, 0, 0, \
	  "PV-2", "a path whose round trips vary by more than this is unstable")

#define POLICY_SWITCHING_FIELDS(X) \
	X(switching, max_switches_per_min, MaxSwitchesPerMin, COUNT, REQUIRED, 8, 0, 600, 3, 12, "PV-2", \
	  "attempts to move a session within any 60 s; 0: it never moves") \
	X(switching, switch_cooldown_ms, SwitchCooldownMs, MS, OPTIONAL, 1500, 1, 60000, 500, 5000, "PV-2", \
	  "the least time between two attempts to move, and before a path that refused is tried again") \
	X(switching, recovery_window_ms, RecoveryWindowMs, MS, REQUIRED, 8000, 50, 600000, 2000, 15000, "PV-2", \
	  "a recovery that takes longer is given up") \
	X(switching, switch_improvement_factor, SwitchImprovementFactor, FACTOR, OPTIONAL, 1100000, 1000000, 10000000, \
	  0, 0, "PV-15", "a path must score this many times the living one to replace it") \
	X(switching, stabilize_window_ms, StabilizeWindowMs, MS, OPTIONAL, 2000, 1, 600000, 0, 0, "PV-2", \
	  "a session that moved counts as settled after this long") \
	X(switching, drain_ms, DrainMs, MS, OPTIONAL, 1000, 0, 10000, 0, 0, "PV-2", \
	  "the replaced path still receives for this long after a move")

#define POLICY_TRANSPORT_FIELDS(X) \
	X(transport, allowed_protocols, AllowedProtocols, PROTOCOLS, OPTIONAL, 1, 1, POLICY_PROTOCOL_BITS, 0, 0, \
	  "PV-2", "the protocols a transport may use") \
	X(transport, max_candidate_count, MaxCandidateCount, COUNT, OPTIONAL, 3, 1, POLICY_CANDIDATES_MAX, 0, 0, \
	  "PV-4", "candidates remembered for a session; the worst one makes room") \
	X(transport, enforce_hysteresis, EnforceHysteresis, FLAG, OPTIONAL, 1, 0, 1, 0, 0, "PV-2", \
	  "a living path is only replaced by a clearly better one") \
	X(transport, candidate_min_count, CandidateMinCount, COUNT, OPTIONAL, 1, 1, POLICY_CANDIDATES_MAX, 0, 0, \
	  "PV-2", "fewer usable candidates than this are no choice, and nothing moves") \
	X(transport, candidate_score_threshold, CandidateScoreThreshold, COUNT_OR_OFF, OPTIONAL, 0, 0, 100, 0, 0, \
	  "PV-2", "a candidate that scores less is not used") \
	X(transport, candidate_ttl_ms, CandidateTtlMs, MS, OPTIONAL, 15000, 100, 3600000, 0, 0, "PV-2", \
	  "a candidate not seen for longer is forgotten")

#define POLICY_SECURITY_FIELDS(X) \
	X(security, reattach_proof_max_age_ms, ReattachProofMaxAgeMs, MS, REQUIRED, 5000, 100, 60000, 1000, 10000, \
	  "PV-2", "a request to move is refused when it is older") \
	X(security, replay_window_size, ReplayWindowSize, POWER_OF_TWO, OPTIONAL, 128, 32, 8192, 0, 0, "PV-5", \
	  "freshness marks remembered to recognise a replay") \
	X(security, strict_validation, StrictValidation, FLAG, OPTIONAL, 1, 1, 1, 0, 0, "PV-12", \
	  "requests are validated in full, before anything changes") \
	X(security, key_max_age_ms, KeyMaxAgeMs, MS_OR_OFF, OPTIONAL, 0, 0, POLICY_WEEK_MS, 180000, POLICY_WEEK_MS, \
	  "PV-2", "a session whose newest keys are older ends") \
	X(security, max_auth_failures, MaxAuthFailures, COUNT, OPTIONAL, 5, 1, 65535, 0, 0, "PV-2", \
	  "authenticated requests that may fail before the session ends") \
	X(security, auth_failure_window_ms, AuthFailureWindowMs, MS, OPTIONAL, 60000, 1, 3600000, 0, 0, "PV-2", \
	  "failures are counted over this long") \
	X(security, session_rate_per_s, SessionRatePerS, COUNT, OPTIONAL, 2, 1, 1000, 0, 0, "PV-2", \
	  "requests to move a second, of one session") \
	X(security, session_rate_burst, SessionRateBurst, COUNT, OPTIONAL, 5, 1, 1000, 0, 0, "PV-2", \
	  "requests to move at once, of one session") \
	X(security, source_rate_per_s, SourceRatePerS, COUNT, OPTIONAL, 20, 1, 100000, 0, 0, "PV-2", \
	  "requests to move a second, from one source") \
	X(security, source_rate_burst, SourceRateBurst, COUNT, OPTIONAL, 50, 1, 100000, 0, 0, "PV-2", \
	  "requests to move at once, from one source") \
	X(security, global_rate_per_s, GlobalRatePerS, COUNT, OPTIONAL, 2000, 1, 1000000, 0, 0, "PV-2", \
	  "requests to move a second, of all sessions") \
	X(security, global_rate_burst, GlobalRateBurst, COUNT, OPTIONAL, 4000, 1, 1000000, 0, 0, "PV-2", \
	  "requests to move at once, of all sessions")

#define POLICY_OBSERVABILITY_FIELDS(X) \
	X(observability, emit_switch_metrics, EmitSwitchMetrics, FLAG, OPTIONAL, 1, 0, 1, 0, 0, "PV-2", \
	  "moves are told with what was measured") \
	X(observability, include_latency_metrics, IncludeLatencyMetrics, FLAG, OPTIONAL, 1, 0, 1, 0, 0, "PV-2", \
	  "events carry latencies") \
	X(observability, emit_security_events, EmitSecurityEvents, FLAG, OPTIONAL, 1, 1, 1, 0, 0, "PV-12", \
	  "security events are told")

#define POLICY_LIMITS_FIELDS(X) \
	X(limits, max_sessions, MaxSessions, COUNT, OPTIONAL, JVPN_SESSIONS_MAX, 1, JVPN_SESSIONS_MAX, 0, 0, "PV-2", \
	  "no new session beyond this many") \
	X(limits, max_sessions_per_source, MaxSessionsPerSource, COUNT, OPTIONAL, JVPN_SESSIONS_MAX, 1, \
	  JVPN_SESSIONS_MAX, 0, 0, "PV-2", "no new session of a source beyond this many")

#define POLICY_CAPACITY_FIELDS(X) \
	X(capacity, idle_birth_ttl_ms, IdleBirthTtlMs, MS, OPTIONAL, 15000, 1, 3600000, 0, 0, "PV-2", \
	  "a session that never took a transport is forgotten after this long")

#define POLICY_POLICY_FIELDS(X) \
	X(policy, apply_mode, ApplyMode, MODE, OPTIONAL, 1, 0, 1, 0, 0, "PV-2", \
	  "how a change of this policy reaches the sessions there are")

/* The groups below the top level: G(group, LIST). */
#define POLICY_GROUPS(G) \
	G(session, POLICY_SESSION_FIELDS) \
	G(volatility, POLICY_VOLATILITY_FIELDS) \
	G(switching, POLICY_SWITCHING_FIELDS) \
	G(transport, POLICY_TRANSPORT_FIELDS) \
	G(security, POLICY_SECURITY_FIELDS) \
	G(observability, POLICY_OBSERVABILITY_FIELDS) \
	G(limits, POLICY_LIMITS_FIELDS) \
	G(capacity, POLICY_CAPACITY_FIELDS) \
	G(policy, POLICY_POLICY_FIELDS)

/* Every field, in canonical order: T for the top level, X for the rest. */
#define POLICY_FIELDS(T, X) \
	POLICY_DOCUMENT_FIELDS(T) \
	POLICY_SESSION_FIELDS(X) \
	POLICY_VOLATILITY_FIELDS(X) \
	POLICY_SWITCHING_FIELDS(X) \
	POLICY_TRANSPORT_FIELDS(X) \
	POLICY_SECURITY_FIELDS(X) \
	POLICY_OBSERVABILITY_FIELDS(X) \
	POLICY_LIMITS_FIELDS(X) \
	POLICY_CAPACITY_FIELDS(X) \
	POLICY_POLICY_FIELDS(X)

/* X(number, name, sentence) */
#define POLICY_PRESETS(X) \
	X(0, default, "gateways and sites with ordinary uplinks") \
	X(1, mobile, "clients that change networks and sleep between them") \
	X(2, carrier, "lines that must fail over within 50 ms") \
	X(3, emergency, "under attack or overload: few moves, few new sessions")

/* What a preset changes of the defaults: X(preset, Key, value) */
#define POLICY_PRESET_VALUES(X) \
	X(mobile, HeartbeatIntervalMs, 250) \
	X(mobile, HeartbeatVolatileMs, 1000) \
	X(mobile, TransportLostTtlMs, 60000) \
	X(carrier, HeartbeatIntervalMs, 10) \
	X(carrier, HeartbeatVolatileMs, 30) \
	X(carrier, MaxConsecutiveDrops, 3) \
	X(carrier, LossWindowMs, 200) \
	X(carrier, SwitchCooldownMs, 100) \
	X(carrier, MaxSwitchesPerMin, 60) \
	X(carrier, RecoveryWindowMs, 2000) \
	X(emergency, MaxSwitchesPerMin, 2) \
	X(emergency, SwitchCooldownMs, 5000) \
	X(emergency, RecoveryWindowMs, 2000) \
	X(emergency, MaxSessions, 1024) \
	X(emergency, MaxSessionsPerSource, 16)

/* How a change reaches running sessions: X(number, name). snapshot.h says what they mean. */
#define POLICY_MODES(X) \
	X(0, strict) \
	X(1, grace)

/* Protocols of transports: X(bit, name). Others exist and are refused until they are spoken. */
#define POLICY_PROTOCOLS(X) X(0, udp)
#define POLICY_PROTOCOL_BITS 0x1u

#endif
