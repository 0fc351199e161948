"""Clients, the places where they are cared for, who serves them, and their death."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind, SystemActor
from app.kernel.settings import current_settings
from app.registry.commands import AgreementEntry, DeathEntry, HomeEntry, RegisterClient
from app.registry.lists import client_view
from app.registry.models import Client, HomePlace, PeriodChange, Person, ServiceAgreement
from app.registry.queries import lock_client, one_or_not_found
from app.registry.service.agencies import check_may_serve
from app.registry.service.conflicts import add
from app.registry.service.people import find_or_add_person
from app.registry.service.periods import check_order, end_period, end_replaced
from app.registry.service.scopes import agency_in_scope, check_alive, check_place, client_to_change, note, today_of
from app.registry.shown import AgreementView, ClientView, HomeView
from app.registry.types import PlaceState
from app.registry.views import agreement_view, home_view

ADDRESS, POSITION = "home_place.address", "home_place.position"


class AgreementMissing(DomainError):
    """An agency registers only clients with whom it has an agreement."""

    kind, code = ErrorKind.INVALID, "agreement_missing"


class ClientDiffers(DomainError):
    """The client is registered in another district."""

    kind, code = ErrorKind.CONFLICT, "client_differs"


class DeathInFuture(DomainError):
    """Nobody is known to die on a later day."""

    kind, code = ErrorKind.INVALID, "death_in_future"


class DeathRecorded(DomainError):
    """Another day of death is recorded; a correction needs a reason."""

    kind, code = ErrorKind.CONFLICT, "death_recorded"


def register_client(session: Session, command: RegisterClient, *, actor: AnyActor, at: datetime) -> ClientView:
    """Register a client with home and agreement. Who is known is found; a home known already is not doubled."""
    if command.agreement is None and actor.scope.kind is ScopeKind.AGENCY:
        raise AgreementMissing
    check_place(actor, district_code=command.district_code, street_code=command.street_code)
    person = find_or_add_person(session, entry=command.person, actor=actor, at=at)
    client = _find_or_add(session, person, command, at)
    if command.agreement is not None and not _is_agreed(session, client.id, command.agreement):
        _agree(session, client, command.agreement, actor, at)
    if command.home is not None and not _is_known_home(session, client.id, command.home):
        _settle(session, client.id, command.home, actor, at)
    note(session, "client.registered", subject=("client", client.id), actor=actor, at=at)
    return client_view(session, client)


def add_home(session: Session, command: HomeEntry, *, client_id: UUID, actor: AnyActor, at: datetime) -> HomeView:
    """Add a place of care, entered by the office and so approved; `replaces_id` ends the place it takes over from."""
    client_to_change(session, client_id=client_id, actor=actor, at=at)
    row = _settle(session, client_id, command, actor, at)
    note(session, "client.home_added", subject=("client", client_id), actor=actor, at=at, home_id=row.id)
    return home_view(row)


def add_agreement(
    session: Session, command: AgreementEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> AgreementView:
    """Let an agency of the actor's scope serve the client for a home type, if the fund's agreement with it allows.

    A fund's actor with `replaces` transfers the client without gap or overlap; an agency replaces only its own.
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    row = _agree(session, client, command, actor, at)
    note(session, "client.agreed", subject=("client", client_id), actor=actor, at=at, agreement_id=row.id)
    return agreement_view(row)


