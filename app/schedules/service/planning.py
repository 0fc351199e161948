"""Plans visits by the set, cancels one, and calls those missed that nobody began."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.kernel import audit, clock, resend
from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.permissions import Actor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.rules import may_plan
from app.policies.service import current_book
from app.policies.types import NoPolicy, Policy, PolicyExpired
from app.schedules import queries
from app.schedules.models import Visit, VisitChange
from app.schedules.rules import find_collisions, find_overlaps, may_cancel, plan_on, refuse_visit
from app.schedules.service import hours
from app.schedules.service.progress import NEW, advance, change_row, mark_missed
from app.schedules.types import (
    Cancellation,
    ClientRights,
    PlanningRules,
    Refusal,
    RefusedVisit,
    VisitSource,
    VisitState,
    VisitsToPlan,
    VisitToPlan,
    VisitView,
)

MISSED_AT_ONCE = 1000


class VisitDue(DomainError):
    """A visit whose planned beginning has come is not cancelled: it takes place, or is missed and counted so."""

    kind, code = ErrorKind.CONFLICT, "visit_due"


class VisitsRefused(DomainError):
    """Not one visit of the list was planned; `refusals` name each visit at fault by its place from 0."""

    kind, code = ErrorKind.CONFLICT, "visits_refused"

    def __init__(self, refused: Sequence[RefusedVisit]) -> None:
        super().__init__(refusals=[_told(each) for each in refused])


def _told(refused: RefusedVisit) -> dict[str, object]:
    limits = {"limits": [each.told() for each in refused.used_up]} if refused.used_up else {}
    return {"index": refused.index, "codes": list(refused.codes), **limits}


def plan_visits(session: Session, command: VisitsToPlan, *, actor: Actor, at: datetime) -> tuple[VisitView, ...]:
    """Plan all visits of the list or none, in a number of statements that does not depend on their number.

    A resend of the same list answers the visits as they are now. Raises VisitsRefused with every reason for every
    visit, and NotFound for an actor without an agency.
    """
    agency_id = actor.scope.agency_id
    if agency_id is None:
        raise NotFound(kind="agency")
    visits = command.visits
    stored = queries.find_visits(session, ids=[visit.id for visit in visits])
    if stored and _is_resend(visits, stored, agency_id):
        resend.mark_replay()
        return tuple(stored[visit.id] for visit in visits)
    planned = _judge(session, visits, stored=stored, agency_id=agency_id, actor=actor, at=at)
    _insert(session, visits, clients=planned, agency_id=agency_id, actor=actor, at=at)
    audit.record(
        session,
        "visits.plan",
        actor=actor,
        at=at,
        subject=("agency", agency_id),
        details={"visit_ids": [str(visit.id) for visit in visits]},
        keys=current_settings().key_ring,
    )
    made = queries.find_visits(session, ids=[visit.id for visit in visits])
    return tuple(made[visit.id] for visit in visits)


def cancel_visit(session: Session, visit_id: UUID, *, command: Cancellation, actor: Actor, at: datetime) -> VisitView:
    """Cancel a planned visit of the actor's before it begins; raises NotFound, VisitDue and IllegalTransition."""
    visit = queries.get_visit(session, visit_id=visit_id, actor=actor)
    if visit.state is VisitState.PLANNED and not may_cancel(visit, at=at):
        raise VisitDue(visit_id=visit_id, planned_from=visit.planned_from)
    advance(session, visit, VisitState.CANCELLED, actor=actor, at=at, reason=command.reason)
    audit.record(
        session,
        "visit.cancel",
        actor=actor,
        at=at,
        subject=("visit", visit_id),
        details={"reason": command.reason},
        keys=current_settings().key_ring,
    )
    session.expire_all()
    return queries.get_visit(session, visit_id=visit_id, actor=actor)


def miss_overdue(session: Session, *, actor: SystemActor, at: datetime) -> int:
    """Call planned visits missed whose planned end and the policy's late window have passed; returns how many.

    Safe to run twice, and beside a carer who clocks in at that moment: only what is still planned is moved.
    """
    zone, book = zone_of(actor.region), current_book()
    overdue = []
    for visit_id, district, ends_at in queries.list_planned_before(session, before=at, limit=MISSED_AT_ONCE):
        on = clock.local_date(ends_at, zone)
        policy = book.policy_or_last(region=actor.region, district=district, on=on)
        if ends_at + policy.clock.late_window < at:
            overdue.append(visit_id)
    return mark_missed(session, ids=overdue, actor=actor, at=at) if overdue else 0


def _is_resend(visits: Sequence[VisitToPlan], stored: Mapping[UUID, VisitView], agency_id: UUID) -> bool:
    return all(
        visit.id in stored
        and stored[visit.id].agency_id == agency_id
        and _content(visit)
        == (
            stored[visit.id].client_id,
            stored[visit.id].carer_id,
            stored[visit.id].planned_from,
            stored[visit.id].planned_to,
            stored[visit.id].team_slot,
        )
        for visit in visits
    )


def _content(visit: VisitToPlan) -> tuple[object, ...]:
    return visit.client_id, visit.carer_id, visit.planned_from, visit.planned_to, visit.team_slot


