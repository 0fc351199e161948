"""A carer's new phone is confirmed, and what it told meanwhile counts in full."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.device_codes import (
    ConfirmedDevice,
    DeviceCodeEntry,
    DeviceCodeMissing,
    IssuedDeviceCode,
    Try,
    check_try,
    normal_digits,
)
from app.accounts.software import DeviceView
from app.checkin.queries import devices as queries
from app.checkin.service.late_events import judge_days_again
from app.checkin.service.records import OwnFact
from app.checkin.service.settling import settle_visit
from app.kernel import resend
from app.kernel.permissions import Actor
from app.registry.service.scopes import carer_to_change
from app.schedules.queries import find_visits
from app.schedules.service import progress


def confirm(session: Session, *, device_id: UUID, actor: Actor, at: datetime) -> DeviceView:
    """Take a phone for its carer's own. What waits for a person and was told by it is judged again: the machine lets go
    what now needs nobody's look. Done twice it changes nothing more.

    Raises NotFound, CarerLeftAgency, OwnFact for one's own phone, DeviceOfOther while another carer has it.
    """
    account_id, carer_id = _to_confirm(session, device_id=device_id, actor=actor, at=at)
    _take(session, device_id=device_id, account_id=account_id, actor=actor, at=at)
    return queries.find_view(session, device_id=device_id, carer_id=carer_id)


def issue_code(session: Session, *, device_id: UUID, actor: Actor, at: datetime) -> IssuedDeviceCode:
    """Digits by which the carer confirms the phone himself, for who may confirm it. Raises what `confirm` does, and
    DeviceConfirmed."""
    account_id, _ = _to_confirm(session, device_id=device_id, actor=actor, at=at)
    return accounts.issue_code(session, device_id=device_id, account_id=account_id, actor=actor, at=at)


def count_try(session: Session, command: DeviceCodeEntry, *, actor: Actor) -> Try | None:
    """Count a try of the phone in the actor's hand, in a transaction of its own. Raises DeviceCodeMalformed."""
    digits = normal_digits(command.code)
    return accounts.count_device_try(session, digits, device_id=actor.device_id) if actor.device_id else None


def confirm_by_code(session: Session, made: Try | None, *, actor: Actor, at: datetime) -> ConfirmedDevice:
    """Take the phone in the actor's hand for his own, by a try that was counted; done twice it changes nothing more.

    Raises DeviceCodeMissing, DeviceCodeExpired, DeviceCodeUsedUp, DeviceCodeWrong, DeviceOfOther.
    """
    accounts.lock_row(session, account_id=actor.account_id)
    row = queries.find_own(session, actor=actor)
    if row is None:
        raise DeviceCodeMissing
    if row.doubt is None:
        resend.mark_replay()
        return ConfirmedDevice(row.id)
    check_try(made, at=at)
    if made is None or accounts.spend_code(session, made, device_id=row.id) is None:
        raise DeviceCodeMissing
    _take(session, device_id=row.id, account_id=actor.account_id, actor=actor, at=at)
    return ConfirmedDevice(row.id)


def _to_confirm(session: Session, *, device_id: UUID, actor: Actor, at: datetime) -> tuple[UUID, UUID]:
    """The account of a phone that the actor may confirm, and its carer."""
    account_id, person_id, carer_id = queries.get_device(session, device_id=device_id, actor=actor)
    if person_id == actor.person_id:
        raise OwnFact
    carer_to_change(session, carer_id=carer_id, actor=actor, at=at)
    return account_id, carer_id


def _take(session: Session, *, device_id: UUID, account_id: UUID, actor: Actor, at: datetime) -> None:
    if not accounts.confirm_device(session, device_id=device_id, account_id=account_id, actor=actor, at=at):
        resend.mark_replay()
        return
    visit_ids = queries.list_held_visits(session, device_id=device_id, account_id=account_id)
    progress.lock_all(session, visit_ids=visit_ids)
    visits = find_visits(session, ids=visit_ids)
    for visit_id in visit_ids:
        settle_visit(session, visits[visit_id], region=actor.region, at=at)
    for event_id, of_carer in queries.list_held_events(session, device_id=device_id, account_id=account_id):
        judge_days_again(session, event_id=event_id, carer_id=of_carer, region=actor.region, at=at)
