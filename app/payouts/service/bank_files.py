"""Keeps the bank's files, encrypted, and gives them out again: always the bytes that were stored."""

import base64
import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.gateways.bank.problems import BankFileProblems
from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.payouts.file_types import StoredFile
from app.payouts.models import BankFile, BankFileContent, Batch
from app.payouts.queries import batches, files
from app.payouts.service.approve import record
from app.payouts.types import FileKind

CONTENT = "bank_file_content.content"
SUFFIX = {FileKind.DAIFA: "csv", FileKind.PAIN001: "xml"}


class FileAltered(DomainError):
    """The stored bytes are not those whose digest was kept: nobody is given them."""

    kind, code = ErrorKind.CONFLICT, "bank_file_altered"


def store_file(
    session: Session, *, batch_id: UUID, kind: FileKind, content: bytes, actor: Actor, at: datetime
) -> BankFile:
    """Keep a file of the bank's, encrypted, under the digest of its bytes."""
    row = BankFile(
        id=new_id(at=at),
        batch_id=batch_id,
        kind=kind,
        digest=hashlib.sha256(content).digest(),
        actor_id=actor.account_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    text = base64.b64encode(content).decode("ascii")
    session.add(BankFileContent(file_id=row.id, content_enc=current_settings().key_ring.encrypt(text, context=CONTENT)))
    session.flush()
    return row


def fetch_file(session: Session, *, batch_id: UUID, kind: FileKind, actor: Actor) -> StoredFile:
    """A file made for the bank. Raises NotFound and FileAltered."""
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    found = files.find_made(session, batch_id=batch_id, kind=kind)
    if found is None:
        raise NotFound
    return StoredFile(f"{batch.number}.{SUFFIX[kind]}", kind, _open(session, found))


def fetch_received(session: Session, *, batch_id: UUID, file_id: UUID, actor: Actor, at: datetime) -> StoredFile:
    """A file from the bank as it was uploaded; audited, since it names payees. Raises NotFound and FileAltered."""
    batch: Batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    found = files.get_received(session, batch_id=batch_id, file_id=file_id)
    record(session, "batch.received_file_fetched", batch, actor=actor, at=at, file_id=file_id)
    return StoredFile(f"{batch.number}-{found.kind.value}", found.kind, _open(session, found))


def list_reasons(error: BankFileProblems) -> list[dict[str, object]]:
    """Reasons with place and sentence in both languages; none repeats a name, an account or a number."""
    return [
        {
            "code": reason.code.value,
            "line_no": reason.line_no,
            "field": reason.field or None,
            "serial": reason.serial or None,
            "zh": reason.sentence("zh"),
            "en": reason.sentence("en"),
        }
        for reason in error.reasons
    ]


def _open(session: Session, file: BankFile) -> bytes:
    stored = files.read_content(session, file_id=file.id)
    content = base64.b64decode(current_settings().key_ring.decrypt(stored, context=CONTENT))
    if hashlib.sha256(content).digest() != file.digest:
        raise FileAltered(file_id=file.id)
    return content
