"""Takes in what a provider says of who was there."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.models import Evidence
from app.checkin.service.settling import policy_on
from app.checkin.types import EvidenceKind
from app.kernel import clock
from app.kernel.canonical import command_digest
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.types import VisitView


def add_witness(
    session: Session, visit: VisitView, answer: object, *, kind: EvidenceKind, holds: bool, actor: Actor, at: datetime
) -> None:
    """Keep a provider's answer as a witness for a visit, by the moment it arrived."""
    row = Evidence(
        id=new_id(at=at),
        fact_id=visit.id,
        kind=kind,
        holds=holds,
        account_id=actor.account_id,
        occurred_at=at,
        command_digest=command_digest(answer, key=current_settings().key_ring.command_key),
        recorded_at=at,
    )
    session.add(row)
    session.flush()


def policy_of(visit: VisitView, *, actor: Actor, at: datetime) -> Policy:
    """The rules of a visit's day, or of today while it has not begun."""
    on = clock.local_date(visit.began_at or at, zone_of(actor.region))
    return policy_on(on, region=actor.region, district=visit.district_code, at=at)
