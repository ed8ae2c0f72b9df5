/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SIGHUP: the configuration file read anew. A bad one changes nothing; in a good one,
 * what is the same stays as it is, sessions included.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "gateway.h"

void reload_config(struct gateway *gateway);

#endif
