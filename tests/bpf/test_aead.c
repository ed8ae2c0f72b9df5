/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The AEAD of the data plane (bpf/aead.h) against published vectors and against libsodium,
 * through aead_vector.bpf.c and BPF_PROG_TEST_RUN. Random input comes from fixed seeds: a
 * failure names its case and repeats.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <openssl/bn.h>
#include <sodium.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../bpf/aead.h"
#include "aead_vector.skel.h"

#define TAG_BYTES JVPN_TAG_BYTES
#define NONCE_BYTES 12
#define ONE_TIME_KEY_BYTES 32

struct sealing {
	__u8 key[JVPN_KEY_BYTES], nonce[NONCE_BYTES];
	__u8 plain[JVPN_TEXT_MAX_BYTES], sealed[JVPN_TEXT_MAX_BYTES + TAG_BYTES];
	__u32 len;
};

static struct aead_vector *skeleton;
static struct sealing sealing;

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static void load(void)
{
	cr_assert(sodium_init() >= 0);
	libbpf_set_print(print_nothing);
	skeleton = aead_vector__open_and_load();
	if (!skeleton && (errno == EPERM || errno == ENOSYS))
		cr_skip_test("loading BPF programs is not permitted here: %s", strerror(errno));
	cr_assert(skeleton, "the verifier refuses aead_vector.bpf.o: %s", strerror(errno));
}

static void unload(void)
{
	aead_vector__destroy(skeleton);
}

TestSuite(aead, .init = load, .fini = unload, .timeout = 120);

/* ---- Running one ---- */

static int run(struct bpf_program *program, const __u8 *text, __u32 bytes, __u32 len)
{
	__u8 packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);

	memcpy(&skeleton->bss->key, sealing.key, sizeof(sealing.key));
	memcpy(&skeleton->bss->salt, sealing.nonce, sizeof(skeleton->bss->salt));
	memcpy(&skeleton->bss->counter, sealing.nonce + sizeof(skeleton->bss->salt), sizeof(skeleton->bss->counter));
	memcpy(skeleton->bss->scratch.text, text, bytes);
	skeleton->bss->len = len;
	cr_assert_eq(bpf_prog_test_run_opts(bpf_program__fd(program), &options), 0, "test_run: %s", strerror(errno));
	return (int)options.retval;
}

static int run_seal(void)
{
	return run(skeleton->progs.vector_seal, sealing.plain, sealing.len, sealing.len);
}

/* Opens `sealed`, taken to hold `len` bytes and their tag. */
static int run_open(const __u8 *sealed, __u32 len)
{
	return run(skeleton->progs.vector_open, sealed, len + TAG_BYTES, len);
}

static const __u8 *text(void)
{
	return skeleton->bss->scratch.text;
}

/* ---- What is expected ---- */

static void seal_with_libsodium(void)
{
	unsigned long long bytes;
	crypto_aead_chacha20poly1305_ietf_encrypt(sealing.sealed, &bytes, sealing.plain, sealing.len, NULL, 0, NULL,
						  sealing.nonce, sealing.key);
	cr_assert_eq(bytes, sealing.len + TAG_BYTES);
}

/* Key, nonce and text of case `number`: random, the same on every run. */
static void seal_case(__u32 number, __u32 len)
{
	__u8 seed[randombytes_SEEDBYTES] = {0}, bytes[JVPN_KEY_BYTES + NONCE_BYTES];
	memcpy(seed, &number, sizeof(number));
	randombytes_buf_deterministic(bytes, sizeof(bytes), seed);
	memcpy(sealing.key, bytes, sizeof(sealing.key));
	memcpy(sealing.nonce, bytes + sizeof(sealing.key), sizeof(sealing.nonce));
	seed[sizeof(seed) - 1] = 1;
	randombytes_buf_deterministic(sealing.plain, sizeof(sealing.plain), seed);
	sealing.len = len;
	seal_with_libsodium();
}

