"""A client's free choice of an agency (登记确认), the agency's answer, and the waiting list (轮候)."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, SystemActor
from app.policies.codes import HomeType
from app.registry.choice_lists import answered, shown_choice, visible_choices
from app.registry.choice_models import AgencyChoice, AgencyChoiceAnswer
from app.registry.choice_types import ChoiceEntry, ChoiceOutcome, ChoiceReason, ChoiceView
from app.registry.commands import AgreementEntry
from app.registry.models import Agency, Client
from app.registry.queries import lock_client, one_or_not_found, visible_clients
from app.registry.rules import FURTHEST_CHOICE, agreement_begins, wanted_too_far
from app.registry.service.agencies import check_may_serve
from app.registry.service.clients import agree_as_chosen
from app.registry.service.scopes import ClientDied, check_alive, note, today_of


class ChoiceOpen(DomainError):
    """The client has an open choice for this home type: he withdraws it before he makes another."""

    kind, code = ErrorKind.CONFLICT, "choice_open"


class ChoiceAnswered(DomainError):
    """The choice was accepted, declined or withdrawn already."""

    kind, code = ErrorKind.CONFLICT, "choice_answered"


class ChoiceReasonMissing(DomainError):
    """Who waits for any agency says why."""

    kind, code = ErrorKind.INVALID, "choice_reason_missing"


class WantedFromPast(DomainError):
    """Care is wanted from a day that is over."""

    kind, code = ErrorKind.INVALID, "wanted_from_past"


class WantedFromTooFar(DomainError):
    """Care is wanted from a day later than `latest`."""

    kind, code = ErrorKind.INVALID, "wanted_from_too_far"


def check_wanted_from(wanted_from: date, *, today: date) -> None:
    """Refuse a day that is over, or for which no agency is asked yet."""
    if wanted_from < today:
        raise WantedFromPast(wanted_from=wanted_from)
    if wanted_too_far(wanted_from, today=today):
        raise WantedFromTooFar(latest=today + FURTHEST_CHOICE)


def open_choices(session: Session, *, client_ids: Collection[UUID]) -> dict[tuple[UUID, HomeType], UUID]:
    """The open choices of clients by client and home type. Unscoped: the caller has found and locked them."""
    rows = session.execute(
        select(AgencyChoice.client_id, AgencyChoice.home_type, AgencyChoice.id).where(
            AgencyChoice.client_id.in_(client_ids), ~answered()
        )
    )
    return {(client_id, home_type): choice_id for client_id, home_type, choice_id in rows}


def new_choice(entry: ChoiceEntry, *, client_id: UUID, actor: AnyActor, at: datetime) -> AgencyChoice:
    """A choice as a row that is not there yet."""
    return AgencyChoice(
        id=new_id(at=at),
        client_id=client_id,
        agency_id=entry.agency_id,
        home_type=entry.home_type,
        wanted_from=entry.wanted_from,
        reason=entry.reason,
        entered_by=_account_of(actor),
        recorded_at=at,
    )


def choose_agency(
    session: Session, command: ChoiceEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> ChoiceView:
    """Record which agency a client wants, any of the region, or that he waits for one. One open choice a home type."""
    today = today_of(actor, at=at)
    statement = visible_clients(actor, on=today).where(Client.id == client_id).options(joinedload(Client.person))
    client = one_or_not_found(session, statement)
    _check_entry(command, today=today)
    lock_client(session, client_id=client_id)
    check_alive(client, on=command.wanted_from)
    if command.agency_id is not None:
        _check_chosen(session, command, command.agency_id, client)
    if (client_id, command.home_type) in open_choices(session, client_ids=[client_id]):
        raise ChoiceOpen
    row = new_choice(command, client_id=client_id, actor=actor, at=at)
    session.add(row)
    session.flush()
    note(session, "client.chose_agency", subject=("client", client_id), actor=actor, at=at, choice_id=row.id)
    return shown_choice(session, row, actor=actor, on=today)


def accept_choice(session: Session, *, choice_id: UUID, actor: AnyActor, at: datetime) -> ChoiceView:
    """Take the client: the agreement begins on the wanted day, or today, and ends the present one without gap.

    Of several agencies that take one who waits the first has him; the others get ChoiceAnswered.
    """
    agency_id, today = actor.scope.agency_id, today_of(actor, at=at)
    choice = _open_choice(session, choice_id, actor, today)
    session.refresh(choice.client.person)
    if agency_id is None:
        raise NotFound
    if choice.client.person.died_on is not None:
        raise ClientDied(client_id=choice.client_id)
    begins = agreement_begins(choice.wanted_from, accepted_on=today)
    entry = AgreementEntry(agency_id=agency_id, home_type=choice.home_type, valid_from=begins, replaces=True)
    agreement = agree_as_chosen(session, choice.client, entry, actor=actor, at=at)
    answer = AgencyChoiceAnswer(outcome=ChoiceOutcome.ACCEPTED, agency_id=agency_id, agreement_id=agreement.id)
    return _answer(session, choice, answer, actor=actor, at=at)


def refuse_choice(
    session: Session, command: ChoiceReason, *, choice_id: UUID, actor: AnyActor, at: datetime
) -> ChoiceView:
    """Decline the client who chose this agency; one who waits for any agency is nobody's to decline."""
    choice = _open_choice(session, choice_id, actor, today_of(actor, at=at))
    if choice.agency_id is None or choice.agency_id != actor.scope.agency_id:
        raise NotFound
    answer = AgencyChoiceAnswer(outcome=ChoiceOutcome.DECLINED, agency_id=choice.agency_id, reason=command.reason)
    return _answer(session, choice, answer, actor=actor, at=at)


