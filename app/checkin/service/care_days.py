"""Family carers' days: stored whatever they say, judged, and payable once per client and day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.checkin.days import CareDayView, CareTerms, DayClaim, DayEvent, DayFinding, DayJudgement, LogCareDay
from app.checkin.models import (
    CareDay,
    CareDayItem,
    ExceptionFound,
    PayableCareDay,
)
from app.checkin.note_models import CareNote
from app.checkin.queries import care_days as queries
from app.checkin.queries.cards import DAY_NOTE_CONTEXT
from app.checkin.queries.care_days import DayRights
from app.checkin.queries.day_conflicts import find_doubted, find_elsewhere
from app.checkin.queries.prompts import was_answered
from app.checkin.rules.care_days import counted_entry, drawn_by, judge_care_day, standing_of
from app.checkin.rules.grading import is_sampled
from app.checkin.service import facts
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_turn
from app.checkin.types import DayStanding, ExceptionCode, FactKind, FactSubject, ReviewStep, Severity
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.types import Policy

ONE_DAY = timedelta(days=1)
SECOND = DayFinding(ExceptionCode.SECOND_CARE_DAY, Severity.ACKNOWLEDGE, {})


def log_care_day(session: Session, *, command: LogCareDay, actor: Actor, at: datetime) -> CareDayView:
    """Store a family carer's day and judge it: payable, second of that day, or held for the operator.

    A resend is answered with the first facts. Raises NotFound when the account is no family carer's or the client is
    unknown, EventReused for an id used before with other content.
    """
    carer_id = queries.find_own_carer(session, person_id=actor.person_id)
    if carer_id is None:
        raise NotFound(kind="carer")
    rights = queries.find_rights(session, client_id=command.client_id, carer_id=carer_id, day=command.day)
    if rights is None:
        raise NotFound(kind="client", id=str(command.client_id))
    region = actor.region
    take_turn(session, client_id=command.client_id)
    policy = policy_on(command.day, region=region, district=rights.district_code, at=at)
    row, is_new = _insert(session, command=command, carer_id=carer_id, actor=actor, policy=policy, at=at)
    if is_new:
        _add_parts(session, command=command, row=row, rights=rights)
        codes = sorted(item.item_code for item in command.items)
        claim = claim_of(session, row=row, rights=rights, codes=codes, policy=policy, region=region)
        judgement = judge_care_day(claim, policy=policy)
        facts.add_grade(
            session,
            fact_id=row.id,
            grade=judgement.grade,
            witnesses=judgement.witnesses,
            before=0,
            policy=policy,
            at=at,
        )
        add_findings(session, fact_id=row.id, findings=judgement.findings, policy_digest=policy.digest, at=at)
        if may_be_paid(row, judgement=judgement, policy=policy):
            make_payable(session, row=row, at=at)
        else:
            today = clock.local_date(at, zone_of(region))
            facts.hold(session, fact_id=row.id, step=ReviewStep.OPERATOR, today=today, policy=policy, at=at)
        _audit(session, row=row, actor=actor, at=at)
    else:
        resend.mark_replay()
    return queries.get_first_view(session, row=row)


def read_care_terms(session: Session, *, client_id: UUID, actor: Actor, at: datetime) -> CareTerms:
    """What is asked of a family carer's phone today; NotFound for a client outside the actor's scope."""
    today = clock.local_date(at, zone_of(actor.region))
    district = queries.get_district(session, client_id=client_id, actor=actor, on=today)
    family = policy_on(today, region=actor.region, district=district, at=at).family
    return CareTerms(family.clock_events_per_day, family.late_entry_until, family.prompts_per_week)


def make_payable(session: Session, *, row: CareDay, at: datetime) -> bool:
    """Give an accepted care day the right to be paid; False, and an exception, when its day is paid for already."""
    added = session.execute(
        insert_or_leave(PayableCareDay)
        .values(client_id=row.client_id, day=row.day, care_day_id=row.id, carer_id=row.carer_id, recorded_at=at)
        .on_conflict_do_nothing(index_elements=["client_id", "day"])
        .returning(PayableCareDay.care_day_id)
    ).one_or_none()
    if added is None:
        add_findings(session, fact_id=row.id, findings=(SECOND,), policy_digest=row.policy_digest, at=at)
    return added is not None


def accept_care_day(session: Session, *, care_day_id: UUID, at: datetime) -> bool:
    """Let a care day that a review accepted be paid; False when another of the same client and day is already."""
    return make_payable(session, row=session.get_one(CareDay, care_day_id), at=at)


def claim_of(
    session: Session, *, row: CareDay, rights: DayRights, codes: Sequence[str], policy: Policy, region: str
) -> DayClaim:
    """Gather what a stored care day is judged by, with the clock events that have arrived so far."""
    zone = zone_of(region)
    named = {each for each in (row.in_event_id, row.out_event_id) if each is not None}
    events = queries.list_day_events(session, ids=named, zone=zone)
    return DayClaim(
        carer_id=row.carer_id,
        client_id=row.client_id,
        day=row.day,
        entered_at=counted_entry(occurred_at=row.occurred_at, received_at=row.recorded_at, policy=policy),
        begins_at=clock.local_midnight(row.day, zone),
        ends_at=clock.local_midnight(row.day + ONE_DAY, zone),
        is_assigned=rights.is_assigned,
        relation=rights.relation,
        died_on=rights.died_on,
        is_suspended=rights.is_suspended,
        events=events,
        items=queries.list_day_items(session, codes=codes),
        doubted_id=find_doubted(session, care_day=row),
        elsewhere_id=_elsewhere(session, row=row, events=events, policy=policy),
        prompt_answered=policy.family.prompts_per_week > 0
        and was_answered(session, carer_id=row.carer_id, client_id=row.client_id, day=row.day),
    )


def _elsewhere(session: Session, *, row: CareDay, events: Sequence[DayEvent], policy: Policy) -> UUID | None:
    """Without taps here nothing says that the carer was in two places."""
    taps = [event.counted_at for event in events if (event.carer_id, event.client_id) == (row.carer_id, row.client_id)]
    if not taps:
        return None
    return find_elsewhere(
        session, care_day=row, begins_at=min(taps), ends_at=max(taps), apart_m=policy.location.radius_m
    )


def may_be_paid(row: CareDay, *, judgement: DayJudgement, policy: Policy) -> bool:
    """Say whether a judged day needs no person's look. Of a carer's days for a client and day the sample is drawn once,
    however often they are logged."""
    share = policy.grading.rule_of(judgement.grade).sample_share
    draw = drawn_by(client_id=row.client_id, carer_id=row.carer_id, day=row.day)
    is_drawn = is_sampled(draw, share=share, key=current_settings().key_ring.command_key)
    return standing_of(judgement, policy=policy, is_drawn=is_drawn) is DayStanding.PAYABLE


def _insert(
    session: Session, *, command: LogCareDay, carer_id: UUID, actor: Actor, policy: Policy, at: datetime
) -> tuple[CareDay, bool]:
    """The carer is part of the content: another carer's resend of the same id is other content."""
    content = {"command": command, "carer_id": carer_id}
    return resend.insert_once(
        session,
        CareDay,
        digest=command_digest(content, key=current_settings().key_ring.command_key),
        id=command.id,
        client_id=command.client_id,
        carer_id=carer_id,
        day=command.day,
        in_event_id=command.in_event_id,
        out_event_id=command.out_event_id,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        filled_by=command.filled_by,
        policy_digest=policy.digest,
        recorded_at=at,
    )


