"""Family carers' days in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.orm import Session

from app.checkin.days import CareDayItemEntry, DayFact
from app.checkin.models import (
    CareDay,
    CareFact,
    ExceptionFound,
    GradeEntry,
    Hold,
    HoldRelease,
    PayableCareDay,
    Review,
)
from app.checkin.note_models import CareNote
from app.checkin.queries.care_days import list_care_days, list_day_facts
from app.checkin.service.care_days import accept_care_day, log_care_day
from app.checkin.service.facts import add_subject
from app.checkin.service.late_events import judge_days_again
from app.checkin.types import (
    DayStanding,
    Decision,
    EventKind,
    ExceptionCode,
    FactKind,
    FactSubject,
    ReviewStep,
    Verdict,
)
from app.kernel.audit import AuditEntry
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.permissions import Role, Scope, ScopeKind
from app.kernel.resend import EventReused
from app.policies.codes import EvidenceGrade, ItemCategory, Relation
from app.registry.models import Assignment, Client, Person
from tests.checkin.family_rows import (
    DAY,
    EVENING,
    Family,
    a_client_row,
    a_day,
    a_family,
    a_family_by_draw,
    a_home,
    a_tap,
    a_task,
    an_item,
    both_taps,
)

PAYABLE, IN_REVIEW, SECOND = DayStanding.PAYABLE, DayStanding.IN_REVIEW, DayStanding.SECOND
MINUTE = timedelta(minutes=1)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
SPAN: dict[str, Any] = {"on": DAY, "first": NOVEMBER, "beyond": DECEMBER}


@contextmanager
def counted_statements(session: Session) -> Iterator[list[str]]:
    """What the session sends to the database inside the block."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture(autouse=True)
def _in_a_request(app):
    with app.test_request_context():
        yield


def count(session: Session, model) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def refuse(session: Session, fact_id: UUID, *, at: datetime) -> None:
    """What an operator's review leaves behind."""
    hold_id, review_id = session.scalars(select(Hold.id).where(Hold.fact_id == fact_id)).one(), new_id()
    session.execute(
        insert(Review).values(
            id=review_id,
            fact_id=fact_id,
            step=ReviewStep.OPERATOR,
            decision=Decision.REFUSED,
            reason="care_not_given",
            actor_id=new_id(),
            command_digest=b"-",
            recorded_at=at,
        )
    )
    session.execute(insert(HoldRelease).values(hold_id=hold_id, review_id=review_id, recorded_at=at))


def facts(session: Session, *families) -> list[DayFact]:
    return list_day_facts(session, client_ids=[each.client_id for each in families], first=NOVEMBER, beyond=DECEMBER)


def test_a_proven_day_is_stored_graded_audited_and_payable(tianjin: Session):
    family = a_family(tianjin)
    command = a_day(
        family, items=(CareDayItemEntry(an_item(tianjin, "wash"), 30),), note="今天精神好", **both_taps(tianjin, family)
    )

    view = log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)

    assert (view.id, view.standing, view.exceptions) == (command.id, PAYABLE, ())
    assert view.items == (CareDayItemEntry("wash", 30),)
    payable = tianjin.scalars(select(PayableCareDay)).one()
    assert (payable.client_id, payable.day, payable.care_day_id) == (family.client_id, DAY, command.id)
    assert tianjin.scalars(select(GradeEntry.grade)).one() is EvidenceGrade.A
    fact = tianjin.get_one(CareFact, command.id)
    assert (fact.district_code, fact.agency_id) == ("120101", None)
    assert tianjin.scalars(select(AuditEntry.subject_id)).one() == command.id
    note = tianjin.get_one(CareNote, command.id)
    assert "今天".encode() not in note.text_enc
    assert facts(tianjin, family) == [DayFact(family.client_id, family.carer_id, DAY, command.id, PAYABLE)]


def test_a_day_without_taps_waits_for_the_operator_until_the_policys_day(tianjin: Session):
    family = a_family(tianjin)

    view = log_care_day(tianjin, command=a_day(family), actor=family.actor, at=EVENING)

    assert (view.standing, view.exceptions) == (
        IN_REVIEW,
        (ExceptionCode.NO_CLOCK_IN, ExceptionCode.NO_CLOCK_OUT),
    )
    hold = tianjin.scalars(select(Hold)).one()
    assert (hold.step, hold.due_on) == (ReviewStep.OPERATOR, DAY + timedelta(days=5))
    assert count(tianjin, PayableCareDay) == 0


