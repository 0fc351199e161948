"""Finds what an actor may change, and says in one place what every change of the registry leaves behind."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import Session, joinedload

from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor, ScopeKind
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.service import current_book
from app.policies.types import Policy
from app.registry.conditions import touches
from app.registry.models import Agency, Assignment, Carer, Client, Employment, ServiceAgreement
from app.registry.queries import one_or_not_found, visible_agencies, visible_carers, visible_clients
from app.registry.types import CarerKind


class OutsideScope(DomainError):
    """The district or street lies outside the scope of this account."""

    kind, code = ErrorKind.FORBIDDEN, "outside_scope"


class StreetNotInDistrict(DomainError):
    """A street's code begins with its district's."""

    kind, code = ErrorKind.INVALID, "street_not_in_district"


class ClientLeftAgency(DomainError):
    """The agency's agreement with this client is over: it may read its own time, not change anything."""

    kind, code = ErrorKind.CONFLICT, "client_left_agency"


class CarerLeftAgency(DomainError):
    """The carer neither works for this agency nor cares for a client of it, now or later."""

    kind, code = ErrorKind.CONFLICT, "carer_left_agency"


class ClientDied(DomainError):
    """Nothing new begins after a client's death."""

    kind, code = ErrorKind.CONFLICT, "client_died"


class TooFarBack(DomainError):
    """An agency enters what began or ended since `earliest`; the fund enters what lies further back."""

    kind, code = ErrorKind.CONFLICT, "too_far_back"


def today_of(actor: AnyActor, *, at: datetime) -> date:
    """The local day of an instant in the actor's region."""
    return clock.local_date(at, zone_of(actor.region))


def policy_of(actor: AnyActor, *, district: str | None, on: date) -> Policy:
    """The rules of a day, or the last there were: what happened must be entered after a policy's end, too."""
    return current_book().policy_or_last(region=actor.region, district=district, on=on)


def client_to_change(session: Session, *, client_id: UUID, actor: AnyActor, at: datetime) -> Client:
    """A client of the actor's scope; an agency changes only whom it serves now or will serve.

    NotFound outside the scope, ClientLeftAgency when its time with the client is over.
    """
    statement = visible_clients(actor).where(Client.id == client_id).options(joinedload(Client.person))
    client = one_or_not_found(session, statement)
    if actor.scope.kind is ScopeKind.AGENCY and not _serves(session, client_id, actor, today_of(actor, at=at)):
        raise ClientLeftAgency(client_id=client_id)
    return client


def carer_to_change(session: Session, *, carer_id: UUID, actor: AnyActor, at: datetime) -> Carer:
    """A carer of the actor's scope; an agency changes only whom it employs, or whose client it serves, now or later.

    NotFound outside the scope, CarerLeftAgency when the carer's time with the agency is over.
    """
    statement = visible_carers(actor).where(Carer.id == carer_id).options(joinedload(Carer.person))
    carer = one_or_not_found(session, statement)
    if actor.scope.kind is ScopeKind.AGENCY and not _works_for(session, carer, actor, today_of(actor, at=at)):
        raise CarerLeftAgency(carer_id=carer_id)
    return carer


def agency_in_scope(session: Session, *, agency_id: UUID, actor: AnyActor) -> Agency:
    """An agency of the actor's scope; another is not found."""
    return one_or_not_found(session, visible_agencies(actor).where(Agency.id == agency_id))


def check_place(actor: AnyActor, *, district_code: str, street_code: str | None) -> None:
    """Refuse a street of another district, and a district or street outside the actor's scope."""
    if street_code is not None and not street_code.startswith(district_code):
        raise StreetNotInDistrict(street_code=street_code)
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.DISTRICT and key != district_code:
        raise OutsideScope(district_code=district_code)
    if kind is ScopeKind.STREET and key != street_code:
        raise OutsideScope(district_code=district_code)


def check_alive(client: Client, *, on: date) -> None:
    """Refuse what would begin after the client's death."""
    if client.person.died_on is not None and on > client.person.died_on:
        raise ClientDied(client_id=client.id)


def check_not_too_far_back(actor: AnyActor, *days: date | None, at: datetime) -> None:
    """Refuse an agency a day that lies further back than the fund's policy lets it enter."""
    if actor.scope.kind is not ScopeKind.AGENCY:
        return
    today = today_of(actor, at=at)
    earliest = today - policy_of(actor, district=None, on=today).entry.backdate
    if any(day is not None and day < earliest for day in days):
        raise TooFarBack(earliest=earliest)


def note(
    session: Session, action: str, *, subject: tuple[str, UUID], actor: AnyActor, at: datetime, **details: Any
) -> None:
    """Audit a change. Details are ids, days and codes; personal data is never among them."""
    note_all(session, [audit.Action(action, subject, details)], actor=actor, at=at)


def note_all(session: Session, actions: Sequence[audit.Action], *, actor: AnyActor, at: datetime) -> None:
    """Audit many changes; see `note`."""
    audit.record_all(session, actions, actor=actor, at=at, keys=current_settings().key_ring)


def _serves(session: Session, client_id: UUID, actor: AnyActor, on: date) -> bool:
    serving = exists().where(
        ServiceAgreement.client_id == client_id,
        ServiceAgreement.agency_id == actor.scope.agency_id,
        touches(ServiceAgreement, first=on, beyond=None),
    )
    return bool(session.scalar(serving.select()))


def _works_for(session: Session, carer: Carer, actor: AnyActor, on: date) -> bool:
    """A professional by contract, a family carer by an assignment to a client of the agency."""
    if carer.kind is CarerKind.PROFESSIONAL:
        working = exists().where(
            Employment.carer_id == carer.id,
            Employment.agency_id == actor.scope.agency_id,
            touches(Employment, first=on, beyond=None),
        )
    else:
        working = exists().where(
            Assignment.carer_id == carer.id,
            touches(Assignment, first=on, beyond=None),
            ServiceAgreement.client_id == Assignment.client_id,
            ServiceAgreement.agency_id == actor.scope.agency_id,
            touches(ServiceAgreement, first=on, beyond=None),
        )
    return bool(session.scalar(working.select()))
