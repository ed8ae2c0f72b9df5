/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of config/file: files, modes and key files, in a directory of their own. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "config/config.h"
#include "../base/leaks.h"

#define KEY_A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define WITH_KEY "[Interface]\nPrivateKey = " KEY_A "\n"
#define WITH_FILE "[Interface]\nPrivateKeyFile = key\n"

static char directory[] = "/tmp/jvpn-config-XXXXXX";
static const char *const names[] = {"conf", "key", "link", "fifo"};

static void make_directory(void)
{
	cr_assert_not_null(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
}

static void remove_directory(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(names[i]);
	cr_assert_eq(rmdir(directory), 0);
	assert_no_leaks();
}

TestSuite(config_file, .init = make_directory, .fini = remove_directory, .timeout = 20);

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(chmod(name, mode), 0);
}

static void expect_refusal(const char *path, int result, unsigned int line, const char *text)
{
	struct config_error error = {.line = 9999};
	struct config *config = NULL;

	cr_expect_eq(config_load(path, &config, &error), result, "%s", error.text);
	cr_expect_null(config);
	cr_expect_eq(error.line, line);
	cr_expect_str_eq(error.text, text);
	config_free(config);
}

static void expect_key(const char *path, const char *base64)
{
	_cleanup_(cleanup_config) struct config *config = NULL;
	struct config_error error = {0};
	char text[SECRET_BASE64_CHARS + 1];

	cr_assert_eq(config_load(path, &config, &error), 0, "%u: %s", error.line, error.text);
	secret_to_base64(config->private_key, text);
	cr_expect_str_eq(text, base64);
}

Test(config_file, with_a_key)
{
	put("conf", WITH_KEY, 0600);
	expect_key("conf", KEY_A);
	chmod("conf", 0400);
	expect_key("conf", KEY_A);
}

Test(config_file, others_may_not_reach_a_key)
{
	put("conf", WITH_KEY, 0644);
	expect_refusal("conf", -EACCES, 0, "readable by others (mode 0644): chmod 600");
	chmod("conf", 0640);
	expect_refusal("conf", -EACCES, 0, "readable by others (mode 0640): chmod 600");
	chmod("conf", 0604);
	expect_refusal("conf", -EACCES, 0, "readable by others (mode 0604): chmod 600");
	chmod("conf", 0620);
	expect_refusal("conf", -EACCES, 0, "accessible by others (mode 0620): chmod 600");
}

Test(config_file, others_may_not_reach_a_preshared_key)
{
	put("conf", WITH_FILE "[Peer]\nPublicKey = " KEY_B "\nPresharedKey = " KEY_B "\n", 0644);
	put("key", KEY_A "\n", 0600);
	expect_refusal("conf", -EACCES, 0, "readable by others (mode 0644): chmod 600");
}

Test(config_file, without_a_key_everybody_may_read)
{
	put("conf", WITH_FILE "[Peer]\nPublicKey = " KEY_B "\n", 0644);
	put("key", KEY_A "\n", 0600);
	expect_key("conf", KEY_A);
}

Test(config_file, a_link_is_as_good_as_its_target)
{
	put("conf", WITH_KEY, 0600);
	cr_assert_eq(symlink("conf", "link"), 0);
	expect_key("link", KEY_A);
	chmod("conf", 0644);
	expect_refusal("link", -EACCES, 0, "readable by others (mode 0644): chmod 600");
}

Test(config_file, only_regular_files)
{
	cr_assert_eq(mkfifo("fifo", 0600), 0);
	expect_refusal("fifo", -EINVAL, 0, "is not a regular file");
	expect_refusal("/dev/null", -EINVAL, 0, "is not a regular file");
	expect_refusal(directory, -EISDIR, 0, "is not a regular file but a directory");
	expect_refusal("absent", -ENOENT, 0, "cannot be opened: No such file or directory");
}

Test(config_file, only_so_long)
{
	put("conf", WITH_KEY, 0600);
	cr_assert_eq(truncate("conf", CONFIG_FILE_MAX_BYTES + 1), 0);
	expect_refusal("conf", -EFBIG, 0, "is longer than 4194304 bytes");
}

Test(config_file, errors_of_the_text_come_first)
{
	put("conf", WITH_KEY "MTU = 1\n", 0644);
	expect_refusal("conf", -EINVAL, 3, "MTU: '1' is not 576..9216");
	put("conf", "", 0644);
	expect_refusal("conf", -EINVAL, 0, "there is no [Interface] section");
}

Test(config_file, key_file_beside_the_configuration)
{
	char path[200];

	put("conf", WITH_FILE, 0644);
	put("key", KEY_B, 0400); /* no newline: fine */
	snprintf(path, sizeof(path), "%s/conf", directory);
	cr_assert_eq(chdir("/"), 0);
	expect_key(path, KEY_B);
	cr_assert_eq(chdir(directory), 0);
}

Test(config_file, key_file_by_its_whole_path)
{
	char text[200];

	snprintf(text, sizeof(text), "[Interface]\nPrivateKeyFile = %s/key\n", directory);
	put("conf", text, 0644);
	put("key", KEY_B " \r\n\n", 0600);
	expect_key("conf", KEY_B);
}

Test(config_file, key_file_is_refused)
{
	put("conf", WITH_FILE, 0644);
	expect_refusal("conf", -ENOENT, 2, "PrivateKeyFile: 'key' cannot be opened: No such file or directory");
	put("key", KEY_A, 0644);
	expect_refusal("conf", -EACCES, 2, "PrivateKeyFile: 'key' readable by others (mode 0644): chmod 600");
	put("key", KEY_A KEY_A, 0600);
	expect_refusal("conf", -EINVAL, 2,
		       "PrivateKeyFile: 'key' does not hold one key of 44 base64 characters, not all zero");
	put("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0600);
	expect_refusal("conf", -EINVAL, 2,
		       "PrivateKeyFile: 'key' does not hold one key of 44 base64 characters, not all zero");
	put("key", "", 0600);
	expect_refusal("conf", -EINVAL, 2,
		       "PrivateKeyFile: 'key' does not hold one key of 44 base64 characters, not all zero");
	cr_assert_eq(truncate("key", 5000), 0);
	expect_refusal("conf", -EFBIG, 2, "PrivateKeyFile: 'key' is longer than 4096 bytes");
	unlink("key");
	cr_assert_eq(mkdir("key", 0700), 0);
	expect_refusal("conf", -EISDIR, 2, "PrivateKeyFile: 'key' is not a regular file but a directory");
	rmdir("key");
}

/* The link's own mode says nothing: what it leads to is what counts. */
Test(config_file, key_file_behind_a_link)
{
	put("conf", "[Interface]\nPrivateKeyFile = link\n", 0644);
	put("key", KEY_A, 0644);
	cr_assert_eq(symlink("key", "link"), 0);
	expect_refusal("conf", -EACCES, 2, "PrivateKeyFile: 'link' readable by others (mode 0644): chmod 600");
	chmod("key", 0600);
	expect_key("conf", KEY_A);
}