def _judge(
    session: Session,
    visits: Sequence[VisitToPlan],
    *,
    stored: Mapping[UUID, VisitView],
    agency_id: UUID,
    actor: Actor,
    at: datetime,
) -> dict[UUID, ClientRights]:
    zone = zone_of(actor.region)
    days = [clock.local_date(visit.planned_from, zone) for visit in visits]
    clients = queries.load_client_rights(
        session,
        client_ids={visit.client_id for visit in visits},
        agency_id=agency_id,
        first=min(days),
        last=max(days),
    )
    carers = queries.load_carer_rights(session, carer_ids={visit.carer_id for visit in visits}, agency_id=agency_id)
    designations = queries.load_designations(session, agency_id=agency_id)
    collisions, under_way = find_collisions(visits), _taken(session, visits, state=VisitState.BEGUN)
    rules = [
        _rules_for(actor.region, clients.get(visit.client_id), day) for visit, day in zip(visits, days, strict=True)
    ]
    used_up = hours.find_visits_over(session, visits, days=days, clients=clients, rules=rules, zone=zone)
    refused = []
    for index, visit in enumerate(visits):
        codes = [
            *([Refusal.ID_USED] if visit.id in stored else []),
            *refuse_visit(
                visit,
                on=days[index],
                at=at,
                client=clients.get(visit.client_id),
                carer=carers.get(visit.carer_id),
                designations=designations,
                rules=rules[index],
            ),
            *([Refusal.HOURS_USED_UP] if used_up[index] else []),
            *sorted({*collisions.get(index, ()), *find_overlaps(visit, others=under_way)}),
        ]
        if codes:
            refused.append(RefusedVisit(index, tuple(codes), used_up[index]))
    if refused:
        raise VisitsRefused(refused)
    return clients


def _rules_for(region: str, client: ClientRights | None, day: date) -> PlanningRules:
    book, district = current_book(), client.district_code if client else None
    try:
        policy = book.policy_for(region=region, district=district, on=day)
    except PolicyExpired:
        last = book.policy_or_last(region=region, district=district, on=day)
        return _planning_rules(last, is_expired=True)
    except NoPolicy:
        first = book.spans(region=region)[0]
        return _planning_rules(first, is_unknown=True)
    return _planning_rules(policy, is_expired=not may_plan(policy, on=day))


def _planning_rules(policy: Policy, *, is_expired: bool = False, is_unknown: bool = False) -> PlanningRules:
    return PlanningRules(
        longest_visit=policy.clock.longest_visit,
        late_window=policy.clock.late_window,
        carer=policy.carer,
        home_limits=policy.entitlement.home_limits,
        is_expired=is_expired,
        is_unknown=is_unknown,
    )


def _insert(
    session: Session,
    visits: Sequence[VisitToPlan],
    *,
    clients: Mapping[UUID, ClientRights],
    agency_id: UUID,
    actor: Actor,
    at: datetime,
) -> None:
    zone = zone_of(actor.region)
    rows = [
        {
            "id": visit.id,
            "client_id": visit.client_id,
            "carer_id": visit.carer_id,
            "agency_id": agency_id,
            "district_code": clients[visit.client_id].district_code,
            "street_code": clients[visit.client_id].street_code,
            "plan_id": plan_on(clients[visit.client_id], clock.local_date(visit.planned_from, zone)),
            "team_slot": visit.team_slot,
            "planned": Range(visit.planned_from, visit.planned_to),
            "state": VisitState.PLANNED,
            "seq": 1,
            "source": VisitSource.PLANNED,
            "created_by": actor.account_id,
            "created_at": at,
        }
        for visit in visits
    ]
    # Without a target the conflict may be with the key or with either exclusion constraint: the database decides.
    statement = insert(Visit).values(rows).on_conflict_do_nothing().returning(Visit.id)
    made = set(session.scalars(statement))
    if len(made) < len(visits):
        raise VisitsRefused(_name_collisions(session, visits, made=made))
    changes = [change_row(visit.id, 1, NEW, VisitState.PLANNED, actor=actor, at=at) for visit in visits]
    session.execute(insert(VisitChange).values(changes))


def _name_collisions(session: Session, visits: Sequence[VisitToPlan], *, made: set[UUID]) -> list[RefusedVisit]:
    """Say for each visit that the database refused which rule it met."""
    others = _taken(session, [visit for visit in visits if visit.id not in made], state=VisitState.PLANNED)
    return [
        RefusedVisit(index, find_overlaps(visit, others=others) or (Refusal.ID_USED,))
        for index, visit in enumerate(visits)
        if visit.id not in made
    ]


def _taken(session: Session, visits: Sequence[VisitToPlan], *, state: VisitState) -> list[queries.Taken]:
    times = [instant for visit in visits for instant in (visit.planned_from, visit.planned_to)]
    return queries.list_taken_times(
        session,
        state=state,
        carer_ids={visit.carer_id for visit in visits},
        client_ids={visit.client_id for visit in visits},
        within=Range(min(times), max(times)),
    )
