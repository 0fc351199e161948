"""An agency that leaves or is suspended hands over its clients by the set, without gap or overlap."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.kernel.audit import Action
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor
from app.policies.codes import HomeType
from app.registry.choice_types import ChoiceEntry
from app.registry.commands import AgreementEntry
from app.registry.conditions import touches
from app.registry.hand_over_types import HandedClient, HandOver, HandOverOutcome
from app.registry.models import Assignment, Client, ServiceAgreement
from app.registry.queries import lock_clients, visible_clients
from app.registry.service.agencies import CheckServing, check_serving_once
from app.registry.service.choices import check_wanted_from, new_choice, open_choices
from app.registry.service.clients import new_agreement
from app.registry.service.periods import end_all_sooner
from app.registry.service.professionals import end_unsupported
from app.registry.service.scopes import ClientDied, agency_in_scope, check_alive, note_all, today_of
from app.registry.types import Period


class ReceiverNamedTwice(DomainError):
    """A client is to go to two agencies."""

    kind, code = ErrorKind.INVALID, "receiver_named_twice"


class ReceiverIsGiver(DomainError):
    """The agency that hands over its clients is to take one of them."""

    kind, code = ErrorKind.INVALID, "receiver_is_giver"


class ClientsNotServed(DomainError):
    """The agency does not serve these clients on that day or later: it cannot hand them over."""

    kind, code = ErrorKind.CONFLICT, "clients_not_served"


@dataclass(frozen=True, slots=True)
class _Case:
    """A client, what he has with the agency from the day on, and who is to take him; None: nobody."""

    client: Client
    home_type: HomeType
    span: Period
    receiver: UUID | None


def hand_over(
    session: Session, command: HandOver, *, agency_id: UUID, actor: AnyActor, at: datetime
) -> tuple[HandedClient, ...]:
    """End an agency's agreements with its clients on a day, and begin those of the agencies that are to take them.

    Whom nobody is to take, or may, waits for any agency; an open choice of his is left as it is. An agreement lasts as
    long as it would have. Tasks of carers that nothing else supports end. Raises NotFound for an agency outside the
    scope, ReceiverNamedTwice, ReceiverIsGiver, WantedFromPast, WantedFromTooFar and ClientsNotServed.
    """
    agency_in_scope(session, agency_id=agency_id, actor=actor)
    check_wanted_from(command.begins_on, today=today_of(actor, at=at))
    receivers = _receivers(session, command, agency_id, actor)
    clients = _lock_served(session, agency_id, command.begins_on, actor)
    held = _held(session, agency_id, command.begins_on, client_ids=clients)
    if not receivers.keys() <= clients.keys():
        raise ClientsNotServed(client_ids=sorted(str(each) for each in receivers.keys() - clients.keys()))
    spans = [Period(max(row.valid_from, command.begins_on), row.valid_to) for row in held]
    ends = [(row, span.valid_from) for row, span in zip(held, spans, strict=True)]
    end_all_sooner(session, ends, reason=command.reason, actor=actor, at=at)
    check_serving, waiting = check_serving_once(session, actor=actor), open_choices(session, client_ids=clients)
    handed = []
    for row, span in zip(held, spans, strict=True):
        case = _Case(clients[row.client_id], row.home_type, span, receivers.get(row.client_id, command.agency_id))
        outcome, reason = _judge(case, command.reason, check_serving=check_serving)
        handed.append(_settle(session, case, outcome, reason, waiting=waiting, actor=actor, at=at))
    session.flush()
    end_unsupported(session, Assignment.client_id.in_(clients), on=command.begins_on, actor=actor, at=at)
    _note(session, command, handed, agency_id=agency_id, actor=actor, at=at)
    return tuple(handed)


def _receivers(session: Session, command: HandOver, agency_id: UUID, actor: AnyActor) -> dict[UUID, UUID]:
    """The agency that is to take each client who is named."""
    receivers = {each.client_id: each.agency_id for each in command.clients}
    if len(receivers) < len(command.clients):
        raise ReceiverNamedTwice
    for receiver in {*receivers.values(), *([] if command.agency_id is None else [command.agency_id])}:
        if receiver == agency_id:
            raise ReceiverIsGiver(agency_id=agency_id)
        agency_in_scope(session, agency_id=receiver, actor=actor)
    return receivers


def _lock_served(session: Session, agency_id: UUID, on: date, actor: AnyActor) -> dict[UUID, Client]:
    """The clients of the actor's scope whom the agency serves on a day or later, by id, locked."""
    served = exists().where(
        ServiceAgreement.client_id == Client.id,
        ServiceAgreement.agency_id == agency_id,
        touches(ServiceAgreement, first=on, beyond=None),
    )
    client_ids = session.scalars(visible_clients(actor).where(served).with_only_columns(Client.id)).all()
    lock_clients(session, client_ids=client_ids)
    clients = select(Client).where(Client.id.in_(client_ids), served).options(joinedload(Client.person))
    return {each.id: each for each in session.scalars(clients.execution_options(populate_existing=True))}


