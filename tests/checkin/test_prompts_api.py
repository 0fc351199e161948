"""Prompts at random times: asked by the job, answered by the phone, missed without any harm."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.consent_types import ConsentPurpose
from app.checkin.models import GradeEntry, Position
from app.checkin.prompt_models import Prompt, PromptAnswer
from app.checkin.prompts import DuePrompt
from app.checkin.rules.prompts import draw_prompts
from app.checkin.service import prompts
from app.checkin.types import EventKind, Verdict
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.kernel.regions import zone_of
from app.policies.service import EXTENSION as POLICIES
from app.policies.service import current_book
from tests.checkin.factories import API, JOB
from tests.checkin.family_rows import Family, a_family, a_home, a_tap
from tests.fixed_clock import clock_at
from tests.policies.factories import prompting
from tests.schedules.factories import HOUR, TODAY, a_consent, settings_of
from tests.tokens import bearer, make_account

MINUTE = timedelta(minutes=1)


@pytest.fixture
def family(tianjin: Session) -> Family:
    made = a_family(tianjin)
    a_home(tianjin, made.client_id, metres_away=0)
    actor = make_account(tianjin, role=Role.FAMILY_CARER, person_id=made.actor.person_id)
    tianjin.commit()
    return Family(made.client_id, made.carer_id, actor)


@pytest.fixture
def asking(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setitem(app.extensions, POLICIES, prompting(tmp_path, request.param))


def first_prompt(app: Flask, family: Family) -> DuePrompt:
    """The first that is drawn for him from today on and open alone."""
    with app.app_context():
        terms = current_book().policy_or_last(region="tianjin", district=None, on=TODAY).family
        ids = {"carer_id": family.carer_id, "client_id": family.client_id}
        common = {"zone": zone_of("tianjin"), "terms": terms, "key": settings_of(app).key_ring.command_key}
        days = (TODAY + timedelta(days=number) for number in range(14))
        drawn = [due for day in days for due in draw_prompts(**ids, on=day, **common)]
    return next(due for due in drawn if sum(abs(each.opens_at - due.opens_at) < HOUR for each in drawn) == 1)


def an_answer(due: DuePrompt, *, after: int = 1, north: float = 0, **changed: Any) -> dict[str, Any]:
    moment = (due.opens_at + after * MINUTE).isoformat()
    place = {"latitude": 39.1 + north, "longitude": 117.2, "accuracy_m": 20}
    fix = place | {"system": "wgs84", "source": "wechat", "fixed_at": moment}
    return {"id": str(new_id()), "occurred_at": moment, "fix": fix} | changed


def log_day(
    app: Flask, client: FlaskClient, session: Session, family: Family, due: DuePrompt, verdict: Verdict
) -> dict:
    """The day of a prompt, with both taps; told an hour after the prompt opened."""
    told_at = due.opens_at + HOUR
    taps = {
        f"{kind.value}_event_id": a_tap(
            session, family, kind, occurred_at=told_at - minutes * MINUTE, recorded_at=told_at, verdict=verdict
        )
        for kind, minutes in ((EventKind.IN, 40), (EventKind.OUT, 10))
    }
    session.commit()
    body = {
        "id": str(new_id()),
        "client_id": str(family.client_id),
        "day": due.opens_at.date().isoformat(),
        "occurred_at": told_at.isoformat(),
    } | {name: str(event_id) for name, event_id in taps.items()}
    with clock_at(told_at):
        answer = client.post(f"{API}/care-days", json=body, headers=bearer(app, family.actor))
    assert answer.status_code == 201
    return answer.json


def grades(session: Session, care_day_id: str) -> list[str]:
    rows = session.scalars(select(GradeEntry.grade).where(GradeEntry.fact_id == UUID(care_day_id)))
    return sorted(rows)


@pytest.mark.parametrize("asking", ["required"], indirect=True)
@pytest.mark.usefixtures("asking")
def test_a_prompt_is_asked_at_its_time_and_answered_from_the_home_it_proves_the_day(
    app: Flask, client: FlaskClient, family: Family, tianjin: Session
):
    due = first_prompt(app, family)
    times = (due.opens_at - MINUTE, due.opens_at, due.opens_at, due.closes_at)
    with app.app_context():
        asked = [prompts.open_prompts(tianjin, actor=JOB, at=at) for at in times]
    prompt_id = tianjin.scalars(select(Prompt.id)).one()
    # only now: a second family's own prompt would at times be open too
    stranger = make_account(tianjin, role=Role.FAMILY_CARER, person_id=a_family(tianjin).actor.person_id)
    tianjin.commit()
    address = f"{API}/prompts/{prompt_id}/answer"
    # as a phone that logs the day before it answers; the day then waits for want of a position
    day = log_day(app, client, tianjin, family, due, Verdict.NO_POSITION)

    with clock_at(due.opens_at + 2 * MINUTE):
        own, others = bearer(app, family.actor), bearer(app, stranger)
        shown = client.get(f"{API}/prompts", headers=own).json["prompts"]
        elsewhere = client.get(f"{API}/prompts", headers=others).json["prompts"]
        body = an_answer(due)
        far = client.post(address, json=an_answer(due, north=0.1), headers=own)
        old = client.post(address, json=an_answer(due, after=-1440), headers=own)
        before = grades(tianjin, day["id"])
        first = client.post(address, json=body, headers=own)
        again = client.post(address, json=body, headers=own)
        other = client.post(address, json=body | {"fix": None}, headers=own)
        refused = client.post(address, json=an_answer(due), headers=others)
        after = client.get(f"{API}/prompts", headers=own).json["prompts"]
        a_consent(tianjin, family.actor.person_id, ConsentPurpose.LOCATION, is_given=False)
        tianjin.commit()
        withdrawn = client.post(address, json=an_answer(due), headers=own)

    assert asked == [0, 1, 0, 0]
    assert ([each["id"] for each in shown], elsewhere, after) == ([str(prompt_id)], [], [])
    assert (far.json["verdict"], far.json["in_time"], old.json["in_time"]) == ("outside", True, False)
    assert (first.json["verdict"], first.json["in_time"]) == ("inside", True)
    assert (again.headers["Idempotent-Replay"], again.json) == ("true", first.json)
    assert (other.status_code, refused.status_code) == (409, 404)
    assert (withdrawn.status_code, withdrawn.json["verdict"]) == (201, "no_position")
    assert (day["standing"], set(before), "A" in before) == ("in_review", {"C"}, False)
    assert "A" in grades(tianjin, day["id"])
    month = f"{API}/care-days?client_id={family.client_id}&month={due.opens_at:%Y-%m}-01"
    assert [each["standing"] for each in client.get(month, headers=own).json["items"]] == ["payable"]
    assert tianjin.scalar(select(func.count()).select_from(Position)) == 3  # none of the last: it was withdrawn


@pytest.mark.parametrize("asking", ["witness"], indirect=True)
@pytest.mark.usefixtures("asking")
def test_a_missed_prompt_cuts_nothing_and_a_late_answer_is_kept_and_proves_nothing(
    app: Flask, client: FlaskClient, family: Family, tianjin: Session
):
    due = first_prompt(app, family)
    with app.app_context():
        assert prompts.open_prompts(tianjin, actor=JOB, at=due.opens_at) == 1
    prompt_id = tianjin.scalars(select(Prompt.id)).one()
    tianjin.commit()

    day = log_day(app, client, tianjin, family, due, Verdict.INSIDE)
    with clock_at(due.closes_at):
        own = bearer(app, family.actor)
        shown = client.get(f"{API}/prompts", headers=own).json["prompts"]
        late = client.post(f"{API}/prompts/{prompt_id}/answer", json=an_answer(due, after=29), headers=own)

    assert (day["standing"], day["exceptions"]) == ("payable", [])
    assert (shown, late.status_code, late.json["in_time"]) == ([], 201, False)
    assert grades(tianjin, day["id"]) == ["A"]
    assert tianjin.scalar(select(func.count()).select_from(PromptAnswer)) == 1


def test_where_the_region_asks_for_none_nobody_is_asked(
    app: Flask, family: Family, tianjin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shipped = app.extensions[POLICIES]
    monkeypatch.setitem(app.extensions, POLICIES, prompting(tmp_path))
    due = first_prompt(app, family)
    monkeypatch.setitem(app.extensions, POLICIES, shipped)

    with app.app_context():
        assert prompts.open_prompts(tianjin, actor=JOB, at=due.opens_at) == 0
