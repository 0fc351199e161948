"""Encryption of single fields, and blind indexes to find them again.

An encrypted value names its key and its algorithm, so that keys and algorithms can change while old values stay
readable. It is bound to a context such as "person.name": moved to another column it does not open.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
AES_256_GCM = 1
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = 3  # version, algorithm, length of the key id
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
LABEL = re.compile(r"[a-z0-9_.]{1,64}")


class BadKeys(ValueError):
    """The keys given cannot make a key ring; the sentence never holds a key."""


class CannotDecrypt(Exception):
    """The value is not one of ours, was changed, or belongs to another context."""


class UnknownKey(CannotDecrypt):
    """The value was encrypted under a key this ring does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"no key with the id {key_id!r}")
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An encrypted value taken apart; `head` is everything before the nonce."""

    key_id: str
    head: bytes
    nonce: bytes
    body: bytes


class KeyRing:
    """All keys of a process: field keys, index keys (each with a current one) and the key of command digests.

    Immutable, and shown by ids only. Every key is 32 bytes and serves one purpose; raises BadKeys otherwise.
    """

    __slots__ = ("_ciphers", "_command_key", "_current", "_current_index", "_index_keys")
    _ciphers: Mapping[str, AESGCM]
    _command_key: bytes
    _current: str
    _current_index: str
    _index_keys: Mapping[str, bytes]

    def __init__(
        self,
        keys: Mapping[str, bytes],
        *,
        current: str,
        index_keys: Mapping[str, bytes],
        current_index: str,
        command_key: bytes,
    ) -> None:
        _check_keys(keys, current=current, use="field")
        _check_keys(index_keys, current=current_index, use="index")
        if len(command_key) != KEY_BYTES:
            raise BadKeys(f"the command key is {KEY_BYTES} bytes, not {len(command_key)}")
        material = [*keys.values(), *index_keys.values(), command_key]
        if len(set(material)) != len(material):
            raise BadKeys("a key is used twice: each has one id and one purpose")
        ordered = sorted(index_keys, key=lambda key_id: key_id != current_index)
        self._set("_ciphers", MappingProxyType({key_id: AESGCM(key) for key_id, key in keys.items()}))
        self._set("_current", current)
        self._set("_index_keys", MappingProxyType({key_id: index_keys[key_id] for key_id in ordered}))
        self._set("_current_index", current_index)
        self._set("_command_key", command_key)

    @classmethod
    def parse(cls, text: str, *, index_keys: str, command_key: str) -> Self:
        """Read field keys, index keys and the command key from settings.

        The first two are "id:base64[,id:base64…]" with the current key first, the third is the base64 of one key.
        Raises BadKeys, naming the entry by its place.
        """
        fields = _parse_keys(text, use="field")
        indexes = _parse_keys(index_keys, use="index")
        return cls(
            fields,
            current=next(iter(fields)),
            index_keys=indexes,
            current_index=next(iter(indexes)),
            command_key=_parse_key(command_key.strip(), where="the command key"),
        )

    @property
    def command_key(self) -> bytes:
        """The key of command digests. It is never rotated: a resend may come after any time."""
        return self._command_key

    def box_secret(self, *, context: str) -> bytes:
        """What opens the boxes that phones seal for one purpose; as lasting as the command key, from which it comes."""
        return hmac.digest(self._command_key, b"box\0" + _label(context), hashlib.sha256)

    def encrypt(self, text: str, *, context: str) -> bytes:
        """Encrypt under the current key: head (version, algorithm, key id), 12-byte random nonce, ciphertext and tag.

        `context` names what the value is, as "person.name"; the same is needed to decrypt.
        """
        return self.encrypt_bytes(text.encode("utf-8"), context=context)

    def encrypt_bytes(self, content: bytes, *, context: str) -> bytes:
        """As `encrypt`, what is no text."""
        key_id = self._current.encode()
        head = bytes((VERSION, AES_256_GCM, len(key_id))) + key_id
        nonce = secrets.token_bytes(NONCE_BYTES)
        bound = head + _label(context)
        return head + nonce + self._ciphers[self._current].encrypt(nonce, content, bound)

    def decrypt(self, blob: bytes, *, context: str) -> str:
        """Give the text again. Raises UnknownKey, or CannotDecrypt when the value or its context is another."""
        return self.decrypt_bytes(blob, context=context).decode("utf-8")

    def decrypt_bytes(self, blob: bytes, *, context: str) -> bytes:
        """As `decrypt`, what is no text."""
        sealed = _open(blob)
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise UnknownKey(sealed.key_id)
        try:
            return cipher.decrypt(sealed.nonce, sealed.body, sealed.head + _label(context))
        except InvalidTag:
            raise CannotDecrypt("the value was changed or belongs to another context") from None

    def needs_rotation(self, blob: bytes) -> bool:
        """Say whether a value lies under another key than the current one. Raises CannotDecrypt if it is not ours."""
        return _open(blob).key_id != self._current

    def blind_index(self, text: str, *, purpose: str) -> bytes:
        """Give the searchable form of a text under the current index key: length of key id, key id, HMAC-SHA-256.

        Equal text (after NFC) for one purpose, as "person.id_number", gives equal bytes; another purpose gives others.
        """
        return self._index(self._current_index, text, purpose)

    def blind_indexes(self, text: str, *, purpose: str) -> tuple[bytes, ...]:
        """Give the searchable forms under every index key, the current first: for searches during a rotation."""
        return tuple(self._index(key_id, text, purpose) for key_id in self._index_keys)

    def _index(self, key_id: str, text: str, purpose: str) -> bytes:
        # A label holds no NUL, so purpose and text cannot run into each other.
        message = _label(purpose) + b"\0" + unicodedata.normalize("NFC", text).encode("utf-8")
        name = key_id.encode()
        return bytes((len(name),)) + name + hmac.digest(self._index_keys[key_id], message, hashlib.sha256)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a key ring does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a key ring does not change")

    def __repr__(self) -> str:
        return f"KeyRing(keys={tuple(self._ciphers)}, current={self._current!r}, index_keys={tuple(self._index_keys)})"


def generate_key() -> str:
    """Make a random key of 32 bytes, as base64 text for the settings."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _open(blob: bytes) -> _Sealed:
    if len(blob) < HEAD_BYTES or (blob[0], blob[1]) != (VERSION, AES_256_GCM):
        raise CannotDecrypt("the value has no version and algorithm of ours")
    head_end = HEAD_BYTES + blob[2]
    body_start = head_end + NONCE_BYTES
    key_id = blob[HEAD_BYTES:head_end].decode("ascii", errors="replace")
    if len(blob) < body_start + TAG_BYTES or not KEY_ID.fullmatch(key_id):
        raise CannotDecrypt("the value is cut off or has no key id")
    return _Sealed(key_id, blob[:head_end], blob[head_end:body_start], blob[body_start:])


