/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The edges of behaviour.md, section 1, as the oracle knows them: typed once more on purpose,
 * so that a fault in the state machine's own table does not excuse itself.
 */
#include "audit/replay.h"

#define B (1u << JVPN_STATE_BIRTH)
#define A (1u << JVPN_STATE_ATTACHED)
#define V (1u << JVPN_STATE_VOLATILE)
#define D (1u << JVPN_STATE_DEGRADED)
#define R (1u << JVPN_STATE_RECOVERING)

static const struct {
	unsigned int from;
	enum jvpn_session_state to;
	enum jvpn_reason reason;
} edges[] = {
	/* rows 0 to 5: ends */
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_session_lifetime_exceeded},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_invariant_violation},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_ownership_conflict},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_version_overflow},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_security_failure},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_operator_terminated},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_peer_terminated},
	{B | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_transport_ttl_exceeded},
	{B | A | V | D | R, JVPN_STATE_TERMINATED, JVPN_REASON_key_expired},
	/* row 6: birth */
	{B, JVPN_STATE_ATTACHED, JVPN_REASON_attached_to_transport},
	{B, JVPN_STATE_TERMINATED, JVPN_REASON_handshake_failed},
	/* rows 7 to 10: the ends of a recovery */
	{R, JVPN_STATE_ATTACHED, JVPN_REASON_reattach_success},
	{R, JVPN_STATE_DEGRADED, JVPN_REASON_reattach_validation_failed},
	{R, JVPN_STATE_DEGRADED, JVPN_REASON_policy_denied},
	{R, JVPN_STATE_DEGRADED, JVPN_REASON_recovery_window_expired},
	{R, JVPN_STATE_DEGRADED, JVPN_REASON_no_candidate_transports},
	/* row 11: the transport is dead; V, D and R stay what they are */
	{A | V, JVPN_STATE_VOLATILE, JVPN_REASON_transport_dead},
	{D, JVPN_STATE_DEGRADED, JVPN_REASON_transport_dead},
	{R, JVPN_STATE_RECOVERING, JVPN_REASON_transport_dead},
	/* row 12: instability, by its cause; the last two are moves that begin as one */
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_loss_threshold_exceeded},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_consecutive_drop_exceeded},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_heartbeat_timeout},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_latency_threshold_exceeded},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_jitter_threshold_exceeded},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_health_drop},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_peer_reported_instability},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_nat_rebind_detected},
	{A, JVPN_STATE_VOLATILE, JVPN_REASON_preferred_path_changed},
	/* row 13: the attempt */
	{V | D, JVPN_STATE_RECOVERING, JVPN_REASON_loss_recovery},
	{V | D, JVPN_STATE_RECOVERING, JVPN_REASON_dead_transport_recovery},
	{V | D, JVPN_STATE_RECOVERING, JVPN_REASON_policy_forced_recovery},
	{V | D, JVPN_STATE_RECOVERING, JVPN_REASON_stability_window_met},
	/* rows 14 to 16 and 19: volatile for too long, or denied */
	{V, JVPN_STATE_DEGRADED, JVPN_REASON_switch_rate_limited},
	{V, JVPN_STATE_DEGRADED, JVPN_REASON_policy_denied},
	{V, JVPN_STATE_DEGRADED, JVPN_REASON_no_candidate_transports},
	{V, JVPN_STATE_DEGRADED, JVPN_REASON_volatile_persisted},
};

bool audit_edge_allows(enum jvpn_session_state from, enum jvpn_session_state to, enum jvpn_reason reason,
		       bool *ret_edge)
{
	bool is_edge = false, is_reason = false;

	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		if (!(edges[i].from & 1u << from) || edges[i].to != to)
			continue;
		is_edge = true;
		is_reason |= edges[i].reason == reason;
	}
	*ret_edge = is_edge;
	return is_reason;
}
