/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Why a packet ended here: written once, used by the data plane, the counters
 * and every text a person reads.
 *
 * X(number, name, sentence). Numbers are API: never reused, never renumbered;
 * a reason that is no longer counted stays as a gap. 0 means "go on".
 */
#ifndef JVPN_DROP_H
#define JVPN_DROP_H

#define JVPN_DROP_REASONS(X) \
	X(1, outer_malformed, "the outer IP or UDP header contradicts the packet's length") \
	X(2, message_type, "not one of WireGuard's four message types") \
	X(3, message_length, "the length does not fit the message type") \
	X(4, unknown_index, "no key pair has this receiver index") \
	X(5, admission, "the source sent more handshake messages than one source may") \
	X(6, key_expired, "the key pair is older than 180 s or has sent or seen too many packets") \
	X(7, replay, "the counter was seen before or lies behind the replay window") \
	X(8, open_failed, "the packet does not open under its key") \
	X(9, inner_malformed, "the opened text is no whole IPv4 or IPv6 packet") \
	X(10, source_not_allowed, "the inner source address is not one of the sender's AllowedIPs") \
	X(11, session_gone, "the key pair's session was removed") \
	X(12, path_not_allowed, "the session does not receive on this path") \
	X(13, deliver_failed, "the opened packet could not be handed to the tunnel device") \
	X(20, no_route, "no peer's AllowedIPs hold the destination address") \
	X(21, no_session, "the peer has no session yet, and no room is left to let the packet wait for one") \
	X(22, no_key, "the session has no usable key pair, and no room is left to let the packet wait for one") \
	X(23, no_path, "the session has no path to send on") \
	X(24, too_big, "the packet is larger than the tunnel or the path carries") \
	X(25, send_malformed, "a packet on the tunnel device that is no whole IPv4 or IPv6 packet") \
	X(26, not_ip, "a frame on the tunnel device that is neither IPv4 nor IPv6") \
	X(27, counter_exhausted, "the key pair's send counter is used up") \
	X(28, seal_failed, "the packet could not be sealed or wrapped") \
	X(29, session_expired, "the session's lifetime or time without a transport is over") \
	X(30, replay_contended, "too many CPUs committed to one replay window at once") \
	X(31, link_scope, "link-local multicast on the tunnel device; it does not leave the host")

#define JVPN_DROP_SLOTS 64 /* size of the `drops` map: room to grow without a new ABI */

enum jvpn_drop {
	JVPN_DROP_NONE = 0,
#define JVPN_DROP_ENUM(number, name, sentence) JVPN_DROP_##name = (number),
	JVPN_DROP_REASONS(JVPN_DROP_ENUM)
#undef JVPN_DROP_ENUM
};

#endif
