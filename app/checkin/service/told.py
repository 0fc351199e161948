"""What a carer told of visits beside his taps, and what was planned for their days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.careplans.queries import catalogue, list_live_plans
from app.careplans.types import CatalogueItem, LivePlan, PlannedItem, StaffKind
from app.checkin.checks import ChecksMade
from app.checkin.queries import events
from app.checkin.queries.checks import find_checks
from app.checkin.rules.checks import asks_for_checks, find_missing_checks
from app.checkin.rules.visits import extra_time, find_deviations, newest_outcomes
from app.checkin.service.cases import Case
from app.checkin.types import Found, LoggedItem
from app.registry.queries import list_certified
from app.registry.types import CertificateKind, Period
from app.schedules.types import VisitView


@dataclass(frozen=True, slots=True)
class ToldItems:
    """The newest word on each item, the plan in force, and what the catalogue says of the items."""

    planned: tuple[PlannedItem, ...]
    logged: tuple[LoggedItem, ...]
    known: Mapping[str, CatalogueItem]

    @property
    def extra(self) -> timedelta:
        """How much of the visit is the client's own to pay."""
        return extra_time(self.planned, self.logged, catalogue=self.known)


@dataclass(frozen=True, slots=True)
class Told:
    """What a carer told of a visit beside his taps, and as whom he may do what he did."""

    items: ToldItems
    checks: ChecksMade | None
    staff: frozenset[StaffKind]


def told_of(session: Session, cases: Sequence[Case], *, days: Sequence[date]) -> list[Told]:
    """What is told by now of visits, each of a day."""
    if not cases:
        return []
    items = items_told(session, [(case.visit, on) for case, on in zip(cases, days, strict=True)])
    asking = [case.visit.id for case in cases if asks_for_checks(case.policy.service)]
    checks = find_checks(session, visit_ids=asking) if asking else {}
    special = [case for case, told in zip(cases, items, strict=True) if _asks_for_nurse(told.known.values())]
    carers = {case.visit.carer_id for case in special}
    nurses = list_certified(session, carer_ids=carers, kind=CertificateKind.NURSE) if carers else {}
    return [
        Told(told, checks.get(case.visit.id), _staff_kinds(nurses.get(case.visit.carer_id, ()), on=on))
        for case, told, on in zip(cases, items, days, strict=True)
    ]


def items_told(session: Session, visits: Sequence[tuple[VisitView, date]]) -> list[ToldItems]:
    """What is told by now of the items of visits, each of a day. Unscoped: the caller has found them by his actor."""
    days = [on for _, on in visits]
    clients, ids = {visit.client_id for visit, _ in visits}, [visit.id for visit, _ in visits]
    plans = list_live_plans(session, client_ids=clients, first=min(days), last=max(days))
    logged = {
        visit_id: newest_outcomes(
            [LoggedItem(i.item_code, i.outcome, i.minutes, i.consented, i.price_fen) for i in items]
        )
        for visit_id, items in events.list_items(session, visit_ids=ids).items()
    }
    known = catalogue(session, codes={item.item_code for items in logged.values() for item in items})
    return [
        ToldItems(
            planned=next((plan.items for plan in plans if plan.client_id == visit.client_id and _covers(plan, on)), ()),
            logged=logged[visit.id],
            known={item.item_code: known[item.item_code] for item in logged[visit.id] if item.item_code in known},
        )
        for visit, on in visits
    ]


def _covers(plan: LivePlan, on: date) -> bool:
    return plan.valid_from <= on and (plan.valid_to is None or on < plan.valid_to)


def find_deviations_of(case: Case, *, told: Told) -> tuple[Found, ...]:
    """Compare what was told of a visit with plan and policy."""
    of_items = find_deviations(
        told.items.planned,
        told.items.logged,
        catalogue=told.items.known,
        staff=told.staff,
        terms=case.policy.service,
    )
    if not asks_for_checks(case.policy.service):
        return of_items
    vouchers = case.policy.settlement.vouchers
    return *of_items, *find_missing_checks(told.checks, terms=case.policy.service, vouchers=vouchers)


def _asks_for_nurse(items: Iterable[CatalogueItem]) -> bool:
    return any(StaffKind.CARER not in item.staff_kinds for item in items)


def _staff_kinds(nurse: Iterable[Period], *, on: date) -> frozenset[StaffKind]:
    """Who a carer is: a nurse by her certificate of the day may do what carers do as well."""
    is_nurse = any(each.covers(on) for each in nurse)
    return frozenset({StaffKind.CARER, StaffKind.NURSE} if is_nurse else {StaffKind.CARER})
