"""Reckons what a client's care of a month costs, and keeps that its personal share was confirmed."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.queries.shares import list_confirmed
from app.checkin.rules.visits import WAS_DONE, is_extra
from app.checkin.service.settling import policy_on
from app.checkin.service.shares import asks_for_share
from app.checkin.service.told import ToldItems, items_told
from app.claims import queries
from app.claims.models import FeeConfirmation
from app.claims.queries import Recorded
from app.claims.rules import digest_of, may_confirm, split_all, sum_extras, tells_share, totals_of
from app.claims.types import (
    ConfirmFees,
    Extra,
    FeeConfirmationView,
    FeeLine,
    FeeList,
    FeeState,
    LastConfirmation,
    Reckoned,
    Rules,
    Split,
    Work,
)
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.codes import HomeType
from app.policies.entry_codes import LimitPeriod
from app.policies.entry_terms import HomeLimit
from app.policies.types import Policy
from app.registry.queries import list_certified, list_entitlements
from app.registry.types import CertificateKind
from app.schedules.rules import covers, days_of, days_to_count, rows_on

Policies = Mapping[UUID, Policy]


@dataclass(frozen=True, slots=True)
class Priced:
    """By visit: how it is split, what was told of its items, and the rules of its day."""

    splits: Mapping[UUID, Split]
    items: Mapping[UUID, ToldItems]
    policies: Policies


class FeeListChanged(DomainError):
    """The list is another than the one that was confirmed: it is to be read again."""

    kind, code = ErrorKind.CONFLICT, "fee_list_changed"


class FeesNotTold(DomainError):
    """Nothing is accepted yet, an amount of the list is not known, or not all of it is to be seen."""

    kind, code = ErrorKind.CONFLICT, "fees_not_told"


def read_fees(session: Session, *, client_id: UUID, month: date, actor: Actor, at: datetime) -> FeeList:
    """A client's fee list of a month, by the rules of each visit's day; a fixed number of statements. It is not paged,
    since the digest names all of it.

    NotFound outside the actor's scope today.
    """
    queries.check_visible(session, client_id=client_id, actor=actor, on=clock.local_date(at, zone_of(actor.region)))
    return _reckon(session, client_id=client_id, month=month, actor=actor, at=at).fees


def confirm_fees(
    session: Session, command: ConfirmFees, *, client_id: UUID, actor: Actor, at: datetime
) -> FeeConfirmationView:
    """Keep that a guardian who may agree to costs confirmed the personal share of exactly this list; once for each.

    Raises NotFound, FeeListChanged and FeesNotTold.
    """
    month = command.month
    queries.check_may_confirm(session, client_id=client_id, actor=actor, on=clock.local_date(at, zone_of(actor.region)))
    reckoned = _reckon(session, client_id=client_id, month=month, actor=actor, at=at)
    fees, totals = reckoned.fees, reckoned.fees.totals
    if fees.digest != command.digest:
        raise FeeListChanged(month=month)
    if not fees.is_whole or not may_confirm(totals):
        raise FeesNotTold(month=month)
    row = {
        "id": new_id(at=at),
        "client_id": client_id,
        "month": month,
        "list_digest": fees.digest,
        "personal_fen": totals.split.personal_fen,
        "extra_fen": totals.extra_fen,
        "policy_digests": list(reckoned.policy_digests),
        "account_id": actor.account_id,
        "person_id": actor.person_id,
        "recorded_at": at,
    }
    once = insert(FeeConfirmation).values(row).on_conflict_do_nothing().returning(FeeConfirmation.id)
    if session.scalars(once).one_or_none() is not None:
        _audit(session, row, actor=actor, at=at)
    confirmed = queries.find_confirmation(session, client_id=client_id, month=month, digest=fees.digest)
    assert confirmed is not None  # noqa: S101 - inserted above, now or before
    return confirmed


def _reckon(session: Session, *, client_id: UUID, month: date, actor: Actor, at: datetime) -> Reckoned:
    first, beyond = days_of(LimitPeriod.MONTH, on=month)
    visits = queries.list_recorded(session, client_id=client_id, first=first, beyond=beyond, actor=actor)
    priced = _priced(session, visits, client_id=client_id, first=first, actor=actor, at=at)
    refused = queries.list_refused(session, visit_ids=[each.visit.id for each in visits if each.payable is None])
    lines = [_line(each, priced=priced, refused=refused) for each in visits]
    seen = [line for line, each in zip(lines, visits, strict=True) if each.is_visible]
    digest = digest_of(client_id, month, lines)
    last = queries.find_confirmation(session, client_id=client_id, month=month, digest=digest)
    fees = FeeList(
        client_id=client_id,
        month=month,
        lines=tuple(seen),
        totals=totals_of(seen),
        digest=digest,
        is_whole=len(seen) == len(lines),
        waits_for_share=_waits_for_share(session, visits, lines, client_id=client_id, policies=priced.policies),
        confirmation=None if last is None else _confirmation(last, digest=digest),
    )
    return Reckoned(fees, tuple(sorted({policy.digest for policy in priced.policies.values()})))


def _confirmation(last: FeeConfirmationView, *, digest: str) -> LastConfirmation:
    return LastConfirmation(last.confirmed_at, last.personal_fen, is_current=last.digest == digest)


def _priced(
    session: Session, visits: Sequence[Recorded], *, client_id: UUID, first: date, actor: Actor, at: datetime
) -> Priced:
    """Price and split the accepted visits of a month, after those before it that count in a period of their limits."""
    accepted = [each for each in visits if each.payable is not None]
    policies = _policies(visits, region=actor.region, at=at)
    limits = _limits(session, accepted, client_id=client_id, policies=policies)
    held = [(each.service_on, limits[each.visit.id]) for each in accepted if limits[each.visit.id]]
    since = days_to_count(held)[0] if held else first
    if since < first:
        found = queries.list_recorded(session, client_id=client_id, first=since, beyond=first, actor=actor)
        accepted = [each for each in found if each.payable is not None] + accepted
        policies |= _policies(found, region=actor.region, at=at)
    told = items_told(session, [(each.visit, each.service_on) for each in accepted]) if accepted else []
    items = {each.visit.id: words for each, words in zip(accepted, told, strict=True)}
    works = _works(session, accepted, items=items, policies=policies)
    splits = split_all((work, _rules(policies[work.visit_id], limits.get(work.visit_id, ()))) for work in works)
    return Priced(splits, items, policies)


def _policies(visits: Sequence[Recorded], *, region: str, at: datetime) -> dict[UUID, Policy]:
    return {
        each.visit.id: policy_on(each.service_on, region=region, district=each.visit.district_code, at=at)
        for each in visits
    }


def _limits(
    session: Session, accepted: Sequence[Recorded], *, client_id: UUID, policies: Policies
) -> dict[UUID, tuple[HomeLimit, ...]]:
    """The limits that hold for the client of each visit on its day."""
    if not accepted:
        return {}
    days = [each.service_on for each in accepted]
    entitled = list_entitlements(session, client_ids=(client_id,), first=min(days), last=max(days)).get(client_id, ())
    return {
        each.visit.id: rows_on(
            policies[each.visit.id].entitlement.home_limits,
            home_type=HomeType.AGENCY_CARE,
            entitled=entitled,
            on=each.service_on,
        )
        for each in accepted
    }


def _rules(policy: Policy, limits: tuple[HomeLimit, ...]) -> Rules:
    """The rules of a visit; one before the month only counts in the limits of those in it, and has none itself."""
    return Rules(policy.settlement.prices, limits, tells_share=tells_share(policy.settlement))


def _works(
    session: Session, accepted: Sequence[Recorded], *, items: Mapping[UUID, ToldItems], policies: Policies
) -> list[Work]:
    asks_who = any(price.staff for each in accepted for price in policies[each.visit.id].settlement.prices)
    carers = {each.visit.carer_id for each in accepted}
    nurses = list_certified(session, carer_ids=carers, kind=CertificateKind.NURSE) if asks_who else {}
    return [
        _work(each, items[each.visit.id], is_by_nurse=covers(nurses.get(each.visit.carer_id, ()), each.service_on))
        for each in accepted
    ]


def _work(each: Recorded, told: ToldItems, *, is_by_nurse: bool) -> Work:
    in_plan = {item.item_code for item in told.planned}
    done = [item for item in told.logged if item.outcome in WAS_DONE and not is_extra(item, in_plan=in_plan)]
    codes = frozenset(item.item_code for item in done)
    return Work(
        visit_id=each.visit.id,
        service_on=each.service_on,
        minutes=each.payable or 0,
        item_codes=codes,
        categories=frozenset(told.known[code].category for code in codes if code in told.known),
        is_by_nurse=is_by_nurse,
    )


def _line(each: Recorded, *, priced: Priced, refused: Set[UUID]) -> FeeLine:
    visit_id = each.visit.id
    if each.payable is None:
        state = FeeState.REFUSED if visit_id in refused else FeeState.IN_REVIEW
        return FeeLine(visit_id, each.service_on, each.began_at, each.minutes, state)
    extras = _extras(priced.items[visit_id])
    return FeeLine(
        visit_id,
        each.service_on,
        each.began_at,
        each.payable,
        FeeState.ACCEPTED,
        split=priced.splits[visit_id],
        extras=extras,
        extra_fen=sum_extras(extras),
    )


def _extras(told: ToldItems) -> tuple[Extra, ...]:
    """What the client pays himself: extras that he or his guardian agreed to before, no others."""
    in_plan = {item.item_code for item in told.planned}
    return tuple(
        Extra(item.item_code, known.name if (known := told.known.get(item.item_code)) else None, item.price_fen)
        for item in told.logged
        if item.consented and is_extra(item, in_plan=in_plan)
    )


def _waits_for_share(
    session: Session, visits: Sequence[Recorded], lines: Sequence[FeeLine], *, client_id: UUID, policies: Policies
) -> bool:
    """Whether a visit in review lacks the confirmation of its month's share that policy asks for before it is paid."""
    asking = {
        (client_id, each.visit.agency_id, each.service_on.replace(day=1))
        for each, line in zip(visits, lines, strict=True)
        if line.state is FeeState.IN_REVIEW and asks_for_share(each.visit, policies[each.visit.id])
    }
    return bool(asking and asking - list_confirmed(session, client_ids=(client_id,)))


def _audit(session: Session, row: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    details = {
        "confirmation_id": row["id"],
        "month": row["month"].isoformat(),
        "digest": row["list_digest"],
        "personal_fen": row["personal_fen"],
    }
    about, keys = ("client", row["client_id"]), current_settings().key_ring
    audit.record(session, "client.confirmed_fees", actor=actor, at=at, subject=about, details=details, keys=keys)
