"""Runs an import: reads the file, writes its rows in one transaction, and keeps every reason why a row did not go in.

A run is claimed by a lease that each step renews, so that another worker takes over what a killed one left. Nothing of
a killed run is there: its rows, its reasons and its end are committed together. Progress is told beside it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import structlog
from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.service.standing import check_account
from app.imports.models import ImportReason, ImportRun
from app.imports.queries import find_content
from app.imports.rules import find_repeated, match_headings, read_row
from app.imports.service.upload import open_content
from app.imports.types import ImportKind, ImportMode, ReadRow, Reason, RunState
from app.imports.writers.care import write_assignments, write_care_plans
from app.imports.writers.clients import write_clients
from app.imports.writers.people import write_bank_accounts, write_families, write_staff
from app.imports.writers.rows import Writing
from app.kernel import audit
from app.kernel.db import beside, transaction
from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Scope, SystemActor
from app.kernel.settings import current_settings
from app.kernel.sheets import Row, UnreadableSheet, read_rows

log = structlog.get_logger()
MOST_ROWS = 20_000
ROWS_AT_ONCE = 250
LEASE = timedelta(minutes=2)
Write = Callable[[Writing, Sequence[ReadRow]], list[Reason]]
WRITERS: Mapping[ImportKind, Write] = MappingProxyType(
    {
        ImportKind.STAFF: write_staff,
        ImportKind.CLIENTS: write_clients,
        ImportKind.FAMILIES: write_families,
        ImportKind.BANK_ACCOUNTS: write_bank_accounts,
        ImportKind.ASSIGNMENTS: write_assignments,
        ImportKind.CARE_PLANS: write_care_plans,
    }
)


@dataclass
class Reading:
    """What reading a file came to; `is_table` when its headings are those of its kind."""

    rows: list[ReadRow] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    count: int = 0
    is_table: bool = False


@dataclass
class _Job:
    run_id: UUID
    kind: ImportKind
    mode: ImportMode
    actor: AnyActor
    grants_version: int | None
    at: datetime
    machine_now: Callable[[], datetime]
    advanced: Callable[[], None]

    def tell(self, **columns: int) -> None:
        """Let others see how far it is, and keep the lease; in a transaction of its own."""
        with beside() as session:
            values = {**columns, "lease_until": self.machine_now() + LEASE}
            session.execute(update(ImportRun).where(ImportRun.id == self.run_id).values(values))
        self.advanced()


class NothingWritten(Exception):
    """Undoes the writing of a file that is to go in wholly or not at all."""


def claim(session: Session, *, now: datetime, at: datetime, only: UUID | None = None) -> UUID | None:
    """Take the oldest run that waits or that its worker left; None when there is none. `now` is the machine's time.

    `only` is the one run that is wanted.
    """
    waiting = or_(
        ImportRun.state == RunState.QUEUED, (ImportRun.state == RunState.RUNNING) & (ImportRun.lease_until < now)
    )
    wanted = waiting if only is None else waiting & (ImportRun.id == only)
    oldest = select(ImportRun.id).where(wanted).order_by(ImportRun.id).limit(1).with_for_update(skip_locked=True)
    run_id = session.scalars(oldest).one_or_none()
    if run_id is not None:
        started = {"state": RunState.RUNNING, "lease_until": now + LEASE, "started_at": at, "done": 0, "bad": 0}
        session.execute(update(ImportRun).where(ImportRun.id == run_id).values(started))
    return run_id


def run(
    run_id: UUID,
    *,
    region: str,
    at: datetime,
    machine_now: Callable[[], datetime],
    advanced: Callable[[], None] = lambda: None,
) -> RunState:
    """Do a claimed run to its end; opens its own transactions. Returns the state it ended in.

    `advanced` is called whenever the run tells anew how far it is.
    What goes wrong for another reason than the file's rows ends the run as failed, with nothing written: sent again it
    is a new run, and no run is taken up over and over.
    """
    job, content_enc = _job_of(run_id, region=region, at=at, machine_now=machine_now, advanced=advanced)
    if content_enc is None:
        return _end(job, RunState.FAILED, failure="file_gone")
    try:
        return _run(job, content_enc)
    except Exception:
        log.exception("import_failed", run_id=str(run_id))
        return _end(job, RunState.FAILED, failure="import_failed")


def _job_of(
    run_id: UUID,
    *,
    region: str,
    at: datetime,
    machine_now: Callable[[], datetime],
    advanced: Callable[[], None],
) -> tuple[_Job, bytes | None]:
    with transaction() as session:
        row = session.get_one(ImportRun, run_id)
        content_enc = find_content(session, run_id=run_id)
        actor = _actor_of(row, region)
        return _Job(run_id, row.kind, row.mode, actor, row.grants_version, at, machine_now, advanced), content_enc


def _run(job: _Job, content_enc: bytes) -> RunState:
    reading = read(open_content(content_enc), kind=job.kind)
    job.tell(rows=reading.count, bad=_lines(reading.reasons))
    if reading.reasons and (job.mode is ImportMode.ALL_OR_NOTHING or not reading.is_table):
        reading.reasons += _try_out(job, reading)
        return _end(job, RunState.REFUSED, reasons=reading.reasons)
    return _write(job, reading)


def read(content: bytes, *, kind: ImportKind) -> Reading:
    """Read all rows of a file, and find everything that can be found without the database."""
    found = Reading()
    try:
        rows = list(read_rows(content, most=MOST_ROWS + 1))
    except UnreadableSheet as error:
        details = {"most": MOST_ROWS} | ({} if error.line is None else {"line": error.line})
        found.reasons = [Reason(error.line or 1, None, error.problem.value, details)]
        return found
    headings, *rest = rows
    found.count = len(rest)
    places, found.reasons = match_headings(headings, kind=kind)
    if found.reasons:
        return found
    found.is_table = True
    for row in rest:
        _read_into(found, row, places=places, kind=kind)
    repeated = find_repeated(found.rows, kind=kind)
    lines = {reason.line for reason in repeated}
    found.rows = [row for row in found.rows if row.line not in lines]
    found.reasons += repeated
    return found


def _read_into(found: Reading, row: Row, *, places: Mapping[int, object], kind: ImportKind) -> None:
    read_as, reasons = read_row(row, places=places, kind=kind)  # type: ignore[arg-type]  # made by match_headings
    if read_as is not None:
        found.rows.append(read_as)
    found.reasons += reasons


def _write(job: _Job, reading: Reading) -> RunState:
    reasons = list(reading.reasons)
    try:
        with transaction() as session:
            reasons += _write_rows(session, job, reading)
            if reasons and job.mode is ImportMode.ALL_OR_NOTHING:
                raise NothingWritten
            _finish(session, job, RunState.WRITTEN, reading=reading, reasons=reasons)
    except NothingWritten:
        return _end(job, RunState.REFUSED, reasons=reasons)
    except DomainError as error:  # the account may not do this any more
        return _end(job, RunState.FAILED, failure=error.code)
    return RunState.WRITTEN


def _try_out(job: _Job, reading: Reading) -> list[Reason]:
    """What writing would refuse besides, so that a clerk learns all at once; everything is undone."""
    reasons: list[Reason] = []
    try:
        with transaction() as session:
            reasons = _write_rows(session, job, reading)
            raise NothingWritten
    except NothingWritten:
        return reasons


def _write_rows(session: Session, job: _Job, reading: Reading) -> list[Reason]:
    if isinstance(job.actor, Actor) and job.grants_version is not None:
        check_account(job.actor, job.grants_version)
    writing = Writing(session, job.actor, job.at)
    reasons: list[Reason] = []
    done = 0
    for some in _portions(reading.rows):
        reasons += WRITERS[job.kind](writing, some)
        session.expunge_all()  # memory does not grow with the file
        done += len(some)
        job.tell(done=done, bad=_lines([*reading.reasons, *reasons]))
    return reasons


def _portions(rows: Sequence[ReadRow]) -> Iterator[Sequence[ReadRow]]:
    """Some rows at a time; what belongs to one client stays together when it stands together in the file."""
    begin = 0
    while begin < len(rows):
        end = min(begin + ROWS_AT_ONCE, len(rows))
        while end < len(rows) and _owner(rows[end]) is not None and _owner(rows[end]) == _owner(rows[end - 1]):
            end += 1
        yield rows[begin:end]
        begin = end


def _owner(row: ReadRow) -> object:
    return row.values.get("client_number")


def _end(job: _Job, state: RunState, *, reasons: Sequence[Reason] = (), failure: str | None = None) -> RunState:
    with transaction() as session:
        _finish(session, job, state, reading=None, reasons=reasons, failure=failure)
    return state


def _finish(
    session: Session,
    job: _Job,
    state: RunState,
    *,
    reading: Reading | None,
    reasons: Sequence[Reason],
    failure: str | None = None,
) -> None:
    _keep_reasons(session, job, reasons)
    bad = _lines(reasons)
    values = {
        "state": state,
        "bad": bad,
        "good": 0 if reading is None else reading.count - bad,
        "failure_code": failure,
        "finished_at": job.at,
        "lease_until": None,
    }
    session.execute(update(ImportRun).where(ImportRun.id == job.run_id).values(values))
    audit.record(
        session,
        "import.ended",
        actor=job.actor,
        at=job.at,
        subject=("import", job.run_id),
        details={"state": state, "bad": bad, "failure": failure},
        keys=current_settings().key_ring,
    )


def _keep_reasons(session: Session, job: _Job, reasons: Sequence[Reason]) -> None:
    rows = [
        {"id": new_id(), "run_id": job.run_id, "line": each.line, "column": each.column, "code": each.code}
        | {"details": dict(each.details)}
        for each in sorted(reasons, key=lambda each: each.line)
    ]
    if rows:
        session.execute(insert(ImportReason), rows)


def _lines(reasons: Sequence[Reason]) -> int:
    return len({reason.line for reason in reasons})


def _actor_of(row: ImportRun, region: str) -> AnyActor:
    if row.account_id is None or row.role is None or row.grant_id is None:
        return SystemActor(region, "import")
    return Actor(
        region=region,
        account_id=row.account_id,
        role=row.role,
        scope=Scope(row.scope_kind, row.scope_key or None),
        grant_id=row.grant_id,
        person_id=row.person_id,
    )
