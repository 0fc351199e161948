"""Ratings over HTTP: given once by a guardian, read by the fund, added up for the agency, never seen by the carer."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.checkin.models import PayableTime
from app.checkin.rating_models import ServiceRating
from app.kernel.ids import new_id
from app.kernel.permissions import GRANTED, Actor, Permission, Role, Scope, ScopeKind
from app.policies.service import EXTENSION, load_book
from tests.access.samples import SAMPLES
from tests.checkin.boxes import a_rating_handed_over
from tests.checkin.factories import API, a_phone, a_tap, confirm, done, fact, send
from tests.fixed_clock import clock_at
from tests.paper_app import api_rules, paper_app
from tests.policies.factories import asking_for_rating
from tests.schedules.factories import HOUR, NOW, Scene, a_client, a_guardian, a_scene, a_visit, add, an_actor

DAY = timedelta(days=1)
CLOSED = datetime.fromisoformat("2026-12-08T00:30:00+08:00")  # nothing of November can be rated any more


def reads_of_carers() -> list[str]:
    """Every address that a carer's permissions open, of a visit or without an id, as a sample asks for it."""
    views, found = paper_app().view_functions, []
    for method, rule in api_rules():
        path = rule.rule.removeprefix(API)
        if method == "GET" and views[rule.endpoint]._permission in GRANTED[Role.CARER]:
            found.append(re.sub(r"<uuid:(\w+)>", r"{\1}", path) + SAMPLES[f"GET {path}"].query)
    return [each for each in found if set(re.findall(r"{(\w+)}", each)) <= {"visit_id", "fact_id", "client_id"}]


READS_OF_CARERS = reads_of_carers()  # once: making an application sets the clock anew


@pytest.fixture(autouse=True)
def each_visit_is_rated(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, asking_for_rating(tmp_path, "required"))


@pytest.fixture
def visit_done(client: FlaskClient, scene: Scene, past_visit: UUID) -> UUID:
    done(client, scene, past_visit)
    return past_visit


def rate(client: FlaskClient, scene: Scene, visit_id: UUID, actor: Actor, **changed: Any):
    body = {"id": str(new_id()), "score": 4, "reasons": [], "occurred_at": NOW.isoformat()} | changed
    return client.post(f"{API}/visits/{visit_id}/rating", json=body, headers=scene.headers(actor))


def ask(client: FlaskClient, scene: Scene, path: str, actor: Actor):
    return client.get(f"{API}{path}", headers=scene.headers(actor))


def unrated(client: FlaskClient, scene: Scene, actor: Actor) -> list[str]:
    answer = ask(client, scene, "/ratings/unrated", actor)
    assert answer.status_code == 200, answer.json
    return [each["visit_id"] for each in answer.json["items"]]


def counts(client: FlaskClient, scene: Scene, actor: Actor, *, month: str = "2026-11-01") -> list[dict[str, Any]]:
    answer = ask(client, scene, f"/ratings/unrated-counts?month={month}", actor)
    assert answer.status_code == 200, answer.json
    return answer.json["items"]


def test_a_guardian_rates_a_visit_and_he_and_the_fund_read_it(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, operator: Actor
):
    answer = rate(client, scene, visit_done, guardian, score=2, reasons=["came_late", "careless"])

    assert answer.status_code == 201, answer.json
    assert (answer.json["score"], answer.json["reasons"]) == (2, ["came_late", "careless"])
    for actor in (guardian, operator):
        read = ask(client, scene, f"/visits/{visit_done}/rating", actor)
        assert (read.status_code, read.json) == (200, answer.json | {"given_on": "own_phone", "replaced": None})


def test_sent_again_it_changes_nothing_however_late_and_other_content_is_refused(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, tianjin: Session
):
    same = {"id": str(new_id())}
    first = rate(client, scene, visit_done, guardian, **same)

    with clock_at(NOW + 30 * DAY):
        again = rate(client, scene, visit_done, guardian, **same)
    other = rate(client, scene, visit_done, guardian, score=5, **same)

    assert (again.status_code, again.json, again.headers["Idempotent-Replay"]) == (201, first.json, "true")
    assert (other.status_code, other.json["code"]) == (409, "event_reused")
    assert tianjin.scalars(select(ServiceRating.score)).all() == [4]


