"""A client's choice between more hours and cash, where the region's policy leaves it to him."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, ScopeKind
from app.policies.oversight_codes import SupplementChoice
from app.registry.cash_choices import cash_choice_view
from app.registry.choice_models import CashChoice
from app.registry.choice_types import CashChoiceEntry
from app.registry.conditions import AGREEING, guards
from app.registry.models import Client
from app.registry.queries import lock_client, one_or_not_found, visible_clients
from app.registry.rules import benefit_starts
from app.registry.service.scopes import check_alive, note, policy_of, today_of
from app.registry.types import CashChoiceView


class NoCashToChoose(DomainError):
    """The region's policy leaves no choice between more hours and cash to the client on that day."""

    kind, code = ErrorKind.CONFLICT, "no_cash_to_choose"


class ChosenOnOtherDay(DomainError):
    """A guardian chooses on the day itself; the fund enters an earlier choice from paper, but none of a later day."""

    kind, code = ErrorKind.INVALID, "chosen_on_other_day"


class MoneyNotHis(DomainError):
    """This guardian may confirm care, but not agree about money."""

    kind, code = ErrorKind.FORBIDDEN, "money_not_his"


def choose_cash(
    session: Session, command: CashChoiceEntry, *, client_id: UUID, actor: Actor, at: datetime
) -> CashChoiceView:
    """Record what a client chose. It counts as a change of mode does, by the policy of the day of the choice."""
    today = today_of(actor, at=at)
    statement = visible_clients(actor, on=today).where(Client.id == client_id).options(joinedload(Client.person))
    client = one_or_not_found(session, statement)
    _check_day(command, actor=actor, today=today)
    _check_guardian(session, client_id=client_id, actor=actor, on=today)
    policy = policy_of(actor, district=client.district_code, on=command.chosen_on)
    if not policy.supplement.steps or policy.supplement.chosen_by is not SupplementChoice.BY_CLIENT:
        raise NoCashToChoose(chosen_on=command.chosen_on)
    lock_client(session, client_id=client_id)
    valid_from = benefit_starts(command.chosen_on, rule=policy.entitlement.mode_change)
    check_alive(client, on=valid_from)
    row = CashChoice(
        id=new_id(at=at),
        client_id=client_id,
        takes_cash=command.takes_cash,
        chosen_on=command.chosen_on,
        valid_from=valid_from,
        entered_by=actor.account_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    note(session, "client.chose_cash", subject=("client", client_id), actor=actor, at=at, choice_id=row.id)
    return cash_choice_view(row)


def _check_day(command: CashChoiceEntry, *, actor: Actor, today: date) -> None:
    is_own = actor.scope.kind is ScopeKind.OWN_CLIENTS
    if command.chosen_on > today or (is_own and command.chosen_on != today):
        raise ChosenOnOtherDay(today=today)


def _check_guardian(session: Session, *, client_id: UUID, actor: Actor, on: date) -> None:
    if actor.scope.kind is not ScopeKind.OWN_CLIENTS:
        return
    may = guards(Client.id, person_id=actor.person_id, on=on, extents=AGREEING)
    if session.scalar(select(Client.id).where(Client.id == client_id, may)) is None:
        raise MoneyNotHis