def record_death(
    session: Session, command: DeathEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> ClientView:
    """Record the day of death. Rights stay as they were; whoever pays or plans looks at the day.

    Another day than the one recorded is a correction: it needs a reason and leaves a history row.
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    if command.died_on > today_of(actor, at=at):
        raise DeathInFuture(died_on=command.died_on)
    lock_client(session, client_id=client_id)
    session.refresh(client.person)
    if client.person.died_on == command.died_on:
        return client_view(session, client)
    if client.person.died_on is not None:
        _keep_old_death(session, client.person, command, actor, at)
    client.person.died_on = command.died_on
    session.flush()
    note(session, "client.died", subject=("client", client_id), actor=actor, at=at, died_on=command.died_on)
    return client_view(session, client)


def _find_or_add(session: Session, person: Person, command: RegisterClient, at: datetime) -> Client:
    session.execute(
        insert(Client)
        .values(
            id=new_id(at=at),
            person_id=person.id,
            district_code=command.district_code,
            street_code=command.street_code,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["person_id"])
    )
    statement = select(Client).where(Client.person_id == person.id).options(joinedload(Client.person))
    client = session.scalars(statement).one()
    if client.district_code != command.district_code:
        raise ClientDiffers
    return client


def _agree(session: Session, client: Client, entry: AgreementEntry, actor: AnyActor, at: datetime) -> ServiceAgreement:
    agency = agency_in_scope(session, agency_id=entry.agency_id, actor=actor)
    check_order(valid_from=entry.valid_from, valid_to=entry.valid_to)
    check_alive(client, on=entry.valid_from)
    check_may_serve(
        session, agency=agency, home_type=entry.home_type, district_code=client.district_code, on=entry.valid_from
    )
    if entry.replaces:
        same = [ServiceAgreement.client_id == client.id, ServiceAgreement.home_type == entry.home_type]
        if actor.scope.kind is ScopeKind.AGENCY:
            same.append(ServiceAgreement.agency_id == entry.agency_id)
        end_replaced(session, ServiceAgreement, *same, on=entry.valid_from, actor=actor, at=at)
    row = ServiceAgreement(
        id=new_id(at=at),
        client_id=client.id,
        agency_id=entry.agency_id,
        home_type=entry.home_type,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )
    add(session, row)
    return row


def _is_agreed(session: Session, client_id: UUID, entry: AgreementEntry) -> bool:
    found = session.scalars(
        select(ServiceAgreement.id).where(
            ServiceAgreement.client_id == client_id,
            ServiceAgreement.agency_id == entry.agency_id,
            ServiceAgreement.home_type == entry.home_type,
            ServiceAgreement.valid_from == entry.valid_from,
        )
    )
    return found.first() is not None


def _settle(session: Session, client_id: UUID, entry: HomeEntry, actor: AnyActor, at: datetime) -> HomePlace:
    keys = current_settings().key_ring
    valid_from = entry.valid_from or today_of(actor, at=at)
    check_order(valid_from=valid_from, valid_to=entry.valid_to)
    if entry.replaces_id is not None:
        replaced = select(HomePlace).where(HomePlace.id == entry.replaces_id, HomePlace.client_id == client_id)
        place = one_or_not_found(session, replaced)
        end_period(session, place, valid_to=valid_from, reason="replaced", actor=actor, at=at)
    row = HomePlace(
        id=new_id(at=at),
        client_id=client_id,
        address_enc=keys.encrypt(entry.address, context=ADDRESS),
        position_enc=keys.encrypt(_position_text(entry), context=POSITION),
        system=entry.system,
        radius_m=entry.radius_m,
        state=PlaceState.APPROVED,
        valid_from=valid_from,
        valid_to=entry.valid_to,
    )
    add(session, row)
    return row


def _is_known_home(session: Session, client_id: UUID, entry: HomeEntry) -> bool:
    keys = current_settings().key_ring
    places = session.scalars(
        select(HomePlace.position_enc).where(
            HomePlace.client_id == client_id, HomePlace.system == entry.system, HomePlace.valid_to.is_(None)
        )
    )
    return any(keys.decrypt(place, context=POSITION) == _position_text(entry) for place in places)


def _position_text(entry: HomeEntry) -> str:
    return f"{entry.latitude!r},{entry.longitude!r}"


def _keep_old_death(session: Session, person: Person, command: DeathEntry, actor: AnyActor, at: datetime) -> None:
    if command.reason is None:
        raise DeathRecorded
    change = PeriodChange(
        id=new_id(at=at),
        right_kind="life",
        right_id=person.id,
        old_valid_to=person.died_on,
        new_valid_to=command.died_on,
        reason=command.reason,
        actor_id=None if isinstance(actor, SystemActor) else actor.account_id,
        recorded_at=at,
    )
    session.add(change)
