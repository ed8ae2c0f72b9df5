/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What jvpnd and jvpn-ctl say to each other over /run/jvpn/INTERFACE.sock (a
 * unix stream socket, mode 0600). Carries only what the pinned maps do not know.
 * Never carries a private or preshared key, in either direction.
 *
 * One request is one line of JSON, one answer is one line of JSON; a connection
 * may ask again after its answer. Members not named here are ignored.
 *
 *   -> {"command": "ping"}                           "arguments": {...} where a command has some
 *   <- {"ok": true, ...the command's members...}
 *   <- {"ok": false, "error": "a sentence", "code": 22}       code: a positive errno
 *
 * ping      {"pid": 4711, "version": "0.1.0", "uptime_ms": 1234, "interface": "jvpn0"}
 *
 * peers     {"peers": [{
 *             "public_key": "BASE64",
 *             "endpoint": "192.0.2.2:51820" | null,          the configured or last one
 *             "allowed_ips": ["10.8.0.2/32", ...],
 *             "session_id": "0123456789abcdef" | null,       16 hex digits; null: no session
 *             "in_flight": false,                            a handshake runs
 *             "latest_handshake_ms": 1700000000000 | null,   wall clock, ms since the epoch
 *             "keepalive_s": 25,                             0: off
 *             "has_psk": false}, ...]}                       every peer, with a session or without
 *
 * refusals  {"refusals": {
 *             "mac1": {"count": 3, "sentence": "mac1 is wrong: ..."}, ...}}    every reason, zeros too
 *
 * Codes the server itself answers: EBADMSG no JSON object, or no string
 * "command"; EINVAL "arguments" is no object; E2BIG request longer than
 * CONTROL_REQUEST_MAX_BYTES (the connection ends); EMSGSIZE answer too long;
 * EUSERS too many clients (the connection ends). ENOSYS: no such command.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#define CONTROL_ROOT "/run/jvpn"
#define CONTROL_PATH_BYTES 108 /* sun_path */

#define CONTROL_CLIENTS_MAX 32
#define CONTROL_REQUEST_MAX_BYTES 4096		     /* with its newline */
#define CONTROL_ANSWER_MAX_BYTES (16u * 1024 * 1024) /* with its newline: 16384 peers at 1 KiB */
#define CONTROL_IDLE_MS 10000
#define CONTROL_TIMEOUT_MS 2000 /* how long jvpn-ctl waits for a whole answer */

/*
 * ROOT/INTERFACE.sock. -EINVAL: no interface's name (net/link.h);
 * -ENAMETOOLONG.
 */
int control_path(const char *root, const char *interface, char ret_path[static CONTROL_PATH_BYTES]);

#endif
