"""Reads of imports: an account sees its own scope's runs, the fund all."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from app.imports.commands import ReasonView, RunView
from app.imports.models import ImportFile, ImportReason, ImportRun
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind


def visible_runs(actor: AnyActor) -> Select[ImportRun]:
    """Runs an actor may see: those of his own scope; the fund's actors see all."""
    return select(ImportRun).where(_visible(actor))


def _visible(actor: AnyActor) -> ColumnElement[bool]:
    if actor.scope.kind is ScopeKind.FUND:
        return true()
    return (ImportRun.scope_kind == actor.scope.kind) & (ImportRun.scope_key == (actor.scope.key or ""))


def get_run(session: Session, *, run_id: UUID, actor: AnyActor) -> RunView:
    """One run; NotFound outside the actor's scope."""
    row = session.scalars(visible_runs(actor).where(ImportRun.id == run_id)).one_or_none()
    if row is None:
        raise NotFound(kind="import")
    return run_view(row)


def list_runs(session: Session, *, actor: AnyActor, wanted: PageRequest) -> Page[RunView]:
    """Runs in the order they came."""
    return fetch_page(
        session, visible_runs(actor), key=ImportRun.id, limit=wanted.limit, after=wanted.after, view=run_view
    )


def list_reasons(session: Session, *, run_id: UUID, actor: AnyActor, wanted: PageRequest) -> Page[ReasonView]:
    """Everything that is wrong with a file, in the order of its lines."""
    get_run(session, run_id=run_id, actor=actor)
    statement = select(ImportReason).where(ImportReason.run_id == run_id)
    return fetch_page(session, statement, key=ImportReason.id, limit=wanted.limit, after=wanted.after, view=reason_view)


def reasons_by_line(session: Session, *, run_id: UUID) -> dict[int, list[ReasonView]]:
    """All reasons of a run by line; for the file that goes back. Unscoped: the run was found by the actor before."""
    rows = session.scalars(select(ImportReason).where(ImportReason.run_id == run_id).order_by(ImportReason.id))
    found: defaultdict[int, list[ReasonView]] = defaultdict(list)
    for row in rows:
        found[row.line].append(reason_view(row))
    return found


def find_content(session: Session, *, run_id: UUID) -> bytes | None:
    """The uploaded file as it is kept, encrypted; None when it was deleted. Unscoped, as `reasons_by_line`."""
    return session.scalar(select(ImportFile.content_enc).where(ImportFile.run_id == run_id))


def run_view(row: ImportRun) -> RunView:
    """A run as it is shown."""
    return RunView(
        id=row.id,
        kind=row.kind,
        mode=row.mode,
        form=row.form,
        state=row.state,
        rows=row.rows,
        done=row.done,
        good=row.good,
        bad=row.bad,
        failure_code=row.failure_code,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def reason_view(row: ImportReason) -> ReasonView:
    """A reason as it is shown."""
    return ReasonView(row.id, row.line, row.column, row.code, row.details)
