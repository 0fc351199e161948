"""Loads policy files from a folder, or those shipped with the program, and keeps the text of each policy by digest."""

import tomllib
import unicodedata
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.policies.layers import LayerReader
from app.policies.models import PolicyText
from app.policies.rules import PolicyBook, build_book
from app.policies.sentences import ProblemCode
from app.policies.types import Layer, PolicyFilesInvalid, Problem

EXTENSION = "anhu.policies"
SHIPPED = Path(__file__).parent / "files"


def load_book(folder: Path | None = None) -> PolicyBook:
    """Read all `*.toml` of the folder, which replaces the shipped files; None reads the shipped ones.

    Raises PolicyFilesInvalid with every problem of every file.
    """
    chosen = folder or SHIPPED
    layers: list[Layer] = []
    problems: list[Problem] = []
    paths = sorted(chosen.glob("*.toml"))
    if not paths:
        raise PolicyFilesInvalid((Problem(str(chosen), None, ProblemCode.NO_FILES),))
    for path in paths:
        layer, found = _read_file(path)
        problems += found
        if layer is not None:
            layers.append(layer)
    if len(layers) < len(paths):  # without a file the others would seem to lack what it says
        raise PolicyFilesInvalid(tuple(problems))
    return build_book(layers, problems=problems)


def _read_file(path: Path) -> tuple[Layer | None, list[Problem]]:
    try:
        raw = tomllib.loads(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(path.name, None, ProblemCode.UNREADABLE, {"why": error})]
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(path.name, None, ProblemCode.BAD_TOML, {"why": error})]
    reader = LayerReader(path.name)
    layer = reader.read(raw)
    return layer, reader.problems


def current_book() -> PolicyBook:
    """The policies of the running application."""
    book = current_app.extensions[EXTENSION]
    assert isinstance(book, PolicyBook)  # noqa: S101 - tells mypy what create_app stored
    return book


def keep_texts(session: Session, book: PolicyBook, *, region: str, at: datetime) -> int:
    """Store the text of every policy of a region by digest, so a replay needs no old file; returns how many are new.

    Run when a region is added and whenever policy files change, before they decide anything.
    """
    rows = [
        {
            "digest": policy.digest,
            "district": policy.district,
            "valid_from": policy.valid_from,
            "valid_to": policy.valid_to,
            "content": policy.text,
            "recorded_at": at,
        }
        for policy in book.spans(region=region)
    ]
    if not rows:
        return 0
    kept = (
        insert(PolicyText).values(rows).on_conflict_do_nothing(index_elements=["digest"]).returning(PolicyText.digest)
    )
    return len(session.scalars(kept).all())
