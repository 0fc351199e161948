"""Ratings as a carer's phone seals them."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from app.kernel.boxes import LABEL, combined, tag_of
from app.kernel.ids import new_id
from tests.schedules.factories import NOW

SAID_BYTES = 128


def sealed(content: bytes, *, public: bytes, sender: bytes | None = None) -> bytes:
    """A box; with `sender`, the one-time secret, always the same."""
    secret = X25519PrivateKey.from_private_bytes(sender) if sender else X25519PrivateKey.generate()
    own = secret.public_key().public_bytes_raw()
    shared = secret.exchange(X25519PublicKey.from_public_bytes(public))
    key = hashlib.sha256(LABEL + shared + own + public).digest()
    hidden = combined(content, key=key)
    return own + hidden + tag_of(hidden, key=key)


def a_rating_handed_over(key: str, score: int = 4, reasons: tuple[str, ...] = (), **changed: object) -> dict[str, Any]:
    """The record of a rating on a carer's phone; `key` is the server's, as hexadecimal digits."""
    said = json.dumps({"score": score, "reasons": reasons}).encode().ljust(SAID_BYTES)
    box = sealed(said, public=bytes.fromhex(key)).hex()
    return {"id": str(new_id()), "box": box, "occurred_at": NOW.isoformat()} | changed
