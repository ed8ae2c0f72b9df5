/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking and giving back the name of the control socket, so that two daemons
 * starting at once never both hold it, and nobody ever sees it half made.
 *
 *   bind PATH.PID, mode 0600, listen > move it to PATH unless PATH is there
 *   PATH is there > does anybody answer?  yes: -EADDRINUSE
 *                   no: move it aside, ask it again, remove it, and try anew
 *
 * The second question is put to the very socket that was moved: when another
 * daemon came in between, it is put back.
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
