"""What goes back to the one who sent a file: templates, and the bad rows with their reasons in a last column."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.imports import queries
from app.imports.columns import COLUMNS, REASON_HEADING
from app.imports.commands import ReasonView, SheetFile
from app.imports.service.upload import open_content
from app.imports.types import FileForm, ImportKind, ImportMode, RunState
from app.kernel import audit
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.kernel.sheets import CSV, XLSX, Cell, Row, UnreadableSheet, read_rows, write_csv, write_xlsx

SEPARATOR = "；"
MOST_ROWS = 1_000_000  # the file was taken in before
OPEN_STATES = (RunState.QUEUED, RunState.RUNNING)


class ImportNotOver(DomainError):
    """The run has not ended."""

    kind, code = ErrorKind.CONFLICT, "import_not_over"


class NothingToReturn(DomainError):
    """Every row went in, or the file could not be read at all, or is kept no longer."""

    kind, code = ErrorKind.CONFLICT, "nothing_to_return"


def template(kind: ImportKind, *, form: FileForm) -> SheetFile:
    """An empty file of a kind: the headings, and one example, whose people and numbers are made up."""
    columns = COLUMNS[kind]
    rows: list[Sequence[Cell]] = [
        [column.heading + ("*" if column.required else "") for column in columns],
        [column.example for column in columns],
    ]
    return _file(rows, name=f"{kind.value}-template", form=form)


def returned_file(
    session: Session,
    *,
    run_id: UUID,
    actor: AnyActor,
    at: datetime,
    sentences: Mapping[str, str],
    form: FileForm | None = None,
) -> SheetFile:
    """The file as it came with a last column of reasons: the bad rows, or all of them when nothing went in.

    Mended and sent again it goes in; that column is passed over. Without `form` it has the one it came in. Audited,
    since it names people in full. Raises NotFound, ImportNotOver and NothingToReturn.
    """
    run = queries.get_run(session, run_id=run_id, actor=actor)
    if run.state in OPEN_STATES:
        raise ImportNotOver(state=run.state)
    content_enc = queries.find_content(session, run_id=run_id)
    reasons = queries.reasons_by_line(session, run_id=run_id)
    if content_enc is None or not reasons:
        raise NothingToReturn
    try:
        headings, *rows = read_rows(open_content(content_enc), most=MOST_ROWS)
    except UnreadableSheet:
        raise NothingToReturn from None
    if run.mode is ImportMode.GOOD_ROWS:
        rows = [row for row in rows if row.line in reasons]
    about, details, keys = ("import", run_id), {"rows": len(rows)}, current_settings().key_ring
    audit.record(session, "import.returned_fetched", actor=actor, at=at, subject=about, details=details, keys=keys)
    return _file(_lines(headings, rows, reasons, sentences), name=f"{run.kind.value}-returned", form=form or run.form)


def explain(reason: ReasonView, *, sentences: Mapping[str, str]) -> str:
    """A reason as a sentence; what a sentence asks for and the details lack stays out."""
    text = sentences.get(reason.code, reason.code)
    return text.format_map(_Known(reason.details))


class _Known(dict[str, object]):
    def __init__(self, details: Mapping[str, object]) -> None:
        super().__init__(details)

    def __missing__(self, key: str) -> str:
        return "…"


def _lines(
    headings: Row, rows: Sequence[Row], reasons: Mapping[int, Sequence[ReasonView]], sentences: Mapping[str, str]
) -> Iterator[Sequence[Cell]]:
    kept = [place for place, heading in enumerate(headings.cells) if heading != REASON_HEADING]
    for row in (headings, *rows):
        told = SEPARATOR.join(
            f"{reason.column or '整行'}：{explain(reason, sentences=sentences)}" for reason in reasons.get(row.line, ())
        )
        last = told or (REASON_HEADING if row is headings else "")
        if row is headings and told:
            last = f"{REASON_HEADING}（{told}）"
        yield [*(row.cells[place] if place < len(row.cells) else "" for place in kept), last]


def _file(rows: Sequence[Sequence[Cell]] | Iterator[Sequence[Cell]], *, name: str, form: FileForm) -> SheetFile:
    if form is FileForm.XLSX:
        return SheetFile(f"{name}.xlsx", write_xlsx({"导入": rows}), XLSX)
    return SheetFile(f"{name}.csv", write_csv(rows), CSV)
