"""Reads of carers' words on what is looked into; unscoped, the caller has found the facts by his actor."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.remark_models import Remark, RemarkNote
from app.checkin.remarks import RemarkView
from app.kernel.settings import current_settings

NOTE_CONTEXT = "remark_note.text"


def list_remarks(session: Session, *, fact_ids: Collection[UUID]) -> defaultdict[UUID, tuple[RemarkView, ...]]:
    """What carers said of facts, the last said last; one statement."""
    keys = current_settings().key_ring
    found: defaultdict[UUID, tuple[RemarkView, ...]] = defaultdict(tuple)
    for row, sealed in session.execute(
        select(Remark, RemarkNote.text_enc)
        .outerjoin(RemarkNote, RemarkNote.remark_id == Remark.id)
        .where(Remark.fact_id.in_(fact_ids))
        .order_by(Remark.recorded_at, Remark.id)
    ):
        text = None if sealed is None else keys.decrypt(sealed, context=NOTE_CONTEXT)
        found[row.fact_id] += (RemarkView(row.id, row.kind, text, row.occurred_at, row.recorded_at),)
    return found