/* Sum of the words in memory order, the last filled with zeros; reduced, as 2^32 - 1 is 0 in it. */
static __u32 sum_of(const __u8 *bytes, __u32 count)
{
	__u64 sum = 0;
	for (__u32 i = 0; i < count; i++)
		sum += (__u64)bytes[i] << i % 4 * 8;
	return (__u32)(sum % 0xffffffffu);
}

static void expect_sum(void)
{
	cr_expect_eq(skeleton->bss->scratch.sum % 0xffffffffu, sum_of(sealing.sealed, sealing.len + TAG_BYTES),
		     "sum of %u bytes", sealing.len);
}

static void expect_seals(void)
{
	cr_assert_eq(run_seal(), AEAD_OK, "sealing %u bytes", sealing.len);
	cr_assert_arr_eq(text(), sealing.sealed, sealing.len, "ciphertext of %u bytes", sealing.len);
	cr_assert_arr_eq(text() + sealing.len, sealing.sealed + sealing.len, TAG_BYTES, "tag of %u bytes", sealing.len);
	expect_sum();
}

static void expect_opens(void)
{
	cr_assert_eq(run_open(sealing.sealed, sealing.len), AEAD_OK, "opening %u bytes", sealing.len);
	cr_assert_arr_eq(text(), sealing.plain, sealing.len, "plaintext of %u bytes", sealing.len);
	expect_sum();
}

/* One bit of ciphertext or tag is turned: rejected, and the ciphertext left as it is. */
static void expect_rejects_bit(__u32 bit)
{
	sealing.sealed[bit / 8] ^= (__u8)(1 << bit % 8);
	cr_assert_eq(run_open(sealing.sealed, sealing.len), AEAD_FORGED, "bit %u of %u bytes turned", bit, sealing.len);
	cr_assert_arr_eq(text(), sealing.sealed, sealing.len, "%u forged bytes were decrypted", sealing.len);
	sealing.sealed[bit / 8] ^= (__u8)(1 << bit % 8);
}

static void expect_rejects_truncated(void)
{
	if (sealing.len)
		cr_assert_eq(run_open(sealing.sealed, sealing.len - 1), AEAD_FORGED, "%u bytes, one cut off",
			     sealing.len);
}

/* ---- Published vectors ---- */

static void from_hex(__u8 *bytes, size_t count, const char *hex)
{
	size_t got;
	cr_assert_eq(sodium_hex2bin(bytes, count, hex, strlen(hex), " ", &got, NULL), 0);
	cr_assert_eq(got, count);
}

struct published {
	const char *name, *key, *nonce, *plain, *cipher;
	const char *one_time_key; /* of Poly1305, where the RFC gives it */
	__u32 len;
};

/* RFC 8439: the vectors that begin at block 1, or give the one-time key. Their tags cover other data. */
static const struct published published[] = {
	{"2.4.2 encryption", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	 "000000000000004a00000000",
	 "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
	 "be it.",
	 "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b357"
	 "1639d624e65152ab8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736"
	 "5af90bbf74a35be6b40b8eedf2785e42874d",
	 NULL, 114},
	{"2.8.2 AEAD, but for its associated data", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
	 "070000004041424344454647",
	 "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
	 "be it.",
	 "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
	 "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	 "3ff4def08e4b7a9de576d26586cec64b6116",
	 "7bac2b252db447af09b67a55a4e955840ae1d6731075d9eb2a9375783ed553ff", 114},
	{"A.4 #1", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
	 "", "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7", 0},
	{"A.4 #2", "0000000000000000000000000000000000000000000000000000000000000001", "000000000000000000000002", "",
	 "", "ecfa254f845f647473d3cb140da9e87606cb33066c447b87bc2666dde3fbb739", 0},
	{"A.4 #3", "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0", "000000000000000000000002", "",
	 "", "965e3bc6f9ec7ed9560808f4d229f94b137ff275ca9b3fcbdd59deaad23310ae", 0},
};

