"""A phone tells what WeChat's dialog was answered; the job uses it up; the message arrives at WeChat, or ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.gateways.wechat_errors import MESSAGE_PATH
from app.jobs import send_outbox
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.outbox import OutboxMessage, OutboxState
from app.kernel.permissions import Role, SystemActor
from app.kernel.regions import zone_of
from app.messaging.jobs import forget_reminders
from app.messaging.models import ReminderAnswer, ReminderSent, WeChatAddress
from app.messaging.service.reminding import KEEP_MESSAGES, remind
from app.messaging.types import Reminder, ReminderKind
from tests.accounts.factories import APhone, an_account, bearer_of
from tests.standins import WeChatStandIn
from tests.tokens import OWN_CLIENTS

PATH = "/api/v1/me/subscriptions"
REFUSED = "tpl-work_refused"


class Carer:
    """A carer's phone, logged in by WeChat."""

    def __init__(self, session: Session, client: FlaskClient, wechat: WeChatStandIn) -> None:
        self.person_id, self.wechat, self.client = new_id(), wechat, client
        opened = an_account(session, role=Role.CARER, scope=OWN_CLIENTS, person_id=self.person_id)
        session.commit()
        self.headers = bearer_of(APhone(client, wechat).bind(opened.binding_code).json)

    def listed(self) -> dict[str, Any]:
        return self.client.get(PATH, headers=self.headers).json

    def answer(
        self, answer: str = "accept", *, template: str = REFUSED, row_id: UUID | None = None, openid: str | None = None
    ) -> TestResponse:
        body: dict[str, Any] = {"answers": [{"id": str(row_id or new_id()), "template_id": template, "answer": answer}]}
        if openid:
            body["code"] = self.wechat.login_code(openid)
        return self.client.post(PATH, json=body, headers=self.headers)


@pytest.fixture
def carer(tianjin: Session, client: FlaskClient, wechat: WeChatStandIn) -> Carer:
    return Carer(tianjin, client, wechat)


def turn(*, later: timedelta = timedelta(0)) -> Turn:
    at = clock.now() + later
    return Turn(SystemActor("tianjin", "test"), at, at)


def tell(session: Session, carer: Carer, *, cause_id: UUID | None = None) -> int:
    """The job finds a refusal of the carer's."""
    at = clock.now()
    ids = {"person_id": carer.person_id, "cause_id": cause_id or new_id(), "subject_id": new_id()}
    told = remind(session, [Reminder(kind=ReminderKind.WORK_REFUSED, at=at, **ids)], zone=zone_of("tianjin"), at=at)
    session.commit()
    return told


def standings(session: Session) -> list[tuple[OutboxState, str | None]]:
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id).execution_options(populate_existing=True))
    return [(row.state, row.last_error) for row in rows]


def test_without_templates_nothing_is_asked_or_taken(carer: Carer, tianjin: Session):
    assert carer.listed() == {"is_reachable": False, "items": []}
    assert carer.answer(openid="openid-1").json["code"] == "template_unknown"
    assert tell(tianjin, carer) == 0


def test_each_accept_is_one_message_kept_once(carer: Carer, templates: None, tianjin: Session):
    nothing, row_id = carer.listed(), new_id()

    nowhere = carer.answer()
    of_other = carer.answer(openid="openid-2")
    first = carer.answer(openid="openid-1", row_id=row_id)
    again = carer.answer(openid="openid-1", row_id=row_id)
    other_word = carer.answer("reject", row_id=row_id)
    second = carer.answer()
    rejected = carer.answer("reject", template="tpl-clock_out_overdue")
    of_guardians = carer.answer(template="tpl-confirmation_waiting")

    assert [(each["kind"], each["left"], each["answer"]) for each in nothing["items"]] == [
        ("clock_out_overdue", 0, None),
        ("work_refused", 0, None),
    ]
    refusals = [(each.status_code, each.json["code"]) for each in (nowhere, of_other, other_word, of_guardians)]
    assert refusals == [
        (409, "wechat_code_needed"),
        (409, "wechat_user_other"),
        (409, "event_reused"),
        (422, "template_unknown"),
    ]
    assert first.json["is_reachable"] is True
    assert [each.json["items"][1]["left"] for each in (first, again, second)] == [1, 1, 2]
    assert [(each["left"], each["answer"]) for each in rejected.json["items"]] == [(0, "reject"), (2, "accept")]
    assert rejected.json["items"][0]["answered_at"]
    assert tianjin.scalar(select(func.count()).select_from(ReminderAnswer)) == 3
    [address] = tianjin.scalars(select(WeChatAddress))
    assert b"openid" not in address.openid_enc


