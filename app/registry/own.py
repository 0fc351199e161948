"""What people see of themselves, masked."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.kernel.permissions import Actor
from app.registry.conditions import CARED_FOR_AS
from app.registry.lists import carer_view
from app.registry.models import Carer
from app.registry.queries import one_or_not_found
from app.registry.shown import CarerView


def get_own_carer(session: Session, *, actor: Actor) -> CarerView:
    """The carer whom the actor is in his role, masked; NotFound when he is none."""
    own = (Carer.person_id == actor.person_id, Carer.kind == CARED_FOR_AS.get(actor.role))
    statement = select(Carer).where(*own).options(joinedload(Carer.person))
    return carer_view(session, one_or_not_found(session, statement))
