"""Runs of imports: what was asked, how far it is, what was wrong. The file itself is kept apart and deleted later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.imports.types import FileForm, ImportKind, ImportMode, RunState
from app.kernel.db import Base, enum_column, regional
from app.kernel.permissions import Role, ScopeKind

# The same file once: refused and failed runs may be tried again, since what was missing may be there now.
LIVE = "state IN ('queued', 'running', 'written')"


class ImportRun(Base):
    """One upload. It is written as the account that sent it, with the role and scope it had then."""

    __tablename__ = "import_run"
    __table_args__ = (
        Index(
            "uq_import_run_live", "kind", "mode", "scope_key", "file_digest", unique=True, postgresql_where=text(LIVE)
        ),
        Index("ix_import_run_open", "id", postgresql_where=text("state IN ('queued', 'running')")),
        regional(
            update=("state", "lease_until", "rows", "done", "good", "bad", "failure_code", "started_at", "finished_at")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = enum_column(ImportKind)
    mode: Mapped[ImportMode] = enum_column(ImportMode)
    form: Mapped[FileForm] = enum_column(FileForm)
    file_digest: Mapped[bytes]
    account_id: Mapped[UUID | None]  # None: by command, as the region's system
    grant_id: Mapped[UUID | None]
    grants_version: Mapped[int | None]
    person_id: Mapped[UUID | None]
    role: Mapped[Role | None] = enum_column(Role)
    scope_kind: Mapped[ScopeKind] = enum_column(ScopeKind)
    scope_key: Mapped[str]  # empty where the scope has none
    state: Mapped[RunState] = enum_column(RunState)
    lease_until: Mapped[datetime | None]  # the machine's time; past it another worker takes the run over
    rows: Mapped[int]
    done: Mapped[int]
    good: Mapped[int]
    bad: Mapped[int]
    failure_code: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ImportFile(Base):
    """The uploaded file, encrypted: it holds people's data, and goes when it is no longer needed."""

    __tablename__ = "import_file"
    __table_args__ = (regional(update=("content_enc",), delete=True),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("region.import_run.id"), primary_key=True)
    content_enc: Mapped[bytes]


class ImportReason(Base):
    """Why a line did not go in. Details are codes, days and numbers; what stood in the cell is in the file alone."""

    __tablename__ = "import_reason"
    __table_args__ = (Index("ix_import_reason_run_id", "run_id", "id"), regional(delete=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("region.import_run.id"))
    line: Mapped[int]
    column: Mapped[str | None]
    code: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB())
