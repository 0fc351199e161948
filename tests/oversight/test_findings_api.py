"""What the nightly look at a month finds, what becomes of the visits, and who reads it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HoldCause
from app.checkin.hold_models import EvidenceHold
from app.checkin.models import ExceptionFound
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, Role, ScopeKind, SystemActor
from app.oversight.jobs import find_in_month, find_risks, run_rule
from app.oversight.models import Finding, FindingRecord
from app.oversight.risk_rules import RULES
from app.oversight.service.finding import keep_hits
from app.oversight.types import FindingKind, Hit
from app.registry.models import Stay
from app.registry.types import StayKind
from tests.checkin.factories import API, an_undrawn_id, confirm, decide, done, fact
from tests.fixed_clock import clock_at
from tests.oversight.months import Month
from tests.registry.statements import statements
from tests.schedules.factories import DISTRICT, HOUR, NOW, TODAY, Scene, a_guardian, a_scene, a_visit, an_actor

MONTH = date(2026, 11, 1)
JOB = SystemActor("tianjin", "find_risks")


@pytest.fixture(autouse=True)
def nine_in_the_morning() -> Iterator[None]:
    with clock_at(NOW):
        yield


@pytest.fixture
def scene(app: Flask, tianjin: Session) -> Scene:
    return a_scene(tianjin, app)


@pytest.fixture
def operator(tianjin: Session) -> Actor:
    return an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.FUND)


def an_accepted_visit(client: FlaskClient, session: Session, scene: Scene, guardian: Actor) -> UUID:
    visit_id = a_visit(session, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR)
    session.commit()
    done(client, scene, visit_id)
    confirm(client, scene, visit_id, guardian)
    assert fact(client, scene, visit_id)["standing"] == "accepted"
    return visit_id


def admit(session: Session, scene: Scene) -> None:
    """News of a stay that began yesterday."""
    day = TODAY - timedelta(days=1)
    session.add(Stay(id=new_id(), client_id=scene.client_id, kind=StayKind.HOSPITAL, known_at=NOW, valid_from=day))
    session.commit()


def look(session: Session) -> dict[str, int]:
    session.commit()
    return find_in_month(MONTH, region="tianjin", at=NOW)


def read(client: FlaskClient, scene: Scene, path: str, actor: Actor) -> tuple[int, dict]:
    answer = client.get(API + path, headers=scene.headers(actor))
    return answer.status_code, answer.json


def test_every_rule_has_the_name_of_its_file_and_a_sentence_in_both_languages():
    assert {name for name, rule in RULES.items() if rule.name != name} == set()
    assert all(rule.version > 0 and rule.chinese and rule.english for rule in RULES.values())
    hard = {name for name, rule in RULES.items() if rule.kind is FindingKind.HARD}
    assert hard >= {"carer_overlap", "client_overlap", "impossible_travel", "service_in_hospital", "shared_device"}
    assert not hard & {"collusion", "name_lending", "identical_patterns", "constant_position"}


def test_late_news_of_a_stay_let_the_accepted_visit_wait_for_the_operator_once(
    client: FlaskClient, tianjin: Session, scene: Scene, operator: Actor
):
    guardian = a_guardian(tianjin, scene.app, scene.client_id)
    visit_id = an_accepted_visit(client, tianjin, scene, guardian)
    assert not any(look(tianjin).values())
    admit(tianjin, scene)

    assert look(tianjin)["service_in_hospital"] == 1

    shown = fact(client, scene, visit_id)
    assert (shown["standing"], shown["hold"]["step"]) == ("held", "operator")
    (told,) = [each for each in shown["exceptions"] if each["code"] == "risk_found"]
    assert told["details"]["rule"] == "service_in_hospital"
    status, finding = read(client, scene, f"/findings/{told['details']['finding_id']}", operator)
    assert (status, finding["subject_id"]) == (200, str(scene.client_id))
    assert [each["fact_id"] for each in finding["records"]] == [str(visit_id)]
    assert finding["records"][0]["facts"] == {"stay_kind": "hospital", "gone_on": "2026-11-19"}
    assert not any(look(tianjin).values())
    assert decide(client, scene, visit_id, operator, "operator").status_code == 201
    assert not any(look(tianjin).values())
    assert fact(client, scene, visit_id)["standing"] == "accepted"
    assert tianjin.scalar(select(func.count()).select_from(Finding)) == 1


def test_the_nightly_run_looks_at_the_month_of_yesterday_and_at_what_came_late_of_the_one_before(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    guardian = a_guardian(tianjin, scene.app, scene.client_id)
    an_accepted_visit(client, tianjin, scene, guardian)
    admit(tianjin, scene)
    too_late, in_time = (NOW.replace(month=12, day=day, hour=17, minute=30) for day in (4, 3))  # after half past one

    find_risks(Turn(JOB, due_at=too_late, at=too_late))
    assert tianjin.scalar(select(func.count()).select_from(Finding)) == 0
    find_risks(Turn(JOB, due_at=in_time, at=in_time))

    assert tianjin.scalars(select(Finding.month)).one() == MONTH


def test_what_a_person_refused_stays_refused(client: FlaskClient, tianjin: Session, scene: Scene, operator: Actor):
    visit_id = a_visit(tianjin, scene, start=NOW - HOUR)
    tianjin.commit()
    done(client, scene, visit_id, fix=None)
    answer = decide(client, scene, visit_id, operator, "operator", "refused", reason="care_not_given")
    assert answer.status_code == 201, answer.json
    admit(tianjin, scene)

    assert look(tianjin)["service_in_hospital"] == 1

    assert fact(client, scene, visit_id)["standing"] == "refused"


def test_a_personal_finding_holds_nothing_and_is_read_by_supervisors_alone(
    client: FlaskClient, tianjin: Session, scene: Scene, operator: Actor
):
    guardian = a_guardian(tianjin, scene.app, scene.client_id)
    visit_id = an_accepted_visit(client, tianjin, scene, guardian)
    supervisor = an_actor(tianjin, Role.SUPERVISOR, ScopeKind.FUND)
    there = an_actor(tianjin, Role.SUPERVISOR, ScopeKind.DISTRICT, key=DISTRICT)
    elsewhere = an_actor(tianjin, Role.SUPERVISOR, ScopeKind.DISTRICT, key="120116")
    hits = [Hit(scene.carer_person_id, visit_id, {}, {"visits": 1})]
    keep_hits(tianjin, RULES["collusion"], hits, month=MONTH, region="tianjin", at=NOW)
    tianjin.commit()

    finding_id = tianjin.scalars(select(Finding.id)).one()
    address = f"/findings/{finding_id}"

    assert fact(client, scene, visit_id)["standing"] == "accepted"
    assert tianjin.scalar(select(func.count()).select_from(ExceptionFound)) == 0
    kept = tianjin.execute(select(EvidenceHold.cause, EvidenceHold.cause_id, EvidenceHold.subject_id)).one()
    assert tuple(kept) == (HoldCause.CASE, finding_id, visit_id)
    for actor, expected in ((supervisor, 200), (there, 200), (elsewhere, 404), (operator, 404)):
        assert read(client, scene, address, actor)[0] == expected
        listed = read(client, scene, "/findings?rule=collusion&month=2026-11-01", actor)[1]["items"]
        assert [each["id"] for each in listed] == ([str(finding_id)] if expected == 200 else [])
    assert read(client, scene, "/findings", scene.dispatcher)[0] == 403
    assert read(client, scene, "/findings?month=2026-10-01", supervisor)[1]["items"] == []


def test_a_district_sees_of_a_finding_the_visits_of_its_own(client: FlaskClient, tianjin: Session, scene: Scene):
    guardian = a_guardian(tianjin, scene.app, scene.client_id)
    visit_id = an_accepted_visit(client, tianjin, scene, guardian)
    elsewhere = a_visit(tianjin, scene, start=NOW + HOUR, district_code="120116")
    hits = [Hit(scene.carer_person_id, each, {}) for each in (visit_id, elsewhere)]
    keep_hits(tianjin, RULES["carer_overlap"], hits, month=MONTH, region="tianjin", at=NOW)
    there = an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, key=DISTRICT)
    tianjin.commit()
    (listed,) = read(client, scene, "/findings", there)[1]["items"]

    shown = read(client, scene, f"/findings/{listed['id']}", there)[1]

    assert [each["fact_id"] for each in shown["records"]] == [str(visit_id)]
    assert tianjin.scalar(select(func.count()).select_from(FindingRecord)) == 2


def test_a_finding_that_cannot_be_kept_stops_no_other_and_is_tried_again(tianjin: Session):
    subjects = [new_id() for _ in range(3)]
    spoilt: set[UUID] = {subjects[1]}

    def find_all(_session: Session, _sources: object) -> Iterator[Hit]:
        yield from (Hit(each, new_id(), {"minutes": object() if each in spoilt else 1}) for each in subjects)  # type: ignore[dict-item]  # what spoils it

    rule = replace(RULES["carer_overlap"], find=find_all)
    run = partial(run_rule, rule, Month([]).sources(), month=MONTH, region="tianjin", at=NOW)
    tianjin.commit()

    with pytest.raises(TypeError, match="not JSON serializable"):
        run()

    assert set(tianjin.scalars(select(Finding.subject_id))) == {subjects[0], subjects[2]}
    spoilt.clear()
    run()
    assert set(tianjin.scalars(select(Finding.subject_id))) == set(subjects)


def test_a_page_of_findings_costs_two_statements(client: FlaskClient, tianjin: Session, scene: Scene, operator: Actor):
    for _ in range(3):
        hits = [Hit(new_id(), new_id(), {})]
        keep_hits(tianjin, RULES["carer_overlap"], hits, month=MONTH, region="tianjin", at=NOW)
    tianjin.commit()

    with statements() as sent:
        status, page = read(client, scene, "/findings?limit=2", operator)

    assert (status, len(page["items"])) == (200, 2)
    assert sum("finding" in each for each in sent) == 2
    assert page["next_after"] == page["items"][1]["id"]