def withdraw_choice(
    session: Session, command: ChoiceReason, *, choice_id: UUID, actor: AnyActor, at: datetime
) -> ChoiceView:
    """Take an open choice back for the client."""
    choice = _open_choice(session, choice_id, actor, today_of(actor, at=at))
    answer = AgencyChoiceAnswer(outcome=ChoiceOutcome.WITHDRAWN, reason=command.reason)
    return _answer(session, choice, answer, actor=actor, at=at)


def _check_entry(command: ChoiceEntry, *, today: date) -> None:
    if command.agency_id is None and command.reason is None:
        raise ChoiceReasonMissing
    check_wanted_from(command.wanted_from, today=today)


def _check_chosen(session: Session, command: ChoiceEntry, agency_id: UUID, client: Client) -> None:
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound
    check_may_serve(
        session,
        agency=agency,
        home_type=command.home_type,
        district_code=client.district_code,
        on=command.wanted_from,
    )


def _open_choice(session: Session, choice_id: UUID, actor: AnyActor, today: date) -> AgencyChoice:
    """A choice the actor sees, its client locked; ChoiceAnswered when somebody was first."""
    choice = one_or_not_found(session, visible_choices(actor, on=today).where(AgencyChoice.id == choice_id))
    lock_client(session, client_id=choice.client_id)
    if session.scalar(exists().where(AgencyChoiceAnswer.choice_id == choice_id).select()):
        raise ChoiceAnswered(choice_id=choice_id)
    return choice


def _answer(
    session: Session, choice: AgencyChoice, answer: AgencyChoiceAnswer, *, actor: AnyActor, at: datetime
) -> ChoiceView:
    answer.choice_id, answer.actor_id, answer.recorded_at = choice.id, _account_of(actor), at
    session.add(answer)
    session.flush()
    session.refresh(choice, ["answer"])
    action = f"choice.{answer.outcome.value}"
    note(session, action, subject=("client", choice.client_id), actor=actor, at=at, choice_id=choice.id)
    return shown_choice(session, choice, actor=actor, on=today_of(actor, at=at))


def _account_of(actor: AnyActor) -> UUID | None:
    return None if isinstance(actor, SystemActor) else actor.account_id