def test_a_message_arrives_once_for_each_cause_while_permissions_last(
    carer: Carer, templates: None, tianjin: Session, wechat: WeChatStandIn
):
    wechat.add_template(REFUSED, "thing1", "time2")
    for _ in range(2):
        carer.answer(openid="openid-1")
        wechat.allow_message("openid-1", REFUSED)
    causes = [new_id() for _ in range(3)]

    told = [tell(tianjin, carer, cause_id=cause) for cause in (causes[0], *causes)]
    wechat.fault(MESSAGE_PATH, errcode=42001)  # the token's end: renewed, and sent at once
    send_outbox(turn())
    send_outbox(turn())

    assert told == [1, 0, 1, 0]
    assert standings(tianjin) == [(OutboxState.SENT, None)] * 2
    [first, second] = wechat.sent_messages()
    local = clock.now().astimezone(zone_of("tianjin"))
    assert first["touser"] == second["touser"] == "openid-1"
    assert first["data"]["thing1"]["value"] == f"{local.month}月{local.day}日的服务没通过"
    assert first["page"].startswith("pages/work/index?id=")
    assert carer.listed()["items"][1]["left"] == 0


@pytest.mark.parametrize(
    ("fault", "first", "then", "calls"),
    [
        ({"errcode": 43101}, (OutboxState.GIVEN_UP, "wechat_43101"), (OutboxState.GIVEN_UP, "wechat_43101"), 1),
        ({"errcode": 45009}, (OutboxState.WAITING, "WeChatBusy"), (OutboxState.SENT, None), 2),
        ({"status": 502}, (OutboxState.WAITING, "WeChatBusy"), (OutboxState.SENT, None), 2),
    ],
)
def test_what_wechat_never_takes_ends_and_the_rest_is_tried_again(
    carer: Carer, templates: None, tianjin: Session, wechat: WeChatStandIn, fault, first, then, calls
):
    wechat.add_template(REFUSED, "thing1", "time2")
    carer.answer(openid="openid-1")
    wechat.allow_message("openid-1", REFUSED)
    tell(tianjin, carer)
    wechat.fault(MESSAGE_PATH, **fault)

    send_outbox(turn())
    after = standings(tianjin)
    send_outbox(turn(later=timedelta(hours=1)))

    assert (after, standings(tianjin)) == ([first], [then])
    assert wechat.calls(MESSAGE_PATH) == calls
    assert carer.listed()["items"][1]["left"] == 0
    assert tell(tianjin, carer) == 0


def test_names_and_addresses_are_kept_no_longer_than_they_serve(
    app: Flask, carer: Carer, templates: None, tianjin: Session, wechat: WeChatStandIn
):
    for _ in range(2):
        carer.answer(openid="openid-1")
    tell(tianjin, carer)
    send_outbox(turn())  # refused: WeChat knows no such template
    forget_reminders(turn(later=KEEP_MESSAGES - timedelta(minutes=1)))
    kept = (len(standings(tianjin)), carer.listed()["is_reachable"])
    tell(tianjin, carer)

    forget_reminders(turn(later=KEEP_MESSAGES + timedelta(minutes=1)))

    assert kept == (1, True)
    assert [state for state, _ in standings(tianjin)] == [OutboxState.WAITING]
    assert carer.listed()["is_reachable"] is False
    assert tianjin.scalar(select(func.count()).select_from(ReminderSent)) == 2
