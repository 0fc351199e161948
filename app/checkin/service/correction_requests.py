"""Corrections that carers ask for: kept, answered, and when granted a record of its own beside the first."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.commands import ItemEntry
from app.checkin.correction_models import CorrectionDecision, CorrectionNote, CorrectionRequest
from app.checkin.corrections import (
    CorrectionAnswer,
    CorrectionAsked,
    CorrectionKind,
    CorrectionRefusal,
    CorrectionView,
    Resolution,
)
from app.checkin.queries import corrections as queries
from app.checkin.queries import events
from app.checkin.queries import facts as fact_queries
from app.checkin.rules.corrections import corrected_span, hand_entry, judge_correction
from app.checkin.rules.visits import OF_MINUTES
from app.checkin.service import facts
from app.checkin.service.corrections import EditLocked, TimesImpossible, locked_for, supersede
from app.checkin.service.records import correct_items
from app.checkin.service.reviews import fact_to_review
from app.checkin.service.settling import policy_on, settle_visit
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found, ReviewStep
from app.kernel import audit, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.queries import find_visits, get_visit
from app.schedules.service import progress
from app.schedules.types import VisitView

OF_TIMES = OF_MINUTES | {ExceptionCode.SWAPPED, ExceptionCode.NO_CLOCK_IN, ExceptionCode.NO_CLOCK_OUT}


class RecordMissing(DomainError):
    """The visit has no record yet that could be corrected."""

    kind, code = ErrorKind.CONFLICT, "record_missing"


class CorrectionOpen(DomainError):
    """Another request about this visit waits for its answer."""

    kind, code = ErrorKind.CONFLICT, "correction_open"


class CorrectionAnswered(DomainError):
    """The request was answered before."""

    kind, code = ErrorKind.CONFLICT, "correction_answered"


class VisitRefused(DomainError):
    """What a person refused is looked into again before it is corrected."""

    kind, code = ErrorKind.CONFLICT, "visit_refused"


REFUSALS: dict[CorrectionRefusal, type[DomainError]] = {
    CorrectionRefusal.EDIT_LOCKED: EditLocked,
    CorrectionRefusal.VISIT_REFUSED: VisitRefused,
}


def ask(session: Session, command: CorrectionAsked, *, actor: Actor, at: datetime) -> CorrectionView:
    """Keep what a carer asks for about a visit of his own, however long ago it was; one request at a time.

    Raises NotFound, RecordMissing, CorrectionOpen, EventReused.
    """
    get_visit(session, visit_id=command.visit_id, actor=actor)
    progress.lock(session, visit_id=command.visit_id)
    is_open = queries.has_open_correction(session, visit_id=command.visit_id)
    keys = current_settings().key_ring
    _, is_new = resend.insert_once(
        session,
        CorrectionRequest,
        digest=command_digest({"command": command, "account_id": actor.account_id}, key=keys.command_key),
        id=command.id,
        visit_id=command.visit_id,
        kind=command.kind,
        reason=command.reason,
        began_at=command.began_at,
        ended_at=command.ended_at,
        items=[_stored(item) for item in command.items],
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
        return queries.get_correction(session, correction_id=command.id, actor=actor)
    if is_open:
        raise CorrectionOpen(visit_id=str(command.visit_id))
    if events.find_record(session, visit_id=command.visit_id) is None:
        raise RecordMissing(visit_id=str(command.visit_id))
    if command.note is not None:
        sealed = keys.encrypt(command.note, context=queries.NOTE_CONTEXT)
        session.execute(insert(CorrectionNote).values(correction_id=command.id, text_enc=sealed))
    details = {"correction_id": command.id, "kind": command.kind, "reason": command.reason}
    _audit(session, "visit.correction_asked", command.visit_id, details, actor=actor, at=at)
    return queries.get_correction(session, correction_id=command.id, actor=actor)


def answer(
    session: Session, command: CorrectionAnswer, *, correction_id: UUID, step: ReviewStep, actor: Actor, at: datetime
) -> CorrectionView:
    """Grant a request, or decline it with a reason, for the agency or as operator.

    A granted one makes a record beside the first, or items that count from now on; the mark of that stays with the
    visit, which is settled again. Raises NotFound, OwnFact, CorrectionAnswered, EditLocked, VisitRefused,
    TimesImpossible.
    """
    asked = queries.get_correction(session, correction_id=correction_id, actor=actor)
    subject = fact_to_review(session, fact_id=asked.visit_id, step=step, actor=actor)
    record = events.find_record(session, visit_id=asked.visit_id)
    if record is None:
        raise RecordMissing(visit_id=str(asked.visit_id))
    policy = policy_on(record.service_on, region=actor.region, district=subject.district_code, at=at)
    _keep(session, command, asked=asked, step=step, policy=policy, actor=actor, at=at)
    if command.resolution is not None:
        refusal = judge_correction(
            locked=locked_for(session, record, step=step, policy=policy, region=actor.region, at=at),
            standing=fact_queries.get_fact(session, fact_id=asked.visit_id, actor=actor).standing,
        )
        if refusal is not None:
            raise REFUSALS[refusal](visit_id=str(asked.visit_id))
        visit = find_visits(session, ids=[asked.visit_id])[asked.visit_id]
        _grant(session, asked, command.resolution, visit=visit, record=record, policy=policy, actor=actor, at=at)
    details = {"correction_id": correction_id, "granted": command.granted, "step": step}
    _audit(session, "visit.correction_answered", asked.visit_id, details, actor=actor, at=at)
    return queries.get_correction(session, correction_id=correction_id, actor=actor)


def _stored(item: ItemEntry) -> dict[str, Any]:
    return asdict(item) | {
        "id": str(item.id),
        "outcome": item.outcome.value,
        "occurred_at": item.occurred_at.isoformat(),
    }


def _keep(
    session: Session,
    command: CorrectionAnswer,
    *,
    asked: CorrectionView,
    step: ReviewStep,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> None:
    once = insert(CorrectionDecision).on_conflict_do_nothing().returning(CorrectionDecision.correction_id)
    values = {
        "correction_id": asked.id,
        "granted": command.granted,
        "step": step,
        "resolution": command.resolution,
        "decline_reason": command.decline_reason,
        "account_id": actor.account_id,
        "policy_digest": policy.digest,
        "recorded_at": at,
    }
    if session.scalar(once.values(**values)) is None:
        raise CorrectionAnswered(correction_id=str(asked.id))


def _grant(
    session: Session,
    asked: CorrectionView,
    resolution: Resolution,
    *,
    visit: VisitView,
    record: RecordView,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> None:
    mark = Found(hand_entry(asked.reason, resolution), {"correction_id": str(asked.id)})
    facts.add_exceptions(session, fact_id=visit.id, found=(mark,), policy=policy, at=at)
    if asked.kind is CorrectionKind.ITEMS and resolution is not Resolution.NOT_PAYABLE:
        correct_items(session, asked.items, visit=visit, actor=actor, at=at)
    else:
        _, found = supersede(
            session,
            visit,
            record,
            span=_span(asked, record=record),
            reason=asked.reason.value,
            resolution=resolution.value,
            is_payable=resolution is not Resolution.NOT_PAYABLE,
            policy=policy,
            actor=actor,
            at=at,
        )
        facts.find_again(session, fact_id=visit.id, codes=OF_TIMES, found=found, policy=policy, at=at)
    settle_visit(session, visit, region=actor.region, at=at, news=(mark,))


def _span(asked: CorrectionView, *, record: RecordView) -> tuple[datetime, datetime]:
    is_of_items = asked.kind is CorrectionKind.ITEMS  # not payable at all: its times stay
    span = corrected_span(
        asked.kind,
        tapped_in=record.began_at if record.clock_in_id or is_of_items else None,
        tapped_out=record.ended_at if record.clock_out_id or is_of_items else None,
        began_at=asked.began_at,
        ended_at=asked.ended_at,
    )
    if span is None:
        raise TimesImpossible(fact_id=str(asked.visit_id))
    return span


def _audit(
    session: Session, action: str, visit_id: UUID, details: Mapping[str, object], *, actor: Actor, at: datetime
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=("visit", visit_id), details=details, keys=keys)