def test_a_visit_is_rated_once_and_one_guardian_does_not_read_what_another_gave(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    second = a_guardian(tianjin, app, scene.client_id)
    tianjin.commit()
    rate(client, scene, visit_done, guardian)

    for actor in (guardian, second):
        answer = rate(client, scene, visit_done, actor, score=5)
        assert (answer.status_code, answer.json["code"]) == (409, "already_rated")
    assert ask(client, scene, f"/visits/{visit_done}/rating", second).status_code == 404
    assert tianjin.scalar(select(func.count()).select_from(ServiceRating)) == 1


def test_an_id_of_another_visits_rating_is_refused(
    client: FlaskClient, scene: Scene, visit_done: UUID, visit_id: UUID, guardian: Actor, tianjin: Session
):
    same = {"id": str(new_id())}
    rate(client, scene, visit_done, guardian, **same)
    with clock_at(NOW + HOUR):
        done(client, scene, visit_id)

    answer = rate(client, scene, visit_id, guardian, **same)

    assert (answer.status_code, answer.json["code"]) == (409, "event_reused")


def test_what_is_not_done_is_too_old_or_not_asked_for_is_not_rated(
    client: FlaskClient,
    scene: Scene,
    visit_done: UUID,
    visit_id: UUID,
    guardian: Actor,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
):
    planned = rate(client, scene, visit_id, guardian)
    with clock_at(NOW + 8 * DAY):
        late = rate(client, scene, visit_done, guardian)
    monkeypatch.setitem(app.extensions, EXTENSION, load_book())
    unasked = rate(client, scene, visit_done, guardian)

    answers = [(each.status_code, each.json["code"]) for each in (planned, late, unasked)]
    assert answers == [(409, "visit_not_done"), (409, "rating_over"), (409, "rating_not_asked")]
    assert late.json["details"]["last_day"] == "2026-11-27"
    assert unrated(client, scene, guardian) == []


def test_a_guardian_who_is_the_carer_and_one_of_another_day_or_client_rate_nothing(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    since_tomorrow = a_guardian(tianjin, app, scene.client_id, since=NOW.date() + DAY)
    stranger = a_guardian(tianjin, app, other.client_id)
    himself = replace(guardian, scope=Scope(ScopeKind.FUND), person_id=scene.carer_person_id)
    tianjin.commit()

    assert rate(client, scene, visit_done, himself).json["code"] == "own_fact"
    assert unrated(client, scene, himself) == []
    for actor in (since_tomorrow, stranger):
        assert rate(client, scene, visit_done, actor).status_code == 404
        assert unrated(client, scene, actor) == []


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"score": 0}, "score", "score"),
        ({"score": 6}, "score", "score"),
        ({"score": 4.5}, "score", "not_a_whole_number"),
        ({"score": 2}, "reasons", "reason_needed"),
        ({"score": 3, "reasons": ["other"]}, "reasons", "only_for_low_score"),
        ({"score": 1, "reasons": ["王英"]}, "reasons.0", "not_one_of_the_choices"),
    ],
)
def test_bad_input_is_refused(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, changed: dict[str, Any], field: str, code: str
):
    answer = rate(client, scene, visit_done, guardian, **changed)

    assert (answer.status_code, answer.json["details"]["fields"][field]["code"]) == (422, code)


def test_carers_and_dispatchers_have_no_permission_about_ratings():
    about = {Permission.RATE_SERVICE, Permission.READ_RATINGS, Permission.READ_RATING_TOTALS, Permission.COUNT_UNRATED}

    without = {role for role in Role if not about & GRANTED[role]}

    assert {Role.CARER, Role.FAMILY_CARER, Role.DISPATCHER} <= without


def content(answer: TestResponse) -> Any:
    """What an answer says; of a receipt its rows, since it names and signs the instant at which it was made."""
    is_receipt = answer.status_code == 200 and answer.request.path.endswith("/receipt")
    return answer.json["rows"] if is_receipt else answer.get_data()


def test_nothing_that_a_carer_may_read_of_the_visit_changes_with_a_rating(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor
):
    ids = {"visit_id": visit_done, "fact_id": visit_done, "client_id": scene.client_id}
    paths = [each.format_map(ids) for each in READS_OF_CARERS]
    before = {path: ask(client, scene, path, scene.carer) for path in paths}
    assert rate(client, scene, visit_done, guardian, score=1, reasons=["asked_for_money"]).status_code == 201

    after = {path: ask(client, scene, path, scene.carer) for path in paths}

    shown = [f"/visits/{visit_done}", f"/visits/{visit_done}/record", f"/facts/{visit_done}", "/facts"]
    assert [after[path].status_code for path in shown] == [200] * 4
    assert {path: content(each) for path, each in after.items()} == {
        path: content(each) for path, each in before.items()
    }
    assert ask(client, scene, f"/visits/{visit_done}/rating", scene.carer).status_code == 403


def test_what_nobody_rated_is_asked_for_until_it_is_rated_or_too_old(
    client: FlaskClient, scene: Scene, visit_done: UUID, visit_id: UUID, guardian: Actor
):
    (asked,) = ask(client, scene, "/ratings/unrated", guardian).json["items"]
    assert (asked["visit_id"], asked["client_id"]) == (str(visit_done), str(scene.client_id))
    assert asked["last_day"] == "2026-11-27"

    for days, wanted in ((7, [str(visit_done)]), (8, [])):
        with clock_at(NOW + days * DAY):
            assert unrated(client, scene, guardian) == wanted
    rate(client, scene, visit_done, guardian)
    assert unrated(client, scene, guardian) == []


