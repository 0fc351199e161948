"""Whose review is overdue by the policy: listed for who sees the client, told each morning."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, Role
from app.policies.service import EXTENSION
from app.registry import jobs
from app.registry.overdue_reviews import list_held_for_review
from tests.fixed_clock import clock_at
from tests.payouts.policy_files import book_reviewing
from tests.registry.factories import SYSTEM, a_client, an_entitlement
from tests.registry.scene import NOW, Scene
from tests.registry.statements import statements

LAST_DAY = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # ten months after the scene's conclusion of 31 December


@pytest.fixture
def reviewing(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives Tianjin an interval of months, and what an overdue review does."""

    def give(months: int, consequence: str = "holds_payment") -> None:
        book = book_reviewing(tmp_path, months=months, consequence=consequence)
        monkeypatch.setitem(app.extensions, EXTENSION, book)

    return give


def listed(client: FlaskClient, scene: Scene, wanted: str, *, actor: Actor | None = None) -> list[str]:
    by = actor or scene.actors[Role.OPERATOR_REVIEWER]
    answer = scene.get(client, f"/clients?overdue_review={wanted}", by)
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


@pytest.mark.parametrize(("late", "overdue"), [(timedelta(0), False), (timedelta(minutes=1), True)])
def test_a_review_is_overdue_from_the_local_day_after_its_last(
    client: FlaskClient, scene: Scene, reviewing: Callable[..., None], late: timedelta, overdue: bool
):
    reviewing(10)
    scene.actors[Role.OPERATOR_REVIEWER]

    with clock_at(LAST_DAY + late):
        found = [listed(client, scene, wanted) for wanted in ("true", "false")]

    mine = [str(scene.client_id)]
    assert found == ([mine, []] if overdue else [[], mine])


def test_without_an_interval_nobody_is_overdue(client: FlaskClient, scene: Scene):
    assert listed(client, scene, "true") == []
    assert listed(client, scene, "false") == [str(scene.client_id)]


def test_a_new_conclusion_ends_it_on_its_day_and_a_change_of_mode_does_not(
    client: FlaskClient, scene: Scene, tianjin: Session, reviewing: Callable[..., None]
):
    reviewing(10)
    decided = {"concluded_on": date(2026, 10, 20), "cause_kind": "mode_change", "replaces": True}
    an_entitlement(tianjin, client=scene.client, **decided)
    tianjin.commit()
    changed = listed(client, scene, "true")

    an_entitlement(tianjin, client=scene.client, concluded_on=date(2026, 11, 2), replaces=True)  # from December on
    tianjin.commit()

    assert changed == [str(scene.client_id)]
    assert listed(client, scene, "true") == []


def test_whose_benefit_is_over_or_who_died_is_not_listed(
    client: FlaskClient, scene: Scene, tianjin: Session, reviewing: Callable[..., None]
):
    reviewing(10)
    ended, died = (a_client(tianjin) for _ in range(2))
    for each in (ended, died):
        an_entitlement(tianjin, client=each)
    end = "UPDATE tianjin.entitlement SET valid_to = '2026-11-20' WHERE client_id = :id"
    tianjin.execute(text(end), {"id": ended.client.id})
    tianjin.execute(
        text("UPDATE tianjin.person SET died_on = '2026-11-19' WHERE id = :id"), {"id": died.client.person.id}
    )
    tianjin.commit()

    assert listed(client, scene, "true") == [str(scene.client_id)]


def test_each_sees_the_overdue_of_his_own_scope(client: FlaskClient, scene: Scene, reviewing: Callable[..., None]):
    reviewing(10)

    assert listed(client, scene, "true", actor=scene.actors[Role.AGENCY_HEAD]) == [str(scene.client_id)]
    assert listed(client, scene, "true", actor=scene.stranger) == []
    assert scene.get(client, "/clients?overdue_review=true", None).status_code == 401
    assert scene.get(client, "/clients?overdue_review=1", scene.stranger).status_code == 422


def test_the_list_takes_as_many_statements_for_many_as_for_one(
    client: FlaskClient, scene: Scene, tianjin: Session, reviewing: Callable[..., None]
):
    reviewing(10)
    listed(client, scene, "true")
    with statements() as for_one:
        assert len(listed(client, scene, "true")) == 1
    for _ in range(3):
        an_entitlement(tianjin, client=a_client(tianjin))
    tianjin.commit()

    with statements() as for_many:
        assert len(listed(client, scene, "true")) == 4

    assert len(for_many) == len(for_one)


@pytest.mark.parametrize(("consequence", "held"), [("holds_payment", True), ("tells", False), ("stops_benefit", False)])
def test_payment_waits_only_where_the_policy_says_so(
    app: Flask, scene: Scene, tianjin: Session, reviewing: Callable[..., None], consequence: str, held: bool
):
    reviewing(10, consequence)

    with app.test_request_context():
        found = list_held_for_review(
            tianjin, client_ids=[scene.client_id, UUID(int=1)], region="tianjin", on=NOW.date()
        )

    assert found == (frozenset({scene.client_id}) if held else frozenset())


@pytest.mark.parametrize(("months", "told"), [(10, 1), (11, 0)])
def test_overdue_reviews_are_told_each_morning(
    app: Flask, scene: Scene, tianjin: Session, reviewing: Callable[..., None], months: int, told: int
):
    reviewing(months)

    with app.test_request_context():
        jobs.remind_of_reviews(Turn(SYSTEM, NOW, NOW))

    assert tianjin.scalar(select(func.count()).where(AuditEntry.action == "reviews.overdue")) == told
