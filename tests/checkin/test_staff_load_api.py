"""Staff load over HTTP: its totals are those of the list of visits, and it stays within an agency."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.checkin.load import CarerLoad, LoadCell, Span, Worked
from app.checkin.models import PayableTime
from app.checkin.schemas.staff_load import CarerLoadSchema, LoadCellSchema
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.schedules.types import VisitSource, VisitState
from tests.checkin.factories import API
from tests.schedules.factories import (
    HOUR,
    NOW,
    Scene,
    a_carer,
    a_client,
    a_scene,
    a_visit,
    add,
    an_assignment,
)

MINUTE = timedelta(minutes=1)
STATEMENTS = 6  # the account's standing, the agency, a page of carers, and three for all of them


def test_cells_are_written_as_their_schema_says() -> None:
    worked = Worked(8, 1, 7, 480, 424, 400, 2)
    cell = LoadCell(Span(date(2026, 11, 2), date(2026, 11, 9)), worked, caseload=9, overtime_minutes=3, free_minutes=4)

    written = CarerLoadSchema().dump(CarerLoad(new_id(), "王*英", (cell,)))["cells"]

    assert written == [LoadCellSchema().dump(cell)]


def worked(
    session: Session, scene: Scene, *, began: datetime, minutes: float, accepted: int | None = None, **changed: object
) -> UUID:
    """A visit planned for the hour from `began` whose taps are `minutes` apart; with `accepted` minutes to be paid."""
    visit_id = a_visit(
        session,
        scene,
        start=began,
        began_at=began,
        ended_at=began + minutes * MINUTE,
        state=VisitState.PLANNED,
        **changed,
    )
    if accepted is not None:
        add(
            session,
            PayableTime(
                record_id=new_id(),
                visit_id=visit_id,
                carer_id=changed.get("carer_id", scene.carer_id),
                client_id=changed.get("client_id", scene.client_id),
                slot=1,
                during=Range(began, began + accepted * MINUTE),
                minutes=accepted,
                recorded_at=NOW,
            ),
        )
    return visit_id


def read(client: FlaskClient, scene: Scene, *, actor: Actor | None = None, **query: object) -> Any:
    query = {"day_from": "2026-11-16", "day_to": "2026-11-22"} | query
    return client.get(f"{API}/staff-load", query_string=query, headers=scene.headers(actor or scene.dispatcher))


def list_visits(client: FlaskClient, scene: Scene) -> list[dict[str, Any]]:
    query = {"day_from": "2026-11-16", "day_to": "2026-11-22", "limit": 200}
    return client.get(f"{API}/visits", query_string=query, headers=scene.headers(scene.dispatcher)).json["items"]


def minutes_between(visits: Sequence[dict[str, Any]], begin: str, end: str) -> int:
    spans = [(visit[begin], visit[end]) for visit in visits if visit[begin] and visit[end]]
    return sum((datetime.fromisoformat(late) - datetime.fromisoformat(early)) // MINUTE for early, late in spans)


def test_totals_are_those_of_the_list_of_visits_to_the_minute(client: FlaskClient, scene: Scene, tianjin: Session):
    for number, minutes in enumerate((60, 59.99, 61.5, 30)):
        worked(tianjin, scene, began=NOW - (3 - number) * 4 * HOUR, minutes=minutes, accepted=int(min(minutes, 60)))
    a_visit(tianjin, scene, start=NOW + 5 * HOUR, length=45 * MINUTE)
    a_visit(tianjin, scene, start=NOW + 8 * HOUR, state=VisitState.CANCELLED)
    tianjin.commit()

    (row,) = read(client, scene).json["items"]

    listed = [visit for visit in list_visits(client, scene) if visit["state"] != "cancelled"]
    assert len(listed) == sum(cell["visits"] for cell in row["cells"]) == 5
    planned = sum(cell["planned_minutes"] for cell in row["cells"])
    recorded = sum(cell["recorded_minutes"] for cell in row["cells"])
    assert planned == minutes_between(listed, "planned_from", "planned_to") == 4 * 60 + 45
    assert recorded == minutes_between(listed, "began_at", "ended_at") == 60 + 59 + 61 + 30
    assert sum(cell["accepted_minutes"] for cell in row["cells"]) == 60 + 59 + 60 + 30


@pytest.mark.parametrize(("by", "cells", "norm"), [("day", 7, 480), ("week", 1, 2400), ("month", 1, 9920)])
def test_spans_are_days_weeks_or_months_with_the_same_totals(
    client: FlaskClient, scene: Scene, tianjin: Session, by: str, cells: int, norm: int
):
    worked(tianjin, scene, began=NOW, minutes=60, accepted=60)
    worked(tianjin, scene, began=NOW + 2 * HOUR, minutes=50, accepted=50)
    tianjin.commit()

    answer = read(client, scene, by=by).json

    (row,) = answer["items"]
    assert len(row["cells"]) == len(answer["columns"]) == cells
    assert {column["norm_minutes"] for column in answer["columns"]} == {norm}
    assert {(column["caseload_min"], column["caseload_max"]) for column in answer["columns"]} == {(5, 10)}
    assert sum(cell["recorded_minutes"] for cell in row["cells"]) == 110
    assert max(cell["caseload"] for cell in row["cells"]) == 1
    assert "王" not in row["name"] or "*" in row["name"]


def test_a_visit_over_midnight_belongs_to_the_day_it_began(client: FlaskClient, scene: Scene, tianjin: Session):
    half_past_eleven = datetime.fromisoformat("2026-11-20T23:30:00+08:00")
    worked(tianjin, scene, began=half_past_eleven, minutes=60)
    tianjin.commit()

    (row,) = read(client, scene).json["items"]

    assert {cell["first"]: cell["recorded_minutes"] for cell in row["cells"] if cell["visits"]} == {"2026-11-20": 60}


def test_an_unscheduled_visit_counts_on_the_day_of_its_first_tap(client: FlaskClient, scene: Scene, tianjin: Session):
    worked(tianjin, scene, began=NOW, minutes=20, planned=None, source=VisitSource.UNSCHEDULED)
    tianjin.commit()

    (row,) = read(client, scene, day_from="2026-11-20", day_to="2026-11-20").json["items"]

    assert (row["cells"][0]["planned_minutes"], row["cells"][0]["recorded_minutes"]) == (0, 20)


@pytest.mark.parametrize(("gap", "overlapping"), [(60, 0), (59, 2), (0, 2)])
def test_times_that_meet_are_overlapping_and_times_that_touch_are_not(
    client: FlaskClient, scene: Scene, tianjin: Session, gap: int, overlapping: int
):
    worked(tianjin, scene, began=NOW, minutes=60)
    worked(tianjin, scene, began=NOW + gap * MINUTE, minutes=30, planned=None, source=VisitSource.UNSCHEDULED)
    tianjin.commit()

    (row,) = read(client, scene).json["items"]

    assert sum(cell["overlapping_visits"] for cell in row["cells"]) == overlapping


def test_a_time_at_another_agencys_client_overlaps_too_but_is_not_added(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    worked(tianjin, scene, began=NOW, minutes=60)
    at_the_other = {"agency_id": other.agency_id, "client_id": other.client_id, "plan_id": other.plan_id}
    worked(
        tianjin,
        scene,
        began=NOW + 30 * MINUTE,
        minutes=60,
        planned=None,
        source=VisitSource.UNSCHEDULED,
        **at_the_other,
    )
    tianjin.commit()

    (row,) = read(client, scene).json["items"]

    assert sum(cell["visits"] for cell in row["cells"]) == 1
    assert sum(cell["overlapping_visits"] for cell in row["cells"]) == 1


def test_an_agency_sees_its_own_carers_and_the_fund_names_the_agency(
    client: FlaskClient, scene: Scene, operator: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()

    own = read(client, scene)
    foreign = read(client, scene, agency_id=other.agency_id)
    unnamed = read(client, scene, actor=operator)
    named = read(client, scene, actor=operator, agency_id=other.agency_id)

    assert [row["carer_id"] for row in own.json["items"]] == [str(scene.carer_id)]
    assert (foreign.status_code, unnamed.status_code) == (404, 404)
    assert [row["carer_id"] for row in named.json["items"]] == [str(other.carer_id)]


@pytest.mark.parametrize(
    "query",
    [
        {"day_from": "2026-11-22", "day_to": "2026-11-16"},
        {"day_from": "2026-09-01", "day_to": "2026-11-16"},
        {"day_to": "2030-11-16", "by": "month"},
        {"by": "year"},
        {"limit": "0"},
    ],
)
def test_days_that_run_backwards_or_too_far_are_refused(client: FlaskClient, scene: Scene, query: dict[str, str]):
    answer = read(client, scene, **query)

    assert answer.status_code == 422


def test_a_page_of_carers_takes_the_same_statements_however_many(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask, statements: list[str]
):
    for _ in range(4):
        carer_id, _ = a_carer(tianjin, app, scene.agency_id)
        client_id = a_client(tianjin, app, scene.agency_id)
        an_assignment(tianjin, client_id, carer_id)
        worked(tianjin, scene, began=NOW, minutes=60, carer_id=carer_id, client_id=client_id)
    tianjin.commit()
    statements.clear()

    answer = read(client, scene)

    selects = [each for each in statements if each.startswith(("SELECT", "WITH"))]
    assert len(answer.json["items"]) == 5
    assert len(selects) == STATEMENTS


def test_pages_follow_each_other_and_the_sheet_holds_them_all(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    a_carer(tianjin, app, scene.agency_id)
    worked(tianjin, scene, began=NOW, minutes=75, accepted=60)
    tianjin.commit()

    first = read(client, scene, limit=1).json
    second = read(client, scene, limit=1, after=first["next_after"]).json
    sheet = client.get(
        f"{API}/staff-load/sheet",
        query_string={"day_from": "2026-11-16", "day_to": "2026-11-22", "limit": 1},
        headers=scene.headers(scene.dispatcher),
    )

    ids = [first["items"][0]["carer_id"], second["items"][0]["carer_id"]]
    assert len(set(ids)) == 2
    assert second["next_after"] is None
    book = openpyxl.load_workbook(io.BytesIO(sheet.data))
    totals = list(book["合计"].iter_rows(values_only=True))
    recorded = list(book["已记录"].iter_rows(values_only=True))
    assert [row[1] for row in totals[1:]] == ids
    assert sum(row[5] for row in totals[1:]) == 75
    assert recorded[0][2:] == tuple((date(2026, 11, 16) + timedelta(days=n)).isoformat() for n in range(7))
    assert sum(sum(row[2:]) for row in recorded[1:]) == 75
