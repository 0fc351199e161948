"""Reads what is known of visits that are settled, by as many statements for many as for one. Unscoped: check-in looks
at its own facts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.dossiers import Dossier
from app.checkin.queries.fact_statements import FOUND, GRADES, LAST_WORD, PAID, RECORD, SAID, TAPS, WAITS
from app.checkin.shown import HoldView, RecordView
from app.checkin.tags import TagMedium
from app.checkin.types import (
    Decision,
    EventKind,
    EvidenceKind,
    ExceptionCode,
    OpenException,
    ReviewStep,
    Severity,
    Verdict,
    VisitTap,
)
from app.kernel.statements import FixedStatement
from app.policies.codes import EvidenceGrade
from app.schedules.types import VisitView


def load_dossiers(session: Session, visits: Sequence[VisitView]) -> list[Dossier]:
    """What is known of each of these visits; the caller holds their locks."""
    ids = [visit.id for visit in visits]
    taps, said, grades, found = (rows_of(session, asked, fact_ids=ids) for asked in (TAPS, SAID, GRADES, FOUND))
    records, holds = find_records(session, visit_ids=ids), find_open_holds(session, fact_ids=ids)
    last_words = {row.fact_id: Decision(row.decision) for row in LAST_WORD.rows(session, {"fact_ids": ids})}
    paid_by = find_payable_records(session, visit_ids=ids)
    return [
        Dossier(
            visit=visit,
            taps=tuple(_tap(row) for row in taps[visit.id]),
            record=records.get(visit.id),
            words=_of_kind(EvidenceKind.CONFIRMATION, said[visit.id]),
            faces=_of_kind(EvidenceKind.FACE, said[visit.id]),
            vouchers=tuple(at for _, at in _of_kind(EvidenceKind.VOUCHER, said[visit.id])),
            found=[open_exception(row) for row in found[visit.id]],
            grades=tuple((EvidenceGrade(row.grade), row.policy_digest) for row in grades[visit.id]),
            last_word=last_words.get(visit.id),
            hold=holds.get(visit.id),
            paid_by=paid_by.get(visit.id),
        )
        for visit in visits
    ]


def rows_of(session: Session, asked: FixedStatement, *, fact_ids: Collection[UUID]) -> defaultdict[UUID, list[Any]]:
    """The rows of a statement about facts, by fact."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in asked.rows(session, {"fact_ids": list(fact_ids)}):
        found[row.fact_id].append(row)
    return found


def find_records(session: Session, *, visit_ids: Collection[UUID]) -> dict[UUID, RecordView]:
    """The records of visits that count, without items: those that no other supersedes, whatever clocks say."""
    rows = RECORD.rows(session, {"fact_ids": list(visit_ids)})
    return {row.visit_id: RecordView(**row._asdict()) for row in rows}


def find_open_holds(session: Session, *, fact_ids: Collection[UUID]) -> dict[UUID, HoldView]:
    """The holds under which facts wait."""
    rows = WAITS.rows(session, {"fact_ids": list(fact_ids)})
    return {row.fact_id: HoldView(row.id, ReviewStep(row.step), row.due_on) for row in rows}


def find_payable_records(session: Session, *, visit_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By which records visits have the right to be paid."""
    return {row.fact_id: row.record_id for row in PAID.rows(session, {"fact_ids": list(visit_ids)})}


def open_exception(row: Any) -> OpenException:
    """What was found about a fact and still holds, from its row."""
    return OpenException(row.id, ExceptionCode(row.code), Severity(row.severity), row.details)


def _tap(row: Any) -> VisitTap:
    return VisitTap(
        row.id,
        EventKind(row.kind),
        row.counted_at,
        Verdict(row.verdict),
        is_doubted=row.doubt is not None,
        tag=TagMedium(row.medium) if row.medium else None,
    )


def _of_kind(kind: EvidenceKind, said: Sequence[Any]) -> tuple[tuple[bool, datetime], ...]:
    return tuple((row.holds, row.recorded_at) for row in said if row.kind == kind)
