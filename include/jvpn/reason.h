/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Why a session changed, or why a change was refused: written once, used by the
 * state machine, the audit log and every text a person reads.
 *
 * X(number, name, sentence). Numbers and names are API: never reused, never
 * renamed. One primary cause a transition. 0 means "none yet".
 *
 *   1xx state   2xx reattach   3xx security   4xx audit and telemetry
 *   5xx ownership   6xx keys   7xx gate of a switch   8xx internal
 */
#ifndef JVPN_REASON_H
#define JVPN_REASON_H

#define JVPN_REASONS(X) \
	X(100, session_created, "the session was created") \
	X(101, attached_to_transport, "the session took its first transport") \
	X(102, handshake_failed, "the handshake failed or was rejected") \
	X(110, loss_threshold_exceeded, "more packets are lost on the path than the policy allows") \
	X(111, consecutive_drop_exceeded, "too many packets in a row were lost on the path") \
	X(112, heartbeat_timeout, "the peer stopped answering heartbeats on the path") \
	X(113, latency_threshold_exceeded, "the path's round trip takes longer than the policy allows") \
	X(114, jitter_threshold_exceeded, "the path's round trip varies more than the policy allows") \
	X(115, transport_dead, "the transport is dead: its link, address or route is gone, or nothing arrives") \
	X(116, health_drop, "the path's health fell below its threshold") \
	X(117, peer_reported_instability, "the peer reports that the path is unstable") \
	X(118, nat_rebind_detected, "authenticated packets came from a new address, and the session followed") \
	X(120, volatile_persisted, "the path stayed unstable longer than the policy bears") \
	X(130, loss_recovery, "a better transport is sought because of loss") \
	X(131, dead_transport_recovery, "a new transport is sought because the old one died") \
	X(132, policy_forced_recovery, "the policy or the operator asked for a move") \
	X(133, stability_window_met, "the path was stable for a whole stability window") \
	X(134, recovery_retry, "the recovery starts another attempt") \
	X(140, recovery_window_expired, "no transport was found within the recovery's time") \
	X(141, no_candidate_transports, "there is no transport to move to") \
	X(150, session_lifetime_exceeded, "the session reached the end of its lifetime") \
	X(151, transport_ttl_exceeded, "the session was without a transport for too long") \
	X(152, operator_terminated, "the operator ended the session") \
	X(153, peer_terminated, "the peer ended the session") \
	X(154, policy_terminated, "the policy ended the session") \
	X(155, invariant_violation, "an invariant was about to break, and the session was ended instead") \
	X(156, fatal_protocol_error, "the peer broke the protocol beyond repair") \
	X(157, version_overflow, "the state version is used up") \
	X(200, reattach_success, "the session moved to another transport") \
	X(201, unknown_session, "no session has this id") \
	X(202, invalid_state_for_reattach, "the session's state does not allow a move") \
	X(203, session_expired, "the session had expired when the move was asked for") \
	X(204, bad_proof, "the proof of possession does not hold") \
	X(205, stale_request, "the request is older than the freshness window") \
	X(206, stale_state_version, "the request names an older state version than the present one") \
	X(207, future_state_version, "the request names a state version that does not exist yet") \
	X(208, policy_denied, "the policy forbids the move") \
	X(209, invalid_transport_candidate, "the transport to move to is not usable") \
	X(210, atomicity_failed, "the move could not be committed as one step") \
	X(211, dual_bind_forbidden, "the transport is bound already, and a second binding is forbidden") \
	X(212, reattach_validation_failed, "the request to move did not pass its checks") \
	X(213, rate_limited, "too many requests in too short a time") \
	X(214, nonce_missing, "the request carries no nonce") \
	X(215, malformed_message, "the message does not have the form its type demands") \
	X(216, unsupported_version, "the message is of a protocol version that is not spoken here") \
	X(217, attempt_timeout, "the attempt to move was not answered in time") \
	X(300, security_failure, "a security check failed") \
	X(301, replay_detected, "a message was seen before") \
	X(302, unauthorized_transport_attempt, "a transport was used that the session does not own") \
	X(303, session_fixation_attempt, "somebody tried to choose a session's identity for it") \
	X(304, control_plane_abuse, "control messages came in a pattern that looks like abuse") \
	X(305, dual_active_attempt, "two transports were to be active at once") \
	X(306, downgrade_attempt, "somebody tried to force weaker terms") \
	X(307, invalid_state_transition, "the state machine has no such transition") \
	X(400, invariant_ok_single_active, "checked: exactly one transport was active") \
	X(401, invariant_ok_no_reset, "checked: the session's identity was not reset") \
	X(402, policy_limit_triggered, "a limit of the policy took effect") \
	X(403, recovery_timeline, "the timeline of a recovery") \
	X(404, policy_applied, "a policy took effect") \
	X(405, policy_invalid, "a policy was refused as invalid") \
	X(406, telemetry_degraded, "measurements are incomplete") \
	X(407, events_dropped, "audit events were lost") \
	X(410, loss_reaction, "a reaction to packet loss") \
	X(411, rtt_reaction, "a reaction to a changed round trip time") \
	X(500, owner_acquired, "this gateway became the session's owner") \
	X(501, owner_transferred, "the session went to another owner") \
	X(502, owner_rejected, "the session was not handed over: the asker is not its owner") \
	X(503, ownership_conflict, "two gateways claim the session") \
	X(504, not_authoritative_owner, "this gateway does not own the session") \
	X(505, ownership_not_found, "nobody is known to own the session") \
	X(506, ownership_already_exists, "the session has an owner already") \
	X(507, store_unavailable, "the store of ownership does not answer") \
	X(508, lease_expired, "the owner's lease on the session ran out") \
	X(600, time_elapsed, "new keys: the old ones reached their age") \
	X(601, transport_change, "new keys: the transport changed") \
	X(602, policy_trigger, "new keys: the policy asks for them") \
	X(603, security_event, "new keys: a security event asks for them") \
	X(604, key_expired, "the keys expired before new ones were agreed on") \
	X(605, rekey_denied, "new keys were asked for and denied") \
	X(606, key_compromise_suspected, "the keys may be known to somebody else") \
	X(700, preferred_path_changed, "another path is preferred now") \
	X(701, switch_rate_limited, "the session moved too often lately to move again") \
	X(702, cooldown_active, "the last move is too recent to move again") \
	X(703, no_valid_candidate, "no path is good enough to move to") \
	X(704, hysteresis_hold, "the better path is not better by enough") \
	X(800, internal_error, "a fault of the program itself")

enum jvpn_reason {
	JVPN_REASON_NONE = 0,
#define JVPN_REASON_ENUM(number, name, sentence) JVPN_REASON_##name = (number),
	JVPN_REASONS(JVPN_REASON_ENUM)
#undef JVPN_REASON_ENUM
};

#endif