/* Poly1305 of what the AEAD hashes (RFC 8439, 2.8), under a one-time key we are given. */
static void tag_under(const __u8 key[ONE_TIME_KEY_BYTES], const __u8 *cipher, __u32 len, __u8 tag[TAG_BYTES])
{
	__u8 hashed[256] = {0};
	__u32 padded = (len + 15) / 16 * 16;
	__u64 bytes = len;
	cr_assert_leq(padded + 16, sizeof(hashed));
	memcpy(hashed, cipher, len);
	memcpy(hashed + padded + 8, &bytes, sizeof(bytes));
	crypto_onetimeauth(tag, hashed, padded + 16, key);
}

Test(aead, published_vectors)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		const struct published *vector = &published[i];
		__u8 cipher[256], one_time_key[ONE_TIME_KEY_BYTES], tag[TAG_BYTES];

		from_hex(sealing.key, sizeof(sealing.key), vector->key);
		from_hex(sealing.nonce, sizeof(sealing.nonce), vector->nonce);
		from_hex(cipher, vector->len, vector->cipher);
		memcpy(sealing.plain, vector->plain, vector->len);
		sealing.len = vector->len;
		cr_assert_eq(run_seal(), AEAD_OK, "%s", vector->name);
		cr_expect_arr_eq(text(), cipher, vector->len, "RFC 8439 %s: ciphertext", vector->name);
		if (!vector->one_time_key)
			continue;
		from_hex(one_time_key, sizeof(one_time_key), vector->one_time_key);
		tag_under(one_time_key, cipher, vector->len, tag);
		cr_expect_arr_eq(text() + vector->len, tag, TAG_BYTES, "RFC 8439 %s: tag", vector->name);
	}
}

/* ---- Against libsodium ---- */

static void expect_all_of_case(__u32 number, __u32 len)
{
	seal_case(number, len);
	expect_seals();
	expect_opens();
	/* a bit of the tag, a bit of anything: 2654435761 spreads the choice */
	expect_rejects_bit(len * 8 + number * 2654435761u % (TAG_BYTES * 8));
	expect_rejects_bit(number * 2654435761u % ((len + TAG_BYTES) * 8));
	expect_rejects_truncated();
}

Test(aead, every_length_of_a_packet)
{
	for (__u32 len = 0; len <= 1500; len++)
		expect_all_of_case(len, len);
}

Test(aead, jumbo_lengths)
{
	static const __u32 lengths[] = {1501, 2047, 2048, 4095, 4096, 4097, 8191, 8192, 8193, 8960, 9000,
					9023, 9024, 9025, 9151, 9152, 9153, 9199, 9200, 9201, 9215, 9216};
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		expect_all_of_case(0x10000 + (__u32)i, lengths[i]);
}

Test(aead, every_bit_of_a_short_packet)
{
	seal_case(0x20000, 33);
	for (__u32 bit = 0; bit < (33 + TAG_BYTES) * 8; bit++)
		expect_rejects_bit(bit);
}

Test(aead, another_key_or_nonce_is_rejected)
{
	seal_case(0x20001, 64);
	for (__u32 i = 0; i < sizeof(sealing.key); i++) {
		sealing.key[i] ^= 0x80;
		cr_expect_eq(run_open(sealing.sealed, sealing.len), AEAD_FORGED, "byte %u of the key", i);
		sealing.key[i] ^= 0x80;
	}
	for (__u32 i = 0; i < sizeof(sealing.nonce); i++) {
		sealing.nonce[i] ^= 1;
		cr_expect_eq(run_open(sealing.sealed, sealing.len), AEAD_FORGED, "byte %u of the nonce", i);
		sealing.nonce[i] ^= 1;
	}
	expect_opens();
}

/* ---- Poly1305 at its edges ---- */

static void one_time_key_of_case(__u8 one_time_key[ONE_TIME_KEY_BYTES])
{
	static const __u8 zeros[ONE_TIME_KEY_BYTES];
	crypto_stream_chacha20_ietf_xor_ic(one_time_key, zeros, sizeof(zeros), sealing.nonce, 0, sealing.key);
}

