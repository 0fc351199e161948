"""What can be asked of imports, and how runs are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.imports.types import FileForm, ImportKind, ImportMode, RunState


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and what is to become of it."""

    kind: ImportKind
    mode: ImportMode
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UploadWanted:
    """Query keys of an upload."""

    kind: ImportKind
    mode: ImportMode


@dataclass(frozen=True, slots=True)
class TemplateWanted:
    """Query keys of a template."""

    kind: ImportKind
    form: FileForm


@dataclass(frozen=True, slots=True)
class RunView:
    """A run: `rows` is how many the file has, `done` how many were looked at, `good` and `bad` what they are.

    `good` rows went in when the state is written, and only then.
    """

    id: UUID
    kind: ImportKind
    mode: ImportMode
    form: FileForm
    state: RunState
    rows: int
    done: int
    good: int
    bad: int
    failure_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason as a list shows it."""

    id: UUID
    line: int
    column: str | None
    code: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file to be taken away."""

    name: str
    content: bytes = field(repr=False)
    content_type: str