def test_a_resend_is_answered_with_the_first_facts_and_changes_nothing(tianjin: Session):
    family = a_family(tianjin)
    command = a_day(family)
    first = log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)
    accept_care_day(tianjin, care_day_id=command.id, at=EVENING + timedelta(hours=1))

    again = log_care_day(tianjin, command=command, actor=family.actor, at=EVENING + timedelta(days=9))

    assert again == first
    assert (count(tianjin, CareDay), count(tianjin, Hold), count(tianjin, AuditEntry)) == (1, 1, 1)


def test_the_same_id_with_other_content_is_refused(tianjin: Session):
    family = a_family(tianjin)
    command = a_day(family)
    log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)

    with pytest.raises(EventReused):
        log_care_day(tianjin, command=replace(command, note="另一天"), actor=family.actor, at=EVENING)


def test_the_same_id_from_another_carer_is_other_content(tianjin: Session):
    family = a_family(tianjin)
    other = a_family(tianjin, client_id=family.client_id)
    command = a_day(family)
    log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)

    with pytest.raises(EventReused):
        log_care_day(tianjin, command=command, actor=other.actor, at=EVENING)


def test_an_id_that_is_another_facts_makes_no_care_day(tianjin: Session):
    family = a_family(tianjin)
    command = a_day(family)
    subject = FactSubject(command.id, FactKind.EVENT, family.carer_id, None, None, None)
    add_subject(tianjin, subject, at=EVENING)

    with pytest.raises(EventReused):
        log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)


def test_of_two_days_for_one_client_the_first_is_payable_and_the_second_stays(tianjin: Session):
    family = a_family(tianjin)
    other = a_family(tianjin, client_id=family.client_id, relation=Relation.CHILD)
    first, second = a_day(family, **both_taps(tianjin, family)), a_day(other, **both_taps(tianjin, other))
    log_care_day(tianjin, command=first, actor=family.actor, at=EVENING)

    view = log_care_day(tianjin, command=second, actor=other.actor, at=EVENING)

    assert (view.standing, view.exceptions) == (SECOND, (ExceptionCode.SECOND_CARE_DAY,))
    assert {fact.care_day_id: fact.standing for fact in facts(tianjin, family)} == {
        first.id: PAYABLE,
        second.id: SECOND,
    }


NO_POSITION = {"verdict": Verdict.NO_POSITION}  # both taps without a position: grade B, of which a sample is drawn


def without_position(session: Session, family: Family) -> dict[str, UUID]:
    return {
        "in_event_id": a_tap(session, family, **NO_POSITION),
        "out_event_id": a_tap(session, family, EventKind.OUT, **NO_POSITION),
    }


def test_a_drawn_day_stays_drawn_however_often_it_is_logged(app: Flask, tianjin: Session):
    family = a_family_by_draw(tianjin, app, day=DAY, is_drawn=True)
    taps = without_position(tianjin, family)

    views = [
        log_care_day(tianjin, command=a_day(family, **taps), actor=family.actor, at=EVENING + timedelta(minutes=n))
        for n in range(3)
    ]

    assert [view.standing for view in views] == [IN_REVIEW] * 3
    assert [view.exceptions for view in views] == [
        (ExceptionCode.NO_LOCATION,),
        *[(ExceptionCode.NO_LOCATION, ExceptionCode.SECOND_CARE_DAY)] * 2,
    ]
    assert count(tianjin, PayableCareDay) == 0


def test_a_better_proven_day_does_not_pass_by_one_that_waits_for_a_person(tianjin: Session):
    family = a_family(tianjin)
    other = a_family(tianjin, client_id=family.client_id, relation=Relation.CHILD)
    first = log_care_day(tianjin, command=a_day(family), actor=family.actor, at=EVENING)

    views = [
        log_care_day(tianjin, command=a_day(each, **both_taps(tianjin, each)), actor=each.actor, at=EVENING + MINUTE)
        for each in (family, other)
    ]

    assert [(view.standing, view.exceptions) for view in views] == [(IN_REVIEW, (ExceptionCode.SECOND_CARE_DAY,))] * 2
    details = tianjin.scalars(select(ExceptionFound.details).where(ExceptionFound.fact_id == views[0].id)).one()
    assert details == {"care_day_id": str(first.id)}


def test_a_day_told_by_somebody_without_a_task_there_makes_nobody_elses_wait(tianjin: Session):
    family, stranger = a_family(tianjin), a_family(tianjin)
    foreign = replace(a_day(stranger), client_id=family.client_id)
    told = log_care_day(tianjin, command=foreign, actor=stranger.actor, at=EVENING)

    own = log_care_day(
        tianjin, command=a_day(family, **both_taps(tianjin, family)), actor=family.actor, at=EVENING + MINUTE
    )

    assert (told.standing, ExceptionCode.NOT_ASSIGNED in told.exceptions) == (IN_REVIEW, True)
    assert (own.standing, own.exceptions) == (PAYABLE, ())