/* Makes `cipher` the ciphertext of the case. */
static void seal_to(const __u8 *cipher, __u32 len)
{
	crypto_stream_chacha20_ietf_xor_ic(sealing.plain, cipher, len, sealing.nonce, 1, sealing.key);
	sealing.len = len;
	seal_with_libsodium();
	cr_assert_arr_eq(sealing.sealed, cipher, len);
}

/* r of the key, its lowest limb relative to the greatest a limb can be: -1 to 1, greatest where all are. */
static double smallest_limb(const __u8 one_time_key[ONE_TIME_KEY_BYTES], int sign)
{
	double smallest = 1;
	for (int i = 0; i < 4; i++) {
		__u32 limb;
		memcpy(&limb, one_time_key + 4 * i, sizeof(limb));
		double share = (double)(limb & 0x0fffffff) / 0x0fffffff * sign;
		smallest = share < smallest ? share : smallest;
	}
	return smallest;
}

/* The key of many whose r is greatest (sign 1) or least (sign -1) in all four limbs. */
static void choose_extreme_key(int sign)
{
	__u8 one_time_key[ONE_TIME_KEY_BYTES], best_key[JVPN_KEY_BYTES] = {0};
	double best = -2;
	for (__u32 number = 0; number < 200000; number++) {
		memcpy(sealing.key, &number, sizeof(number));
		one_time_key_of_case(one_time_key);
		double share = smallest_limb(one_time_key, sign);
		if (share <= best)
			continue;
		best = share;
		memcpy(best_key, sealing.key, sizeof(best_key));
	}
	memcpy(sealing.key, best_key, sizeof(best_key));
	cr_assert_gt(best, sign > 0 ? 0.9 : -0.1, "no key has such an r: %f", best);
}

Test(aead, extremes_of_text_and_r)
{
	static const __u8 fills[] = {0x00, 0xff, 0x80, 0x7f, 0x01, 0xfe};
	static __u8 cipher[JVPN_TEXT_MAX_BYTES];

	memset(&sealing, 0, sizeof(sealing));
	for (int sign = -1; sign <= 1; sign += 2) {
		choose_extreme_key(sign);
		for (size_t i = 0; i < sizeof(fills); i++) {
			memset(cipher, fills[i], sizeof(cipher));
			for (__u32 len = 1; len <= sizeof(cipher); len = len * 2 + 1) {
				seal_to(cipher, len);
				expect_seals();
				expect_opens();
			}
		}
	}
}

struct field {
	BN_CTX *scratch;
	BIGNUM *p, *inverse_r, *bit128;
};

static BIGNUM *little_endian(const __u8 *bytes, int count)
{
	return BN_lebin2bn(bytes, count, NULL);
}

static void field_open(struct field *field)
{
	__u8 one_time_key[ONE_TIME_KEY_BYTES];
	one_time_key_of_case(one_time_key);
	for (int i = 3; i < 16; i += 4)
		one_time_key[i] &= 15;
	for (int i = 4; i < 16; i += 4)
		one_time_key[i] &= 252;
	BIGNUM *r = little_endian(one_time_key, 16);
	field->scratch = BN_CTX_new();
	field->p = BN_new();
	field->bit128 = BN_new();
	BN_set_bit(field->bit128, 128);
	BN_set_bit(field->p, 130);
	BN_sub_word(field->p, 5);
	field->inverse_r = BN_mod_inverse(NULL, r, field->p, field->scratch);
	cr_assert_not_null(field->inverse_r);
	BN_free(r);
}

static void field_close(struct field *field)
{
	BN_free(field->p);
	BN_free(field->inverse_r);
	BN_free(field->bit128);
	BN_CTX_free(field->scratch);
}

/* Undoes h = (h + block + 2^128) r: what h was before it took the block. */
static void field_undo(struct field *field, BIGNUM *h, const __u8 block[16])
{
	BIGNUM *taken = little_endian(block, 16);
	BN_mod_mul(h, h, field->inverse_r, field->p, field->scratch);
	BN_mod_sub(h, h, taken, field->p, field->scratch);
	BN_mod_sub(h, h, field->bit128, field->p, field->scratch);
	BN_free(taken);
}

