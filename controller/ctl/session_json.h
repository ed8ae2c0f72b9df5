/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session as scripts get it. The keys are API (contract.md): none renamed,
 * none missing. Times are wall clock ms since the epoch; null: never, none, or
 * not known here.
 *
 *   session_id      "0123456789abcdef"         peer             public key, base64
 *   kind            "native" | "wireguard"     state            "ATTACHED" ...
 *   state_version   integer                    reason           name of the reason | null
 *   created_ms      integer                    active_path      name | id of one without | null
 *   rx_bytes, tx_bytes, rx_packets, tx_packets integers, inner packets
 *   latest_handshake_ms  integer | null        key_epoch, switches, policy_version  integers
 *   paths           [{
 *     id            integer                    name             string, may be ""
 *     local         "192.0.2.1" | null         remote           "192.0.2.2:51820"
 *     device        "eth0" | "#7" (gone) | null    state        "ACTIVE" ...
 *     rtt_us, loss_ppm  integer | null         mtu              integer
 *     last_rx_ms    integer | null: known when it is the only path that receives }]
 */
#ifndef CTL_SESSION_JSON_H
#define CTL_SESSION_JSON_H

#include "ctl/ctl.h"
#include "ctl/session_list.h"
#include "net/endpoint.h"

/* New references; NULL: no memory. */
json_t *session_json(const struct ctl *ctl, const struct session_entry *entry);
json_t *session_json_list(const struct ctl *ctl, const struct session_list *list);

/* The address and port of a path, and its device's name, as above. */
#define SESSION_DEVICE_BYTES 24
void session_remote_text(const struct jvpn_path *path, char ret_text[static ENDPOINT_TEXT_BYTES]);
void session_device_text(uint32_t ifindex, char ret_text[static SESSION_DEVICE_BYTES]);

#endif
