"""What a home tag says: `anhu:REGION:TAG ID:COUNTER:MAC`. Pure.

A printed code has the counter 0 and always says the same. A chip counts each reading from 1 on and signs the counter
with a key of its own, derived from the tag's id, so that no chip can speak for another. The MAC is the first 16 bytes
of an HMAC-SHA-256 over everything before the last colon, as base64url without padding.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

MAC_BYTES = 16
CHIP = b"anhu.home_tag.chip:"
PRINTED = 0
CODE = re.compile(
    r"(?P<said>anhu:(?P<region>[a-z][a-z0-9_]{0,29}):(?P<tag_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r":(?P<counter>0|[1-9][0-9]{0,9})):(?P<mac>[A-Za-z0-9_-]{22})"
)


@dataclass(frozen=True, slots=True)
class TagKeys:
    """The keys from which home tags are signed, by id; new tags are signed under the current one."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TagCode:
    """A code as it was read: nothing of it is believed before its MAC is."""

    region: str
    tag_id: UUID
    counter: int
    said: str
    mac: str


def read_code(text: str) -> TagCode | None:
    """Take a scanned text apart; None when it is no code of a home tag."""
    match = CODE.fullmatch(text.strip())
    if match is None:
        return None
    return TagCode(match["region"], UUID(match["tag_id"]), int(match["counter"]), match["said"], match["mac"])


def chip_key(tag_id: UUID, *, key: bytes) -> bytes:
    """The key of one tag: what is written into its chip."""
    return hmac.digest(key, CHIP + tag_id.bytes, hashlib.sha256)


def write_code(region: str, tag_id: UUID, counter: int, *, key: bytes) -> str:
    """The code a tag shows at a counter, by the key from which its own is derived."""
    said = f"anhu:{region}:{tag_id}:{counter}"
    return f"{said}:{_mac(said, chip_key(tag_id, key=key))}"


def is_signed(code: TagCode, *, key: bytes) -> bool:
    """Say whether a code was signed with the tag's key."""
    return hmac.compare_digest(code.mac, _mac(code.said, chip_key(code.tag_id, key=key)))


def _mac(said: str, key: bytes) -> str:
    digest = hmac.digest(key, said.encode("ascii"), hashlib.sha256)[:MAC_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
