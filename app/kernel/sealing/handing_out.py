"""Seals leave the database: a file each, and a line in the log. Who keeps either can tell later what was changed."""

import json
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.sealing.models import Seal
from app.kernel.sealing.sealing import signature_of, statement_of
from app.kernel.sealing.statements import as_document

LATEST = 40  # as many seals as a worker catches up on

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
