"""Files given to the bank and got from it, as commands, screens and routes see them. Money is integer fen."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.payouts.types import FileKind


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a batch. `sha256`, in hex, lets anybody compare it with the one that the bank has.

    `unconfirmed` says that amounts it freed wait for a second person's word.
    """

    id: UUID
    kind: FileKind
    sha256: str
    booked_by: UUID
    booked_at: datetime
    unconfirmed: bool
    confirmed_by: UUID | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The bytes of a file, the same at every fetch."""

    name: str
    kind: FileKind
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many lines of a file say an outcome, and their sum."""

    outcome: str
    count: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class AnswerBooked:
    """What a file from the bank said, line by line added up; a file sent again has the first result."""

    file_id: UUID
    batch_id: UUID
    kind: FileKind
    outcomes: tuple[OutcomeCount, ...]
