/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The AEAD of the data plane: ChaCha20-Poly1305 (RFC 8439) without associated
 * data, as WireGuard seals transport data. Nothing else seals or opens.
 *
 * The caller owns a struct aead_scratch (one per CPU, in a map value), loads
 * the text into it, seals or opens it in place, and stores the result back.
 */
#ifndef JVPN_BPF_AEAD_H
#define JVPN_BPF_AEAD_H

#ifdef __bpf__
#include <bpf/bpf_helpers.h>
#else
#include <linux/types.h> /* user space sees the structs only: tests and tools fill them */
#endif
#include <jvpn/limits.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "aead.h reads the words of the text in place: little-endian targets only"
#endif

enum aead_verdict {
	AEAD_OK = 0,
	AEAD_FORGED = 1,
	AEAD_TOO_LONG = 2,
};

#define AEAD_CHACHA_BLOCK 64
#define AEAD_POLY_BLOCK 16

struct aead_key {
	__u32 word[8];
};

/* Room behind the longest text: its tag, and what whole blocks write past its end */
#define AEAD_SLACK_BYTES 64

struct aead_scratch {
	__u64 sum;
	__u64 h[4];
	__u32 r[4];
	__u32 r54[4];
	__u32 tag_pad[4];
	__u32 state[16];
	__u8 text[JVPN_TEXT_MAX_BYTES + AEAD_SLACK_BYTES] __attribute__((aligned(16)));
};

#ifdef __bpf__

struct aead_walk {
	struct aead_scratch *s;
};

#define AEAD_ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define AEAD_QUARTER(a, b, c, d)                                                                   \
	a += b; d = AEAD_ROTATE(d ^ a, 16);                                                        \
	c += d; b = AEAD_ROTATE(b ^ c, 12);                                                        \
	a += b; d = AEAD_ROTATE(d ^ a, 8);                                                         \
	c += d; b = AEAD_ROTATE(b ^ c, 7)

static __always_inline void chacha_block(const struct aead_scratch *s, __u32 counter, __u32 x[16])
{
	for (int i = 0; i < 16; i++)
		x[i] = s->state[i];
	x[12] = counter;
	for (int round = 0; round < 10; round++) {
		AEAD_QUARTER(x[0], x[4], x[8], x[12]);
		AEAD_QUARTER(x[1], x[5], x[9], x[13]);
		AEAD_QUARTER(x[2], x[6], x[10], x[14]);
		AEAD_QUARTER(x[3], x[7], x[11], x[15]);
		AEAD_QUARTER(x[0], x[5], x[10], x[15]);
		AEAD_QUARTER(x[1], x[6], x[11], x[12]);
		AEAD_QUARTER(x[2], x[7], x[8], x[13]);
		AEAD_QUARTER(x[3], x[4], x[9], x[14]);
	}
	for (int i = 0; i < 16; i++)
		x[i] += i == 12 ? counter : s->state[i];
}

static int aead_crypt_block(__u32 i, struct aead_walk *walk)
{
	struct aead_scratch *s = walk->s;
	__u32 x[16];

	if (i >= JVPN_TEXT_MAX_BYTES / AEAD_CHACHA_BLOCK)
		return 1;
	chacha_block(s, i + 1, x);
	__u64 *text = (__u64 *)&s->text[i * AEAD_CHACHA_BLOCK];
	for (int j = 0; j < 8; j++)
		text[j] ^= (__u64)x[2 * j + 1] << 32 | x[2 * j];
	return 0;
}

static int aead_hash_block(__u32 i, struct aead_walk *walk)
{
	struct aead_scratch *s = walk->s;

	if (i > JVPN_TEXT_MAX_BYTES / AEAD_POLY_BLOCK)
		return 1;
	const __u32 *m = (const __u32 *)&s->text[i * AEAD_POLY_BLOCK];
	__u64 m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];
	s->sum += m0 + m1 + m2 + m3;
	__u64 h0 = s->h[0] + m0, h1 = s->h[1] + m1, h2 = s->h[2] + m2, h3 = s->h[3] + m3 + (1ull << 32);
	__u64 r0 = s->r[0], r1 = s->r[1], r2 = s->r[2], r3 = s->r[3];
	__u64 s1 = s->r54[1], s2 = s->r54[2], s3 = s->r54[3];

	__u64 d0 = h1 * s3 + h2 * s2 + h3 * s1 + h0 * r0;
	__u64 d1 = h1 * r0 + h2 * s3 + h3 * s2 + h0 * r1 + (d0 >> 32);
	__u64 d2 = h1 * r1 + h2 * r0 + h3 * s3 + h0 * r2 + (d1 >> 32);
	__u64 d3 = h1 * r2 + h2 * r1 + h3 * r0 + h0 * r3 + (d2 >> 32);
	s->h[0] = (__u32)d0 + (d3 >> 34) * 5;
	s->h[1] = (__u32)d1;
	s->h[2] = (__u32)d2;
	s->h[3] = d3 & 0x3ffffffffull;
	return 0;
}

