"""What a visit's taps and items come to."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.careplans.types import CatalogueItem, PlannedItem, StaffKind
from app.checkin.rules.tags import verdict_with_tag
from app.checkin.types import (
    EventKind,
    ExceptionCode,
    Found,
    ItemOutcome,
    LoggedItem,
    OpenException,
    Rights,
    Verdict,
    VisitTap,
    WorkedTime,
)
from app.policies.oversight_terms import ServiceTerms
from app.policies.terms import ClockTerms, VisitTerms
from app.schedules.types import VisitState, VisitView

UPCOMING = (VisitState.PLANNED, VisitState.MISSED, VisitState.ATTEMPTED)
MINUTE = timedelta(minutes=1)
NO_TIME = timedelta(0)
# Found by comparing what the carer tells beside his taps with plan and policy, and all that is found when a visit's
# record is made: judged again with each.
OF_TOLD = frozenset(
    {
        ExceptionCode.ITEM_MISSING,
        ExceptionCode.ITEM_NOT_IN_PLAN,
        ExceptionCode.ITEM_NOT_FOR_STAFF,
        ExceptionCode.CHECKS_MISSING,
        ExceptionCode.EXTRA_NOT_CONSENTED,
    }
)
OF_MINUTES = frozenset({ExceptionCode.SHORT, ExceptionCode.OVER_LONG})
OF_RECORD = (
    OF_TOLD
    | OF_MINUTES
    | {
        ExceptionCode.SWAPPED,
        ExceptionCode.NO_CLOCK_IN,
        ExceptionCode.NO_CLOCK_OUT,
    }
)
WAS_DONE = frozenset({ItemOutcome.DONE, ItemOutcome.EXTRA})
# What a tap leaves in doubt about the place, and a later one of the same end may prove.
OF_DOUBT = frozenset({ExceptionCode.NO_LOCATION, ExceptionCode.UNCERTAIN_LOCATION})


def moved_by(kind: EventKind, visit: VisitView, *, counted_at: datetime, taken_back: bool = False) -> VisitView | None:
    """Say how a tap moves a visit; None when it changes nothing. An end may be told before its beginning, and after a
    job has closed the visit; then the state stays. Whose carer took its beginning back ("I was not there yet") begins
    when he clocks in again, never earlier."""
    if kind is EventKind.IN:
        if visit.state in UPCOMING:
            return replace(visit, state=VisitState.BEGUN, seq=visit.seq + 1, began_at=counted_at)
        if visit.state is VisitState.DONE and visit.began_at is None:
            return replace(visit, began_at=counted_at)
        if taken_back and visit.state is VisitState.BEGUN and (visit.began_at or counted_at) < counted_at:
            return replace(visit, began_at=counted_at)
        return None
    if visit.state in (VisitState.BEGUN, *UPCOMING):
        return replace(visit, state=VisitState.DONE, seq=visit.seq + 1, ended_at=counted_at)
    if visit.state is VisitState.DONE and visit.ended_at is None:
        return replace(visit, ended_at=counted_at)
    return None


def door_exceptions(rights: Rights) -> tuple[ExceptionCode, ...]:
    """Give what would have forbidden planning. At the door it stops nobody: it is told.

    Of a carer without an agency there it is not told besides that the agency lacks this or that.
    """
    designated = not rights.employed or rights.designated
    in_area = not rights.employed or not rights.designated or rights.in_area
    served = not rights.employed or rights.served
    cases = (
        (rights.certified, ExceptionCode.CERTIFICATE_EXPIRED),
        (rights.employed, ExceptionCode.NOT_EMPLOYED),
        (rights.assigned, ExceptionCode.NOT_ASSIGNED),
        (rights.entitled, ExceptionCode.NOT_ENTITLED),
        (not rights.away, ExceptionCode.IN_HOSPITAL),
        (rights.planned_care, ExceptionCode.PLAN_MISSING),
        (not rights.died, ExceptionCode.CLIENT_DIED),
        (not rights.suspended, ExceptionCode.ENTITLEMENT_SUSPENDED),
        (not rights.carer_suspended, ExceptionCode.CARER_SUSPENDED),
        (designated, ExceptionCode.AGENCY_NOT_DESIGNATED),
        (in_area, ExceptionCode.OUTSIDE_AREA),
        (served, ExceptionCode.AGENCY_NOT_SERVING),
    )
    return tuple(code for holds, code in cases if not holds)


def span_of(
    *,
    began_at: datetime | None,
    ended_at: datetime | None,
    planned_from: datetime | None,
    planned_to: datetime | None,
) -> tuple[datetime, datetime] | None:
    """Give from when to when a visit lasted; None when nothing is known. For a tap that is lacking the plan stands in,
    but never with time before the carer came or after he left."""
    if began_at is not None:
        return began_at, max(began_at, planned_to or began_at) if ended_at is None else ended_at
    if ended_at is not None:
        return min(ended_at, planned_from or ended_at), ended_at
    return None


def is_statable(*, began_at: datetime, ended_at: datetime, at: datetime, terms: ClockTerms) -> bool:
    """Say whether a person may state these as a visit's times: some time, over by now, no longer than the longest."""
    return began_at < ended_at <= at and ended_at - began_at <= terms.longest_visit


def span_of_taps(began_at: datetime, ended_at: datetime, *, terms: ClockTerms) -> tuple[datetime, datetime]:
    """Give when what speaks for a visit is told: while it lasted, or in the window around."""
    return began_at - terms.early_window, ended_at + terms.late_window


def taps_of_visit(
    taps: Sequence[VisitTap], *, began_at: datetime, ended_at: datetime, terms: ClockTerms
) -> tuple[VisitTap, ...]:
    """Keep the taps whose position may speak for a visit: those counted while it lasted, or in the window around."""
    first, last = span_of_taps(began_at, ended_at, terms=terms)
    return tuple(tap for tap in taps if first <= tap.counted_at <= last)