@pytest.mark.parametrize(
    ("metres", "hours_earlier", "standing"),
    [(1000, 0, IN_REVIEW), (1000, 9.1, PAYABLE), (1000, 8.9, IN_REVIEW), (20, 0, PAYABLE), (None, 0, PAYABLE)],
)
def test_one_carer_is_not_at_two_homes_at_once(
    tianjin: Session, metres: float | None, hours_earlier: float, standing: DayStanding
):
    """A couple, or neighbours, may be cared for together; a home that is not known proves nothing."""
    first = a_family(tianjin)
    second = replace(first, client_id=a_client_row(tianjin))
    a_task(tianjin, second)
    for family, away in ((first, 0.0), (second, metres)):
        if away is not None:
            a_home(tianjin, family.client_id, metres_away=away)
    log_care_day(tianjin, command=a_day(first, **both_taps(tianjin, first)), actor=first.actor, at=EVENING)
    came, left = (EVENING - timedelta(hours=each + hours_earlier) for each in (10, 1))
    taps = {
        "in_event_id": a_tap(tianjin, second, occurred_at=came),
        "out_event_id": a_tap(tianjin, second, EventKind.OUT, occurred_at=left),
    }

    view = log_care_day(tianjin, command=a_day(second, **taps), actor=second.actor, at=EVENING + MINUTE)

    assert view.standing is standing
    assert (ExceptionCode.OVERLAP in view.exceptions) == (standing is IN_REVIEW)


def test_a_day_without_taps_is_at_no_place_and_overlaps_nothing(tianjin: Session):
    first = a_family(tianjin)
    second = replace(first, client_id=a_client_row(tianjin))
    a_task(tianjin, second)
    for family, away in ((first, 0.0), (second, 1000.0)):
        a_home(tianjin, family.client_id, metres_away=away)
    taps = {
        "in_event_id": a_tap(tianjin, first),
        "out_event_id": a_tap(tianjin, first, EventKind.OUT, occurred_at=EVENING + MINUTE),
    }
    log_care_day(tianjin, command=a_day(first, **taps), actor=first.actor, at=EVENING + MINUTE)

    view = log_care_day(tianjin, command=a_day(second), actor=second.actor, at=EVENING + 2 * MINUTE)

    assert ExceptionCode.OVERLAP not in view.exceptions


def test_a_refused_day_logged_again_waits_for_the_operator(tianjin: Session):
    family = a_family(tianjin)
    refused = a_day(family)
    log_care_day(tianjin, command=refused, actor=family.actor, at=EVENING)
    refuse(tianjin, refused.id, at=EVENING + MINUTE)

    again = log_care_day(
        tianjin, command=a_day(family, **both_taps(tianjin, family)), actor=family.actor, at=EVENING + 2 * MINUTE
    )

    assert (again.standing, again.exceptions) == (IN_REVIEW, (ExceptionCode.SECOND_CARE_DAY,))
    assert count(tianjin, PayableCareDay) == 0


def test_a_day_logged_twice_before_its_taps_came_is_let_go_once(tianjin: Session):
    family = a_family(tianjin)
    taps = {"in_event_id": new_id(), "out_event_id": new_id()}
    first, again = a_day(family, **taps), a_day(family, **taps)
    for minutes, command in enumerate((first, again)):
        log_care_day(tianjin, command=command, actor=family.actor, at=EVENING + minutes * MINUTE)

    for name, kind in (("in_event_id", EventKind.IN), ("out_event_id", EventKind.OUT)):
        a_tap(tianjin, family, kind, id=taps[name])
        judge_days_again(
            tianjin, event_id=taps[name], carer_id=family.carer_id, region="tianjin", at=EVENING + 5 * MINUTE
        )

    standings = {fact.care_day_id: fact.standing for fact in facts(tianjin, family)}
    assert standings[first.id] is PAYABLE


def test_one_carers_two_phones_make_one_payable_day(tianjin: Session):
    family = a_family(tianjin)
    taps = both_taps(tianjin, family)
    for _ in range(2):
        log_care_day(tianjin, command=a_day(family, **taps), actor=family.actor, at=EVENING)

    assert sorted(fact.standing for fact in facts(tianjin, family)) == [PAYABLE, SECOND]


