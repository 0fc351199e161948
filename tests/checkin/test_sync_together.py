"""What is brought together comes to the same facts as what is sent one by one, by few statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from app.checkin.check_models import VisitCheck
from app.checkin.models import (
    CareFact,
    ClockEvent,
    Evidence,
    ExceptionEnd,
    ExceptionFound,
    GradeEntry,
    Hold,
    ItemDone,
    PayableTime,
    Review,
    ServiceRecord,
)
from app.checkin.statement_models import VisitStatement
from app.checkin.tag_models import TagScan
from app.kernel import clock
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.policies.service import EXTENSION as POLICIES
from app.schedules.models import Visit, VisitChange
from app.schedules.types import VisitState
from tests.checkin.factories import API, a_fix, a_tap, an_item, an_undrawn_id, confirm, some_checks
from tests.checkin.test_devices_api import NEW, OLD, on_phone
from tests.checkin.test_home_tags_api import VAGUE, chip, issue, printed
from tests.checkin.test_sync_api import LATER, Json, of_visit, statuses, sync
from tests.fixed_clock import clock_at
from tests.policies.factories import limited
from tests.schedules.factories import HOUR, NOW, Scene, a_carer, a_client, a_visit

MINUTE = timedelta(minutes=1)
FAR = {"metres_away": 3000}
TABLES: tuple[type[Any], ...] = (
    CareFact,
    ClockEvent,
    Evidence,
    ExceptionFound,
    GradeEntry,
    Hold,
    ItemDone,
    PayableTime,
    Review,
    ServiceRecord,
    TagScan,
    Visit,
    VisitChange,
    VisitCheck,
    VisitStatement,
)
# Other at each try: when it arrived, ids of our own, salts, and the digests of what holds them.
OF_CHANCE = {"recorded_at", "created_at", "skew_ms", "record_id", "supersedes_id", "position_digest"}
MADE_IDS = (ExceptionFound, GradeEntry, Hold, Review, ServiceRecord)


@dataclass
class Past:
    """Visits of the last days, and what the phone has to tell of them in the order in which it happened."""

    session: Session
    scene: Scene
    client: FlaskClient
    records: list[tuple[datetime, Json]]

    def visit(self, hours_ago: float, **changed: Any) -> UUID:
        values = {"id": an_undrawn_id(self.scene.app), "start": NOW - hours_ago * HOUR} | changed
        return a_visit(self.session, self.scene, **values)

    def tell(self, visit_id: UUID, kind: str, record: Json) -> Json:
        self.records.append((datetime.fromisoformat(record["occurred_at"]), of_visit(visit_id, kind, record)))
        return record

    def come(self, visit_id: UUID, hours_ago: float, fix: Any = "home", **more: Any) -> Json:
        with clock_at(at := NOW - hours_ago * HOUR):
            self.tell(visit_id, "checks", some_checks())
        self.tell(visit_id, "item", an_item() | {"occurred_at": (at + MINUTE).isoformat()})
        return self.tell(visit_id, "clock_in", a_tap(at=at, fix=fix, **more))

    def go(self, visit_id: UUID, hours_ago: float, fix: Any = "home", **more: Any) -> Json:
        return self.tell(visit_id, "clock_out", a_tap(at=NOW - hours_ago * HOUR, fix=fix, **more))

    def stay(self, visit_id: UUID, hours_ago: float, fix: Any = "home") -> None:
        self.come(visit_id, hours_ago, fix)
        self.go(visit_id, hours_ago - 1, fix)

    def in_order(self) -> list[Json]:
        return [record for _, record in sorted(self.records, key=lambda each: each[0])]


@pytest.fixture
def past(tianjin: Session, scene: Scene, client: FlaskClient) -> Past:
    return Past(tianjin, scene, client, [])


def plain_days(past: Past) -> list[UUID]:
    """Three visits that may be paid once they are confirmed, one that is not, one told without items."""
    confirmed = [past.visit(hours_ago) for hours_ago in (50, 48, 26)]
    for visit_id, hours_ago in zip(confirmed, (50, 48, 26), strict=True):
        past.stay(visit_id, hours_ago)
    past.stay(past.visit(12), 12)
    bare = past.visit(10)
    past.tell(bare, "clock_in", a_tap(at=NOW - 10 * HOUR))
    past.go(bare, 9)
    return confirmed


def mixed_days(past: Past) -> list[UUID]:
    """Beside plain ones: outside, without location, two at once, without an end, tapped twice, told the other way
    round, without a beginning, cancelled, a colleague's and a stranger's."""
    session, scene = past.session, past.scene
    confirmed = plain_days(past)
    past.stay(past.visit(46), 46, a_fix(**FAR))
    past.stay(past.visit(44), 44, None)
    first, second = past.visit(42), past.visit(41)
    past.stay(first, 42)
    past.stay(second, 41.5)
    past.come(past.visit(39), 39)
    doubtful = past.visit(37)
    past.come(doubtful, 37, None)
    past.tell(doubtful, "clock_in", a_tap(at=NOW - 37 * HOUR + 2 * MINUTE))
    past.go(doubtful, 36)
    past.go(doubtful, 35.9)
    past.go(past.visit(34), 33)
    past.stay(past.visit(32, state=VisitState.CANCELLED), 32)
    colleague, _ = a_carer(session, scene.app, scene.agency_id)
    for hours_ago, client_id in ((30, scene.client_id), (28, a_client(session, scene.app, scene.agency_id))):
        visit_id = past.visit(hours_ago, carer_id=colleague, client_id=client_id)
        past.tell(visit_id, "clock_in", a_tap(at=NOW - hours_ago * HOUR))
    return [*confirmed, first, second]


def doubted_days(past: Past) -> list[UUID]:
    """Plain ones and others from a phone that is not confirmed yet: with a printed code, with a chip read at both ends
    and once more than it may be, and one whose end is stated."""
    on_phone(past.session, past.scene.carer, OLD)
    past.scene.carer = on_phone(past.session, past.scene.carer, NEW)
    confirmed = plain_days(past)
    tag_id = issue(past.client, past.scene)
    code, read = printed(past.scene, tag_id), chip(past.client, past.scene, tag_id, past.session)
    lifted, seconded, replayed, stated = (past.visit(hours_ago) for hours_ago in (46, 44, 42, 40))
    past.come(lifted, 46, VAGUE, tag=code)
    past.go(lifted, 45, VAGUE)
    past.come(seconded, 44, tag=read(1))
    past.go(seconded, 43, tag=read(2))
    past.come(replayed, 42, tag=read(1))
    past.go(replayed, 41)
    past.come(stated, 40)
    told_at = NOW - 39 * HOUR
    said = {"ended_at": told_at.isoformat(), "reason": "forgotten", "occurred_at": told_at.isoformat()}
    past.tell(stated, "stated_end", {"id": str(new_id()), **said})
    return [*confirmed, lifted, seconded, replayed]


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """What is done here is taken back."""
    session.commit()
    connection = session.get_bind()
    assert isinstance(connection, Connection)
    attempt = connection.begin_nested()
    yield
    session.close()
    db.session.remove()
    attempt.rollback()


def facts_of(session: Session) -> dict[str, list[str]]:
    """All that check-in keeps, without what is made by chance."""
    session.expire_all()
    found = {model.__tablename__: sorted(map(repr, _rows(session, model))) for model in TABLES}
    ended = select(ExceptionFound.fact_id, ExceptionFound.code).join(
        ExceptionEnd, ExceptionEnd.exception_id == ExceptionFound.id
    )
    return found | {"ended": sorted(map(repr, session.execute(ended)))}


def _rows(session: Session, model: type[Any]) -> Iterator[dict[str, Any]]:
    hidden = OF_CHANCE | ({"id", "command_digest"} if model in MADE_IDS else set())
    names = [column.key for column in inspect(model).columns if column.key not in hidden]
    for row in session.scalars(select(model)):
        yield {name: getattr(row, name) for name in names}


def bring(client: FlaskClient, scene: Scene, records: list[Json]) -> Any:
    headers = scene.headers(scene.carer) | {"Phone-Sent-At": clock.now().isoformat()}
    return client.post(f"{API}/sync", json={"records": records}, headers=headers)


def answers(answer: Any) -> dict[str, tuple[int, str | None, list[str]]]:
    assert statuses(answer)
    return {each["id"]: (each["status"], each["code"], each["exceptions"]) for each in answer.get_json()["answers"]}


@pytest.mark.parametrize(
    ("days", "is_limited", "paid"),
    [(plain_days, True, 2), (mixed_days, False, 4), (mixed_days, True, 2), (doubted_days, False, 1)],
)
def test_records_brought_together_come_to_what_they_come_to_one_by_one(
    app: Flask,
    client: FlaskClient,
    past: Past,
    guardian: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    days: Callable[[Past], list[UUID]],
    is_limited: bool,
    paid: int,
):
    """Limited to hours, each visit is judged by those before it; of two at once the first is paid. Of an unconfirmed
    phone's only the one with two witnesses beside the family is."""
    scene, session = past.scene, past.session
    if is_limited:
        monkeypatch.setitem(app.extensions, POLICIES, limited(tmp_path, 'period = "week", minutes = 150'))
    confirmed = days(past)
    session.commit()
    for visit_id in confirmed:
        assert confirm(client, scene, visit_id, guardian).status_code == 201
    records = past.in_order()
    resent = next(record for record in records if record["kind"] == "clock_in")
    assert statuses(sync(client, scene, [resent])) == [201]
    with undone(session), clock_at(LATER):
        by_one = {}
        for record in records:
            by_one |= answers(bring(client, scene, [record]))
        one_by_one = facts_of(session)

    with clock_at(LATER):
        brought = answers(bring(client, scene, records))

    together = facts_of(session)
    assert brought == by_one
    for name, rows in together.items():
        assert set(rows) ^ set(one_by_one[name]) == set(), name
    assert len(together["payable_time"]) == paid


