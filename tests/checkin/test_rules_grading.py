"""Grades, what follows from them, the draw of samples, and who may decide."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.checkin.reasons import ReopeningRefusal
from app.checkin.rules.grading import (
    decide,
    due_on,
    grade,
    is_confirmed,
    is_face_matched,
    is_sampled,
    judge_reopening,
    lowered,
    may_review,
    moves,
    next_step,
    severity_of,
    step_of,
)
from app.checkin.types import (
    ExceptionCode,
    FactKind,
    FactSubject,
    ReviewStep,
    Route,
    Severity,
    Standing,
    Witness,
)
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.policies.codes import EvidenceGrade, GradeOutcome
from tests.checkin.terms import a_policy

KEY = b"k" * 32
FACT = UUID("01936f00-0000-7000-8000-000000000001")
AGENCY, OTHER = UUID(int=1), UUID(int=2)
PERSON = UUID(int=3)
REVIEWER, ANOTHER = UUID(int=4), UUID(int=5)
NOT_DECIDED = ReopeningRefusal.NOT_DECIDED
TERMS = a_policy().grading
POSITION, CLIENT = Witness.POSITION, Witness.CLIENT
A, B, C, D = EvidenceGrade


@pytest.mark.parametrize(
    ("witnesses", "graded"),
    [([POSITION, CLIENT], B), ([POSITION, POSITION, CLIENT], B), ([CLIENT], C), ([POSITION], C), ([], D)],
)
def test_a_grade_follows_from_independent_witnesses(witnesses, graded):
    assert grade(witnesses) is graded


@pytest.mark.parametrize(("graded", "next_lower"), [(A, B), (B, C), (C, D), (D, D)])
def test_an_unconfirmed_phone_costs_one_grade_and_the_last_is_the_last(graded, next_lower):
    assert lowered(graded) is next_lower


def test_two_witnesses_beside_the_client_make_the_best_grade():
    assert grade([POSITION, "tag", CLIENT]) is A  # a later kind of witness, by its code


@pytest.mark.parametrize(
    ("graded", "must_fix", "has_agency", "route"),
    [
        (A, False, True, Route.PAYS),
        (A, True, True, Route.AGENCY),
        (A, True, False, Route.OPERATOR),
        (B, False, True, Route.PAYS),
        (C, False, True, Route.AGENCY),
        (C, True, True, Route.AGENCY),
        (C, False, False, Route.OPERATOR),
        (D, False, True, Route.OPERATOR),
    ],
)
def test_grade_and_exceptions_decide_who_looks(graded, must_fix, has_agency, route):
    terms = replace(TERMS, b_sample_share=Decimal(0))
    grave = [(ExceptionCode.SHORT, Severity.MUST_FIX)] if must_fix else []
    found = [(ExceptionCode.TOO_EARLY, Severity.ACKNOWLEDGE), *grave]

    decided = decide(FACT, grades=[graded], found=found, terms=terms, has_agency=has_agency, key=KEY)

    assert decided is route


@pytest.mark.parametrize(("share", "route"), [(Decimal(0), Route.PAYS), (Decimal(1), Route.SAMPLED)])
def test_a_drawn_fact_goes_to_the_operator(share, route):
    terms = replace(TERMS, b_outcome=GradeOutcome.PAYS_SAMPLED, b_sample_share=share)

    assert decide(FACT, grades=[B], found=[], terms=terms, has_agency=True, key=KEY) is route


@pytest.mark.parametrize("grades", [[B], [C, B], [B, C], [D, C, B]])
def test_a_drawn_fact_stays_drawn_whatever_is_found_or_becomes_of_its_grade(grades):
    terms = replace(TERMS, b_outcome=GradeOutcome.PAYS_SAMPLED, b_sample_share=Decimal(1))
    found = [(ExceptionCode.ITEM_MISSING, Severity.MUST_FIX)]

    assert decide(FACT, grades=grades, found=found, terms=terms, has_agency=True, key=KEY) is Route.SAMPLED


def test_what_no_sample_fell_on_goes_to_the_agency_when_something_must_be_fixed():
    terms = replace(TERMS, b_outcome=GradeOutcome.PAYS_SAMPLED, b_sample_share=Decimal(0))
    found = [(ExceptionCode.ITEM_MISSING, Severity.MUST_FIX)]

    assert decide(FACT, grades=[B, C], found=found, terms=terms, has_agency=True, key=KEY) is Route.AGENCY


@pytest.mark.parametrize(
    ("kind", "standing", "refused", "refusal"),
    [
        (FactKind.VISIT, Standing.ACCEPTED, {}, None),
        (FactKind.VISIT, Standing.OPEN, {}, NOT_DECIDED),
        (FactKind.VISIT, Standing.HELD, {}, NOT_DECIDED),
        (FactKind.CARE_DAY, Standing.ACCEPTED, {}, None),
        (FactKind.CARE_DAY, Standing.OPEN, {}, None),
        (FactKind.CARE_DAY, Standing.HELD, {}, NOT_DECIDED),
        (FactKind.EVENT, Standing.ACCEPTED, {}, None),
        (FactKind.VISIT, Standing.REFUSED, {ANOTHER: 0}, None),
        (FactKind.CARE_DAY, Standing.REFUSED, {ANOTHER: 14}, None),
        (FactKind.EVENT, Standing.REFUSED, {ANOTHER: 15}, ReopeningRefusal.TOO_LATE),
        (FactKind.VISIT, Standing.REFUSED, {ANOTHER: 30, new_id(): 14}, None),  # the last refusal counts
        (FactKind.VISIT, Standing.REFUSED, {REVIEWER: 0}, ReopeningRefusal.SAME_PERSON),
        (FactKind.VISIT, Standing.REFUSED, {REVIEWER: 30, ANOTHER: 1}, ReopeningRefusal.SAME_PERSON),
        (FactKind.VISIT, Standing.ACCEPTED, {REVIEWER: 1}, ReopeningRefusal.SAME_PERSON),
        (FactKind.VISIT, Standing.ACCEPTED, {ANOTHER: 30}, None),  # accepted on appeal
        (FactKind.VISIT, Standing.HELD, {REVIEWER: 1}, NOT_DECIDED),
    ],
)
def test_a_decided_fact_is_reopened_by_who_has_not_refused_it_and_a_refused_one_in_time(
    kind, standing, refused, refusal
):
    today = date(2027, 3, 1)
    refusals = {account_id: today - timedelta(days=ago) for account_id, ago in refused.items()}
    terms = replace(TERMS, appeal_deadline=timedelta(days=14))

    answer = judge_reopening(kind, standing, refusals=refusals, reviewer_id=REVIEWER, today=today, terms=terms)

    assert answer is refusal


def test_samples_are_drawn_in_proportion_and_only_with_the_key():
    facts = [new_id() for _ in range(2000)]
    drawn = {fact for fact in facts if is_sampled(fact, share=Decimal("0.25"), key=KEY)}
    again = {fact for fact in facts if is_sampled(fact, share=Decimal("0.25"), key=KEY)}
    elsewhere = {fact for fact in facts if is_sampled(fact, share=Decimal("0.25"), key=b"o" * 32)}

    assert drawn == again
    assert 400 < len(drawn) < 600
    assert drawn != elsewhere


def test_every_exception_has_a_severity_and_policy_decides_for_missing_items():
    assert {severity_of(code) for code in ExceptionCode} == set(Severity)
    assert severity_of(ExceptionCode.ITEM_MISSING) is Severity.MUST_FIX
    assert severity_of(ExceptionCode.ITEM_MISSING, missing_item_holds=False) is Severity.ACKNOWLEDGE
    assert severity_of(ExceptionCode.OUTSIDE_FENCE) is Severity.MUST_FIX
    assert severity_of(ExceptionCode.UNCERTAIN_LOCATION) is Severity.ACKNOWLEDGE


@pytest.mark.parametrize(
    ("code", "route"),
    [
        (ExceptionCode.CLIENT_DENIES, Route.OPERATOR),
        (ExceptionCode.OVERLAP, Route.OPERATOR),
        (ExceptionCode.IN_HOSPITAL, Route.OPERATOR),
        (ExceptionCode.CLIENT_DIED, Route.OPERATOR),
        (ExceptionCode.NOT_ENTITLED, Route.OPERATOR),
        (ExceptionCode.NOT_EMPLOYED, Route.OPERATOR),
        (ExceptionCode.CERTIFICATE_EXPIRED, Route.OPERATOR),
        (ExceptionCode.UNSCHEDULED, Route.AGENCY),
        (ExceptionCode.NOT_ASSIGNED, Route.AGENCY),
    ],
)
@pytest.mark.parametrize("graded", [A, B, C])
def test_an_agency_does_not_judge_what_it_gains_by_or_its_carers_word_against_another(graded, code, route):
    found = [(code, Severity.MUST_FIX)]

    terms = replace(TERMS, b_sample_share=Decimal(0))

    assert decide(FACT, grades=[graded], found=found, terms=terms, has_agency=True, key=KEY) is route


@pytest.mark.parametrize(
    ("held", "to", "was_escalated", "moved"),
    [
        (ReviewStep.AGENCY, ReviewStep.AGENCY, False, False),
        (ReviewStep.AGENCY, ReviewStep.OPERATOR, False, True),
        (ReviewStep.OPERATOR, ReviewStep.OPERATOR, True, False),
        (ReviewStep.OPERATOR, ReviewStep.AGENCY, False, True),
        (ReviewStep.OPERATOR, ReviewStep.AGENCY, True, False),
    ],
)
def test_a_hold_moves_with_what_is_known_but_never_back_past_a_deadline(held, to, was_escalated, moved):
    assert moves(held, to=to, was_escalated=was_escalated) is moved


def test_reviews_go_up_one_step_and_end_at_the_operator():
    today = date(2026, 11, 20)

    assert [step_of(route) for route in Route] == [None, ReviewStep.OPERATOR, ReviewStep.AGENCY, ReviewStep.OPERATOR]
    assert next_step(ReviewStep.AGENCY) is ReviewStep.OPERATOR
    assert next_step(ReviewStep.OPERATOR) is None
    assert due_on(ReviewStep.AGENCY, today=today, terms=TERMS) == date(2026, 11, 23)
    assert due_on(ReviewStep.OPERATOR, today=today, terms=TERMS) == date(2026, 11, 25)


def an_actor(role: Role, kind: ScopeKind, key: str | None = None, *, person: UUID | None = None) -> Actor:
    return Actor("tianjin", UUID(int=9), role, Scope(kind, key), UUID(int=8), person_id=person)


HEAD, OPERATOR = Role.AGENCY_HEAD, Role.OPERATOR_REVIEWER


@pytest.mark.parametrize(
    ("actor", "step", "allowed"),
    [
        (an_actor(HEAD, ScopeKind.AGENCY, str(AGENCY)), ReviewStep.AGENCY, True),
        (an_actor(HEAD, ScopeKind.AGENCY, str(OTHER)), ReviewStep.AGENCY, False),
        (an_actor(HEAD, ScopeKind.AGENCY, str(AGENCY)), ReviewStep.OPERATOR, False),
        (an_actor(HEAD, ScopeKind.AGENCY, str(AGENCY), person=PERSON), ReviewStep.AGENCY, False),
        (an_actor(HEAD, ScopeKind.AGENCY, str(AGENCY), person=UUID(int=4)), ReviewStep.AGENCY, True),
        (an_actor(OPERATOR, ScopeKind.FUND), ReviewStep.OPERATOR, True),
        (an_actor(OPERATOR, ScopeKind.FUND), ReviewStep.AGENCY, False),
        (an_actor(OPERATOR, ScopeKind.FUND, person=PERSON), ReviewStep.OPERATOR, False),
        (an_actor(OPERATOR, ScopeKind.DISTRICT, "120101"), ReviewStep.OPERATOR, True),
        (an_actor(OPERATOR, ScopeKind.DISTRICT, "120102"), ReviewStep.OPERATOR, False),
        (an_actor(Role.CARER, ScopeKind.OWN_CLIENTS), ReviewStep.AGENCY, False),
        (an_actor(Role.DISPATCHER, ScopeKind.AGENCY, str(AGENCY)), ReviewStep.AGENCY, False),
    ],
)
def test_an_agency_decides_its_own_the_operator_the_funds_and_nobody_his_own(actor, step, allowed):
    fact = FactSubject(FACT, FactKind.VISIT, UUID(int=5), UUID(int=6), AGENCY, "120101")

    assert may_review(actor, fact=fact, step=step, carer_person_id=PERSON) is allowed


@pytest.mark.parametrize(
    ("words", "confirmed"),
    [
        ((), False),
        (((True, 0),), True),
        (((True, -1),), False),
        (((True, 1), (False, 2)), False),
        (((False, -1), (True, 1)), False),
        (((True, -1), (True, 1)), True),
    ],
)
def test_a_word_counts_from_the_beginning_of_the_care_and_a_denial_always(
    words: tuple[tuple[bool, int], ...], confirmed: bool
):
    since = datetime(2026, 11, 20, 1, tzinfo=UTC)

    told = [(holds, since + timedelta(seconds=seconds)) for holds, seconds in words]

    assert is_confirmed(told, since=since) is confirmed


@pytest.mark.parametrize(
    ("faces", "matched"),
    [
        ((), False),
        (((True, 0),), True),
        (((True, 60),), True),
        (((True, -1), (True, 61)), False),
        (((True, 1), (False, 2)), False),
        (((False, -1), (True, 1), (False, 61)), True),
    ],
)
def test_a_face_counts_while_the_care_lasts_and_no_other_may_be_seen_then(
    faces: tuple[tuple[bool, int], ...], matched: bool
):
    first = datetime(2026, 11, 20, 1, tzinfo=UTC)

    told = [(holds, first + timedelta(seconds=seconds)) for holds, seconds in faces]

    assert is_face_matched(told, first=first, last=first + timedelta(seconds=60)) is matched