def test_another_familys_client_is_stored_without_effect(tianjin: Session):
    family, stranger = a_family(tianjin), a_family(tianjin)
    command = a_day(stranger, client_id=family.client_id, **both_taps(tianjin, stranger))

    view = log_care_day(tianjin, command=command, actor=stranger.actor, at=EVENING)

    assert view.standing is IN_REVIEW
    assert ExceptionCode.NOT_ASSIGNED in view.exceptions
    assert count(tianjin, PayableCareDay) == 0
    with pytest.raises(NotFound):
        list_care_days(tianjin, actor=stranger.actor, client_id=family.client_id, page=PageRequest(), **SPAN)


def test_an_unknown_client_and_an_account_without_a_carer_are_not_found(tianjin: Session):
    family = a_family(tianjin)
    nobody = replace(family.actor, person_id=new_id())

    with pytest.raises(NotFound):
        log_care_day(tianjin, command=a_day(family, client_id=new_id()), actor=family.actor, at=EVENING)
    with pytest.raises(NotFound):
        log_care_day(tianjin, command=a_day(family), actor=nobody, at=EVENING)
    with pytest.raises(NotFound):
        log_care_day(tianjin, command=a_day(family), actor=replace(family.actor, person_id=None), at=EVENING)


def test_care_told_for_a_day_after_the_clients_death_waits_for_the_operator(tianjin: Session):
    family = a_family(tianjin)
    person_id = select(Client.person_id).where(Client.id == family.client_id).scalar_subquery()
    tianjin.execute(update(Person).where(Person.id == person_id).values(died_on=DAY - timedelta(days=1)))

    view = log_care_day(tianjin, command=a_day(family, **both_taps(tianjin, family)), actor=family.actor, at=EVENING)

    assert (view.standing, view.exceptions) == (IN_REVIEW, (ExceptionCode.CLIENT_DIED,))


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 11, 8), ExceptionCode.LATE_ENTRY),
        (date(2026, 11, 11), ExceptionCode.FUTURE_TIME),
        (date(2099, 12, 31), ExceptionCode.FUTURE_TIME),
        (date(1970, 1, 1), ExceptionCode.LATE_ENTRY),
    ],
)
def test_a_day_too_late_or_to_come_is_stored_and_held(tianjin: Session, day: date, code: ExceptionCode):
    family = a_family(tianjin)

    view = log_care_day(tianjin, command=a_day(family, day=day), actor=family.actor, at=EVENING)

    assert view.standing is IN_REVIEW
    assert code in view.exceptions


def test_an_item_of_another_category_is_an_exception(tianjin: Session):
    family = a_family(tianjin)
    code = an_item(tianjin, "inject", ItemCategory.CLINICAL_CARE)
    command = a_day(family, items=(CareDayItemEntry(code),), **both_taps(tianjin, family))

    view = log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)

    assert (view.standing, view.exceptions) == (PAYABLE, (ExceptionCode.ITEM_NOT_FOR_STAFF,))
    assert tianjin.scalars(select(ExceptionFound.details)).one() == {"item_code": "inject"}


def test_taps_that_arrive_after_their_day_let_it_go(tianjin: Session):
    family = a_family(tianjin)
    taps = {"in_event_id": new_id(), "out_event_id": new_id()}
    command = a_day(family, **taps)
    log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)
    later = EVENING + timedelta(minutes=5)
    arrived = []

    for name, kind in (("in_event_id", EventKind.IN), ("out_event_id", EventKind.OUT)):
        a_tap(tianjin, family, kind, id=taps[name])
        arrived.append(
            judge_days_again(tianjin, event_id=taps[name], carer_id=family.carer_id, region="tianjin", at=later)
        )

    assert arrived == [0, 1]
    assert [fact.standing for fact in facts(tianjin, family)] == [PAYABLE]
    review = tianjin.scalars(select(Review)).one()
    assert (review.step, review.decision, review.reason) == (ReviewStep.MACHINE, Decision.ACCEPTED, "events_arrived")
    assert count(tianjin, GradeEntry) == 3


def test_taps_made_up_weeks_after_their_day_do_not_let_it_go(tianjin: Session):
    family = a_family(tianjin)
    taps = {"in_event_id": new_id(), "out_event_id": new_id()}
    log_care_day(tianjin, command=a_day(family, **taps), actor=family.actor, at=EVENING)
    later = EVENING + timedelta(days=20)

    for name, kind in (("in_event_id", EventKind.IN), ("out_event_id", EventKind.OUT)):
        a_tap(tianjin, family, kind, id=taps[name], recorded_at=later)
        judge_days_again(tianjin, event_id=taps[name], carer_id=family.carer_id, region="tianjin", at=later)

    assert [fact.standing for fact in facts(tianjin, family)] == [IN_REVIEW]