def sent_for(app: Flask, act: Callable[[], Any]) -> int:
    """How many statements go to the database, however they are sent; many rows of one kind sent together are one."""
    sent: list[str] = []

    class NotingCursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **more: Any) -> Any:
            sent.append(str(query))
            return super().execute(query, *rest, **more)

        def executemany(self, query: Any, *rest: Any, **more: Any) -> None:
            sent.append(str(query))
            super().executemany(query, *rest, **more)

    connection = db.session().connection().connection.driver_connection
    assert connection is not None
    before, connection.cursor_factory = connection.cursor_factory, NotingCursor
    act()
    connection.cursor_factory = before
    return len([text for text in sent if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))])


def test_ten_visits_take_about_as_many_statements_as_two(app: Flask, client: FlaskClient, past: Past, guardian: Actor):
    """One visit alone is taken as a request of its own would be, without the locks of several."""
    scene, session = past.scene, past.session
    counts = []
    for number, first in ((2, 40), (10, 36)):
        past.records.clear()
        visits = [past.visit(first - 2 * place) for place in range(number)]
        for place, visit_id in enumerate(visits):
            past.stay(visit_id, first - 2 * place, "home" if place % 2 else None)
        session.commit()
        for visit_id in visits:
            confirm(client, scene, visit_id, guardian)
        counts.append(sent_for(app, lambda: statuses(sync(client, scene, past.in_order()))))

    few, many = counts

    assert few <= many <= few + 2 < 70
