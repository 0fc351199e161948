"""An agency hands over its clients, and with them goes what is planned."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.permissions import AnyActor
from app.kernel.regions import zone_of
from app.policies.codes import HomeType
from app.registry.hand_over_types import HandOver
from app.registry.service import handing_over
from app.schedules.models import Visit
from app.schedules.service.progress import move_planned
from app.schedules.types import AgencyHandOver, CancellationReason, VisitState


def hand_over(session: Session, command: HandOver, *, agency_id: UUID, actor: AnyActor, at: datetime) -> AgencyHandOver:
    """Hand over an agency's clients, see `registry`, and cancel what is planned with it from the day on.

    A visit that should have begun already is left: it takes place, or is missed.
    """
    clients = handing_over.hand_over(session, command, agency_id=agency_id, actor=actor, at=at)
    begin = max(clock.local_midnight(command.begins_on, zone_of(actor.region)), at)
    handed = {each.client_id for each in clients if each.home_type is HomeType.AGENCY_CARE}
    cancelled = move_planned(
        session,
        Visit.agency_id == agency_id,
        Visit.client_id.in_(handed),
        func.lower(Visit.planned) >= begin,
        to_state=VisitState.CANCELLED,
        reason=CancellationReason.AGENCY_CHANGED,
        actor=actor,
        at=at,
    )
    return AgencyHandOver(clients, cancelled)
