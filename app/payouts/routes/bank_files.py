"""The files that go to the bank and come back from it, over HTTP."""

from collections.abc import Collection
from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, request

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.errors import NotFound
from app.kernel.http.api import AnhuBlueprint
from app.kernel.http.limits import takes_import
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent
from app.payouts.batch_types import BatchView
from app.payouts.file_types import AnswerBooked, StoredFile
from app.payouts.schemas import AnswerBookedSchema, BatchSchema
from app.payouts.service import answers, bank_files, confirm, freeze
from app.payouts.types import FileKind

bp = AnhuBlueprint("bank_files", __name__, description="Files for the bank and from it (银行文件)")

CONTENT_TYPES = {FileKind.DAIFA: "text/csv; charset=GB18030", FileKind.PAIN001: "application/xml"}
ANY_BYTES = "application/octet-stream"
SHEETS = frozenset({"text/csv", ANY_BYTES, ""})
ANSWERS = SHEETS | {"application/xml", "text/xml"}
NOTES = SHEETS | {"application/pdf", "image/jpeg", "image/png", "text/plain"}
BINARY = {"schema": {"type": "string", "format": "binary"}}
UPLOAD = {"content": {"text/csv": BINARY}, "required": True}
ANSWER = {"content": {"text/csv": BINARY, "application/xml": BINARY}, "required": True}
NOTE = {"content": {kind: BINARY for kind in sorted(NOTES - {""})}, "required": True}


@bp.get("/payout-batches/<uuid:batch_id>/files/<kind>")
@requires(Permission.FETCH_BANK_FILES)
@bp.response(200, content_type="text/csv")
@bp.alt_response(404, description="no such batch or file")
@bp.alt_response(409, description="the batch goes out in the other form, or cannot go out any more")
def fetch_file(batch_id: UUID, kind: str) -> Response:
    """A file for the bank. From the first fetch on its payments count as sent, in this form."""
    wanted = _file_kind(kind)
    with transaction() as work:
        freeze.mark_sent(work, batch_id=batch_id, kind=wanted, actor=current_actor(), at=clock.now())
    return _download(bank_files.fetch_file(session(), batch_id=batch_id, kind=wanted, actor=current_actor()))


@bp.post("/payout-batches/<uuid:batch_id>/answers")
@requires(Permission.BOOK_BANK_ANSWERS)
@takes_import
@bp.doc(requestBody=ANSWER)
@bp.response(201, AnswerBookedSchema)
def book_answer(batch_id: UUID) -> AnswerBooked:
    """Book the bank's answer as it came, a CSV (回盘) or pain.002; the same file again has the first result."""
    return _book(batch_id, FileKind.ANSWER, types=ANSWERS)


@bp.post("/payout-batches/<uuid:batch_id>/returns")
@requires(Permission.BOOK_BANK_ANSWERS)
@takes_import
@bp.doc(requestBody=UPLOAD)
@bp.response(201, AnswerBookedSchema)
def book_returns(batch_id: UUID) -> AnswerBooked:
    """Book payments that came back (退票), a CSV as it came; the same file again has the first result."""
    return _book(batch_id, FileKind.RETURNS, types=SHEETS)


@bp.post("/payout-batches/<uuid:batch_id>/refusal")
@requires(Permission.BOOK_BANK_ANSWERS)
@takes_import
@bp.doc(requestBody=NOTE)
@bp.response(201, AnswerBookedSchema)
def book_refusal(batch_id: UUID) -> AnswerBooked:
    """Book that the bank took nothing of a batch (整批退回), by its note; the same note again has the first result."""
    note = _upload(NOTES)
    with transaction() as work:
        return answers.book_refusal(work, note, batch_id=batch_id, actor=current_actor(), at=clock.now())


@bp.get("/payout-batches/<uuid:batch_id>/answers/<uuid:file_id>")
@requires(Permission.FETCH_BANK_FILES)
@bp.response(200, content_type=ANY_BYTES)
@bp.alt_response(404, description="no such batch or file")
def fetch_received(batch_id: UUID, file_id: UUID) -> Response:
    """A file from the bank, as it was uploaded."""
    with transaction() as work:
        file = bank_files.fetch_received(
            work, batch_id=batch_id, file_id=file_id, actor=current_actor(), at=clock.now()
        )
    return _download(file)


@bp.post("/payout-batches/<uuid:batch_id>/answers/<uuid:file_id>/confirmation")
@requires(Permission.APPROVE_BATCHES)
@idempotent
@bp.response(201, BatchSchema)
def confirm_file(batch_id: UUID, file_id: UUID) -> BatchView:
    """Confirm that a file came from the bank, so that what failed or came back may be paid again."""
    with transaction() as work:
        return confirm.confirm_file(work, batch_id=batch_id, file_id=file_id, actor=current_actor(), at=clock.now())


def _book(batch_id: UUID, kind: FileKind, *, types: Collection[str]) -> AnswerBooked:
    content = _upload(types)
    with transaction() as work:
        return answers.book_answer(work, content, kind=kind, batch_id=batch_id, actor=current_actor(), at=clock.now())


def _upload(types: Collection[str]) -> bytes:
    if request.mimetype not in types:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return request.get_data()


def _download(file: StoredFile) -> Response:
    return Response(
        file.content,
        content_type=CONTENT_TYPES.get(file.kind, ANY_BYTES),
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"},
    )


def _file_kind(kind: str) -> FileKind:
    try:
        return FileKind(kind)
    except ValueError:
        raise NotFound from None
