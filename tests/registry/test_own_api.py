"""A family carer's way to becoming formal, and the account to which the own money goes."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.registry.rules import training_progress
from app.registry.types import Period, TrainingStage, TrainingView
from tests.checkin.terms import a_policy
from tests.registry.factories import a_client, a_family_carer, an_agency
from tests.tokens import bearer, make_account

API = "/api/v1"
PROVISIONAL, FORMAL = TrainingStage.PROVISIONAL, TrainingStage.FORMAL

STAGES = [  # Tianjin: two months, an exam on file, paid from the next month
    (PROVISIONAL, date(2026, 2, 1), None, date(2026, 3, 31), date(2026, 4, 1)),
    (PROVISIONAL, date(2026, 2, 1), date(2026, 4, 1), date(2026, 4, 1), date(2026, 5, 1)),
    (PROVISIONAL, date(2026, 2, 2), None, date(2026, 4, 1), date(2026, 5, 1)),
    (FORMAL, date(2026, 3, 31), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)),
]


@pytest.mark.parametrize(("stage", "since", "exam_on", "formal_from", "counts_from"), STAGES)
def test_a_stage_tells_from_when_it_is_formal_and_paid(stage, since, exam_on, formal_from, counts_from):
    told = training_progress(
        TrainingView(new_id(), new_id(), stage, Period(since)), exam_on=exam_on, terms=a_policy().family
    )

    assert (told.formal_from, told.counts_from) == (formal_from, counts_from)
    assert told.is_exam_needed is (stage is PROVISIONAL)


def test_a_family_carer_names_an_account_of_his_own_that_waits_and_is_masked(
    client: FlaskClient, tianjin: Session, app: Flask
):
    served = a_client(tianjin, agency=an_agency(tianjin))
    carer = a_family_carer(tianjin, client=served)
    actor = make_account(tianjin, role=Role.FAMILY_CARER, person_id=carer.person.id)
    tianjin.commit()
    before = client.get(f"{API}/bank-accounts/own", headers=bearer(app, actor))

    def name(number: str, **more: str):
        body = {"number": number, "bank_code": "105110000015"} | more
        headers = bearer(app, actor) | {"Idempotency-Key": str(new_id())}
        return client.post(f"{API}/bank-accounts/own", json=body, headers=headers)

    first = name("6217000010001234567")
    again = name("6217000010001234567")
    for_another = name("6217000010001234567", holder_name="别人")
    now = client.get(f"{API}/bank-accounts/own", headers=bearer(app, actor)).json["account"]
    progress = client.get(f"{API}/clients/{served.client.id}/training-progress", headers=bearer(app, actor)).json

    hold = a_policy().payment.account_hold
    assert (before.status_code, before.json) == (200, {"account": None, "hold_days": hold.days})
    assert (first.status_code, first.json["name_check"], first.json["number"]) == (201, "unchecked", "****4567")
    assert (again.json["id"], for_another.status_code, now["id"]) == (first.json["id"], 422, first.json["id"])
    waits = datetime.fromisoformat(first.json["hold_until"]) - clock.now()
    assert abs(waits - hold) < timedelta(days=1)
    assert [each["carer_id"] for each in progress["items"]] == [str(carer.id)] * len(progress["items"])
    assert progress["items"]
