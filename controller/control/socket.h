/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking and giving back the name of the control socket, so that of two daemons
 * starting at once only one gets it, and nobody ever sees it half made.
 *
 *   lock PATH.lock > does anybody answer at PATH? > bind PATH.new, mode 0600,
 *   listen > rename it to PATH, over what a dead daemon left > unlock
 *
 * The lock lasts for these steps only, and its file goes with it.
 */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include <sys/types.h>

#include "control/control.h"

struct control_socket {
	int fd;
	dev_t device; /* which file at `path` is ours */
	ino_t inode;
};

/*
 * A listening, non-blocking unix stream socket at `path`, whose directory is
 * made (0755) when missing, one level. -EADDRINUSE: somebody listens there;
 * -EEXIST: what is there is no socket; -ENAMETOOLONG; others as mkdir(2),
 * socket(2), bind(2), rename(2).
 */
int control_socket_claim(const char *path, struct control_socket *ret_socket);

/* Removes `path` when it is still that socket, and closes the fd. */
void control_socket_release(const char *path, struct control_socket *claimed);

#endif
