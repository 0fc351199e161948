"""Clients, who serves them, and their death."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind, SystemActor
from app.registry.commands import AgreementEntry, DeathEntry, RegisterClient
from app.registry.conditions import touches
from app.registry.history_models import PeriodChange
from app.registry.lists import client_view
from app.registry.models import Agency, Assignment, Client, Person, ServiceAgreement
from app.registry.queries import lock_client
from app.registry.service.agencies import check_may_serve
from app.registry.service.conflicts import add
from app.registry.service.homes import is_known_home, settle
from app.registry.service.people import find_or_add_person
from app.registry.service.periods import check_order, end_replaced
from app.registry.service.professionals import end_unsupported
from app.registry.service.scopes import (
    agency_in_scope,
    check_alive,
    check_not_too_far_back,
    check_place,
    client_to_change,
    note,
    today_of,
)
from app.registry.shown import AgreementView, ClientView
from app.registry.views import agreement_view

DIED = "died"


class AgreementMissing(DomainError):
    """An agency registers only clients with whom it has an agreement."""

    kind, code = ErrorKind.INVALID, "agreement_missing"


class ClientDiffers(DomainError):
    """The client is registered in another district."""

    kind, code = ErrorKind.CONFLICT, "client_differs"


class ClientServedElsewhere(DomainError):
    """Another agency serves the client then or later: only the fund lets a second one in."""

    kind, code = ErrorKind.CONFLICT, "client_served_elsewhere"


class DeathInFuture(DomainError):
    """Nobody is known to die on a later day."""

    kind, code = ErrorKind.INVALID, "death_in_future"


class DeathRecorded(DomainError):
    """Another day of death is recorded; a correction needs a reason."""

    kind, code = ErrorKind.CONFLICT, "death_recorded"


class DeathBeforeBirth(DomainError):
    """The day of death comes before the day of birth in the ID number."""

    kind, code = ErrorKind.INVALID, "death_before_birth"


class DeathTakenBackByFund(DomainError):
    """Only the fund takes back a recorded death: money stopped because of it."""

    kind, code = ErrorKind.FORBIDDEN, "death_taken_back_by_fund"


def register_client(session: Session, command: RegisterClient, *, actor: AnyActor, at: datetime) -> ClientView:
    """Register a client with home and agreement. Who is known is found; a home known already is not doubled.

    An agreement that is not over is not doubled either; one that is over lets its agency in no more.
    """
    check_may_register(command, actor=actor)
    if command.agreement is not None:
        agency_in_scope(session, agency_id=command.agreement.agency_id, actor=actor)
    person = find_or_add_person(session, entry=command.person, actor=actor, at=at)
    client = _find_or_add(session, person, command, at)
    today = today_of(actor, at=at)
    if command.agreement is not None and not _is_agreed(session, client.id, command.agreement, today):
        _agree(session, client, command.agreement, actor, at)
    if command.home is not None and not is_known_home(session, client.id, command.home):
        settle(session, client.id, command.home, actor=actor, at=at)
    note(session, "client.registered", subject=("client", client.id), actor=actor, at=at)
    return client_view(session, client, actor=actor, on=today)


def check_may_register(command: RegisterClient, *, actor: AnyActor) -> None:
    """Refuse a client outside the actor's scope, and an agency's client without an agreement."""
    if command.agreement is None and actor.scope.kind is ScopeKind.AGENCY:
        raise AgreementMissing
    check_place(actor, district_code=command.district_code, street_code=command.street_code)


def check_agreement_days(entry: AgreementEntry, *, actor: AnyActor, at: datetime) -> None:
    """Refuse days that run backwards, or lie further back than this actor may enter."""
    check_order(valid_from=entry.valid_from, valid_to=entry.valid_to)
    check_not_too_far_back(actor, entry.valid_from, entry.valid_to, at=at)


def new_agreement(entry: AgreementEntry, *, client_id: UUID, at: datetime) -> ServiceAgreement:
    """An agreement as a row that is not there yet."""
    return ServiceAgreement(
        id=new_id(at=at),
        client_id=client_id,
        agency_id=entry.agency_id,
        home_type=entry.home_type,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )


def new_client(command: RegisterClient, *, person_id: UUID, at: datetime) -> dict[str, Any]:
    """The row a client would be."""
    return {
        "id": new_id(at=at),
        "person_id": person_id,
        "district_code": command.district_code,
        "street_code": command.street_code,
        "created_at": at,
    }


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


def agree_as_chosen(
    session: Session, client: Client, entry: AgreementEntry, *, actor: AnyActor, at: datetime
) -> ServiceAgreement:
    """Let in the agency that the client chose, in place of whichever serves him; the caller has locked the client."""
    agency = agency_in_scope(session, agency_id=entry.agency_id, actor=actor)
    _check_may_serve(session, agency, client, entry)
    row = _let_in(session, entry, client_id=client.id, replaced=true(), actor=actor, at=at)
    note(session, "client.agreed", subject=("client", client.id), actor=actor, at=at, agreement_id=row.id)
    return row


def record_death(
    session: Session, command: DeathEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> ClientView:
    """Record the day of death, or None when the fund takes it back. Rights stay as they were; whoever pays or plans
    looks at the day. Each entry leaves a history row; one that changes a recorded day needs a reason.
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    today = today_of(actor, at=at)
    lock_client(session, client_id=client_id)
    person = client.person
    session.refresh(person, with_for_update=True)
    if person.died_on == command.died_on:
        return client_view(session, client, actor=actor, on=today)
    _check_death(person, command, actor=actor, today=today)
    change = PeriodChange(
        id=new_id(at=at),
        right_kind="life",
        right_id=person.id,
        old_valid_to=person.died_on,
        new_valid_to=command.died_on,
        reason=command.reason or DIED,
        actor_id=None if isinstance(actor, SystemActor) else actor.account_id,
        recorded_at=at,
    )
    session.add(change)
    person.died_on = command.died_on
    session.flush()
    note(session, "client.died", subject=("client", client_id), actor=actor, at=at, died_on=command.died_on)
    return client_view(session, client, actor=actor, on=today)


