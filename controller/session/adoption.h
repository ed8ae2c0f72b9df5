/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * After a restart: the sessions and key pairs the data plane went on with become this
 * process's own. What belongs to no configured peer, or contradicts itself, is ended.
 * Traffic goes on meanwhile: a peer is added with its session, so no route is ever
 * without it.
 */
#ifndef SESSION_ADOPTION_H
#define SESSION_ADOPTION_H

#include "session/peer.h"

struct adoption;

/* Reads what is pinned. Before any peer is added. */
int adoption_open(struct gateway *gateway, struct adoption **ret_adoption);
void adoption_close(struct adoption *adoption); /* NULL is fine */

/* One above the highest number a pinned session knows its peer by: others start there. */
uint32_t adoption_first_number(const struct adoption *adoption);

/* While a peer is added: gives it its session and the number the session knows it by. False: it has none. */
bool adoption_claim(struct adoption *adoption, struct peer *peer, const uint8_t public_key[JVPN_KEY_BYTES]);

/* When all peers are there: key pairs are taken over, and what nobody claimed ends. */
void adoption_finish(struct adoption *adoption, size_t *ret_sessions, size_t *ret_keys);

#endif