static __noinline void aead_start(struct aead_scratch *s, const struct aead_key *key,
				       __u32 salt, __u64 counter)
{
	__u32 x[16];

	s->state[0] = 0x61707865;
	s->state[1] = 0x3320646e;
	s->state[2] = 0x79622d32;
	s->state[3] = 0x6b206574;
	for (int i = 0; i < 8; i++)
		s->state[4 + i] = key->word[i];
	s->state[12] = 0;
	s->state[13] = salt;
	s->state[14] = counter;
	s->state[15] = counter >> 32;

	chacha_block(s, 0, x);
	s->r[0] = x[0] & 0x0fffffff;
	s->r[1] = x[1] & 0x0ffffffc;
	s->r[2] = x[2] & 0x0ffffffc;
	s->r[3] = x[3] & 0x0ffffffc;
	for (int i = 1; i < 4; i++)
		s->r54[i] = s->r[i] + (s->r[i] >> 2);
	for (int i = 0; i < 4; i++) {
		s->tag_pad[i] = x[4 + i];
		s->h[i] = 0;
	}
	s->sum = 0;
}

static __noinline void aead_hash(struct aead_scratch *s, struct aead_walk *walk, __u32 len,
				      __u32 tag[4])
{
	__u32 blocks = (len + 15) / 16;

	if (len & 15) {
		__u32 end = len & ~15u;
		if (end >= JVPN_TEXT_MAX_BYTES)
			return;
		__u64 *last = (__u64 *)&s->text[end];
		__u32 bits = (len & 7) * 8;
		if (len & 8)
			last[1] &= (1ull << bits) - 1;
		else {
			last[0] &= (1ull << bits) - 1;
			last[1] = 0;
		}
	}
	if (blocks > JVPN_TEXT_MAX_BYTES / 16)
		return;
	__u64 *lengths = (__u64 *)&s->text[blocks * 16];
	lengths[0] = 0;
	lengths[1] = len;
	bpf_loop(blocks + 1, aead_hash_block, walk, 0);
	s->sum -= len;

	__u64 h0 = s->h[0], h1 = s->h[1], h2 = s->h[2], h3 = s->h[3];
	for (int i = 0; i < 2; i++) {
		h1 += h0 >> 32;
		h2 += h1 >> 32;
		h3 += h2 >> 32;
		h0 = (__u32)h0 + (h3 >> 34) * 5;
		h1 = (__u32)h1;
		h2 = (__u32)h2;
		h3 &= 0x3ffffffffull;
	}
	__u64 g0 = h0 + 5;
	__u64 g1 = h1 + (g0 >> 32);
	__u64 g2 = h2 + (g1 >> 32);
	__u64 g3 = h3 + (g2 >> 32);
	__u32 take_g = 0 - (__u32)(g3 >> 34);
	__u64 t = (__u64)(((__u32)g0 & take_g) | ((__u32)h0 & ~take_g)) + s->tag_pad[0];
	tag[0] = t;
	t = (t >> 32) + (((__u32)g1 & take_g) | ((__u32)h1 & ~take_g)) + s->tag_pad[1];
	tag[1] = t;
	t = (t >> 32) + (((__u32)g2 & take_g) | ((__u32)h2 & ~take_g)) + s->tag_pad[2];
	tag[2] = t;
	t = (t >> 32) + (((__u32)g3 & take_g) | ((__u32)h3 & ~take_g)) + s->tag_pad[3];
	tag[3] = t;

	__u32 shift = (len & 3) * 8;
	for (int i = 0; i < 4; i++) {
		__u64 w = (__u64)tag[i] << shift;
		s->sum += (__u32)w + (w >> 32);
	}
}

__weak __noinline int aead_seal_nonce(struct aead_scratch *s, const struct aead_key *key, __u32 salt,
			       __u64 counter, __u32 len)
{
	__u32 tag[4] = {};

	if (!s || !key || len > JVPN_TEXT_MAX_BYTES)
		return AEAD_TOO_LONG;
	struct aead_walk walk = { .s = s };
	aead_start(s, key, salt, counter);
	bpf_loop((len + 63) / 64, aead_crypt_block, &walk, 0);
	aead_hash(s, &walk, len, tag);
	if (len > JVPN_TEXT_MAX_BYTES)
		return AEAD_TOO_LONG;
	__builtin_memcpy(&s->text[len], tag, 16);
	return AEAD_OK;
}

__weak __noinline int aead_open_nonce(struct aead_scratch *s, const struct aead_key *key, __u32 salt,
			       __u64 counter, __u32 len)
{
	__u32 tag[4] = {}, sent[4];

	if (!s || !key || len > JVPN_TEXT_MAX_BYTES)
		return AEAD_TOO_LONG;
	struct aead_walk walk = { .s = s };
	aead_start(s, key, salt, counter);
	__builtin_memcpy(sent, &s->text[len], 16);
	aead_hash(s, &walk, len, tag);
	if ((tag[0] ^ sent[0]) | (tag[1] ^ sent[1]) | (tag[2] ^ sent[2]) | (tag[3] ^ sent[3]))
		return AEAD_FORGED;
	bpf_loop((len + 63) / 64, aead_crypt_block, &walk, 0);
	return AEAD_OK;
}

static __always_inline int aead_seal(struct aead_scratch *s, const __u32 key[8], __u64 counter, __u32 len)
{
	return aead_seal_nonce(s, (const struct aead_key *)key, 0, counter, len);
}

static __always_inline int aead_open(struct aead_scratch *s, const __u32 key[8], __u64 counter, __u32 len)
{
	return aead_open_nonce(s, (const struct aead_key *)key, 0, counter, len);
}

#endif /* __bpf__ */
#endif
