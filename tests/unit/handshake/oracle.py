#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
An independent way to WireGuard's messages: the paper (section 5.4) in Python, on
hashlib and the `cryptography` package, sharing no line and no library with the C.
Its output is oracle_vectors.h. Never run by the tests: they read what it wrote.

    tests/unit/handshake/oracle.py > tests/unit/handshake/oracle_vectors.h

Before it writes anything it proves itself against the published Noise vector
(cacophony and Noise Explorer, Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s, prologue "John Galt").
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def blake(*parts):
    return hashlib.blake2s(b"".join(parts)).digest()


def mac(key, text):
    return hashlib.blake2s(text, key=key, digest_size=16).digest()


def kdf(count, key, text):
    secret = hmac.new(key, text, hashlib.blake2s).digest()
    outputs, last = [], b""
    for i in range(1, count + 1):
        last = hmac.new(secret, last + bytes([i]), hashlib.blake2s).digest()
        outputs.append(last)
    return outputs


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(private, point):
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(point))


def seal(key, text, more):
    return ChaCha20Poly1305(key).encrypt(bytes(12), text, more)


def quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        v = s[z] ^ s[x]
        s[z] = ((v << turn) | (v >> (32 - turn))) & 0xFFFFFFFF


def hchacha(key, nonce):
    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    for _ in range(10):
        for columns in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                        (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(s, *columns)
    return struct.pack("<8I", *(s[0:4] + s[12:16]))


def xseal(key, nonce, text, more):
    return ChaCha20Poly1305(hchacha(key, nonce[:16])).encrypt(bytes(4) + nonce[16:], text, more)


def ikpsk2(prologue, si, ei, sr, er, psk, payload1, payload2):
    """Both messages' Noise fields and the two transport keys."""
    chain = blake(b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s")
    h = blake(blake(chain, prologue), public(sr))
    # -> e, es, s, ss
    e1 = public(ei)
    h = blake(h, e1)
    (chain,) = kdf(1, chain, e1)
    chain, key = kdf(2, chain, dh(ei, public(sr)))
    static = seal(key, public(si), h)
    h = blake(h, static)
    chain, key = kdf(2, chain, dh(si, public(sr)))
    sealed1 = seal(key, payload1, h)
    h = blake(h, sealed1)
    # <- e, ee, se, psk
    e2 = public(er)
    h = blake(h, e2)
    (chain,) = kdf(1, chain, e2)
    chain, _ = kdf(2, chain, dh(er, e1))
    chain, _ = kdf(2, chain, dh(er, public(si)))
    chain, middle, key = kdf(3, chain, psk)
    h = blake(h, middle)
    sealed2 = seal(key, payload2, h)
    return e1, static, sealed1, e2, sealed2, kdf(2, chain, b"")


def prove():
    u = bytes.fromhex
    e1, static, sealed1, e2, sealed2, _ = ikpsk2(
        u("4a6f686e2047616c74"),
        u("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"),
        u("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a"),
        u("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"),
        u("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b"),
        u("54686973206973206d7920417573747269616e20706572737065637469766521"),
        u("4c756477696720766f6e204d69736573"), u("4d757272617920526f746862617264"))
    assert e1 + static + sealed1 == u(
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
        "001e21de9f98ddd8e2ad57527207feb56253c9c94a9e496782ecfcb2a75fbcaf1b52948cc48daefe660c62119ab50009"
        "80c84831215f2441eba616548e832985464cf17e51ee93109008399a21f7e13f")
    assert e2 + sealed2 == u(
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
        "cb765f2caef0751b8f007572dab0322217755c0632f365717edbf34d33e87a")


def stamped(message, receiver, cookie=None):
    message += mac(blake(b"mac1----", receiver), message)
    return message + (mac(cookie, message) if cookie else bytes(16))


def emit(name, value):
    print("static const __u8 oracle_%s[%d] = {" % (name, len(value)))
    for at in range(0, len(value), 16):
        print("\t" + " ".join("0x%02x," % b for b in value[at:at + 16]))
    print("};")


def main():
    def fixed(label):
        return hashlib.sha256(b"jvpn handshake vector " + label).digest()

    si, ei, sr, er, psk = (fixed(x) for x in (b"si", b"ei", b"sr", b"er", b"psk"))
    stamp = struct.pack(">QI", 2 ** 62 + 10 + 1700000000, 0x2A000000)
    index_i, index_r = 0x00ABCDEF, 0x00123456
    e1, static, sealed1, e2, sealed2, keys = ikpsk2(b"WireGuard v1 zx2c4 Jason@zx2c4.com", si, ei, sr, er, psk, stamp, b"")
    initiation = stamped(struct.pack("<II", 1, index_i) + e1 + static + sealed1, public(sr))
    response = stamped(struct.pack("<III", 2, index_r, index_i) + e2 + sealed2, public(si))
    source = bytes(10) + b"\xff\xff" + bytes([192, 0, 2, 7]) + struct.pack(">H", 51820)
    secret, nonce = fixed(b"secret"), fixed(b"nonce")[:24]
    cookie = mac(secret, source)
    sealed_cookie = xseal(blake(b"cookie--", public(sr)), nonce, cookie, initiation[116:132])
    reply = struct.pack("<II", 3, index_i) + nonce + sealed_cookie
    proven = stamped(initiation[:116], public(sr), cookie)
    print("/* SPDX-License-Identifier: BSD-2-Clause */\n/*\n * Known answers, written by oracle.py. Never edited by hand.\n */")
    print("#ifndef JVPN_TESTS_HANDSHAKE_ORACLE_VECTORS_H\n#define JVPN_TESTS_HANDSHAKE_ORACLE_VECTORS_H\n")
    print('#include "jvpn/types.h"\n')
    print("#define ORACLE_INDEX_INITIATOR 0x%08xu\n#define ORACLE_INDEX_RESPONDER 0x%08xu\n" % (index_i, index_r))
    for name, value in (("si", si), ("ei", ei), ("sr", sr), ("er", er), ("psk", psk), ("stamp", stamp),
                        ("public_i", public(si)), ("public_r", public(sr)), ("initiation", initiation),
                        ("response", response), ("key_first", keys[0]), ("key_second", keys[1]), ("source", source),
                        ("secret", secret), ("nonce", nonce), ("cookie_reply", reply), ("proven", proven),
                        ("mac", mac(si, sr)), ("hmac", hmac.new(si, sr, hashlib.blake2s).digest()),
                        ("kdf3", b"".join(kdf(3, si, sr)))):
        emit(name, value)
    print("\n#endif")


if __name__ == "__main__":
    prove()
    main()
