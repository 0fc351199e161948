"""What a phone writes down for the server alone: sealed under our public key, so that the phone cannot read it again.

A box is the sender's one-time X25519 key, the content, and 16 bytes that show a change. The content is combined with a
stream of SHA-256, the one hash that a mini-program has; a key is used once, so the stream is as well.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

LABEL = b"anhu box 1"
KEY_BYTES, TAG_BYTES = 32, 16
BLOCK = hashlib.sha256().digest_size


class BoxUnreadable(Exception):
    """The box was made for another key, or was changed."""


def public_key(secret: bytes) -> bytes:
    """What a phone seals boxes with, from the 32 bytes that open them."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def open_box(box: bytes, *, secret: bytes) -> bytes:
    """Give the content again. Raises BoxUnreadable."""
    sender, sealed, tag = box[:KEY_BYTES], box[KEY_BYTES:-TAG_BYTES], box[-TAG_BYTES:]
    try:
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(sender))
    except ValueError:
        raise BoxUnreadable from None  # cut off, or a key that shares nothing
    key = hashlib.sha256(LABEL + shared + sender + public_key(secret)).digest()
    if not hmac.compare_digest(tag, tag_of(sealed, key=key)):
        raise BoxUnreadable
    return combined(sealed, key=key)


def combined(content: bytes, *, key: bytes) -> bytes:
    """The content with the key's stream over it; twice is the content again."""
    stream = b"".join(hashlib.sha256(key + bytes((block,))).digest() for block in range(-(-len(content) // BLOCK)))
    return bytes(one ^ other for one, other in zip(content, stream, strict=False))


def tag_of(sealed: bytes, *, key: bytes) -> bytes:
    """What shows that nobody changed it."""
    return hashlib.sha256(key + b"tag" + sealed).digest()[:TAG_BYTES]
