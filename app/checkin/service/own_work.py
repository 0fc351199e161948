"""A carer's own facts with how long each refusal may be contested, his hours, and his appeals."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.checkin.own_work import HoursFilter, OwnHours, OwnWork, WorkedVisit
from app.checkin.queries import own_work as queries
from app.checkin.queries.dossiers import find_records
from app.checkin.queries.events import list_payable_times
from app.checkin.queries.own_work import WorkFilter
from app.checkin.queries.remarks import list_remarks
from app.checkin.rules.own_work import add_up, appeal_until
from app.checkin.rules.staff_load import spans_of
from app.checkin.service.appeals import contested, refused_on
from app.checkin.service.settling import policy_on
from app.checkin.shown import FactView
from app.checkin.types import FactKind, Standing
from app.kernel import clock
from app.kernel.paging import Page
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.schedules.queries import find_visits
from app.schedules.types import VisitView

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def list_own_work(session: Session, wanted: WorkFilter, *, actor: Actor, at: datetime) -> Page[OwnWork]:
    """The actor's own visits and care days of local days, as they stand; eleven statements a page."""
    begin, beyond = _span(wanted.day_from, wanted.day_to + DAY, actor=actor)
    page = queries.page_of_work(session, actor=actor, wanted=wanted, begin=begin, beyond=beyond)
    visit_ids = [fact.id for fact in page.items if fact.kind is FactKind.VISIT]
    records, visits = find_records(session, visit_ids=visit_ids), find_visits(session, ids=visit_ids)
    accepted = {each.visit_id: each.minutes for each in list_payable_times(session, visit_ids=visit_ids)}
    day_ids = [fact.id for fact in page.items if fact.kind is FactKind.CARE_DAY]
    days = queries.find_days(session, care_day_ids=day_ids)
    remarks = list_remarks(session, fact_ids=[fact.id for fact in page.items])
    zone = zone_of(actor.region)
    items = []
    for fact in page.items:
        record, visit = records.get(fact.id), visits.get(fact.id)
        service_on = days.get(fact.id) or (record.service_on if record else _day_of(visit, at=at, zone=zone))
        items.append(
            OwnWork(
                fact=fact,
                service_on=service_on,
                began_at=record.began_at if record else None,
                ended_at=record.ended_at if record else None,
                minutes=record.minutes if record else None,
                accepted_minutes=accepted.get(fact.id),
                appeal_until=_appeal_until(fact, visit, service_on=service_on, actor=actor, at=at),
                remarks=remarks[fact.id],
            )
        )
    return Page(tuple(items), page.next_after)


def sum_own_hours(session: Session, wanted: HoursFilter, *, actor: Actor, at: datetime) -> tuple[OwnHours, ...]:
    """The actor's own visits of local days by week or month, by as many statements for many as for one."""
    spans = spans_of(wanted.day_from, wanted.day_to, by=wanted.by)
    begin, beyond = _span(spans[0].first, spans[-1].beyond, actor=actor)
    visits = queries.list_worked(session, actor=actor, begin=begin, beyond=beyond)
    ids = [visit.id for visit in visits]
    records = find_records(session, visit_ids=ids)
    accepted = {each.visit_id: each.minutes for each in list_payable_times(session, visit_ids=ids)}
    standings = {fact.id: fact.standing for fact in queries.facts_of(session, actor=actor, visit_ids=ids)}
    zone = zone_of(actor.region)
    worked = [
        WorkedVisit(
            day=_day_of(visit, at=at, zone=zone),
            planned=_minutes(visit.planned_from, visit.planned_to),
            recorded=_minutes(visit.began_at, visit.ended_at),
            payable=accepted.get(visit.id, records[visit.id].minutes if visit.id in records else 0),
            standing=standings.get(visit.id, Standing.OPEN),
        )
        for visit in visits
    ]
    return add_up(worked, spans)


def _span(first: date, beyond: date, *, actor: Actor) -> tuple[datetime, datetime]:
    zone = zone_of(actor.region)
    return clock.local_midnight(first, zone), clock.local_midnight(beyond, zone)


def _day_of(visit: VisitView | None, *, at: datetime, zone: ZoneInfo) -> date:
    begins = (visit.planned_from or visit.began_at or visit.ended_at) if visit else None
    return clock.local_date(begins or at, zone)


def _appeal_until(
    fact: FactView, visit: VisitView | None, *, service_on: date, actor: Actor, at: datetime
) -> date | None:
    district = visit.district_code if visit else None
    return appeal_until(
        fact.standing,
        refused_on=refused_on(fact, zone=zone_of(actor.region)),
        is_appealed=contested(fact),
        terms=policy_on(service_on, region=actor.region, district=district, at=at).grading,
    )


def _minutes(begin: datetime | None, end: datetime | None) -> int:
    """Whole minutes between two instants in either order, nought where one is not known: as in staff load."""
    return 0 if begin is None or end is None else abs(end - begin) // MINUTE
