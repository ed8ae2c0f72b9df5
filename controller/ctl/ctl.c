/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every subcommand does first and last: choose the interface, fail, print.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"

enum ctl_exit ctl_fail(const struct ctl *ctl, enum ctl_exit code, const char *format, ...)
{
	va_list arguments;

	(void)fputs("jvpn-ctl: ", ctl->world.err);
	va_start(arguments, format);
	(void)vfprintf(ctl->world.err, format, arguments);
	va_end(arguments);
	(void)fputc('\n', ctl->world.err);
	return code;
}

enum ctl_exit ctl_fail_reading(const struct ctl *ctl, const char *what, int error)
{
	if (error == -EBUSY)
		return ctl_fail(ctl, CTL_FAILED, "%s change faster than they can be read; try again", what);
	return ctl_fail(ctl, CTL_FAILED, "cannot read %s: %s", what, strerror(-error));
}

static enum ctl_exit fail_several(const struct ctl *ctl, char (*names)[INSPECT_INTERFACE_BYTES], size_t count)
{
	_cleanup_free_ char *list = malloc(count * (INSPECT_INTERFACE_BYTES + 2));
	char *end = list;

	if (!list)
		return ctl_fail_reading(ctl, "the interfaces", -ENOMEM);
	for (size_t i = 0; i < count; i++)
		end += sprintf(end, "%s%s", i ? ", " : "", names[i]);
	return ctl_fail(ctl, CTL_USAGE, "there are several interfaces, choose one with -i: %s", list);
}

static enum ctl_exit choose_interface(const struct ctl *ctl, char ret_name[static INSPECT_INTERFACE_BYTES])
{
	_cleanup_free_ char(*names)[INSPECT_INTERFACE_BYTES] = NULL;
	size_t count = 0;
	int error = inspect_list_interfaces(ctl->world.pin_root, &names, &count);

	if (error < 0)
		return ctl_fail(ctl, CTL_FAILED, "cannot list %s: %s", ctl->world.pin_root, strerror(-error));
	if (count == 0)
		return ctl_fail(ctl, CTL_NOT_FOUND, "there is no interface: nothing is pinned in %s",
				ctl->world.pin_root);
	if (count > 1)
		return fail_several(ctl, names, count);
	strcpy(ret_name, names[0]);
	return CTL_OK;
}

enum ctl_exit ctl_open(const struct ctl *ctl, struct inspect **ret_inspect)
{
	char only[INSPECT_INTERFACE_BYTES], reason[INSPECT_ERROR_BYTES];
	const char *interface = ctl->interface ? ctl->interface : only;
	enum ctl_exit code = ctl->interface ? CTL_OK : choose_interface(ctl, only);
	int error;

	if (code != CTL_OK)
		return code;
	error = inspect_open(ctl->world.pin_root, interface, ret_inspect, reason);
	if (error == 0)
		return CTL_OK;
	code = error == -ENOENT ? CTL_NOT_FOUND : error == -EINVAL ? CTL_USAGE : CTL_FAILED;
	return ctl_fail(ctl, code, "%s", reason);
}

enum ctl_exit ctl_print_json(const struct ctl *ctl, json_t *document)
{
	_cleanup_(cleanup_json) json_t *owned = document;

	if (!owned)
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	(void)json_dumpf(owned, ctl->world.out, JSON_INDENT(2)); /* ctl_run() looks at the stream */
	(void)fputc('\n', ctl->world.out);
	return CTL_OK;
}

uint64_t ctl_wall_ms(const struct ctl *ctl, uint64_t mono_ns)
{
	uint64_t age_ms = mono_ns < ctl->world.mono_ns ? (ctl->world.mono_ns - mono_ns) / CLOCK_NS_PER_MS : 0;

	if (mono_ns == 0)
		return 0;
	return age_ms < ctl->world.wall_ms ? ctl->world.wall_ms - age_ms : 0;
}

json_t *ctl_json_u64(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}
