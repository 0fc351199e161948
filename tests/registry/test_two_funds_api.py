"""The same conclusion and the same change of mode count from other days in two funds, as their documents say.

Huai'an, 二（三）1: "自作出评估结论次日起可按规定享受长期护理保险待遇". Tianjin, 二（五）: a change of mode is paid
"自变更次月起"; when a benefit starts there, its guide says.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from tests.fixed_clock import clock_at
from tests.registry.factories import a_person
from tests.registry.scene import NOW
from tests.tokens import bearer, make_account

Grant = Callable[..., tuple[str, str | None]]
DISTRICTS = {"tianjin": "120101", "huaian": "320812"}


@pytest.fixture
def grant(app: Flask, rolled_back: None, client: FlaskClient) -> Any:
    """Grants entitlements to a client of a region; answers the days from which and up to which one holds."""

    def in_region(region: str) -> Grant:
        session: Session = db.session()
        session.bind_region(region)
        admin, reviewer = (
            bearer(app, make_account(session, role=role, region=region))
            for role in (Role.REGION_ADMIN, Role.OPERATOR_REVIEWER)
        )
        session.commit()
        person = a_person()
        body = {
            "person": {"id_number": person.id_number, "name": person.name},
            "district_code": DISTRICTS[region],
        }
        registered = client.post("/api/v1/clients", json=body, headers=admin | {"Idempotency-Key": str(new_id())}).json

        def grant_one(**entry: Any) -> tuple[str, str | None]:
            path = f"/api/v1/clients/{registered['client']['id']}/entitlements"
            answer = client.post(path, json=entry, headers=reviewer | {"Idempotency-Key": str(new_id())})
            assert answer.status_code == 201, answer.json
            return answer.json["valid_from"], answer.json["valid_to"]

        return grant_one

    with app.app_context(), clock_at(NOW):
        yield in_region


@pytest.mark.parametrize(("region", "first_day"), [("huaian", "2026-11-11"), ("tianjin", "2026-12-01")])
def test_a_benefit_starts_the_day_after_its_conclusion_or_the_month_after(
    grant: Callable[[str], Grant], region: str, first_day: str
):
    begins, _ = grant(region)(level="severe_3", home_types=["family_care"], concluded_on="2026-11-10")

    assert begins == first_day


def test_a_change_of_mode_counts_from_the_next_month_in_tianjin(grant: Callable[[str], Grant]):
    grant_one = grant("tianjin")
    _, ends = grant_one(level="severe_3", home_types=["family_care"], concluded_on="2026-08-10")

    change = {"cause_kind": "mode_change", "replaces": True, "concluded_on": "2026-11-20"}
    days = grant_one(level="severe_3", home_types=["agency_care", "family_care"], **change)

    assert days == ("2026-12-01", ends)
