"""Seals leave the database: a file each, a line in the log, and where an inbox is set a delivery to it.

Who keeps one of them can tell later what was changed.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import outbox
from app.kernel.crypto import KeyRing
from app.kernel.sealing.models import Seal
from app.kernel.sealing.sealing import signature_of, statement_of
from app.kernel.sealing.statements import as_document

LATEST = 40  # as many seals as a worker catches up on
LATEST_SENT = 20  # fewer than the days for which the outbox remembers what was sent
CHANNEL = "seals_inbox"

log = structlog.get_logger()


def hand_out(session: Session, *, region: str, folder: Path) -> list[Path]:
    """Write the latest seals that have no file yet, and log each; the new files. One that is there is not touched."""
    place = folder / region
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for seal in session.scalars(select(Seal).order_by(Seal.day.desc()).limit(LATEST)):
        path = place / f"{seal.day}.json"
        if path.exists():
            continue
        statement = statement_of(seal, region=region)
        begun = path.with_suffix(".new")
        begun.write_text(json.dumps(as_document(statement, signature_of(seal)), indent=2) + "\n", encoding="ascii")
        begun.replace(path)
        log.info("day_sealed", region=region, day=str(seal.day), rows=seal.size, root=seal.root.hex())
        written.append(path)
    return written


def send_out(session: Session, *, region: str, inbox: str, at: datetime, keys: KeyRing) -> None:
    """Write the latest seals to the outbox for the inbox at an address, each once; those given up are tried again."""
    outbox.try_again(session, channel=CHANNEL, at=at)
    for seal in session.scalars(select(Seal).order_by(Seal.day.desc()).limit(LATEST_SENT)):
        statement = statement_of(seal, region=region)
        outbox.enqueue(
            session,
            channel=CHANNEL,
            cause_id=_id_of(statement.digest),
            template="seal",
            recipient_id=_id_of(hashlib.sha256(inbox.encode()).digest()),
            payload=as_document(statement, signature_of(seal)),
            at=at,
            keys=keys,
        )


def _id_of(digest: bytes) -> UUID:
    return UUID(bytes=digest[:16])