def test_a_tap_belongs_to_the_day_of_the_clock_that_counts(tianjin: Session):
    family = a_family(tianjin)
    taps = both_taps(tianjin, family)
    yesterday = a_tap(tianjin, family, counted_at=EVENING - timedelta(days=1))

    proven = log_care_day(tianjin, command=a_day(family, **taps), actor=family.actor, at=EVENING)
    unproven = log_care_day(
        tianjin, command=a_day(family, in_event_id=yesterday, out_event_id=None), actor=family.actor, at=EVENING
    )

    assert (proven.standing, unproven.standing) == (PAYABLE, IN_REVIEW)


def test_a_late_entry_stays_held_when_its_taps_arrive(tianjin: Session):
    family = a_family(tianjin)
    taps = {"in_event_id": new_id()}
    log_care_day(tianjin, command=a_day(family, **taps), actor=family.actor, at=EVENING + timedelta(days=9))
    a_tap(tianjin, family, id=taps["in_event_id"])

    freed = judge_days_again(
        tianjin, event_id=taps["in_event_id"], carer_id=family.carer_id, region="tianjin", at=EVENING
    )

    assert freed == 0
    assert [fact.standing for fact in facts(tianjin, family)] == [IN_REVIEW]


def test_an_accepted_day_is_second_when_its_day_is_paid_for_already(tianjin: Session):
    family = a_family(tianjin)
    held = a_day(family)
    log_care_day(tianjin, command=held, actor=family.actor, at=EVENING)
    proven = a_day(family, **both_taps(tianjin, family))
    log_care_day(tianjin, command=proven, actor=family.actor, at=EVENING)

    assert accept_care_day(tianjin, care_day_id=proven.id, at=EVENING) is True
    assert accept_care_day(tianjin, care_day_id=held.id, at=EVENING) is False
    assert accept_care_day(tianjin, care_day_id=held.id, at=EVENING) is False
    assert count(tianjin, PayableCareDay) == 1


def test_readers_see_the_days_of_their_scope_page_by_page(tianjin: Session):
    family, elsewhere = a_family(tianjin), a_family(tianjin, client_id=a_client_row(tianjin, district="120102"))
    for each in (family, family, elsewhere):
        log_care_day(tianjin, command=a_day(each), actor=each.actor, at=EVENING)
    district = replace(family.actor, role=Role.SUPERVISOR, scope=Scope(ScopeKind.DISTRICT, "120101"), person_id=None)

    page = list_care_days(tianjin, actor=district, client_id=family.client_id, page=PageRequest(1), **SPAN)
    rest = list_care_days(
        tianjin, actor=district, client_id=family.client_id, page=PageRequest(1, page.next_after), **SPAN
    )

    assert len({page.items[0].id, rest.items[0].id}) == 2
    assert rest.next_after is None
    with pytest.raises(NotFound):
        list_care_days(tianjin, actor=district, client_id=elsewhere.client_id, page=PageRequest(), **SPAN)


def test_a_carer_whose_assignment_is_over_still_sees_the_own_days_and_no_others(tianjin: Session):
    former = a_family(tianjin)
    successor = a_family(tianjin, client_id=former.client_id)
    own = log_care_day(tianjin, command=a_day(former), actor=former.actor, at=EVENING)
    log_care_day(tianjin, command=a_day(successor), actor=successor.actor, at=EVENING)
    tianjin.execute(update(Assignment).where(Assignment.carer_id == former.carer_id).values(valid_to=DAY))

    seen = [
        list_care_days(tianjin, actor=each.actor, client_id=former.client_id, page=PageRequest(), **SPAN)
        for each in (former, successor)
    ]

    assert [day.id for day in seen[0].items] == [own.id]
    assert len(seen[1].items) == 2


def test_a_list_takes_as_many_statements_for_ten_days_as_for_one(tianjin: Session):
    family = a_family(tianjin)
    asked = []

    for number in (1, 10):
        while count(tianjin, CareDay) < number:
            log_care_day(tianjin, command=a_day(family), actor=family.actor, at=EVENING)
        with counted_statements(tianjin) as statements:
            list_care_days(tianjin, actor=family.actor, client_id=family.client_id, page=PageRequest(), **SPAN)
        asked.append(len(statements))

    assert asked[0] == asked[1]
