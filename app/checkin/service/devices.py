"""A carer's new phone is confirmed, and what it told meanwhile counts in full."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.service import confirm_device
from app.accounts.types import DeviceView
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
    account_id, person_id, carer_id = queries.get_device(session, device_id=device_id, actor=actor)
    if person_id == actor.person_id:
        raise OwnFact
    carer_to_change(session, carer_id=carer_id, actor=actor, at=at)
    if not confirm_device(session, device_id=device_id, account_id=account_id, actor=actor, at=at):
        resend.mark_replay()
        return queries.find_view(session, device_id=device_id, carer_id=carer_id)
    visit_ids = queries.list_held_visits(session, device_id=device_id, account_id=account_id)
    progress.lock_all(session, visit_ids=visit_ids)
    visits = find_visits(session, ids=visit_ids)
    for visit_id in visit_ids:
        settle_visit(session, visits[visit_id], region=actor.region, at=at)
    for event_id, of_carer in queries.list_held_events(session, device_id=device_id, account_id=account_id):
        judge_days_again(session, event_id=event_id, carer_id=of_carer, region=actor.region, at=at)
    return queries.find_view(session, device_id=device_id, carer_id=carer_id)
