/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ethtool's single-bit commands, and its feature bit set for segmentation.
 */
#include "net/offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"

static const struct {
	const char *name;
	uint32_t get;
	uint32_t set;
} offloads[] = {
	[OFFLOAD_TX_CHECKSUM] = {"tx-checksum", ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM},
	[OFFLOAD_RX_CHECKSUM] = {"rx-checksum", ETHTOOL_GRXCSUM, ETHTOOL_SRXCSUM},
	[OFFLOAD_SCATTER_GATHER] = {"scatter-gather", ETHTOOL_GSG, ETHTOOL_SSG},
	[OFFLOAD_TSO] = {"tso", ETHTOOL_GTSO, ETHTOOL_STSO},
	[OFFLOAD_GSO] = {"gso", ETHTOOL_GGSO, ETHTOOL_SGSO},
	[OFFLOAD_GRO] = {"gro", ETHTOOL_GGRO, ETHTOOL_SGRO},
};
#define OFFLOAD_COUNT (sizeof(offloads) / sizeof(offloads[0]))

static int ethtool(const char *device, void *command)
{
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {0};

	if (fd < 0)
		return -errno;
	if (strlen(device) >= sizeof(request.ifr_name))
		return -ENODEV;
	memcpy(request.ifr_name, device, strlen(device));
	request.ifr_data = command;
	return ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}

const char *offload_name(enum offload offload)
{
	return (size_t)offload < OFFLOAD_COUNT ? offloads[offload].name : "unknown";
}

int offload_get(const char *device, enum offload offload, bool *ret_on)
{
	struct ethtool_value value = {0};
	int error;

	if ((size_t)offload >= OFFLOAD_COUNT)
		return -EINVAL;
	value.cmd = offloads[offload].get;
	error = ethtool(device, &value);
	if (error == 0)
		*ret_on = value.data != 0;
	return error;
}

int offload_set(const char *device, enum offload offload, bool on)
{
	struct ethtool_value value = {.data = on};
	bool is_on = on;
	int error;

	if ((size_t)offload >= OFFLOAD_COUNT)
		return -EINVAL;
	value.cmd = offloads[offload].set;
	error = ethtool(device, &value);
	if (error == 0)
		error = offload_get(device, offload, &is_on);
	if (error == 0 && is_on != on)
		error = -EOPNOTSUPP; /* accepted, but another switch it depends on overrules it */
	return error;
}

/* The kernel's names of all features; *ret_count of them, freed by the caller. */
static int feature_names(const char *device, struct ethtool_gstrings **ret_names)
{
	_cleanup_free_ struct ethtool_sset_info *set = calloc(1, sizeof(*set) + sizeof(uint32_t));
	_cleanup_free_ struct ethtool_gstrings *names = NULL;
	int error;

	if (!set)
		return -ENOMEM;
	set->cmd = ETHTOOL_GSSET_INFO;
	set->sset_mask = 1ull << ETH_SS_FEATURES;
	error = ethtool(device, set);
	if (error < 0)
		return error;
	if (set->sset_mask == 0 || set->data[0] == 0)
		return -EOPNOTSUPP;
	names = calloc(1, sizeof(*names) + (size_t)set->data[0] * ETH_GSTRING_LEN);
	if (!names)
		return -ENOMEM;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = set->data[0];
	error = ethtool(device, names);
	if (error == 0)
		*ret_names = take_ptr(names);
	return error;
}

/* "tx-tcp-segmentation", "tx-udp-segmentation", "tx-gso-list" ...; not software's own. */
static bool is_segmentation(const char name[ETH_GSTRING_LEN])
{
	char text[ETH_GSTRING_LEN + 1] = {0};

	memcpy(text, name, ETH_GSTRING_LEN);
	if (strcmp(text, "tx-generic-segmentation") == 0)
		return false;
	return (strncmp(text, "tx-", 3) == 0 && strstr(text, "-segmentation")) || strcmp(text, "tx-gso-list") == 0;
}

/* The segmentation bits of `names`, as a request to clear them. */
static struct ethtool_sfeatures *segmentation_bits(const struct ethtool_gstrings *names)
{
	uint32_t blocks = (names->len + 31) / 32;
	struct ethtool_sfeatures *bits = calloc(1, sizeof(*bits) + blocks * sizeof(bits->features[0]));

	if (!bits)
		return NULL;
	bits->cmd = ETHTOOL_SFEATURES;
	bits->size = blocks;
	for (uint32_t i = 0; i < names->len; i++) {
		if (is_segmentation((const char *)names->data + (size_t)i * ETH_GSTRING_LEN))
			bits->features[i / 32].valid |= 1u << (i % 32);
	}
	return bits;
}

/* -EOPNOTSUPP when one of the bits that were to be cleared is active. */
static int check_cleared(const char *device, const struct ethtool_sfeatures *bits)
{
	_cleanup_free_ struct ethtool_gfeatures *state =
		calloc(1, sizeof(*state) + bits->size * sizeof(state->features[0]));
	int error;

	if (!state)
		return -ENOMEM;
	state->cmd = ETHTOOL_GFEATURES;
	state->size = bits->size;
	error = ethtool(device, state);
	for (uint32_t block = 0; error == 0 && block < bits->size; block++) {
		if (state->features[block].active & bits->features[block].valid)
			error = -EOPNOTSUPP;
	}
	return error;
}

int offload_disable_segmentation(const char *device)
{
	_cleanup_free_ struct ethtool_gstrings *names = NULL;
	_cleanup_free_ struct ethtool_sfeatures *bits = NULL;
	int error = feature_names(device, &names);

	if (error < 0)
		return error;
	bits = segmentation_bits(names);
	if (!bits)
		return -ENOMEM;
	error = ethtool(device, bits); /* skips, and does not mind, what the device cannot change */
	return error < 0 ? error : check_cleared(device, bits);
}