def proven_later(taps: Sequence[VisitTap], *, terms: ClockTerms) -> frozenset[UUID]:
    """Give the taps whose place was in doubt until the carer tapped again at the same end of the visit, at the home."""
    at_home = [tap for tap in taps if verdict_with_tag(tap.verdict, tap.tag) is Verdict.INSIDE]
    return frozenset(
        tap.id
        for tap in taps
        if tap not in at_home
        and any(
            again.kind is tap.kind and NO_TIME <= again.counted_at - tap.counted_at <= terms.late_window
            for again in at_home
        )
    )


def payable_minutes(
    *,
    began_at: datetime,
    ended_at: datetime,
    planned: timedelta | None,
    extra: timedelta,
    clock: ClockTerms,
    visit: VisitTerms,
) -> WorkedTime:
    """Give the payable time: whole minutes between in and out without those of extras, which the client pays himself,
    at most the planned ones where policy says so.

    An out before the in is swapped and told. Below the shortest share of the plan, or over the longest visit, it is
    told; the minutes never exceed the longest visit. `planned` is None for an unscheduled visit.
    """
    found: list[Found] = []
    if ended_at < began_at:
        found.append(Found(ExceptionCode.SWAPPED))
        began_at, ended_at = ended_at, began_at
    actual = ended_at - began_at
    minutes = max(actual - extra, NO_TIME) // MINUTE
    if planned is not None and Decimal(minutes) < visit.shortest_share * Decimal(planned // MINUTE):
        found.append(Found(ExceptionCode.SHORT, {"minutes": minutes, "planned_minutes": planned // MINUTE}))
    if actual > clock.longest_visit:
        found.append(Found(ExceptionCode.OVER_LONG, {"minutes": actual // MINUTE}))
        minutes = min(minutes, clock.longest_visit // MINUTE)
    if planned is not None and visit.capped_at_planned:
        minutes = min(minutes, planned // MINUTE)
    return WorkedTime(began_at, ended_at, minutes, tuple(found))


def find_deviations(
    planned: Sequence[PlannedItem],
    logged: Sequence[LoggedItem],
    *,
    catalogue: Mapping[str, CatalogueItem],
    staff: Set[StaffKind],
    terms: ServiceTerms,
) -> tuple[Found, ...]:
    """Compare what was logged with the plan: an item missing, beside the plan, extra without the consent that policy
    asks for, or for none of these kinds of staff.

    A planned item is missing when it was not logged at all or logged as not done; a refusal by the client is no fault
    of the carer's. The plan says how often a week an item is done, so a missing item is told only when it is due on
    every visit (seven times a week or more) or was logged as not done.
    """
    outcomes = {item.item_code: item for item in logged}
    in_plan = {item.item_code for item in planned}
    found = [
        Found(ExceptionCode.ITEM_MISSING, {"item_code": item.item_code})
        for item in planned
        if _is_missing(item, outcomes.get(item.item_code))
    ]
    for code, item in outcomes.items():
        if item.outcome not in WAS_DONE:
            continue
        if code not in in_plan:
            found.append(Found(ExceptionCode.ITEM_NOT_IN_PLAN, {"item_code": code, "consented": int(item.consented)}))
        if terms.extra_consent_required and not item.consented and is_extra(item, in_plan=in_plan):
            found.append(Found(ExceptionCode.EXTRA_NOT_CONSENTED, {"item_code": code}))
        known = catalogue.get(code)
        if known is not None and staff.isdisjoint(known.staff_kinds):
            found.append(Found(ExceptionCode.ITEM_NOT_FOR_STAFF, {"item_code": code}))
    return tuple(sorted(found, key=lambda each: (each.code, str(each.details["item_code"]))))


def is_extra(item: LoggedItem, *, in_plan: Set[str]) -> bool:
    """Say whether an item that was done is the client's own to agree to and to pay: the carer says so, or it is beside
    the plan. Without any plan only what the carer calls extra is; that the plan lacks is told by itself."""
    is_beside = item.outcome is ItemOutcome.DONE and bool(in_plan) and item.item_code not in in_plan
    return is_beside or item.outcome is ItemOutcome.EXTRA


def extra_time(
    planned: Sequence[PlannedItem], logged: Sequence[LoggedItem], *, catalogue: Mapping[str, CatalogueItem]
) -> timedelta:
    """Give how long the extras of a visit took: as told, or else as long as the catalogue says of each."""
    in_plan = {item.item_code for item in planned}
    extras = [item for item in logged if is_extra(item, in_plan=in_plan)]
    usual = {code: item.minutes for code, item in catalogue.items()}
    return sum((item.minutes or usual.get(item.item_code, 0) for item in extras), start=0) * MINUTE


def compare_findings(
    known: Sequence[OpenException], found: Sequence[Found]
) -> tuple[tuple[UUID, ...], tuple[Found, ...]]:
    """Compare what holds so far with what is found now: ids of exceptions that no longer hold, and what is new."""
    now = [(each.code, dict(each.details)) for each in found]
    before = [(each.code, dict(each.details)) for each in known]
    ended = tuple(each.id for each in known if (each.code, dict(each.details)) not in now)
    return ended, tuple(each for each in found if (each.code, dict(each.details)) not in before)


def newest_outcomes(logged: Sequence[LoggedItem]) -> tuple[LoggedItem, ...]:
    """Keep of each item what was logged last."""
    return tuple({item.item_code: item for item in logged}.values())


def _is_missing(item: PlannedItem, logged: LoggedItem | None) -> bool:
    if logged is None:
        return item.times_per_week >= 7
    return logged.outcome is ItemOutcome.NOT_DONE
