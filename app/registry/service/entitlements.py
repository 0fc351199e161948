"""Entitlements, and the days on which they rest: suspensions and stays away from home."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.policies.types import Policy
from app.registry.commands import EntitlementEntry, StayEntry
from app.registry.conditions import holds
from app.registry.models import Entitlement, Stay
from app.registry.queries import lock_client
from app.registry.rules import benefit_starts, conclusion_ends, is_allowed_combination
from app.registry.service.conflicts import PeriodBackwards, add
from app.registry.service.periods import check_order, end_replaced
from app.registry.service.scopes import check_alive, check_not_too_far_back, client_to_change, note, policy_of, today_of
from app.registry.types import EntitlementView, ServiceMode, StayView
from app.registry.views import entitlement_view, stay_view

MODE_CHANGE = "mode_change"


class HomeTypesNotAllowed(DomainError):
    """The region's policy does not let these types of home care be held together."""

    kind, code = ErrorKind.CONFLICT, "home_types_not_allowed"


class ConclusionTooLong(DomainError):
    """An entitlement may not outlast its conclusion; `valid_to` is the first day past it."""

    kind, code = ErrorKind.CONFLICT, "conclusion_too_long"


class NothingToChange(DomainError):
    """A change of mode replaces the entitlement of the day on which it counts (`replaces`), and there must be one."""

    kind, code = ErrorKind.CONFLICT, "nothing_to_change"


class ConclusionInFuture(DomainError):
    """A conclusion is entered on its day or later."""

    kind, code = ErrorKind.INVALID, "conclusion_in_future"


class AdmissionInFuture(DomainError):
    """A stay is entered on the day of admission or later: until then it is a plan."""

    kind, code = ErrorKind.INVALID, "admission_in_future"


