"""May a visit be planned: one case for every reason, and half-open times."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from app.policies.codes import HomeType
from app.registry.types import CarerKind, EntitlementView, Period, ServiceMode
from app.schedules.rules import find_collisions, find_overlaps, may_cancel, refuse_visit
from app.schedules.types import CarerRights, ClientRights, Designation, PlanningRules, Refusal, VisitToPlan
from tests.policies.factories import carer_terms
from tests.schedules.factories import HOUR, NOW, TODAY

CLIENT, CARER, PLAN = UUID(int=1), UUID(int=2), UUID(int=3)
ALWAYS = (Period(date(2026, 1, 1)),)
UNTIL_TODAY = (Period(date(2026, 1, 1), TODAY),)
FROM_TODAY = (Period(TODAY),)
SINCE_YESTERDAY = (Period(TODAY - timedelta(days=1)),)
ENTITLED = EntitlementView(UUID(int=4), CLIENT, "5", ServiceMode.HOME, (HomeType.AGENCY_CARE,), ALWAYS[0])
CLIENT_RIGHTS = ClientRights(
    CLIENT,
    "120101",
    None,
    None,
    served=ALWAYS,
    entitled=(ENTITLED,),
    plans=((PLAN, ALWAYS[0]),),
    assigned=((CARER, ALWAYS[0]),),
)
CARER_RIGHTS = CarerRights(CARER, CarerKind.PROFESSIONAL, employed=ALWAYS, certified=ALWAYS)
RULES = PlanningRules(timedelta(hours=3), late_window=timedelta(minutes=30), carer=carer_terms())
BEFORE_HOME_CARE = {"uncertified_until": TODAY + timedelta(days=1), "uncertified_employed_before": True}
VISIT = VisitToPlan(UUID(int=9), CLIENT, CARER, NOW + HOUR, NOW + 2 * HOUR)


WHOLE_REGION = (Designation(ALWAYS[0]),)


def refusals(*, visit=VISIT, client=CLIENT_RIGHTS, carer=CARER_RIGHTS, rules=RULES, designations=WHOLE_REGION):
    return refuse_visit(visit, on=TODAY, at=NOW, client=client, carer=carer, designations=designations, rules=rules)


def test_with_every_right_a_visit_may_be_planned():
    assert refusals() == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"served": UNTIL_TODAY}, Refusal.AGENCY_NOT_SERVING),
        ({"entitled": (replace(ENTITLED, period=UNTIL_TODAY[0]),)}, Refusal.NOT_ENTITLED),
        ({"entitled": ()}, Refusal.NOT_ENTITLED),
        ({"suspended": FROM_TODAY}, Refusal.ENTITLEMENT_SUSPENDED),
        ({"away": SINCE_YESTERDAY}, Refusal.CLIENT_AWAY),
        ({"died_on": TODAY}, Refusal.CLIENT_DIED),
        ({"plans": ()}, Refusal.PLAN_MISSING),
        ({"plans": ((PLAN, UNTIL_TODAY[0]),)}, Refusal.PLAN_MISSING),
        ({"assigned": ()}, Refusal.NOT_ASSIGNED),
        ({"assigned": ((CARER, UNTIL_TODAY[0]),)}, Refusal.NOT_ASSIGNED),
        ({"assigned": ((UUID(int=7), ALWAYS[0]),)}, Refusal.NOT_ASSIGNED),
    ],
)
def test_a_missing_right_of_the_client_refuses(changed, code):
    assert refusals(client=replace(CLIENT_RIGHTS, **changed)) == (code,)


@pytest.mark.parametrize(
    "changed",
    [
        {"suspended": UNTIL_TODAY},
        {"away": UNTIL_TODAY},
        {"away": FROM_TODAY},  # on the day of admission the client may still be at home in the morning
        {"died_on": TODAY + timedelta(days=1)},
        {"entitled": (replace(ENTITLED, period=FROM_TODAY[0]),)},
        {"served": FROM_TODAY},
    ],
)
def test_periods_are_half_open(changed):
    assert refusals(client=replace(CLIENT_RIGHTS, **changed)) == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": CarerKind.FAMILY}, Refusal.NOT_PROFESSIONAL),
        ({"employed": UNTIL_TODAY}, Refusal.NOT_EMPLOYED),
        ({"certified": ()}, Refusal.CERTIFICATE_EXPIRED),
        ({"certified": UNTIL_TODAY}, Refusal.CERTIFICATE_EXPIRED),
    ],
)
def test_a_missing_right_of_the_carer_refuses(changed, code):
    assert refusals(carer=replace(CARER_RIGHTS, **changed)) == (code,)


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        ({"uncertified_until": TODAY}, True),
        ({"uncertified_until": TODAY + timedelta(days=1)}, False),
        ({"certificate_required": False}, False),
        (BEFORE_HOME_CARE | {"home_care_began_on": TODAY}, False),
        (BEFORE_HOME_CARE | {"home_care_began_on": TODAY - timedelta(days=1)}, True),
    ],
)
def test_policy_may_let_the_uncertified_work_until_a_day(rules, refused):
    carer = replace(CARER_RIGHTS, certified=(), employed_since=TODAY - timedelta(days=1))

    assert bool(refusals(carer=carer, rules=replace(RULES, carer=carer_terms(**rules)))) is refused


@pytest.mark.parametrize(
    ("begin", "end", "codes"),
    [
        (1, 2, ()),
        (1, 4, ()),
        (1, 4.1, (Refusal.PERIOD_INVALID,)),
        (2, 2, (Refusal.PERIOD_INVALID,)),
        (2, 1, (Refusal.PERIOD_INVALID,)),
        (-0.5, 0.5, ()),  # as late as a carer may be
        (-0.51, 0.5, (Refusal.IN_PAST,)),
        (-1, 2, (Refusal.IN_PAST,)),
    ],
)
def test_times_must_make_sense(begin, end, codes):
    visit = replace(VISIT, planned_from=NOW + begin * HOUR, planned_to=NOW + end * HOUR)

    assert refusals(visit=visit) == codes


def test_what_the_agency_never_had_is_unknown_and_the_policy_must_hold():
    assert refusals(client=None) == (Refusal.CLIENT_UNKNOWN,)
    assert refusals(carer=None) == (Refusal.CARER_UNKNOWN,)
    assert refusals(designations=()) == (Refusal.AGENCY_NOT_DESIGNATED,)
    assert refusals(designations=(Designation(UNTIL_TODAY[0]),)) == (Refusal.AGENCY_NOT_DESIGNATED,)
    assert refusals(designations=(Designation(ALWAYS[0], ("120102",)),)) == (Refusal.OUTSIDE_AREA,)
    assert refusals(designations=(Designation(ALWAYS[0], ("120101",)),)) == ()
    assert refusals(rules=replace(RULES, is_expired=True)) == (Refusal.POLICY_EXPIRED,)
    assert refusals(rules=replace(RULES, is_unknown=True)) == (Refusal.NO_POLICY,)


@pytest.mark.parametrize(("hours", "may"), [(0.1, True), (0, False), (-1, False), (None, True)])
def test_a_visit_is_cancelled_before_its_planned_beginning_only(hours, may):
    begins_at = None if hours is None else NOW + hours * HOUR

    assert may_cancel(SimpleNamespace(planned_from=begins_at), at=NOW) is may


def test_every_reason_is_given_at_once():
    client = replace(CLIENT_RIGHTS, entitled=(), plans=())

    assert set(refusals(client=client, carer=None)) == {
        Refusal.NOT_ENTITLED,
        Refusal.PLAN_MISSING,
        Refusal.CARER_UNKNOWN,
    }


def test_visits_that_touch_do_not_collide_and_one_minute_more_does():
    first = VISIT
    touching = replace(VISIT, id=UUID(int=10), planned_from=NOW + 2 * HOUR, planned_to=NOW + 3 * HOUR)
    meeting = replace(touching, planned_from=NOW + 2 * HOUR - timedelta(minutes=1))

    assert find_collisions([first, touching]) == {}
    assert find_collisions([first, meeting]) == {1: [Refusal.CARER_OVERLAP, Refusal.CLIENT_OVERLAP]}


def test_two_carers_may_come_together_in_different_slots():
    other = replace(VISIT, id=UUID(int=10), carer_id=UUID(int=7))

    assert find_collisions([VISIT, other]) == {1: [Refusal.CLIENT_OVERLAP]}
    assert find_collisions([VISIT, replace(other, team_slot=2)]) == {}
    assert find_collisions([VISIT, VISIT])[1][0] is Refusal.ID_REPEATED


def test_a_collision_with_a_planned_visit_is_named():
    mine = (CARER, UUID(int=5), 1, NOW, NOW + 1.5 * HOUR)
    touching = (CARER, CLIENT, 1, NOW, NOW + HOUR)
    clients = (UUID(int=7), CLIENT, 1, NOW + HOUR, NOW + 2 * HOUR)

    assert find_overlaps(VISIT, others=[mine]) == (Refusal.CARER_OVERLAP,)
    assert find_overlaps(VISIT, others=[touching]) == ()
    assert find_overlaps(VISIT, others=[clients]) == (Refusal.CLIENT_OVERLAP,)