def _label(text: str) -> bytes:
    if not LABEL.fullmatch(text):
        raise ValueError("a context or purpose is lower-case letters, digits, dots and underscores, 1 to 64 of them")
    return text.encode()


def _check_keys(keys: Mapping[str, bytes], *, current: str, use: str) -> None:
    for place, (key_id, key) in enumerate(keys.items(), start=1):
        _check_id(key_id, where=f"{use} key {place}")
        if len(key) != KEY_BYTES:
            raise BadKeys(f"{use} key {place} is {KEY_BYTES} bytes, not {len(key)}")
    if current not in keys:
        raise BadKeys(f"the current {use} key is not among the {use} keys")


def _check_id(key_id: str, *, where: str) -> None:
    if not KEY_ID.fullmatch(key_id):
        raise BadKeys(f"{where} needs an id of letters, digits, dots, dashes and underscores, 1 to 32 of them")


def _parse_keys(text: str, *, use: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(text.split(","), start=1):
        where = f"{use} key {place}"
        key_id, colon, key = entry.strip().partition(":")
        if not colon:
            raise BadKeys(f"{where} is not written as id:base64")
        _check_id(key_id, where=where)
        if key_id in keys:
            raise BadKeys(f"{where} has the id of an earlier one")
        keys[key_id] = _parse_key(key, where=where)
    return keys


def _parse_key(text: str, *, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys(f"{where} is not base64") from None
    if len(key) != KEY_BYTES:
        raise BadKeys(f"{where} is {KEY_BYTES} bytes, not {len(key)}")
    return key
