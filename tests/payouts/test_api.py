"""Subsidies and batches over HTTP: who may, what is refused, and a month from computation to the bank's answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.payouts.jobs import compute_months
from app.payouts.models import Subsidy
from app.policies.codes import Relation
from app.registry.history_models import GuardianApproval
from app.registry.models import Guardian
from app.registry.types import GuardianExtent
from tests.fixed_clock import clock_at
from tests.payouts.answers import a_returns_file, an_answer, answer_rows, as_file
from tests.payouts.rows import AT, FUND_ACCOUNT, JOB, LONG_AGO, a_family, a_person
from tests.tokens import bearer, make_account

MONTH = {"month": "2026-11-01"}
BATCH = {"month": "2026-11-01", "execute_on": "2026-12-03"}
NOWHERE = "00000000-0000-7000-8000-000000000000"
CSV = {"Content-Type": "text/csv"}


@dataclass
class Desk:
    """An HTTP client that acts for accounts."""

    app: Flask
    client: FlaskClient
    session: Session

    def account(self, role: Role, **more) -> Actor:
        actor = make_account(self.session, role=role, **more)
        self.session.commit()
        return actor

    def get(self, path: str, actor: Actor, **query):
        return self.client.get(f"/api/v1{path}", query_string=query, headers=bearer(self.app, actor))

    def post(self, path: str, actor: Actor, body=None, *, key: str | None = None):
        headers = bearer(self.app, actor) | {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)

    def compute(self, actor: Actor) -> dict:
        """Ask for the month, let the worker do it, and look what has become of it."""
        asked = self.post("/subsidies/computations", actor, MONTH)
        assert asked.status_code == 202
        self.work()
        return self.get(f"/subsidies/computations/{asked.json['id']}", actor).json

    def review(self) -> dict:
        """A reviewer accepts what has no flag."""
        reviewer = self.account(Role.OPERATOR_REVIEWER)
        return self.post("/subsidies/reviews/unflagged", reviewer, MONTH).json

    def work(self, *, at: datetime = AT) -> None:
        """A turn of the worker's."""
        compute_months(Turn(JOB, at, at))

    def upload(self, path: str, actor: Actor, content: bytes, **headers):
        return self.client.post(f"/api/v1{path}", data=content, headers=bearer(self.app, actor) | CSV | headers)


@pytest.fixture
def now() -> None:
    with clock_at(AT):
        yield


@pytest.fixture
def desk(now: None, app: Flask, client: FlaskClient, tianjin: Session) -> Desk:
    return Desk(app, client, tianjin)


@pytest.fixture
def preparer(desk: Desk) -> Actor:
    return desk.account(Role.PAYOUT_PREPARER)


@pytest.fixture
def approver(desk: Desk) -> Actor:
    return desk.account(Role.PAYOUT_APPROVER)


@pytest.fixture
def paying(desk: Desk) -> None:
    body = {name: getattr(FUND_ACCOUNT, name) for name in ("number", "name", "bank_code", "bank_name")}
    assert desk.post("/paying-accounts", desk.account(Role.REGION_ADMIN), body).status_code == 201


def a_batch(desk: Desk, preparer: Actor) -> dict:
    desk.compute(preparer)
    desk.review()
    return desk.post("/payout-batches", preparer, BATCH).json["batches"][0]


def sent_batch(desk: Desk, preparer: Actor, approver: Actor) -> tuple[str, bytes]:
    batch = a_batch(desk, preparer)
    path = f"/payout-batches/{batch['id']}"
    assert desk.post(f"{path}/approval", approver, {"digest": batch["digest"]}).status_code == 201
    assert desk.post(f"{path}/freeze", preparer).status_code == 201
    return path, desk.get(f"{path}/files/daifa", preparer).data


