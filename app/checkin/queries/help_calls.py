"""Selects about calls for help."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, select
from sqlalchemy.orm import Session

from app.checkin.help import AlertState, AlertView, HelpCallView, HelpFilter, HelpPlace, HelpState
from app.checkin.help_models import HelpAcknowledgement, HelpAlert, HelpCall
from app.checkin.models import POINT_CONTEXT, Position
from app.checkin.types import LocationSource
from app.kernel.errors import NotFound
from app.kernel.outbox import OutboxMessage, OutboxState
from app.kernel.paging import Page, fetch_page
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.policies.codes import HomeType
from app.registry.conditions import holds
from app.registry.models import Agency, Assignment, Carer, Employment, Person, ServiceAgreement
from app.registry.types import CarerKind
from app.registry.views import name_of
from app.schedules.models import Visit

ALERT = "help_call"
OF_MESSAGE = {
    OutboxState.WAITING: AlertState.WAITING,
    OutboxState.SENT: AlertState.SENT,
    OutboxState.GIVEN_UP: AlertState.FAILED,
    None: AlertState.SENT,  # the outbox forgets what was sent, and nothing else
}
IS_TAKEN = exists().where(HelpAcknowledgement.help_call_id == HelpCall.id)


def find_carer(session: Session, *, person_id: UUID | None, kind: CarerKind) -> UUID | None:
    """As whom an account calls. Unscoped: asked with the actor's own person."""
    return session.scalars(select(Carer.id).where(Carer.person_id == person_id, Carer.kind == kind)).one_or_none()


def find_visit_agency(session: Session, *, visit_id: UUID | None, carer_id: UUID) -> UUID | None:
    """The agency of a carer's own visit; None when it is not his. Unscoped: asked with the actor's own carer."""
    return session.scalars(
        select(Visit.agency_id).where(Visit.id == visit_id, Visit.carer_id == carer_id)
    ).one_or_none()


def list_agencies_of(session: Session, *, carer_id: UUID, kind: CarerKind, on: date) -> list[UUID]:
    """The agencies that answer for a carer on a day: who employs him, or serves his relative. Unscoped, as above."""
    statement = select(Employment.agency_id).where(Employment.carer_id == carer_id, holds(Employment, on=on))
    if kind is CarerKind.FAMILY:
        statement = select(ServiceAgreement.agency_id).where(
            ServiceAgreement.client_id == Assignment.client_id,
            Assignment.carer_id == carer_id,
            holds(Assignment, on=on),
            ServiceAgreement.home_type == HomeType.FAMILY_CARE,
            holds(ServiceAgreement, on=on),
        )
    return sorted(set(session.scalars(statement)))


def get_carer_name(session: Session, *, carer_id: UUID) -> str:
    """The full name of a carer. Unscoped: for who is told that he calls for help."""
    person = select(Person).join(Carer, Carer.person_id == Person.id).where(Carer.id == carer_id)
    return name_of(session.scalars(person).one(), keys=current_settings().key_ring)


def list_numbers(session: Session, *, agency_ids: Collection[UUID]) -> list[tuple[UUID, str, str | None, str | None]]:
    """Agencies with their names, numbers for alerts and numbers of their offices. Unscoped, as above."""
    statement = select(Agency.id, Agency.name, Agency.alert_phone, Agency.phone).where(Agency.id.in_(agency_ids))
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(statement.order_by(Agency.id))]


def get_call(session: Session, *, help_call_id: UUID, actor: Actor) -> HelpCallView:
    """A call that was told to the actor's agency; NotFound otherwise."""
    row = session.scalars(_told(actor).where(HelpCall.id == help_call_id)).one_or_none()
    if row is None:
        raise NotFound(kind="help_call")
    return views_of(session, [row])[0]


def list_calls(session: Session, *, actor: Actor, wanted: HelpFilter) -> Page[HelpCallView]:
    """Calls that were told to the actor's agency, in one state or all; four statements."""
    statement = _told(actor)
    if wanted.state is not None:
        statement = statement.where(IS_TAKEN if wanted.state is HelpState.ACKNOWLEDGED else ~IS_TAKEN)
    page = fetch_page(session, statement, key=HelpCall.id, limit=wanted.limit, after=wanted.after, view=_as_it_is)
    return Page(views_of(session, page.items), page.next_after)


def views_of(session: Session, rows: Sequence[HelpCall]) -> tuple[HelpCallView, ...]:
    """Calls with where the phone was and who took them."""
    ids = [row.id for row in rows]
    taken = select(HelpAcknowledgement).where(HelpAcknowledgement.help_call_id.in_(ids))
    acknowledgements = {each.help_call_id: each for each in session.scalars(taken)}
    placed = [row.id for row in rows if row.position_digest is not None]  # an id may be of another's tap as well
    positions = {each.id: each for each in session.scalars(select(Position).where(Position.id.in_(placed)))}
    alerts = _alerts_of(session, ids)
    return tuple(_view(row, acknowledgements.get(row.id), positions.get(row.id), alerts[row.id]) for row in rows)


def _alerts_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[AlertView, ...]]:
    same = (OutboxMessage.cause_id == HelpAlert.help_call_id, OutboxMessage.recipient_id == HelpAlert.agency_id)
    statement = (
        select(HelpAlert.help_call_id, HelpAlert.agency_id, OutboxMessage.state)
        .outerjoin(OutboxMessage, and_(*same, OutboxMessage.template == ALERT))
        .where(HelpAlert.help_call_id.in_(ids))
        .order_by(HelpAlert.agency_id)
    )
    found: defaultdict[UUID, tuple[AlertView, ...]] = defaultdict(tuple)
    for call_id, agency_id, state in session.execute(statement):
        found[call_id] += (AlertView(agency_id, OF_MESSAGE[state]),)
    return found


def _told(actor: Actor) -> Select[HelpCall]:
    agency_id = actor.scope.agency_id
    return select(HelpCall).where(false() if agency_id is None else HelpCall.agency_ids.contains([agency_id]))


def _as_it_is(row: HelpCall) -> HelpCall:
    return row


def _view(
    row: HelpCall, taken: HelpAcknowledgement | None, position: Position | None, alerts: tuple[AlertView, ...]
) -> HelpCallView:
    return HelpCallView(
        id=row.id,
        carer_id=row.carer_id,
        visit_id=row.visit_id,
        agency_ids=tuple(row.agency_ids),
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
        place=None if position is None else _place(position, row.location_source),
        acknowledged_at=taken.recorded_at if taken else None,
        acknowledged_by=taken.account_id if taken else None,
        alerts=alerts,
    )


def _place(position: Position, source: LocationSource | None) -> HelpPlace:
    point = current_settings().key_ring.decrypt(position.point_enc, context=POINT_CONTEXT)
    latitude, _, longitude = point.partition(",")
    return HelpPlace(float(latitude), float(longitude), position.system, source, position.accuracy_m)
