"""A receipt (存证凭据): the rows of one fact in their sealed form, with the path of each to the root of its seal.

It is signed as a whole, so that rows not yet under a seal are promised: who holds it can show them when the seal comes.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.sealing.merkle import GROUP, leaf_hash, path_to, root_from
from app.kernel.sealing.models import Seal, SealLeaf
from app.kernel.sealing.reading import read_row
from app.kernel.sealing.rows import SealedRow
from app.kernel.sealing.sealing import signature_of, statement_of
from app.kernel.sealing.statements import (
    SealKeys,
    Signature,
    Statement,
    as_document,
    is_signed,
    read_document,
)


class ReceiptInvalid(ValueError):
    """The receipt does not hold; the message says where."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lies in a seal's tree, and the nodes beside its way up."""

    statement: Statement
    signature: Signature
    position: int
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that a receipt proves, as it was sealed; `seal` is None while it is only promised."""

    table: str
    values: Mapping[str, object]
    seal: Statement | None


def make_receipt(
    session: Session, rows: Iterable[SealedRow], *, region: str, subject: str, keys: SealKeys, at: datetime
) -> dict[str, Any]:
    """The receipt of these rows as a document. `subject` says in a word and an id what it is about."""
    entries: list[dict[str, Any]] = []
    for row in rows:
        place = _find_place(session, row, region=region)
        entries.append(
            {
                "row": _text(row.content),
                "seal": None if place is None else as_document(place.statement, place.signature),
                "position": None if place is None else place.position,
                "path": [] if place is None else [_text(node) for node in place.path],
            }
        )
    words = _words(region, subject, at.astimezone(UTC).isoformat(), [entry["row"] for entry in entries])
    signature = keys.sign(words)
    return {
        "region": region,
        "subject": subject,
        "at": at.astimezone(UTC).isoformat(),
        "rows": entries,
        "key": signature.key_id,
        "signature": _text(signature.value),
    }


def check_receipt(document: Mapping[str, Any], *, public: Mapping[str, bytes]) -> list[Checked]:
    """What a receipt proves, by its own bytes and the public keys alone. Raises ReceiptInvalid."""
    try:
        rows = [entry["row"] for entry in document["rows"]]
        words = _words(document["region"], document["subject"], document["at"], rows)
        signature = Signature(document["key"], _bytes(document["signature"]))
        if not is_signed(words, signature, public=public):
            raise ReceiptInvalid("it is not signed by this installation")
        return [_check_entry(entry, region=document["region"], public=public) for entry in document["rows"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, ReceiptInvalid):
            raise
        raise ReceiptInvalid(f"it has not the form of a receipt: {error}") from error


def _check_entry(entry: Mapping[str, Any], *, region: str, public: Mapping[str, bytes]) -> Checked:
    content = _bytes(entry["row"])
    table, values = read_row(content)
    if entry["seal"] is None:
        return Checked(table, values, None)
    statement, signature = read_document(entry["seal"])
    if statement.region != region or not is_signed(statement.words, signature, public=public):
        raise ReceiptInvalid(f"the seal of {statement.day} is not signed for {region}")
    leaf = leaf_hash(hashlib.sha256(content).digest())
    path = [_bytes(node) for node in entry["path"]]
    if root_from(leaf, path, position=entry["position"], size=statement.size) != statement.root:
        raise ReceiptInvalid(f"a row of {table} is not under the seal of {statement.day}")
    return Checked(table, values, statement)


def _find_place(session: Session, row: SealedRow, *, region: str) -> Place | None:
    """Reads one group of leaves, never the whole day. None while no seal has the row as it stands."""
    leaf = session.scalars(
        select(SealLeaf).where(
            SealLeaf.row_key == row.key, SealLeaf.table_name == row.table, SealLeaf.digest == row.digest
        )
    ).one_or_none()
    if leaf is None:
        return None
    seal = session.get_one(Seal, leaf.day)
    group, within = divmod(leaf.position, GROUP)
    first = group * GROUP
    beside = select(SealLeaf.digest).where(
        SealLeaf.day == leaf.day, SealLeaf.position >= first, SealLeaf.position < first + GROUP
    )
    leaves = [leaf_hash(digest) for digest in session.scalars(beside.order_by(SealLeaf.position))]
    groups = [seal.groups[at : at + 32] for at in range(0, len(seal.groups), 32)]
    path = [*path_to(leaves, within), *path_to(groups, group)]
    return Place(statement_of(seal, region=region), signature_of(seal), leaf.position, path)


def _words(region: str, subject: str, at: str, rows: Sequence[str]) -> bytes:
    lines = ["anhu receipt 1", f"region {region}", f"subject {subject}", f"at {at}"]
    lines += [f"row {hashlib.sha256(_bytes(row)).hexdigest()}" for row in rows]
    if any("\n" in line for line in lines):
        raise ReceiptInvalid("a line of it holds two")
    return "".join(f"{line}\n" for line in lines).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