def test_a_month_goes_from_computation_to_the_banks_answer(desk, preparer, approver, paying):
    a_family(desk.session, name="陈玉兰")
    a_family(desk.session, name="李小红", days=29)
    desk.session.commit()

    computed = desk.compute(preparer)
    path, daifa = sent_batch(desk, preparer, approver)
    booked = desk.upload(f"{path}/answers", preparer, an_answer(daifa, "成功", "失败"))
    again = desk.upload(f"{path}/answers", preparer, an_answer(daifa, "成功", "失败"))
    batch = desk.get(path, approver).json
    lines = desk.get(f"{path}/payouts", approver).json["items"]

    assert (computed["computed"], computed["payable_fen"]) == (2, 147_500)
    assert booked.status_code == again.status_code == 201
    assert {each["outcome"]: each["count"] for each in booked.json["outcomes"]} == {"paid": 1, "failed": 1}
    assert again.json == booked.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert (batch["state"], batch["count"], batch["total_fen"]) == ("answered", 2, 147_500)
    assert [(line["payee_name"], line["state"], line["reason_code"]) for line in lines] == [
        ("陈*兰", "paid", None),
        ("李*红", "failed", "name_mismatch"),
    ]
    assert all(line["payee_account"].startswith("*") for line in lines)


def test_money_in_and_out_of_transit_agrees_in_the_ledger(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, daifa = sent_batch(desk, preparer, approver)
    desk.upload(f"{path}/answers", preparer, an_answer(daifa))

    returned = desk.upload(f"{path}/returns", preparer, a_returns_file(daifa, 0))
    balances = desk.get("/ledger/balances", approver).json

    assert returned.json["outcomes"] == [{"outcome": "returned", "count": 1, "total_fen": 75_000}]
    assert balances["debit_fen"] == balances["credit_fen"] == 75_000 * 5
    net = {each["kind"]: each["debit_fen"] - each["credit_fen"] for each in balances["kinds"]}
    assert net == {"subsidy_expense": 75_000, "payee_payable": -75_000, "in_transit": 0, "fund_cash": 0}


def test_a_computation_repeated_under_its_key_answers_the_same(desk, preparer):
    a_family(desk.session)
    desk.session.commit()

    first = desk.post("/subsidies/computations", preparer, MONTH, key="november")
    again = desk.post("/subsidies/computations", preparer, MONTH, key="november")
    other = desk.post("/subsidies/computations", preparer, {"month": "2026-10-01"}, key="november")

    assert again.json == first.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")


def test_a_subsidy_explains_every_day(desk, preparer):
    family = a_family(desk.session, days=29)
    desk.session.commit()
    desk.compute(preparer)
    carer = desk.account(Role.FAMILY_CARER, person_id=family.carer_person_id)
    subsidy = desk.get("/subsidies", carer, month="2026-11-01").json["items"][0]

    detail = desk.get(f"/subsidies/{subsidy['id']}", carer).json

    assert (subsidy["amount_fen"], subsidy["days_paid"], subsidy["pay_by"]) == (72_500, 29, "2026-12-20")
    assert len(detail["days"]) == 30
    missed = detail["days"][29]
    assert (missed["is_paid"], missed["rule"], missed["text"]) == (False, "no_record", "这一天没有照护记录，不计发。")
    assert {rule["policy_key"] for rule in detail["rules"]} == {"subsidy.amount_fen", "family.clock_events_per_day"}
    for day in detail["days"]:
        assert day["assumed"] == (day["source"] is None)
        assert (day["source"] or "经办机构假定 / operator's assumption") in day["explanation"]


@pytest.mark.parametrize("who", ["stranger", "guardian", "former_guardian", "proposed_guardian", "other_district"])
def test_a_subsidy_is_shown_in_its_scope_only(desk, preparer, who: str):
    family = a_family(desk.session)
    desk.session.commit()
    desk.compute(preparer)
    subsidy_id = desk.session.scalars(select(Subsidy.id)).one()
    person_id = a_person(desk.session)
    if "guardian" in who:
        ends = date(2026, 12, 1) if who == "former_guardian" else None
        guardian_id = new_id()
        desk.session.execute(
            insert(Guardian).values(
                id=guardian_id,
                client_id=family.client_id,
                person_id=person_id,
                relation=Relation.CHILD,
                extent=GuardianExtent.SIGN,
                document="监护协议",
                valid_from=LONG_AGO.date(),
                valid_to=ends,
            )
        )
        if who != "proposed_guardian":
            desk.session.execute(insert(GuardianApproval).values(guardian_id=guardian_id, recorded_at=LONG_AGO))
    if who == "other_district":
        actor = desk.account(Role.SUPERVISOR, scope=Scope(ScopeKind.DISTRICT, "120102"))
    else:
        actor = desk.account(Role.GUARDIAN, person_id=person_id)

    answer = desk.get(f"/subsidies/{subsidy_id}", actor)
    listed = desk.get("/subsidies", actor).json["items"]

    assert answer.status_code == (200 if who == "guardian" else 404)
    assert len(listed) == (1 if who == "guardian" else 0)


def test_a_month_is_reviewed_over_http_and_its_family_sees_how(desk, preparer):
    family = a_family(desk.session)
    desk.session.commit()
    desk.compute(preparer)
    reviewer = desk.account(Role.OPERATOR_REVIEWER)
    carer = desk.account(Role.FAMILY_CARER, person_id=family.carer_person_id)

    (waiting,) = desk.get("/subsidies/reviews", preparer, month="2026-11-01", standing="waiting").json["items"]
    path = f"/subsidies/{waiting['id']}"
    hold = {"decision": "held", "reason": "days_in_doubt"}
    held = desk.post(f"{path}/reviews", reviewer, hold, key="k" * 32)
    again = desk.post(f"{path}/reviews", reviewer, hold, key="k" * 32)
    twice = desk.post(f"{path}/reviews", reviewer, hold)
    shown = desk.get(path, carer).json["review"]

    assert (waiting["standing"], waiting["flags"], waiting["review"]) == ("waiting", [], None)
    assert (held.status_code, held.json["standing"], again.json) == (201, "held", held.json)
    assert held.json["review"]["reviewed_by"] == str(reviewer.account_id)
    assert (twice.status_code, twice.json["code"]) == (409, "month_reviewed")
    assert shown == {
        "decision": "held",
        "reason": "days_in_doubt",
        "text": "这个月份有日子正在核实，核实后发放。",
        "reviewed_at": held.json["review"]["reviewed_at"],
    }
    assert desk.review() == {"accepted": 0, "waiting": 0}
    for actor in (preparer, carer):
        assert desk.post(f"{path}/reviews", actor, hold).status_code == 403
        assert desk.post("/subsidies/reviews/unflagged", actor, MONTH).status_code == 403
    assert desk.get("/subsidies/reviews", carer, month="2026-11-01").status_code == 403


def test_overdue_months_are_listed_with_what_they_wait_for(desk, preparer, paying):
    a_family(desk.session)
    a_family(desk.session, account=False)
    a_family(desk.session, hold_until=AT + timedelta(days=90))
    desk.session.commit()
    a_batch(desk, preparer)

    soon = desk.get("/subsidies/overdue", preparer, within_days=30).json["items"]
    today = desk.get("/subsidies/overdue", preparer).json["items"]
    with clock_at(AT + timedelta(days=19)):
        late = desk.get("/subsidies/overdue", preparer).json["items"]

    assert today == []
    assert {each["held"]: (each["days_left"], each["payout_state"], each["held_until"]) for each in soon} == {
        None: (18, "draft", None),
        "no_account": (18, None, None),
        "account_new": (18, None, "2027-03-02T02:00:00Z"),
    }
    assert {each["days_left"] for each in late} == {-1}


def test_a_paid_month_is_not_due(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, daifa = sent_batch(desk, preparer, approver)
    due_before = desk.get("/subsidies/overdue", preparer, within_days=60).json["items"]

    desk.upload(f"{path}/answers", preparer, an_answer(daifa))

    assert [each["payout_state"] for each in due_before] == ["sent"]
    assert desk.get("/subsidies/overdue", preparer, within_days=60).json["items"] == []


def test_a_file_stays_the_same_for_preparer_and_approver_and_is_the_only_one(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, daifa = sent_batch(desk, preparer, approver)

    csv = desk.get(f"{path}/files/daifa", approver)
    xml = desk.get(f"{path}/files/pain001", preparer)

    assert csv.data == daifa
    assert csv.headers["Content-Type"] == "text/csv; charset=GB18030"
    assert csv.headers["Cache-Control"] == "no-store"
    assert (xml.status_code, xml.json["code"]) == (409, "sent_in_other_form")
    assert desk.get(f"{path}/files/daifa", desk.account(Role.SUPERVISOR)).status_code == 403
    assert desk.get(f"{path}/files/answer", preparer).status_code == 404
    actions = list(desk.session.scalars(select(AuditEntry.action)))
    assert actions.count("batch.file_fetched") == 2


def test_the_approver_reads_and_confirms_an_answer_before_its_failures_are_paid_again(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, daifa = sent_batch(desk, preparer, approver)
    content = as_file(answer_rows(daifa, outcomes=("失败",), reason="系统繁忙"))
    file_id = desk.upload(f"{path}/answers", preparer, content).json["file_id"]

    waits = desk.post("/payout-batches", preparer, BATCH).json
    read = desk.get(f"{path}/answers/{file_id}", approver)
    by_preparer = desk.post(f"{path}/answers/{file_id}/confirmation", preparer)
    confirmed = desk.post(f"{path}/answers/{file_id}/confirmation", approver)
    again = desk.post("/payout-batches", preparer, BATCH).json["batches"]

    assert (waits["batches"], [each["reason"] for each in waits["held"]]) == ([], ["answer_unconfirmed"])
    assert read.data == content
    assert "batch.received_file_fetched" in set(desk.session.scalars(select(AuditEntry.action)))
    assert by_preparer.status_code == 403
    assert confirmed.json["files"][-1]["confirmed_by"] == str(approver.account_id)
    assert [each["count"] for each in again] == [1]


def test_the_banks_refusal_of_a_whole_batch_is_uploaded_in_any_form(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, _ = sent_batch(desk, preparer, approver)

    note = desk.upload(f"{path}/refusal", preparer, b"%PDF-1.7", **{"Content-Type": "application/pdf"})
    other = desk.upload(f"{path}/refusal", preparer, b"<p>", **{"Content-Type": "text/html"})

    assert note.json["outcomes"] == [{"outcome": "failed", "count": 1, "total_fen": 75_000}]
    assert other.status_code == 415


def test_the_preparer_cannot_approve_even_with_the_right_digest(desk, preparer, paying):
    a_family(desk.session)
    desk.session.commit()
    batch = a_batch(desk, preparer)

    answer = desk.post(f"/payout-batches/{batch['id']}/approval", preparer, {"digest": batch["digest"]})

    assert (answer.status_code, answer.json["code"]) == (403, "permission_denied")


def test_another_digest_is_a_conflict(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    batch = a_batch(desk, preparer)

    answer = desk.post(f"/payout-batches/{batch['id']}/approval", approver, {"digest": "0" * 64})

    assert (answer.status_code, answer.json["code"]) == (409, "digest_differs")


def test_a_withdrawn_batch_is_prepared_anew(desk, preparer, paying):
    a_family(desk.session)
    desk.session.commit()
    batch = a_batch(desk, preparer)

    withdrawn = desk.post(f"/payout-batches/{batch['id']}/withdrawal", preparer)
    again = desk.post("/payout-batches", preparer, BATCH).json["batches"]
    listed = desk.get("/payout-batches", preparer).json["items"]

    assert withdrawn.json["state"] == "withdrawn"
    assert [each["state"] for each in listed] == ["withdrawn", "prepared"]
    assert again[0]["id"] == listed[1]["id"]


def test_a_refused_answer_tells_its_reasons_in_both_languages(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, daifa = sent_batch(desk, preparer, approver)
    rows = answer_rows(daifa)
    rows[2][3] = "750.01"

    answer = desk.upload(f"{path}/answers", preparer, as_file(rows))

    assert (answer.status_code, answer.json["code"]) == (422, "answer_file_rejected")
    reason = answer.json["details"]["reasons"][-1]
    assert (reason["code"], reason["line_no"]) == ("amount_changed", 3)
    assert "金额" in reason["zh"]
    assert "amount" in reason["en"]


def test_an_upload_is_bounded_by_the_import_limit(desk, preparer, approver, paying):
    a_family(desk.session)
    desk.session.commit()
    path, _ = sent_batch(desk, preparer, approver)

    large = desk.upload(f"{path}/answers", preparer, b"x" * (2 * 1024 * 1024))
    too_large = desk.upload(f"{path}/answers", preparer, b"x" * (20 * 1024 * 1024 + 1))
    as_json = desk.upload(f"{path}/answers", preparer, b"{}", **{"Content-Type": "application/json"})

    assert (large.status_code, large.json["code"]) == (422, "answer_file_rejected")
    assert too_large.status_code == 413
    assert as_json.status_code == 415


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/subsidies/computations", {"month": "2026-11-02"}),
        ("/subsidies/computations", {"month": "2026-11"}),
        ("/subsidies/computations", {"month": 202611}),
        ("/subsidies/computations", {}),
        ("/payout-batches", {"month": "2026-11-01"}),
        ("/payout-batches", {**BATCH, "execute_on": "soon"}),
        ("/payout-batches", {**BATCH, "execute_on": "2026-12-01"}),
        ("/payout-batches", {**BATCH, "more": 1}),
    ],
)
def test_malformed_bodies_are_refused(desk, preparer, path: str, body):
    answer = desk.post(path, preparer, body)

    assert answer.status_code == 422


def test_a_month_that_is_not_over_is_refused(desk, preparer):
    answer = desk.post("/subsidies/computations", preparer, {"month": "2026-12-01"})

    assert (answer.status_code, answer.json["code"]) == (409, "month_not_over")


POSTS = [
    ("/subsidies/computations", MONTH),
    ("/payout-batches", BATCH),
    ("/paying-accounts", {"number": "12345678", "name": "支出户", "bank_code": "105110000015"}),
    (f"/payout-batches/{NOWHERE}/approval", {"digest": "0" * 64}),
    (f"/payout-batches/{NOWHERE}/withdrawal", None),
    (f"/payout-batches/{NOWHERE}/freeze", None),
    (f"/payout-batches/{NOWHERE}/answers", None),
    (f"/payout-batches/{NOWHERE}/returns", None),
    (f"/payout-batches/{NOWHERE}/refusal", None),
    (f"/payout-batches/{NOWHERE}/answers/{NOWHERE}/confirmation", None),
]
GETS = [
    "/subsidies",
    "/subsidies/overdue",
    "/subsidies/computations",
    f"/subsidies/computations/{NOWHERE}",
    f"/subsidies/{NOWHERE}",
    "/paying-accounts/current",
    "/payout-batches",
    f"/payout-batches/{NOWHERE}",
    f"/payout-batches/{NOWHERE}/payouts",
    f"/payout-batches/{NOWHERE}/files/daifa",
    f"/payout-batches/{NOWHERE}/answers/{NOWHERE}",
]


@pytest.mark.parametrize("path", [path for path, _ in POSTS])
def test_nothing_is_done_without_a_login_or_by_a_dispatcher(desk, path: str):
    dispatcher = desk.account(Role.DISPATCHER)

    assert desk.client.post(f"/api/v1{path}").status_code == 401
    assert desk.post(path, dispatcher, {}).status_code == 403


@pytest.mark.parametrize("path", GETS)
def test_nothing_is_shown_without_a_login_or_to_a_carer(desk, path: str):
    carer = desk.account(Role.CARER)

    assert desk.client.get(f"/api/v1{path}").status_code == 401
    assert desk.get(path, carer).status_code == 403


@pytest.mark.parametrize("step", ["freeze", "withdrawal"])
def test_what_does_not_exist_is_not_found(desk, preparer, step: str):
    assert desk.post(f"/payout-batches/{NOWHERE}/{step}", preparer).status_code == 404
    assert desk.get(f"/payout-batches/{NOWHERE}", preparer).status_code == 404
    assert desk.get(f"/payout-batches/{NOWHERE}/files/daifa", preparer).status_code == 404
    assert desk.upload(f"/payout-batches/{NOWHERE}/answers", preparer, b"x").status_code == 404
    assert desk.upload(f"/payout-batches/{NOWHERE}/refusal", preparer, b"x").status_code == 404
    assert desk.get(f"/payout-batches/{NOWHERE}/answers/{NOWHERE}", preparer).status_code == 404


def test_another_region_sees_nothing_of_this_one(desk, preparer, approver, paying, app):
    a_family(desk.session)
    desk.session.commit()
    path, _ = sent_batch(desk, preparer, approver)
    with app.app_context():
        huaian = db.session()
        huaian.bind_region("huaian")
        stranger = make_account(huaian, role=Role.PAYOUT_PREPARER, region="huaian")
        huaian.commit()

    assert desk.get(path, stranger).status_code == 404
    assert desk.get(f"{path}/files/daifa", stranger).status_code == 404
    assert desk.get("/subsidies", stranger).json["items"] == []


def test_the_paying_account_is_shown_masked(desk, preparer, paying):
    shown = desk.get("/paying-accounts/current", preparer).json

    assert shown["name"] == FUND_ACCOUNT.name
    assert FUND_ACCOUNT.number not in shown["number"]
    assert shown["number"].endswith("1234")
