"""What a seal says, in words that are signed with Ed25519 and chained: each names the digest of the one before it."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FIRST = bytes(32)  # what the first seal names as the one before it
HASH = "[0-9a-f]{64}"
WORDS = re.compile(
    rf"anhu seal 1\nregion (?P<region>[a-z0-9_]+)\nday (?P<day>\S+)\nfrom (?P<begin_at>\S+)\nuntil (?P<end_at>\S+)\n"
    rf"rows (?P<size>\d+)\nroot (?P<root>{HASH})\nprevious (?P<previous>{HASH})\n"
)


class StatementInvalid(ValueError):
    """The words are not those of a seal."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A seal: the rows recorded from `begin_at` until before `end_at`, the local midnight that ends `day`.

    `root` is that of the hash tree over `size` rows; `previous` the digest of the seal before it.
    """

    region: str
    day: date
    begin_at: datetime
    end_at: datetime
    size: int
    root: bytes
    previous: bytes

    @property
    def words(self) -> bytes:
        """The exact bytes that are signed."""
        return (
            f"anhu seal 1\nregion {self.region}\nday {self.day}\nfrom {_written(self.begin_at)}\n"
            f"until {_written(self.end_at)}\nrows {self.size}\nroot {self.root.hex()}\nprevious {self.previous.hex()}\n"
        ).encode()

    @property
    def digest(self) -> bytes:
        """By which the next seal names this one."""
        return hashlib.sha256(self.words).digest()


@dataclass(frozen=True, slots=True)
class Signature:
    """Ed25519 over some bytes, and the id of its key."""

    key_id: str
    value: bytes


class SealKeys:
    """Keys by id, from 32 secret bytes each; `current` signs, all verify."""

    def __init__(self, current: str, secrets: Mapping[str, bytes]) -> None:
        self._current = current
        self._keys = {key_id: Ed25519PrivateKey.from_private_bytes(secret) for key_id, secret in secrets.items()}

    def sign(self, content: bytes) -> Signature:
        """Sign with the current key."""
        return Signature(self._current, self._keys[self._current].sign(content))

    @property
    def public(self) -> dict[str, bytes]:
        """The public keys by id, 32 bytes each; they may be told to anybody."""
        return {key_id: key.public_key().public_bytes_raw() for key_id, key in self._keys.items()}

    def __repr__(self) -> str:
        return f"SealKeys(current={self._current!r}, ids={sorted(self._keys)!r})"


def is_signed(content: bytes, signature: Signature, *, public: Mapping[str, bytes]) -> bool:
    """Say whether one of the public keys signed exactly this."""
    if signature.key_id not in public:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public[signature.key_id]).verify(signature.value, content)
    except InvalidSignature:
        return False
    return True


def read_statement(words: bytes) -> Statement:
    """The statement of which these are the words. Raises StatementInvalid, also for another way to write the same."""
    try:
        found = WORDS.fullmatch(words.decode("ascii"))
        if found is None:
            raise StatementInvalid("these are not the words of a seal")
        statement = Statement(
            region=found["region"],
            day=date.fromisoformat(found["day"]),
            begin_at=datetime.fromisoformat(found["begin_at"]),
            end_at=datetime.fromisoformat(found["end_at"]),
            size=int(found["size"]),
            root=bytes.fromhex(found["root"]),
            previous=bytes.fromhex(found["previous"]),
        )
    except ValueError as error:
        raise StatementInvalid("these are not the words of a seal") from error
    if statement.words != words:
        raise StatementInvalid("a seal is written in one way only")
    return statement


def as_document(statement: Statement, signature: Signature) -> dict[str, str]:
    """What is handed out: the words, and who signed them."""
    return {
        "statement": statement.words.decode("ascii"),
        "key": signature.key_id,
        "signature": base64.b64encode(signature.value).decode("ascii"),
    }


def read_document(document: Mapping[str, object]) -> tuple[Statement, Signature]:
    """The contrary of `as_document`. Raises StatementInvalid."""
    words, key_id, value = (document.get(name) for name in ("statement", "key", "signature"))
    if not (isinstance(words, str) and isinstance(key_id, str) and isinstance(value, str)):
        raise StatementInvalid("a seal has a statement, a key and a signature, each a text")
    try:
        return read_statement(words.encode("utf-8")), Signature(key_id, base64.b64decode(value, validate=True))
    except (ValueError, UnicodeError) as error:
        raise StatementInvalid("these are not the words of a seal") from error


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
