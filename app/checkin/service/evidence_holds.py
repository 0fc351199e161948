"""Keeps evidence for courts and open cases, and takes the operator's word that a period is closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import (
    HeldSpan,
    HeldSubject,
    HoldCause,
    LegalHoldEnding,
    LegalHoldEntry,
    LegalHoldView,
    PeriodCloseEntry,
    PeriodCloseView,
    PeriodKind,
)
from app.checkin.hold_models import EvidenceHold, EvidenceHoldEnd, PeriodClose
from app.checkin.queries import evidence_holds as queries
from app.checkin.rules.fading import closed_until
from app.checkin.service.fading import lock_holds
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, ScopeKind, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.service.scopes import OutsideScope


class LegalHoldOver(DomainError):
    """The hold has ended already."""

    kind, code = ErrorKind.CONFLICT, "legal_hold_over"


class PeriodNotOver(DomainError):
    """A period that lasts cannot be closed."""

    kind, code = ErrorKind.CONFLICT, "period_not_over"


class PeriodClosed(DomainError):
    """The period is closed already."""

    kind, code = ErrorKind.CONFLICT, "period_closed"


def place_hold(session: Session, command: LegalHoldEntry, *, actor: Actor, at: datetime) -> LegalHoldView:
    """Keep the evidence about a subject from now on. Raises OutsideScope for less than the fund, NotFound."""
    _check_fund(actor)
    queries.check_subject(session, subject=command.subject, subject_id=command.subject_id, actor=actor)
    lock_holds(session, region=actor.region, is_fading=False)
    row = EvidenceHold(
        **_span(HeldSpan(command.subject, command.subject_id, command.first_on, command.beyond_on)),
        id=new_id(at=at),
        cause=HoldCause.LEGAL,
        document=command.document,
        account_id=actor.account_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    _note(session, "legal_hold.placed", ("legal_hold", row.id), actor=actor, at=at, document=command.document)
    return queries.view_hold(row, None)


def end_hold(session: Session, command: LegalHoldEnding, *, hold_id: UUID, actor: Actor, at: datetime) -> LegalHoldView:
    """End a hold: what it alone kept fades with the next run. Raises NotFound, LegalHoldOver."""
    row = queries.get_hold(session, hold_id=hold_id, actor=actor)
    values = {"document": command.document, "account_id": actor.account_id, "recorded_at": at}
    once = insert(EvidenceHoldEnd).values(hold_id=hold_id, **values).on_conflict_do_nothing()
    end = session.scalars(once.returning(EvidenceHoldEnd)).one_or_none()
    if end is None:
        raise LegalHoldOver(hold_id=hold_id)
    _note(session, "legal_hold.ended", ("legal_hold", hold_id), actor=actor, at=at, document=command.document)
    return queries.view_hold(row, end)


def keep_for_case(session: Session, spans: Sequence[HeldSpan], *, case_id: UUID, actor: AnyActor, at: datetime) -> None:
    """Keep the evidence of an open case of oversight; said again, it changes nothing."""
    lock_holds(session, region=actor.region, is_fading=False)
    standing = {
        HeldSpan(row.subject, row.subject_id, row.first_on, row.beyond_on)
        for row in queries.list_standing(session, cause_id=case_id)
    }
    rows = [
        _span(span)
        | {
            "id": new_id(at=at),
            "cause": HoldCause.CASE,
            "cause_id": case_id,
            "account_id": _account_of(actor),
            "recorded_at": at,
        }
        for span in dict.fromkeys(spans)
        if span not in standing
    ]
    if rows:
        session.execute(insert(EvidenceHold), rows)


def end_case(session: Session, *, case_id: UUID, actor: AnyActor, at: datetime) -> None:
    """Let go what was kept for a case that is closed."""
    rows = [
        {"hold_id": row.id, "account_id": _account_of(actor), "recorded_at": at}
        for row in queries.list_standing(session, cause_id=case_id)
    ]
    if rows:
        session.execute(insert(EvidenceHoldEnd).on_conflict_do_nothing(), rows)


def close_period(session: Session, command: PeriodCloseEntry, *, actor: Actor, at: datetime) -> PeriodCloseView:
    """Take the operator's word, by a paper, that nothing of a period is open any more.

    Raises OutsideScope for a month and less than the fund, NotFound, PeriodNotOver, PeriodClosed.
    """
    if command.kind is PeriodKind.MONTH:
        _check_fund(actor)
    else:
        queries.check_subject(session, subject=HeldSubject.AGENCY, subject_id=command.agency_id, actor=actor)
    beyond_on = closed_until(command.kind, command.first_on)
    if clock.local_date(at, zone_of(actor.region)) < beyond_on:
        raise PeriodNotOver(beyond_on=beyond_on)
    values = {
        "id": new_id(at=at),
        "kind": command.kind,
        "agency_id": command.agency_id,
        "first_on": command.first_on,
        "beyond_on": beyond_on,
        "document": command.document,
        "account_id": actor.account_id,
        "recorded_at": at,
    }
    row = session.scalars(
        insert(PeriodClose).values(values).on_conflict_do_nothing().returning(PeriodClose)
    ).one_or_none()
    if row is None:
        raise PeriodClosed(first_on=command.first_on)
    _note(session, "period.closed", ("period_close", row.id), actor=actor, at=at, document=command.document)
    return queries.view_close(row)


def _check_fund(actor: Actor) -> None:
    if actor.scope.kind is not ScopeKind.FUND:
        raise OutsideScope


def _span(span: HeldSpan) -> dict[str, Any]:
    return {
        "subject": span.subject,
        "subject_id": span.subject_id,
        "first_on": span.first_on,
        "beyond_on": span.beyond_on,
    }


def _account_of(actor: AnyActor) -> UUID | None:
    return None if isinstance(actor, SystemActor) else actor.account_id


def _note(
    session: Session, action: str, subject: tuple[str, UUID], *, actor: Actor, at: datetime, **details: Any
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=subject, details=details, keys=keys)