def _check_death(person: Person, command: DeathEntry, *, actor: AnyActor, today: date) -> None:
    if command.died_on is None and actor.scope.kind is ScopeKind.AGENCY:
        raise DeathTakenBackByFund
    if command.died_on is not None and command.died_on > today:
        raise DeathInFuture(died_on=command.died_on)
    if command.died_on is not None and command.died_on < person.born_on:
        raise DeathBeforeBirth(died_on=command.died_on)
    if person.died_on is not None and command.reason is None:
        raise DeathRecorded


def _find_or_add(session: Session, person: Person, command: RegisterClient, at: datetime) -> Client:
    session.execute(
        insert(Client)
        .values(new_client(command, person_id=person.id, at=at))
        .on_conflict_do_nothing(index_elements=["person_id"])
    )
    statement = select(Client).where(Client.person_id == person.id).options(joinedload(Client.person))
    client = session.scalars(statement).one()
    if client.district_code != command.district_code:
        raise ClientDiffers
    return client


def _agree(session: Session, client: Client, entry: AgreementEntry, actor: AnyActor, at: datetime) -> ServiceAgreement:
    agency = agency_in_scope(session, agency_id=entry.agency_id, actor=actor)
    check_agreement_days(entry, actor=actor, at=at)
    check_alive(client, on=entry.valid_from)
    lock_client(session, client_id=client.id)
    replaced: ColumnElement[bool] = true()
    if actor.scope.kind is ScopeKind.AGENCY:
        _check_served_by_no_other(session, client.id, entry)
        replaced = ServiceAgreement.agency_id == entry.agency_id
    _check_may_serve(session, agency, client, entry)
    return _let_in(session, entry, client_id=client.id, replaced=replaced, actor=actor, at=at)


def _check_may_serve(session: Session, agency: Agency, client: Client, entry: AgreementEntry) -> None:
    check_may_serve(
        session, agency=agency, home_type=entry.home_type, district_code=client.district_code, on=entry.valid_from
    )


def _let_in(
    session: Session,
    entry: AgreementEntry,
    *,
    client_id: UUID,
    replaced: ColumnElement[bool],
    actor: AnyActor,
    at: datetime,
) -> ServiceAgreement:
    """Begin an agreement; one that replaces ends those of its home type that meet the condition, and their carers'."""
    if entry.replaces:
        same = (ServiceAgreement.client_id == client_id, ServiceAgreement.home_type == entry.home_type, replaced)
        end_replaced(session, ServiceAgreement, *same, on=entry.valid_from, actor=actor, at=at)
    row = new_agreement(entry, client_id=client_id, at=at)
    add(session, row)
    if entry.replaces:
        end_unsupported(session, Assignment.client_id == client_id, on=entry.valid_from, actor=actor, at=at)
    return row


def _check_served_by_no_other(session: Session, client_id: UUID, entry: AgreementEntry) -> None:
    other = exists().where(
        ServiceAgreement.client_id == client_id,
        ServiceAgreement.agency_id != entry.agency_id,
        touches(ServiceAgreement, first=entry.valid_from, beyond=None),
    )
    if session.scalar(other.select()):
        raise ClientServedElsewhere


def _is_agreed(session: Session, client_id: UUID, entry: AgreementEntry, today: date) -> bool:
    found = session.scalars(
        select(ServiceAgreement.id).where(
            ServiceAgreement.client_id == client_id,
            ServiceAgreement.agency_id == entry.agency_id,
            ServiceAgreement.home_type == entry.home_type,
            ServiceAgreement.valid_from == entry.valid_from,
            touches(ServiceAgreement, first=today, beyond=None),
        )
    )
    return found.first() is not None
