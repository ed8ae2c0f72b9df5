/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may belong to one peer only: a public key, and a prefix of AllowedIPs.
 * Found by sorting, so that a large file costs n log n; the error names the
 * first offending line of the file, whatever the order of the sort.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "config/parser.h"

int config_claim_add(struct config_parser *parser, const struct prefix *prefix)
{
	size_t count = parser->claim_count;

	if (count == JVPN_ROUTES_MAX)
		return config_fail(parser, "AllowedIPs: more than %d prefixes in all", JVPN_ROUTES_MAX);
	if ((count & (count - 1)) == 0) { /* full: the capacity is the count's next power of two */
		size_t capacity = count ? count * 2 : 1;
		struct config_claim *claims = reallocarray(parser->claims, capacity, sizeof(*claims));

		if (!claims)
			return config_out_of_memory(parser);
		parser->claims = claims;
	}
	parser->claims[parser->claim_count++] = (struct config_claim){
		.prefix = *prefix,
		.peer = (uint32_t)parser->config->peer_count - 1,
		.line = parser->line,
	};
	return 0;
}

/* By prefix; equal ones in the file's order, which is the order in memory. */
static int compare_claims(const void *a, const void *b)
{
	const struct config_claim *left = *(const struct config_claim *const *)a;
	const struct config_claim *right = *(const struct config_claim *const *)b;
	int order = prefix_compare(&left->prefix, &right->prefix);

	return order != 0 ? order : (left > right) - (left < right);
}

static int fail_twice(struct config_parser *parser, const struct config_claim *first, const struct config_claim *second)
{
	char prefix[PREFIX_TEXT_BYTES];

	prefix_format(&second->prefix, prefix);
	return config_fail_at(parser, second->line,
			      "AllowedIPs: %s already belongs to the peer of line %u (given in line %u)", prefix,
			      parser->config->peers[first->peer].line, first->line);
}

/* Marks repetitions within one peer; refuses those across peers. */
static int check_prefixes(struct config_parser *parser)
{
	_cleanup_free_ struct config_claim **sorted = reallocarray(NULL, parser->claim_count, sizeof(*sorted));
	const struct config_claim *first = NULL, *owner = NULL, *offender = NULL;

	if (!sorted)
		return config_out_of_memory(parser);
	for (size_t i = 0; i < parser->claim_count; i++)
		sorted[i] = &parser->claims[i];
	qsort(sorted, parser->claim_count, sizeof(*sorted), compare_claims);
	for (size_t i = 0; i < parser->claim_count; i++) {
		if (!first || prefix_compare(&first->prefix, &sorted[i]->prefix) != 0) {
			first = sorted[i];
		} else if (first->peer == sorted[i]->peer) {
			sorted[i]->is_repeated = true;
		} else if (!offender || sorted[i] < offender) {
			owner = first;
			offender = sorted[i];
		}
	}
	return offender ? fail_twice(parser, owner, offender) : 0;
}

static int deal_out(struct config_parser *parser)
{
	struct config_peer *peers = parser->config->peers;

	for (size_t i = 0; i < parser->claim_count; i++)
		peers[parser->claims[i].peer].allowed_ip_count += !parser->claims[i].is_repeated;
	for (size_t i = 0; i < parser->config->peer_count; i++) {
		if (peers[i].allowed_ip_count == 0)
			continue;
		peers[i].allowed_ips = calloc(peers[i].allowed_ip_count, sizeof(*peers[i].allowed_ips));
		if (!peers[i].allowed_ips)
			return config_out_of_memory(parser);
		peers[i].allowed_ip_count = 0; /* counts again, as the array fills */
	}
	for (size_t i = 0; i < parser->claim_count; i++) {
		struct config_peer *peer = &peers[parser->claims[i].peer];

		if (!parser->claims[i].is_repeated)
			peer->allowed_ips[peer->allowed_ip_count++] = parser->claims[i].prefix;
	}
	return 0;
}

static int compare_peers(const void *a, const void *b)
{
	const struct config_peer *left = *(const struct config_peer *const *)a;
	const struct config_peer *right = *(const struct config_peer *const *)b;
	int order = memcmp(left->public_key, right->public_key, sizeof(left->public_key)); /* public: no secret */

	return order != 0 ? order : (left > right) - (left < right);
}

static int check_public_keys(struct config_parser *parser)
{
	const struct config *config = parser->config;
	_cleanup_free_ struct config_peer **sorted = reallocarray(NULL, config->peer_count, sizeof(*sorted));
	const struct config_peer *first = NULL, *owner = NULL, *offender = NULL;

	if (!sorted)
		return config_out_of_memory(parser);
	for (size_t i = 0; i < config->peer_count; i++)
		sorted[i] = &config->peers[i];
	qsort(sorted, config->peer_count, sizeof(*sorted), compare_peers);
	for (size_t i = 0; i < config->peer_count; i++) {
		if (!first || memcmp(first->public_key, sorted[i]->public_key, JVPN_KEY_BYTES) != 0) {
			first = sorted[i];
		} else if (!offender || sorted[i] < offender) {
			owner = first;
			offender = sorted[i];
		}
	}
	if (!offender)
		return 0;
	return config_fail_at(parser, parser->public_key_lines[offender - config->peers],
			      "PublicKey: the peer of line %u has the same (given in line %u)", owner->line,
			      parser->public_key_lines[owner - config->peers]);
}

int config_claims_settle(struct config_parser *parser)
{
	int error = parser->config->peer_count > 1 ? check_public_keys(parser) : 0;

	if (error == 0 && parser->claim_count > 0)
		error = check_prefixes(parser);
	return error == 0 && parser->claim_count > 0 ? deal_out(parser) : error;
}