def test_the_fund_counts_what_nobody_rated_by_agency_and_month(
    client: FlaskClient, scene: Scene, visit_done: UUID, visit_id: UUID, guardian: Actor, operator: Actor
):
    with clock_at(NOW + HOUR):
        done(client, scene, visit_id)
    rate(client, scene, visit_done, guardian)

    [count] = counts(client, scene, operator)
    assert count == {"agency_id": str(scene.agency_id), "asked": 2, "unrated": 1, "on_carers_phones": 0}
    assert counts(client, scene, operator, month="2026-10-01")[0]["asked"] == 0


def test_where_visits_are_only_asked_for_none_is_counted(
    client: FlaskClient,
    scene: Scene,
    visit_done: UUID,
    guardian: Actor,
    operator: Actor,
    app: Flask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(app.extensions, EXTENSION, asking_for_rating(tmp_path, "asked"))

    assert counts(client, scene, operator)[0]["asked"] == 0
    assert unrated(client, scene, guardian) == [str(visit_done)]


def test_an_unrated_and_a_badly_rated_visit_are_paid(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, tianjin: Session
):
    confirm(client, scene, visit_done, guardian)
    before = fact(client, scene, visit_done)
    assert (before["standing"], before["exceptions"]) == ("accepted", [])
    assert unrated(client, scene, guardian) == [str(visit_done)]

    assert rate(client, scene, visit_done, guardian, score=1, reasons=["other"]).status_code == 201

    assert fact(client, scene, visit_done) == before
    assert tianjin.scalars(select(PayableTime.minutes)).all() == [60]


def key_of(client: FlaskClient, scene: Scene) -> str:
    terms = ask(client, scene, "/ratings/handing-over", scene.carer).json
    assert terms["is_asked"] is True
    return terms["public_key"]


def bring(client: FlaskClient, scene: Scene, visit_id: UUID, record: dict[str, Any], actor: Actor | None = None):
    headers = scene.headers(actor or scene.carer)
    return client.post(f"{API}/visits/{visit_id}/rating-handed-over", json=record, headers=headers)


def test_a_rating_given_on_the_carers_phone_is_told_apart_until_an_own_one_replaces_it(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, operator: Actor
):
    record = a_rating_handed_over(key_of(client, scene), 2, ("careless",))
    paths = [f"/visits/{visit_done}", f"/facts/{visit_done}", "/own-work?day_from=2026-11-20&day_to=2026-11-20"]
    before = [content(ask(client, scene, path, scene.carer)) for path in paths]

    first, again = (bring(client, scene, visit_done, record) for _ in range(2))
    second = bring(client, scene, visit_done, a_rating_handed_over(key_of(client, scene), 5))
    alone = ask(client, scene, f"/visits/{visit_done}/rating", operator).json
    [count], [asked] = counts(client, scene, operator), ask(client, scene, "/ratings/unrated", guardian).json["items"]
    hidden = ask(client, scene, f"/visits/{visit_done}/rating", guardian).status_code
    own = rate(client, scene, visit_done, guardian, score=5)
    both = ask(client, scene, f"/visits/{visit_done}/rating", operator).json
    [replaced] = counts(client, scene, operator)

    assert (first.status_code, first.json) == (201, {"id": record["id"]})  # nothing of what it says
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert (second.status_code, second.json["code"]) == (409, "already_rated")
    assert [content(ask(client, scene, path, scene.carer)) for path in paths] == before
    assert (alone["score"], alone["reasons"], alone["given_on"]) == (2, ["careless"], "carer_phone")
    assert (count["unrated"], count["on_carers_phones"]) == (0, 1)
    assert (asked["visit_id"], asked["on_carers_phone"], hidden) == (str(visit_done), True, 404)
    assert own.status_code == 201
    assert (both["score"], both["given_on"]) == (5, "own_phone")
    assert (both["replaced"]["score"], both["replaced"]["given_on"]) == (2, "carer_phone")
    assert (replaced["unrated"], replaced["on_carers_phones"]) == (0, 0)
    assert unrated(client, scene, guardian) == []


def test_a_guardian_who_rates_on_the_phone_of_the_carer_is_told_apart_as_well(
    client: FlaskClient, scene: Scene, visit_done: UUID, guardian: Actor, operator: Actor, tianjin: Session
):
    a_phone(tianjin, scene.carer.account_id, key=UUID(int=1))
    shared = a_phone(tianjin, guardian.account_id, key=UUID(int=1))

    rate(client, scene, visit_done, replace(guardian, device_id=shared))

    read = ask(client, scene, f"/visits/{visit_done}/rating", operator).json
    assert (read["given_on"], read["replaced"]) == ("carer_phone", None)


def test_what_is_brought_without_a_readable_box_or_a_visit_of_ones_own_is_refused(
    client: FlaskClient, scene: Scene, visit_done: UUID, visit_id: UUID, tianjin: Session, app: Flask, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    other = a_scene(tianjin, app)
    tianjin.commit()
    key = key_of(client, scene)
    good = a_rating_handed_over(key)

    answers = [
        bring(client, scene, visit_done, a_rating_handed_over("0" * 62 + "09")),  # for another server
        bring(client, scene, visit_done, a_rating_handed_over(key, 1)),  # a low one without a reason
        bring(client, scene, visit_done, good | {"box": good["box"][:-1] + "g"}),
        bring(client, scene, visit_id, good),
        bring(client, scene, visit_done, good, other.carer),
    ]
    send(client, scene, visit_id, "in", a_tap())
    too_early = bring(client, scene, visit_id, good)  # the phone keeps it until it has brought the clock-out
    monkeypatch.setitem(app.extensions, EXTENSION, load_book())
    unasked = bring(client, scene, visit_done, good)

    assert [(each.status_code, each.json["code"]) for each in (*answers, too_early, unasked)] == [
        (422, "rating_unreadable"),
        (422, "rating_unreadable"),
        (422, "fields_invalid"),
        (409, "visit_not_done"),
        (404, "not_found"),
        (503, "visit_busy"),
        (409, "rating_not_asked"),
    ]
    assert ask(client, scene, "/ratings/handing-over", scene.carer).json["is_asked"] is False
    assert tianjin.scalar(select(func.count()).select_from(ServiceRating)) == 0


def rated_visits(session: Session, scene: Scene, clients: int, *, days: int = 1, **changed: Any) -> None:
    """As many clients' visits some days before, each rated."""
    for number in range(clients):
        client_id = a_client(session, scene.app, scene.agency_id)
        start = NOW - days * DAY - number * HOUR
        visit_id = a_visit(session, scene, client_id=client_id, start=start, **changed)
        add(
            session,
            ServiceRating(
                id=new_id(), visit_id=visit_id, score=4, reasons=[], occurred_at=NOW, account_id=new_id(),
                command_digest=b"-", recorded_at=NOW,
            ),
        )  # fmt: skip
    session.commit()


def test_the_agency_reads_a_carers_ratings_added_up_once_the_month_is_closed(
    client: FlaskClient, scene: Scene, head: Actor, operator: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    rated_visits(tianjin, scene, 5)
    rated_visits(tianjin, scene, 1, days=2, agency_id=other.agency_id)  # the fund's to know, not this agency's
    stranger = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(other.agency_id))
    tianjin.commit()
    path = f"/carers/{scene.carer_id}/ratings?month=2026-11-01"

    early = ask(client, scene, path, head)
    with clock_at(CLOSED):
        told = [ask(client, scene, path, actor).json for actor in (head, operator)]
        elsewhere = ask(client, scene, path, stranger)

    assert (early.status_code, early.json["code"]) == (409, "rating_month_open")
    assert told == [
        {"ratings": 5, "score_sum": 20, "on_carers_phones": 0},
        {"ratings": 6, "score_sum": 24, "on_carers_phones": 0},
    ]
    assert elsewhere.status_code == 404


def test_four_clients_ratings_are_not_told(client: FlaskClient, scene: Scene, head: Actor, tianjin: Session):
    rated_visits(tianjin, scene, 4)

    with clock_at(CLOSED):
        told = ask(client, scene, f"/carers/{scene.carer_id}/ratings?month=2026-11-01", head)

    assert told.json == {"ratings": None, "score_sum": None, "on_carers_phones": None}


def test_the_lists_take_as_many_statements_for_many_rows_as_for_one(
    client: FlaskClient,
    scene: Scene,
    visit_done: UUID,
    visit_id: UUID,
    guardian: Actor,
    operator: Actor,
    tianjin: Session,
    app: Flask,
    statements: list[str],
):
    def sent() -> list[int]:
        numbers = []
        for read, actor in ((unrated, guardian), (counts, operator)):
            statements.clear()
            read(client, scene, actor)
            numbers.append(len([each for each in statements if each.startswith("SELECT")]))
        return numbers

    few = sent()
    with clock_at(NOW + HOUR):
        done(client, scene, visit_id)
        a_scene(tianjin, app)
        tianjin.commit()
        many = sent()
        assert (len(unrated(client, scene, guardian)), len(counts(client, scene, operator))) == (2, 2)

    assert few == many == [3, 3]  # one of each asks for the account's standing
