/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of config/config: how long and how many is too much. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "../base/leaks.h"

#define KEY_A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define HEAD "[Interface]\nPrivateKey = " KEY_A "\n" /* the next line is 3 */
#define PEER HEAD "[Peer]\nPublicKey = " KEY_B "\n"  /* the next line is 5 */

TestSuite(bounds, .fini = assert_no_leaks);

static struct config_error refused(const char *text, size_t length)
{
	struct config_error error = {.line = 9999};
	struct config *config = NULL;

	cr_assert_eq(config_parse(text, length, &config, &error), -EINVAL);
	cr_assert_null(config);
	return error;
}

/* A line of the limit's length is read, one byte more is not. */
Test(bounds, long_lines)
{
	size_t head = strlen(HEAD), length = head + CONFIG_LINE_MAX_BYTES;
	char *text = malloc(length + 3);
	struct config_error error = {0};
	struct config *config;

	memcpy(text, HEAD, head);
	memset(text + head, '#', CONFIG_LINE_MAX_BYTES + 1);
	cr_expect_eq(config_parse(text, length, &config, &error), 0, "%s", error.text);
	config_free(config);
	error = refused(text, length + 1);
	cr_expect_eq(error.line, 3);
	cr_expect_str_eq(error.text, "the line is longer than 65536 bytes");
	free(text);
}

Test(bounds, long_files)
{
	char *text = malloc(CONFIG_FILE_MAX_BYTES + 1);
	struct config_error error;

	memset(text, '\n', CONFIG_FILE_MAX_BYTES + 1);
	error = refused(text, CONFIG_FILE_MAX_BYTES);
	cr_expect_str_eq(error.text, "there is no [Interface] section");
	error = refused(text, CONFIG_FILE_MAX_BYTES + 1);
	cr_expect_eq(error.line, 0);
	cr_expect_str_eq(error.text, "longer than 4194304 bytes");
	free(text);
}

static char *grown(char *text, size_t *used, const char *more)
{
	memcpy(text + *used, more, strlen(more) + 1);
	*used += strlen(more);
	return text;
}

Test(bounds, too_many_of_a_kind, .timeout = 60)
{
	char *text = malloc(CONFIG_FILE_MAX_BYTES), item[64];
	struct config_error error;
	size_t used = 0;

	grown(text, &used, HEAD);
	for (int i = 0; i <= CONFIG_ADDRESSES_MAX; i++) {
		snprintf(item, sizeof(item), "Address = 10.0.%d.%d\n", i / 250, i % 250 + 1);
		grown(text, &used, item);
	}
	error = refused(text, used);
	cr_expect_eq(error.line, 3 + CONFIG_ADDRESSES_MAX);
	cr_expect_str_eq(error.text, "Address: more than 256 addresses");

	used = 0;
	grown(text, &used, HEAD);
	for (int i = 0; i <= JVPN_UPLINKS_MAX; i++) {
		snprintf(item, sizeof(item), "Uplinks = eth%d\n", i);
		grown(text, &used, item);
	}
	error = refused(text, used);
	cr_expect_eq(error.line, 3 + JVPN_UPLINKS_MAX);
	cr_expect_str_eq(error.text, "Uplinks: more than 256 devices");

	used = 0;
	grown(text, &used, PEER);
	for (int i = 0; i <= JVPN_ROUTES_MAX; i++) {
		snprintf(item, sizeof(item), "AllowedIPs=%x::%x\n", i >> 16, i & 0xffff);
		grown(text, &used, item);
	}
	error = refused(text, used);
	cr_expect_eq(error.line, 5 + JVPN_ROUTES_MAX);
	cr_expect_str_eq(error.text, "AllowedIPs: more than 131072 prefixes in all");
	free(text);
}

Test(bounds, too_many_peers)
{
	char *text = malloc(CONFIG_FILE_MAX_BYTES), item[128];
	struct config_error error;
	size_t used = 0;

	grown(text, &used, HEAD);
	snprintf(item, sizeof(item), "[Peer]\nPublicKey=%s\n", KEY_B);
	for (int i = 0; i <= CONFIG_PEERS_MAX; i++)
		grown(text, &used, item);
	error = refused(text, used);
	cr_expect_eq(error.line, 3 + 2 * CONFIG_PEERS_MAX);
	cr_expect_str_eq(error.text, "[Peer]: more than 16384 peers");
	free(text);
}
