/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * IN, step 7, and OUT, step 5: the path slot that sends, and whether an authenticated
 * packet came over it. One load of the send word tells slot and version together.
 */
#ifndef JVPN_BPF_PATH_H
#define JVPN_BPF_PATH_H

#include "packet.h"

static __always_inline enum verdict path_at(const struct jvpn_session *session, __u32 slot,
					    const struct jvpn_path **ret_path)
{
	if (slot >= JVPN_PATHS_MAX)
		return DROP(no_path);
	const struct jvpn_path *path = &session->paths[slot];
	if (!path->family)
		return DROP(no_path);
	*ret_path = path;
	return GO_ON;
}

static __always_inline enum verdict path_sending(const struct jvpn_session *session, const struct jvpn_path **ret_path)
{
	__u64 word = *(const volatile __u64 *)&session->word;
	return path_at(session, JVPN_WORD_SLOT(word), ret_path);
}

/* The device is not asked: routes may be asymmetric, and the local address tells the uplink. */
static __always_inline bool path_is_source(const struct jvpn_path *path, const struct packet *packet)
{
	return path->remote_port == packet->remote_port && ip_equal(&path->remote, &packet->remote) &&
	       ip_equal(&path->local, &packet->local);
}

#endif
