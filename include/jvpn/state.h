/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The lists a session's life is told in: its states, the kinds of peers, the
 * states of a path. Written once. X(number, NAME).
 */
#ifndef JVPN_STATE_H
#define JVPN_STATE_H

#define JVPN_SESSION_STATES(X) \
	X(0, BIRTH) \
	X(1, ATTACHED) \
	X(2, VOLATILE) \
	X(3, DEGRADED) \
	X(4, RECOVERING) \
	X(5, TERMINATED)

#define JVPN_PEER_KINDS(X) \
	X(0, wireguard) \
	X(1, native)

#define JVPN_PATH_STATES(X) \
	X(0, NONE) \
	X(1, CANDIDATE) \
	X(2, PENDING) \
	X(3, STANDBY) \
	X(4, ACTIVE) \
	X(5, RETIRING) \
	X(6, DEAD)

enum jvpn_session_state {
#define X(number, name) JVPN_STATE_##name = (number),
	JVPN_SESSION_STATES(X)
#undef X
};

enum jvpn_peer_kind {
#define X(number, name) JVPN_PEER_##name = (number),
	JVPN_PEER_KINDS(X)
#undef X
};

enum jvpn_path_state {
#define X(number, name) JVPN_PATH_##name = (number),
	JVPN_PATH_STATES(X)
#undef X
};

#endif
