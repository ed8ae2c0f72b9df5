/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the control socket of an interface lies. Pure.
 */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"

int control_path(const char *root, const char *interface, char ret_path[static CONTROL_PATH_BYTES])
{
	char path[CONTROL_PATH_BYTES];
	int length;

	if (!link_name_is_valid(interface))
		return -EINVAL;
	length = snprintf(path, sizeof(path), "%s/%s.sock", root, interface);
	if (length < 0 || (size_t)length >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(ret_path, path, sizeof(path));
	return 0;
}