def grant_entitlement(
    session: Session, command: EntitlementEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> EntitlementView:
    """Grant what a conclusion gives, from the day the policy of the conclusion says to the end of its validity."""
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    policy = _policy(command, district_code=client.district_code, actor=actor, at=at)
    lock_client(session, client_id=client_id)
    conclusion = _conclusion(session, command, client_id=client_id, policy=policy)
    check_alive(client, on=conclusion.valid_from)
    _check_home_types(command, policy)
    if command.replaces:
        end_replaced(
            session, Entitlement, Entitlement.client_id == client_id, on=conclusion.valid_from, actor=actor, at=at
        )
    row = _row(command, conclusion, client_id=client_id, policy=policy, at=at)
    add(session, row)
    note(session, "client.entitled", subject=("client", client_id), actor=actor, at=at, entitlement_id=row.id)
    return entitlement_view(row)


def first_entitlement(
    command: EntitlementEntry, *, client_id: UUID, district_code: str, actor: AnyActor, at: datetime
) -> Entitlement:
    """What a conclusion gives a client who had nothing before, as a row that is not there yet.

    Raises as `grant_entitlement` does, but for what only an earlier entitlement or a death could refuse.
    """
    policy = _policy(command, district_code=district_code, actor=actor, at=at)
    if command.cause_kind == MODE_CHANGE:
        raise NothingToChange(on=benefit_starts(command.concluded_on, rule=policy.entitlement.mode_change))
    conclusion = _new_conclusion(command, policy=policy)
    _check_home_types(command, policy)
    return _row(command, conclusion, client_id=client_id, policy=policy, at=at)


def record_stay(session: Session, command: StayEntry, *, client_id: UUID, actor: AnyActor, at: datetime) -> StayView:
    """Record a stay away from home, open while it lasts; the news may be late. A stay of one day has no night away."""
    client_to_change(session, client_id=client_id, actor=actor, at=at)
    if command.admitted_on > today_of(actor, at=at):
        raise AdmissionInFuture(admitted_on=command.admitted_on)
    check_not_too_far_back(actor, command.admitted_on, command.discharged_on, at=at)
    if command.discharged_on is not None and command.discharged_on < command.admitted_on:
        raise PeriodBackwards(valid_from=command.admitted_on, valid_to=command.discharged_on)
    row = Stay(
        id=new_id(at=at),
        client_id=client_id,
        kind=command.kind,
        known_at=at,
        valid_from=command.admitted_on,
        valid_to=command.discharged_on,
    )
    add(session, row)
    note(session, "client.away", subject=("client", client_id), actor=actor, at=at, stay_id=row.id)
    return stay_view(row)


def check_conclusion(concluded_on: date, *, valid_to: date, policy: Policy) -> None:
    """Refuse an end past the validity of the conclusion, by the policy of the conclusion's day."""
    longest = conclusion_ends(concluded_on, terms=policy.entitlement)
    if valid_to > longest:
        raise ConclusionTooLong(valid_to=longest)


@dataclass(frozen=True, slots=True)
class _Conclusion:
    """The conclusion an entitlement rests on, and the days it gives."""

    concluded_on: date
    valid_from: date
    valid_to: date


def _policy(command: EntitlementEntry, *, district_code: str, actor: AnyActor, at: datetime) -> Policy:
    if command.concluded_on > today_of(actor, at=at):
        raise ConclusionInFuture(concluded_on=command.concluded_on)
    return policy_of(actor, district=district_code, on=command.concluded_on)


def _row(
    command: EntitlementEntry, conclusion: _Conclusion, *, client_id: UUID, policy: Policy, at: datetime
) -> Entitlement:
    return Entitlement(
        id=new_id(at=at),
        client_id=client_id,
        level=command.level,
        mode=command.mode,
        home_types=[each.value for each in command.home_types],
        cause_kind=command.cause_kind,
        cause_id=command.cause_id,
        concluded_on=conclusion.concluded_on,
        policy_digest=policy.digest,
        valid_from=conclusion.valid_from,
        valid_to=conclusion.valid_to,
    )


def _conclusion(session: Session, command: EntitlementEntry, *, client_id: UUID, policy: Policy) -> _Conclusion:
    """By the policy's start rule and the validity of a conclusion; a change of mode keeps the conclusion it had."""
    if command.cause_kind == MODE_CHANGE:
        return _kept_conclusion(session, command, client_id=client_id, policy=policy)
    return _new_conclusion(command, policy=policy)


def _new_conclusion(command: EntitlementEntry, *, policy: Policy) -> _Conclusion:
    valid_from = benefit_starts(command.concluded_on, rule=policy.entitlement.benefit_start)
    valid_to = command.valid_to or conclusion_ends(command.concluded_on, terms=policy.entitlement)
    check_conclusion(command.concluded_on, valid_to=valid_to, policy=policy)
    check_order(valid_from=valid_from, valid_to=valid_to)
    return _Conclusion(command.concluded_on, valid_from, valid_to)


def _kept_conclusion(session: Session, command: EntitlementEntry, *, client_id: UUID, policy: Policy) -> _Conclusion:
    """`concluded_on` of the command is the day of the decision; the assessment behind it grows no younger by it."""
    valid_from = benefit_starts(command.concluded_on, rule=policy.entitlement.mode_change)
    changed = session.scalars(
        select(Entitlement).where(
            Entitlement.client_id == client_id,
            Entitlement.valid_from < valid_from,
            holds(Entitlement, on=valid_from),
        )
    ).one_or_none()
    if changed is None or not command.replaces:
        raise NothingToChange(on=valid_from)
    longest = changed.valid_to or conclusion_ends(changed.concluded_on, terms=policy.entitlement)
    valid_to = command.valid_to or longest
    if valid_to > longest:
        raise ConclusionTooLong(valid_to=longest)
    check_order(valid_from=valid_from, valid_to=valid_to)
    return _Conclusion(changed.concluded_on, valid_from, valid_to)


def _check_home_types(command: EntitlementEntry, policy: Policy) -> None:
    if command.mode is not ServiceMode.HOME:
        is_allowed = not command.home_types
    else:
        is_allowed = is_allowed_combination(command.home_types, combinations=policy.entitlement.combinations)
    if not is_allowed or len(set(command.home_types)) != len(command.home_types):
        raise HomeTypesNotAllowed(mode=command.mode, home_types=list(command.home_types))
