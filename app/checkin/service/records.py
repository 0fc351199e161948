"""What was checked before a visit and done in it, and what the client or guardian says of it."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.check_models import LIMBS_CONTEXT, LimbFinding, VisitCheck
from app.checkin.checks import Checks, LimbCheck
from app.checkin.commands import Confirmation, ItemEntry, ItemLog
from app.checkin.models import Evidence, ItemDone
from app.checkin.queries import events
from app.checkin.service import facts
from app.checkin.service.settling import judge_again, policy_on, settle_visit, subject_of
from app.checkin.types import EvidenceKind, ExceptionCode, Found
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.resend import EventReused
from app.kernel.settings import current_settings
from app.schedules.queries import get_visit
from app.schedules.service import progress
from app.schedules.types import VisitView

ITEMS = ItemDone.__table__
INSERT_ITEM = insert(ITEMS).on_conflict_do_nothing(index_elements=["id"]).returning(ITEMS.c.id)  # type: ignore[arg-type]  # a Table


class OwnFact(DomainError):
    """Nobody decides or confirms his own care."""

    kind, code = ErrorKind.FORBIDDEN, "own_fact"


def log_items(
    session: Session, command: ItemLog, *, visit_id: UUID, actor: Actor, at: datetime
) -> tuple[ItemEntry, ...]:
    """Store what was done, before or after the taps arrive; of an item logged twice the later line counts. A visit
    that has a record is judged again.

    A resend is answered with the same lines. Raises NotFound for a visit that is not the carer's, EventReused.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    _judge_news(session, store_items(session, command, visit_id=visit_id, actor=actor, at=at), visit, actor, at)
    return command.items


def tell_checks(session: Session, command: Checks, *, visit_id: UUID, actor: Actor, at: datetime) -> Checks:
    """Store what was checked before a visit, whenever that is told; the last word counts. A visit that has a record is
    judged again.

    Raises NotFound for a visit that is not the carer's, EventReused.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    _judge_news(session, store_checks(session, command, visit_id=visit_id, actor=actor, at=at), visit, actor, at)
    return command


def store_items(
    session: Session, command: ItemLog, *, visit_id: UUID, actor: Actor, at: datetime
) -> audit.Action | None:
    """Store the lines of a visit of the carer's; what is to be audited, None for a resend. Raises EventReused."""
    key = current_settings().key_ring.command_key
    digests = {item.id: command_digest({"item": item, "visit_id": visit_id}, key=key) for item in command.items}
    rows = [
        {
            "id": item.id,
            "visit_id": visit_id,
            "item_code": item.item_code,
            "outcome": item.outcome,
            "minutes": item.minutes,
            "reason": item.reason,
            "consented": item.consented,
            "occurred_at": item.occurred_at,
            "account_id": actor.account_id,
            "command_digest": digests[item.id],
            "recorded_at": at,
        }
        for item in command.items
    ]
    new = set(session.scalars(INSERT_ITEM, rows))
    if resent := [item.id for item in command.items if item.id not in new]:
        _check_resent(session, resent, digests)
    details = {"item_ids": sorted(str(each) for each in new)}
    return audit.Action("visit.items_logged", ("visit", visit_id), details) if new else None


def store_checks(
    session: Session, command: Checks, *, visit_id: UUID, actor: Actor, at: datetime
) -> audit.Action | None:
    """Store the checks before a visit of the carer's, as `store_items` does lines."""
    keys = current_settings().key_ring
    _, is_new = resend.insert_once(
        session,
        VisitCheck,
        digest=command_digest({"command": command, "visit_id": visit_id}, key=keys.command_key),
        id=command.id,
        visit_id=visit_id,
        identity=command.identity,
        identity_reason=command.identity_reason,
        limbs_checked=command.limbs is not LimbCheck.NOT_CHECKED,
        risks_told=command.risks_told,
        voucher=command.voucher,
        voucher_reason=command.voucher_reason,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        return None
    if command.limbs is not LimbCheck.NOT_CHECKED:
        sealed = keys.encrypt(command.limbs, context=LIMBS_CONTEXT)
        session.execute(insert(LimbFinding).values(check_id=command.id, limbs_enc=sealed))
    return audit.Action("visit.checked", ("visit", visit_id), {"check_id": str(command.id)})


def confirm_visit(
    session: Session, command: Confirmation, *, visit_id: UUID, actor: Actor, at: datetime
) -> Confirmation:
    """Keep the client's or guardian's word as a witness and settle the visit again: a denial holds it.

    Raises NotFound for a visit of a client who is not the guardian's, OwnFact for one of his own as a carer.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    progress.lock(session, visit_id=visit_id)
    if actor.person_id is not None and actor.person_id == events.get_carer_person(session, carer_id=visit.carer_id):
        raise OwnFact
    _, is_new = resend.insert_once(
        session,
        Evidence,
        digest=command_digest(
            {"command": command, "visit_id": visit_id, "account_id": actor.account_id},
            key=current_settings().key_ring.command_key,
        ),
        id=command.id,
        fact_id=visit_id,
        kind=EvidenceKind.CONFIRMATION,
        holds=command.holds,
        account_id=actor.account_id,
        occurred_at=command.occurred_at,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
        return command
    denied = () if command.holds else (Found(ExceptionCode.CLIENT_DENIES),)
    if denied:
        on = clock.local_date(visit.began_at or at, zone_of(actor.region))
        policy = policy_on(on, region=actor.region, district=visit.district_code, at=at)
        facts.add_subject(session, subject_of(visit), at=at)
        facts.add_exceptions(session, fact_id=visit_id, found=denied, policy=policy, at=at, event_id=command.id)
    settle_visit(session, visit, region=actor.region, at=at, news=denied)
    details = {"holds": command.holds}
    _audit(session, "visit.confirmed", visit_id=visit_id, details=details, actor=actor, at=at)
    return command


def _judge_news(session: Session, news: audit.Action | None, visit: VisitView, actor: Actor, at: datetime) -> None:
    if news is None:
        resend.mark_replay()
        return
    audit.record_all(session, [news], actor=actor, at=at, keys=current_settings().key_ring)
    judge_again(session, visit, region=actor.region, at=at)


def _check_resent(session: Session, ids: Sequence[UUID], digests: dict[UUID, bytes]) -> None:
    for item_id, stored in events.find_item_digests(session, ids=ids).items():
        if not hmac.compare_digest(stored, digests[item_id]):
            raise EventReused(id=str(item_id))


def _audit(
    session: Session, action: str, *, visit_id: UUID, details: Mapping[str, object], actor: Actor, at: datetime
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=("visit", visit_id), details=details, keys=keys)
