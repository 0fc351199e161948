"""A fund's families and what of the registry touches a month of theirs. Unscoped: for computing money."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.registry.conditions import touches
from app.registry.models import (
    Assignment,
    Carer,
    Client,
    Entitlement,
    FamilyTraining,
    Person,
    Stay,
    Suspension,
)
from app.registry.types import CarerKind, ClientMonth, FamilyPair
from app.registry.views import (
    assignment_view,
    entitlement_view,
    period_of,
    stay_view,
    suspension_view,
    training_view,
)

View = TypeVar("View")
Right = type[Entitlement] | type[Suspension] | type[Stay] | type[Assignment] | type[FamilyTraining]

VIEWS: dict[Right, Callable[[Any], Any]] = {
    Entitlement: entitlement_view,
    Suspension: suspension_view,
    Stay: stay_view,
    Assignment: assignment_view,
    FamilyTraining: training_view,
}


def family_pairs(
    session: Session, *, first: date, beyond: date, client_ids: Collection[UUID] | None = None
) -> tuple[FamilyPair, ...]:
    """Assignments of family carers live on a day of `[first, beyond)`, ordered by client. Unscoped: for jobs.

    `client_ids` names some of the clients, None asks for all.
    """
    chosen = true() if client_ids is None else Assignment.client_id.in_(client_ids)
    rows = session.execute(
        select(Assignment, Carer.person_id, Client.person_id, Client.district_code)
        .join(Carer, Carer.id == Assignment.carer_id)
        .join(Client, Client.id == Assignment.client_id)
        .where(Carer.kind == CarerKind.FAMILY, touches(Assignment, first=first, beyond=beyond), chosen)
        .order_by(Assignment.client_id, Assignment.valid_from, Assignment.id)
    )
    return tuple(
        FamilyPair(
            assignment_id=row.id,
            client_id=row.client_id,
            carer_id=row.carer_id,
            carer_person_id=carer_person_id,
            client_person_id=client_person_id,
            district_code=district_code,
            period=period_of(row),
        )
        for row, carer_person_id, client_person_id, district_code in rows
    )


def load_family_months(
    session: Session, *, client_ids: Collection[UUID], first: date, beyond: date
) -> dict[UUID, ClientMonth]:
    """The rights of the clients that touch `[first, beyond)`, by client. Unscoped: for computations of a whole fund.

    A stay that ends on `first` is there too, since the policy may not pay the day of discharge; so is the last
    entitlement that ended before, by which a day without one is explained.
    """
    clients = session.execute(
        select(Client.id, Client.district_code, Person.died_on)
        .join(Person, Person.id == Client.person_id)
        .where(Client.id.in_(client_ids))
    ).all()
    found = {
        model: _by_client(session, model, view, client_ids, first=first, beyond=beyond) for model, view in VIEWS.items()
    }
    return {
        row.id: ClientMonth(
            client_id=row.id,
            district_code=row.district_code,
            died_on=row.died_on,
            entitlements=tuple(found[Entitlement][row.id]),
            suspensions=tuple(found[Suspension][row.id]),
            stays=tuple(found[Stay][row.id]),
            assignments=tuple(found[Assignment][row.id]),
            trainings=tuple(found[FamilyTraining][row.id]),
        )
        for row in clients
    }


def _by_client(
    session: Session,
    model: Right,
    view: Callable[[Any], View],
    client_ids: Collection[UUID],
    *,
    first: date,
    beyond: date,
) -> defaultdict[UUID, list[View]]:
    condition = touches(model, first=first, beyond=beyond)
    if model is Stay:
        condition = or_(condition, Stay.valid_to == first)
    if model is Entitlement:
        condition = or_(condition, Entitlement.id.in_(_last_before(client_ids, first=first)))
    rows: Iterable[Any] = session.scalars(
        select(model).where(model.client_id.in_(client_ids), condition).order_by(model.valid_from, model.id)
    )
    grouped: defaultdict[UUID, list[View]] = defaultdict(list)
    for row in rows:
        grouped[row.client_id].append(view(row))
    return grouped


def _last_before(client_ids: Collection[UUID], *, first: date) -> Select[Any]:
    """The entitlement of each client that ended last, not after `first`; one withdrawn on its first day never was."""
    return (
        select(Entitlement.id)
        .where(
            Entitlement.client_id.in_(client_ids),
            Entitlement.valid_to <= first,
            Entitlement.valid_to > Entitlement.valid_from,
        )
        .ext(distinct_on(Entitlement.client_id))
        .order_by(Entitlement.client_id, Entitlement.valid_to.desc())
    )