def _held(session: Session, agency_id: UUID, on: date, *, client_ids: Collection[UUID]) -> Sequence[ServiceAgreement]:
    """The agency's agreements with locked clients that hold on a day or later, as they are now."""
    statement = (
        select(ServiceAgreement)
        .where(
            ServiceAgreement.agency_id == agency_id,
            ServiceAgreement.client_id.in_(client_ids),
            touches(ServiceAgreement, first=on, beyond=None),
        )
        .order_by(ServiceAgreement.client_id, ServiceAgreement.home_type, ServiceAgreement.valid_from)
    )
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def _judge(case: _Case, reason: str, *, check_serving: CheckServing) -> tuple[HandOverOutcome, str | None]:
    """What becomes of a client, and why he waits: `reason` where nobody is to take him, or what refuses who is."""
    try:
        check_alive(case.client, on=case.span.valid_from)
        if case.receiver is None:
            return HandOverOutcome.WAITING, reason
        check_serving(case.receiver, case.home_type, case.client.district_code, case.span.valid_from)
    except ClientDied:
        return HandOverOutcome.ENDED, None
    except DomainError as error:
        return HandOverOutcome.WAITING, error.code
    return HandOverOutcome.TAKEN, None


def _settle(
    session: Session,
    case: _Case,
    outcome: HandOverOutcome,
    reason: str | None,
    *,
    waiting: dict[tuple[UUID, HomeType], UUID],
    actor: AnyActor,
    at: datetime,
) -> HandedClient:
    """Add the agreement or the place on the waiting list; `waiting` are the open choices, and grows."""
    client_id, home_type, begins_on = case.client.id, case.home_type, case.span.valid_from
    handed = HandedClient(client_id, home_type, begins_on, outcome, reason=reason)
    if outcome is HandOverOutcome.TAKEN and case.receiver is not None:
        entry = AgreementEntry(case.receiver, home_type, begins_on, case.span.valid_to)
        agreement = new_agreement(entry, client_id=client_id, at=at)
        session.add(agreement)
        return replace(handed, agency_id=case.receiver, agreement_id=agreement.id)
    if outcome is HandOverOutcome.ENDED:
        return handed
    if (client_id, home_type) not in waiting:
        wish = ChoiceEntry(home_type, begins_on, reason=reason)
        choice = new_choice(wish, client_id=client_id, actor=actor, at=at)
        session.add(choice)
        waiting[client_id, home_type] = choice.id
    return replace(handed, choice_id=waiting[client_id, home_type])


def _note(
    session: Session,
    command: HandOver,
    handed: Sequence[HandedClient],
    *,
    agency_id: UUID,
    actor: AnyActor,
    at: datetime,
) -> None:
    whole = {"begins_on": command.begins_on, "reason": command.reason, "clients": len(handed)}
    actions = [Action("agency.handed_over", ("agency", agency_id), whole)]
    actions += [
        Action(
            "client.handed_over",
            ("client", each.client_id),
            {
                "from_agency_id": agency_id,
                "outcome": each.outcome,
                "agreement_id": each.agreement_id,
                "choice_id": each.choice_id,
            },
        )
        for each in handed
    ]
    note_all(session, actions, actor=actor, at=at)
