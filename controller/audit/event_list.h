/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event types, once: X(name, class, the fields it carries beyond the base fields).
 * Data only; event.h makes structs of it, event.c lines.
 *
 * Names are API: never renamed, never given another meaning. A field is F(kind, name);
 * the kinds are typedefs in event.h, so a field that is not typed does not compile.
 */
#ifndef AUDIT_EVENT_LIST_H
#define AUDIT_EVENT_LIST_H

/*
 * X(class, events per second, burst, share of the journal's memory in percent that it may fill).
 * `transition` is neither limited nor ever refused while there is memory (INV-37). `lifecycle`
 * comes with transitions, which bound it: only memory does besides. 0 per second: no limit.
 */
#define AUDIT_CLASSES(X) \
	X(transition, 0, 0, 100) \
	X(lifecycle, 0, 0, 75) \
	X(attempt, 4000, 32768, 70) \
	X(ownership, 1000, 4096, 75) \
	X(policy, 500, 2000, 60) \
	X(security, 500, 2000, 60) \
	X(telemetry, 200, 1000, 40) \
	X(journal, 0, 0, 100)

#define AUDIT_EVENTS(X, F) \
	X(SessionCreated, lifecycle, F(hash, policy_hash)) \
	X(SessionStateChange, transition, \
	  F(state, previous_state) F(state, new_state) F(name, from_transport) F(count, candidate_set_size)) \
	X(TransportAttached, lifecycle, F(endpoint, remote)) \
	X(TransportDead, lifecycle, F(reason, cause) F(ms, last_ok_age_ms)) \
	X(TransportSwitch, lifecycle, \
	  F(name, previous_transport) F(name, new_transport) F(endpoint, remote) F(count, candidate_count) \
		  F(ratio, loss_ratio) F(ms, latency_estimate_ms) F(ms, switch_latency_ms) F(always, explicit) \
			  F(always, auditable) F(bounds, bounded_by_policy)) \
	X(TransportSwitchDenied, policy, F(name, candidate_transport) F(ms, retry_after_ms)) \
	X(TransportSwitchFailed, attempt, F(count, attempt) F(reason, cause)) \
	X(ReattachAttempt, attempt, F(name, candidate_transport) F(ms, recovery_deadline_ms) F(count, attempt_no)) \
	X(ReattachResult, attempt, F(status, status)) \
	X(SessionTerminated, lifecycle, \
	  F(ms, session_age_ms) F(ms, transportless_age_ms) F(ms, total_lifetime_ms) F(count, total_switches)) \
	X(SecurityReplayDetected, security, F(marker, freshness_marker_type)) \
	X(SecurityValidationFailed, security, F(violation, violation_type)) \
	X(SecurityEvent, security, F(violation, violation_type)) \
	X(KeyRotated, lifecycle, F(count, key_epoch)) \
	X(KeyExpired, lifecycle, F(count, key_epoch)) \
	X(RekeyDenied, policy, F(count, key_epoch)) \
	X(SecurityKeyCompromiseSuspected, security, F(count, key_epoch)) \
	X(PolicyEvent, policy, F(name, policy_name) F(u64, threshold_value) F(u64, observed_value)) \
	X(PolicyApplied, lifecycle, \
	  F(name, old_version) F(name, new_version) F(hash, old_hash) F(hash, new_hash) F(mode, mode)) \
	X(PolicyRejected, policy, F(name, old_version) F(name, new_version) F(hash, new_hash) F(count, line)) \
	X(OwnerAcquired, ownership, F(name, owner_node) F(u64, owner_epoch)) \
	X(OwnerTransferred, ownership, F(name, owner_node) F(u64, owner_epoch)) \
	X(OwnerRejected, ownership, F(name, owner_node) F(u64, owner_epoch)) \
	X(OwnerConflict, ownership, F(name, owner_node) F(u64, owner_epoch)) \
	X(ConflictResolution, ownership, F(name, winner_node) F(u64, winner_version)) \
	X(VolatilitySignal, telemetry, F(observed, observed)) \
	X(PathScoreUpdate, telemetry, F(scores, candidates)) \
	X(FlowControlUpdate, telemetry, \
	  F(count, cwnd_from) F(count, cwnd_to) F(count, pacing_pps_from) F(count, pacing_pps_to)) \
	X(TelemetryTick, telemetry, \
	  F(ms, rtt_ms) F(ms, jitter_ms) F(percent, loss_pct) F(count, cwnd) F(count, in_flight) F(count, pacing_pps)) \
	X(RecoverySignal, telemetry, F(ms, elapsed_ms)) \
	X(RecoveryProgress, telemetry, F(ms, elapsed_ms) F(ms, rtt_ms) F(ratio, loss_ratio)) \
	X(RecoveryComplete, telemetry, F(ms, elapsed_ms)) \
	X(AuditEvent, lifecycle, F(check, check) F(result, result)) \
	X(InvalidTransition, security, F(state, state) F(name, event)) \
	X(ChainSelected, telemetry, F(count, hops) F(ms, recovery_latency_ms)) \
	X(Snapshot, telemetry, \
	  F(state, state) F(name, active_transport) F(count, switch_count) F(count, recovery_attempts)) \
	X(TelemetryDegraded, journal, F(trouble, cause) F(count, error_number) F(ms, duration_ms) F(u64, count)) \
	X(EventsDropped, journal, \
	  F(u64, count) F(u64, transitions) F(u64, lifecycle) F(u64, attempt) F(u64, ownership) F(u64, policy) \
		  F(u64, security) F(u64, telemetry))

#define AUDIT_STATUSES(X) X(SUCCESS) X(DENIED)
#define AUDIT_RESULTS(X) X(PASS) X(FAIL)
#define AUDIT_MODES(X) X(strict) X(grace)
#define AUDIT_MARKERS(X) X(counter) X(timestamp) X(nonce)

#define AUDIT_VIOLATION_TYPES(X) \
	X(REPLAY_DETECTED) \
	X(INVALID_PROOF) \
	X(NONCE_REUSE) \
	X(DUAL_ACTIVE_ATTEMPT) \
	X(OWNERSHIP_CONFLICT) \
	X(unauthorized_transport_attempt) \
	X(session_fixation_attempt) \
	X(control_plane_abuse) \
	X(downgrade_attempt) \
	X(malformed_message)

#define AUDIT_CHECKS(X) X(NO_DUAL_ACTIVE_BINDING) X(NO_IDENTITY_RESET) X(POLICY_LIMIT) X(RECOVERY_TIMELINE)

/* Why the log itself is, or was, in trouble. In the order in which a start tells them. */
#define AUDIT_TROUBLES(X) \
	X(torn_line)	  /* the file ended in the middle of a line: `count` bytes, kept as they are */ \
	X(foreign_tail)	  /* the last line is none of ours */ \
	X(truncated_tail) /* the head file knows `count` lines more than the log has */ \
	X(beyond_head)	  /* the log has `count` lines more than the head file knows: a crash, or not ours */ \
	X(write_error)	  /* error_number says which: ENOSPC, EROFS, EIO ...; `count` attempts */ \
	X(stalled)	  /* a write or a sync took longer than JOURNAL_STALL_MS */ \
	X(reopen_failed)  /* the path cannot be opened; the old file is still written */ \
	X(rotate_failed)  /* the size limit is reached, and the file cannot be moved aside */

#endif
