"""What was checked before a visit and done in it, and what the client or guardian says of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.check_models import LIMBS_CONTEXT, LimbFinding, VisitCheck
from app.checkin.checks import Checks, LimbCheck
from app.checkin.commands import Confirmation, ItemEntry, ItemLog
from app.checkin.models import ItemDone
from app.checkin.queries import events
from app.checkin.queries import told as queries
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.checkin.service.settling import judge_again
from app.checkin.service.stated_ends import settle_stated
from app.checkin.service.statements import NOTHING, keep_confirmation, stated, weigh_for
from app.checkin.service.witnesses import policy_of
from app.checkin.statements import Speaker, StatedConfirmation
from app.kernel import audit, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor, Role
from app.kernel.settings import current_settings
from app.schedules.queries import get_visit
from app.schedules.service import progress
from app.schedules.types import VisitView

Told = ItemEntry | Checks


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
    tell(session, {visit_id: [*command.items]}, actor=actor, at=at)
    return command.items


def tell_checks(session: Session, command: Checks, *, visit_id: UUID, actor: Actor, at: datetime) -> Checks:
    """Store what was checked before a visit, whenever that is told; the last word counts. A visit that has a record is
    judged again.

    Raises NotFound for a visit that is not the carer's, EventReused.
    """
    tell(session, {visit_id: [command]}, actor=actor, at=at)
    return command


def tell(session: Session, told: Mapping[UUID, Sequence[Told]], *, actor: Actor, at: datetime) -> None:
    """Store items and checks of any number of visits, by as many statements as of one; those that have a record are
    judged again. Raises NotFound for a visit that is not the carer's, EventReused.
    """
    visits = queries.get_visits(session, ids=told.keys(), actor=actor)
    items = [(visit_id, each) for visit_id, words in told.items() for each in words if isinstance(each, ItemEntry)]
    checks = [(visit_id, each) for visit_id, words in told.items() for each in words if isinstance(each, Checks)]
    news = [*_store_items(session, items, actor=actor, at=at), *_store_checks(session, checks, actor=actor, at=at)]
    if not news:
        resend.mark_replay()
        return
    audit.record_all(session, news, actor=actor, at=at, keys=current_settings().key_ring)
    changed = {visit_id for _, visit_id in (action.subject for action in news) if visit_id}
    progress.lock_all(session, visit_ids=changed)  # a record that is made at this moment is waited for
    recorded = sorted(queries.list_recorded(session, visit_ids=changed))
    judge_again(session, [visits[visit_id] for visit_id in recorded], region=actor.region, at=at)


def _store_items(
    session: Session, items: Sequence[tuple[UUID, ItemEntry]], *, actor: Actor, at: datetime
) -> list[audit.Action]:
    """Store the lines that are new; what is to be audited, visit by visit."""
    key = current_settings().key_ring.command_key
    rows = [
        {
            "id": item.id,
            "visit_id": visit_id,
            "item_code": item.item_code,
            "outcome": item.outcome,
            "minutes": item.minutes,
            "reason": item.reason,
            "consented": item.consented,
            "price_fen": item.price_fen,
            "occurred_at": item.occurred_at,
            "account_id": actor.account_id,
            "command_digest": command_digest({"item": item, "visit_id": visit_id}, key=key),
            "recorded_at": at,
        }
        for visit_id, item in items
    ]
    new = resend.insert_new(session, ItemDone, rows)
    lines: defaultdict[UUID, list[str]] = defaultdict(list)
    for visit_id, item in items:
        if item.id in new:
            lines[visit_id].append(str(item.id))
    return [
        audit.Action("visit.items_logged", ("visit", visit_id), {"item_ids": sorted(ids)})
        for visit_id, ids in lines.items()
    ]


def _store_checks(
    session: Session, checks: Sequence[tuple[UUID, Checks]], *, actor: Actor, at: datetime
) -> list[audit.Action]:
    """Store the checks that are new; what is to be audited."""
    keys = current_settings().key_ring
    rows = [
        {
            "id": each.id,
            "visit_id": visit_id,
            "identity": each.identity,
            "identity_reason": each.identity_reason,
            "limbs_checked": each.limbs is not LimbCheck.NOT_CHECKED,
            "risks_told": each.risks_told,
            "voucher": each.voucher,
            "voucher_reason": each.voucher_reason,
            "occurred_at": each.occurred_at,
            "account_id": actor.account_id,
            "command_digest": command_digest({"command": each, "visit_id": visit_id}, key=keys.command_key),
            "recorded_at": at,
        }
        for visit_id, each in checks
    ]
    new = resend.insert_new(session, VisitCheck, rows)
    stored = [(visit_id, each) for visit_id, each in checks if each.id in new]
    limbs = [
        {"check_id": each.id, "limbs_enc": keys.encrypt(each.limbs, context=LIMBS_CONTEXT)}
        for _, each in stored
        if each.limbs is not LimbCheck.NOT_CHECKED
    ]
    if limbs:
        session.execute(insert(LimbFinding), limbs)
    return [audit.Action("visit.checked", ("visit", visit_id), {"check_id": str(each.id)}) for visit_id, each in stored]


def confirm_visit(
    session: Session, command: Confirmation | StatedConfirmation, *, visit_id: UUID, actor: Actor, at: datetime
) -> Confirmation | StatedConfirmation:
    """Keep the client's or guardian's word, as a witness if it is one, and settle the visit again: a denial holds it.

    A carer may tell why there is no word, and pass on what was said on his phone: a denial counts, a confirmation is no
    witness. Raises NotFound for a visit of a client who is not the guardian's, OwnFact for anything else about one of
    his own as a carer.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    progress.lock(session, visit_id=visit_id)
    carer_person_id = events.get_carer_person(session, carer_id=visit.carer_id)
    said, weighed, speaker = stated(command), NOTHING, Speaker.CARER
    policy = policy_of(visit, actor=actor, at=at)
    is_own = actor.role is Role.CARER or actor.person_id == carer_person_id
    is_passed_on = actor.role is Role.CARER and said.handed_over and said.answers
    if is_own and said.answers and not is_passed_on:
        raise OwnFact
    if is_passed_on or not is_own:
        speaker = Speaker.CLIENT
        weighed = weigh_for(
            session, said, visit=visit, carer_person_id=carer_person_id, policy=policy, actor=actor, at=at
        )
    if not keep_confirmation(session, command, weighed, speaker=speaker, visit_id=visit_id, actor=actor, at=at):
        resend.mark_replay()
        return command
    if weighed.found:
        facts.add_subject(session, subject_of(visit), at=at)
        facts.add_exceptions(session, fact_id=visit_id, found=weighed.found, policy=policy, at=at, event_id=command.id)
    if weighed != NOTHING:
        settle_stated(session, visit, region=actor.region, at=at, news=weighed.found)
    details = {"holds": weighed.holds}
    _audit(session, "visit.confirmed", visit_id=visit_id, details=details, actor=actor, at=at)
    return command


def correct_items(
    session: Session, items: Sequence[ItemEntry], *, visit: VisitView, actor: Actor, at: datetime
) -> None:
    """Keep items of a recorded visit as the granter's word of this moment, which counts, and judge it again."""
    lines = [(visit.id, replace(item, occurred_at=at)) for item in items]
    audit.record_all(
        session, _store_items(session, lines, actor=actor, at=at), actor=actor, at=at, keys=current_settings().key_ring
    )
    judge_again(session, [visit], region=actor.region, at=at)


def _audit(
    session: Session, action: str, *, visit_id: UUID, details: Mapping[str, object], actor: Actor, at: datetime
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=("visit", visit_id), details=details, keys=keys)