/* Two blocks of ciphertext whose hash, before the pad is added, is `target`; -1 if none was found. */
static int cipher_for(struct field *field, const BIGNUM *target, __u8 cipher[32])
{
	__u8 lengths[16] = {[8] = 32};
	BIGNUM *h = BN_new(), *zero = BN_new(), *first = BN_new();
	int found = -1;

	BN_zero(zero);
	for (__u32 number = 0; number < 256 && found; number++) {
		memset(cipher + 16, 0xff, 16);
		memcpy(cipher + 16, &number, sizeof(number));
		BN_copy(h, target);
		field_undo(field, h, lengths);
		field_undo(field, h, cipher + 16);
		/* from h = 0 one block more: h = (block + 2^128) r */
		BN_mod_mul(first, h, field->inverse_r, field->p, field->scratch);
		BN_mod_sub(first, first, field->bit128, field->p, field->scratch);
		if (BN_num_bits(first) <= 128)
			found = BN_bn2lebinpad(first, cipher, 16) == 16 ? 0 : -1;
	}
	BN_free(h);
	BN_free(zero);
	BN_free(first);
	return found;
}

/* A hash within 8 of the bit numbered `bit`, or of the modulus (bit 130): full reduction and every carry. */
static void expect_hash_near(struct field *field, int bit, int distance)
{
	BIGNUM *target = BN_new();
	__u8 cipher[32];

	BN_set_bit(target, bit);
	if (distance < 0)
		BN_sub_word(target, (BN_ULONG)-distance);
	else
		BN_add_word(target, (BN_ULONG)distance);
	BN_mod(target, target, field->p, field->scratch);
	cr_assert_eq(cipher_for(field, target, cipher), 0, "no ciphertext for 2^%d %+d", bit, distance);
	seal_to(cipher, sizeof(cipher));
	expect_seals();
	expect_opens();
	BN_free(target);
}

Test(aead, hash_at_the_edges_of_its_limbs)
{
	static const int bits[] = {31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 130};
	struct field field;

	for (__u32 number = 0; number < 4; number++) {
		seal_case(0x30000 + number, 0);
		field_open(&field);
		for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
			for (int distance = -8; distance <= 8; distance++)
				expect_hash_near(&field, bits[i], distance);
		field_close(&field);
	}
}

/* ---- The contract of the header ---- */

Test(aead, too_long_is_refused_and_left_alone)
{
	memset(sealing.plain, 0x5a, sizeof(sealing.plain));
	for (__u32 len = JVPN_TEXT_MAX_BYTES + 1; len; len *= 16) {
		cr_expect_eq(run(skeleton->progs.vector_seal, sealing.plain, sizeof(sealing.plain), len),
			     AEAD_TOO_LONG);
		cr_expect_eq(run(skeleton->progs.vector_open, sealing.plain, sizeof(sealing.plain), len),
			     AEAD_TOO_LONG);
		cr_expect_arr_eq(text(), sealing.plain, sizeof(sealing.plain), "length %u", len);
	}
}

Test(aead, what_the_scratch_held_does_not_matter)
{
	seal_case(0x40001, 100);
	memset(&skeleton->bss->scratch, 0xa5, sizeof(skeleton->bss->scratch));
	expect_seals();
	memset(&skeleton->bss->scratch, 0xa5, sizeof(skeleton->bss->scratch));
	expect_opens();
}

static void expect_wiped(const char *after)
{
	const __u8 *scratch = (const __u8 *)&skeleton->bss->scratch;
	size_t secret = offsetof(struct aead_scratch, chacha);
	cr_expect(sodium_is_zero(scratch + secret, offsetof(struct aead_scratch, text) - secret), "%s", after);
}

Test(aead, nothing_derived_from_the_key_stays)
{
	seal_case(0x40000, 300);
	run_seal();
	expect_wiped("after seal");
	run_open(sealing.sealed, sealing.len);
	expect_wiped("after open");
	sealing.sealed[7] ^= 1;
	run_open(sealing.sealed, sealing.len);
	expect_wiped("after a forged text");
}