def _add_parts(session: Session, *, command: LogCareDay, row: CareDay, rights: DayRights) -> None:
    subject = FactSubject(row.id, FactKind.CARE_DAY, row.carer_id, row.client_id, None, rights.district_code)
    facts.claim_subject(session, subject, at=row.recorded_at)
    items = [
        {"id": row.id, "item_code": item.item_code, "minutes": item.minutes, "recorded_at": row.recorded_at}
        for item in command.items
    ]
    if items:
        session.execute(insert(CareDayItem).values(items))
    if command.note is not None:
        sealed = current_settings().key_ring.encrypt(command.note, context=DAY_NOTE_CONTEXT)
        session.execute(insert(CareNote).values(fact_id=row.id, text_enc=sealed))


def add_findings(
    session: Session, *, fact_id: UUID, findings: Iterable[DayFinding], policy_digest: str, at: datetime
) -> None:
    """Append what was found about a care day."""
    rows = [
        {
            "id": new_id(at=at),
            "fact_id": fact_id,
            "code": finding.code,
            "severity": finding.severity,
            "details": finding.details,
            "policy_digest": policy_digest,
            "recorded_at": at,
        }
        for finding in findings
    ]
    if rows:
        session.execute(insert(ExceptionFound).values(rows))


def _audit(session: Session, *, row: CareDay, actor: Actor, at: datetime) -> None:
    audit.record(
        session,
        "care_day.logged",
        actor=actor,
        at=at,
        subject=("care_day", row.id),
        details={"client_id": row.client_id, "day": row.day},
        keys=current_settings().key_ring,
    )
