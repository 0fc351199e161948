"""Two at once, with real commits, and the command that makes the first administrator."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, BoundedSemaphore
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, Device, Identity, RefreshToken
from app.accounts.service.devices import take_device
from app.accounts.types import DeviceDoubt, OpenedAccount, PhoneDevice
from app.cli.main import main
from app.factory import create_app
from app.gateways.wechat import SESSION_PATH, WeChatClient, WeChatSettings
from app.gateways.wechat_access import AT_ONCE, EXTENSION, PLACES
from app.kernel import clock
from app.kernel.db import db, session, transaction
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from tests.accounts.factories import APhone, an_account, bearer_of
from tests.conftest import Clone, settings_for
from tests.kernel.processes import wait_until
from tests.locks import HOW_MANY_WAIT
from tests.standins import WeChatStandIn
from tests.tokens import OWN_CLIENTS


@pytest.fixture
def own_app(swept_database: Clone, tmp_path: Path, wechat_standin: WeChatStandIn) -> Iterator[Flask]:
    application = create_app(settings_for(swept_database.urls, tmp_path))
    settings = WeChatSettings(wechat_standin.url, wechat_standin.appid, wechat_standin.secret)
    application.extensions[EXTENSION] = WeChatClient(settings)
    application.extensions[PLACES] = BoundedSemaphore(16)  # what meets here is about our rows
    yield application
    application.extensions[EXTENSION].close()
    with application.app_context():
        db.engine.dispose()


def opened(app: Flask, **more: Any) -> OpenedAccount:
    with app.app_context():
        session().bind_region("tianjin")
        with transaction() as own:
            return an_account(own, **more)


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    start = Barrier(number)

    def run(place: int) -> Any:
        start.wait(timeout=10)
        return work(place)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        session().bind_region("tianjin")
        return session().scalar(select(func.count()).select_from(model)) or 0


def test_one_refresh_sent_twice_at_once_has_one_successor(own_app: Flask, wechat_standin: WeChatStandIn):
    phone = APhone(own_app.test_client(), wechat_standin)
    held = phone.bind(opened(own_app).binding_code).json
    request_id = new_id()

    def send(_: int) -> Any:
        return APhone(own_app.test_client(), wechat_standin).refresh(held["refresh_token"], request_id)

    answers = at_once(6, send)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["refresh_token"] for answer in answers}) == 1
    assert count(own_app, RefreshToken) == 2


def test_two_different_refreshes_at_once_end_the_family(own_app: Flask, wechat_standin: WeChatStandIn):
    phone = APhone(own_app.test_client(), wechat_standin)
    held = phone.bind(opened(own_app).binding_code).json

    def send(_: int) -> Any:
        return APhone(own_app.test_client(), wechat_standin).refresh(held["refresh_token"])

    answers = at_once(2, send)

    assert sorted(answer.status_code for answer in answers) == [200, 401]
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert phone.refresh(winner.json["refresh_token"]).json["code"] == "refresh_token_revoked"


def test_two_users_with_one_code_at_once_bind_one(own_app: Flask, wechat_standin: WeChatStandIn):
    code = opened(own_app).binding_code

    def bind(place: int) -> Any:
        return APhone(own_app.test_client(), wechat_standin, f"openid-{place}").bind(code)

    answers = at_once(4, bind)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"binding_code_used"}
    assert count(own_app, Identity) == 1


def test_one_user_binding_two_accounts_at_once_gets_one(own_app: Flask, wechat_standin: WeChatStandIn):
    codes = [opened(own_app).binding_code for _ in range(2)]

    def bind(place: int) -> Any:
        return APhone(own_app.test_client(), wechat_standin).bind(codes[place])

    answers = at_once(2, bind)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"identity_bound"}


def test_one_user_on_four_phones_at_once_has_one_live_phone(own_app: Flask, wechat_standin: WeChatStandIn):
    APhone(own_app.test_client(), wechat_standin).bind(opened(own_app).binding_code)

    answers = at_once(4, lambda _: APhone(own_app.test_client(), wechat_standin).log_in())

    assert {answer.status_code for answer in answers} == {200}
    refreshed = [
        APhone(own_app.test_client(), wechat_standin).refresh(answer.json["refresh_token"]) for answer in answers
    ]
    assert sorted(answer.status_code for answer in refreshed) == [200, 401, 401, 401]


def test_a_person_registered_twice_at_once_has_one_account(own_app: Flask):
    person_id = uuid4()

    accounts = at_once(4, lambda _: opened(own_app, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id).account_id)

    assert len(set(accounts)) == 1
    assert count(own_app, Account) == 1


def test_wrong_codes_at_once_are_all_counted(own_app: Flask, wechat_standin: WeChatStandIn):
    answers = at_once(14, lambda _: APhone(own_app.test_client(), wechat_standin).bind("0000000000").status_code)

    assert sorted(answers) == [404] * 10 + [429] * 4


def test_the_first_administrator_is_made_by_command(
    own_app: Flask, swept_database: Clone, wechat_standin: WeChatStandIn, tmp_path: Path
):
    arguments = ["account", "add", "--region", "tianjin", "--label", "管理岗", "--data-dir", str(tmp_path)]

    said = CliRunner(env={"DATABASE_URL": swept_database.urls.runtime}).invoke(main, arguments)

    assert said.exit_code == 0, said.output
    code = next(line for line in said.output.splitlines() if line.startswith("binding code ")).split()[-1]
    bound = APhone(own_app.test_client(), wechat_standin).bind(code)
    assert bound.json["grant"]["role"] == "region_admin"
    listed = own_app.test_client().get("/api/v1/accounts", headers=bearer_of(bound.json)).json["items"]
    assert [UUID(account["id"]) for account in listed] == [UUID(bound.json["account_id"])]


@pytest.mark.parametrize(
    ("more", "part"),
    [
        (["--region", "nowhere"], "there is no region nowhere"),
        (["--region", "tianjin", "--scope", "agency:x", "--role", "agency_head"], "scope_not_allowed"),
        (["--region", "tianjin", "--scope", "moon"], "'moon' is not a valid ScopeKind"),
    ],
)
def test_a_command_that_cannot_be_says_why(swept_database: Clone, tmp_path: Path, more: list[str], part: str):
    arguments = ["account", "add", "--label", "x", "--data-dir", str(tmp_path), *more]

    said = CliRunner(env={"DATABASE_URL": swept_database.urls.runtime}).invoke(main, arguments)

    assert said.exit_code == 1
    assert part in said.output


def test_a_silent_wechat_holds_three_threads_and_no_more(own_app: Flask, wechat_standin: WeChatStandIn):
    held = APhone(own_app.test_client(), wechat_standin).bind(opened(own_app).binding_code).json
    del own_app.extensions[PLACES]
    phones = [APhone(own_app.test_client(), wechat_standin, f"unbound-{place}") for place in range(AT_ONCE + 1)]
    before = wechat_standin.calls(SESSION_PATH)
    wechat_standin.fault(SESSION_PATH, calls=AT_ONCE, wait_s=3)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(phone.log_in) for phone in phones[:AT_ONCE]]
        wait_until(lambda: wechat_standin.calls(SESSION_PATH) == before + AT_ONCE, what="three calls")
        refused = phones[-1].log_in()
        me = own_app.test_client().get("/api/v1/me", headers=bearer_of(held))
        are_waiting = [not login.done() for login in waiting]
        answers = [login.result().json["code"] for login in waiting]
    later = phones[-1].log_in()

    assert (refused.status_code, refused.json["code"]) == (503, "wechat_busy")
    assert refused.headers["Retry-After"] == "2"
    assert me.status_code == 200
    assert all(are_waiting)
    assert {*answers, later.json["code"]} == {"not_bound"}


def test_of_two_carers_who_log_in_on_one_phone_at_once_the_second_is_found(own_app: Flask, swept_database: Clone):
    shared = PhoneDevice(uuid4(), "android")
    first, second = (opened(own_app, role=Role.CARER, scope=OWN_CLIENTS, person_id=uuid4()) for _ in range(2))

    def log_in(account_id: UUID, meanwhile: Callable[[], None] = lambda: None) -> DeviceDoubt | None:
        with own_app.app_context():
            session().bind_region("tianjin")
            with transaction() as own:
                device_id = take_device(own, account_id=account_id, device=shared, at=clock.now())
                meanwhile()
                return own.get_one(Device, device_id).doubt

    with ThreadPoolExecutor(1) as pool:
        later: list[Future[DeviceDoubt | None]] = []

        def the_other_comes() -> None:
            later.append(pool.submit(log_in, second.account_id))
            wait_until(lambda: later[0].done() or bool(session().scalar(HOW_MANY_WAIT)))

        doubts = [log_in(first.account_id, the_other_comes), later[0].result(timeout=10)]

    assert doubts == [None, DeviceDoubt.OF_OTHER]
