"""A carer's phone: the mini-program's own pages in a browser, against the real server. One of each for all walks."""

import os
import shutil
import subprocess
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from app.policies.service import SHIPPED
from demo.processes import ROOT, start_listener
from demo.world import MONTH, at
from standins.sms import server as sms
from tests.client.phone import Phone, Town
from tests.conftest import clone_of, drop
from tests.journeys.installation import living
from tests.standins_signed import running

CLIENT = ROOT / "miniprogram"
SHOTS = CLIENT / "shots"
# One district of the town asks families where they are, and has counters of its own.
ASKING_DISTRICT = """
layer = "district"
code = "120116"
name = "滨海新区"
parent = "tianjin"
region = "tianjin"
validity = { valid_from = 2025-01-01, valid_to = 2029-12-06, assumed = true, reason = "test" }

[family]
prompts_per_week = { value = 7, assumed = true, reason = "test" }

[payment.counters]
value = [{ area = "120116003", name = "新港社区" }]
assumed = true
reason = "test"
"""
NO_SANDBOX = ("--no-sandbox",) if os.geteuid() == 0 else ()


def _needed(program: str, *, how: str, given: str | None = None) -> str:
    found = given or shutil.which(program)
    if not found:
        pytest.fail(f"{program} is not installed; type: {how}", pytrace=False)
    return found


@pytest.fixture(scope="session")
def built_host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini-program built for a browser, once a run."""
    node = _needed("node", how="make walks")
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    with FileLock(shared / "client.lock"):
        folder = shared / "client"
        if not (folder / "index.html").exists():
            if not (CLIENT / "node_modules" / ".installed").exists():
                pytest.fail("the mini-program's packages are not installed; type: make walks", pytrace=False)
            subprocess.run([node, "webhost/build.mjs", str(folder)], cwd=CLIENT, check=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, from PATH or where ANHU_CHROMIUM says."""
    path = _needed("chromium", how="make walks", given=os.environ.get("ANHU_CHROMIUM"))
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout
    if not fonts:
        pytest.fail("no Chinese font is installed; type: make walks", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=NO_SANDBOX)
        yield chromium
        chromium.close()


def _with_a_price(folder: Path) -> Path:
    """The shipped rules, but that in Huai'an care costs 65 yuan an hour, of which the fund pays three quarters within
    100 yuan a month, and no sample is drawn."""
    shutil.copytree(SHIPPED, folder)
    rules, told = folder / "huaian.toml", 'assumed = true, reason = "test"'
    limit = '{ home_type = "agency_care", period = "month", limit_fen = 10000, fund_share = "0.75" }'
    for table, key, value in (
        ("settlement", "prices", '[{ unit = "hour", amount_fen = 6500 }]'),
        ("entitlement", "home_limits", f"[{limit}]"),
        ("grading", "b_outcome", '"pays"'),
    ):
        lines = rules.read_text(encoding="utf-8").splitlines()
        lines = [line for line in lines if not line.startswith(f"{key} = ")]
        at = lines.index(f"[{table}]") if f"[{table}]" in lines else len(lines)
        lines[at : at + 1] = [f"[{table}]", f"{key} = {{ value = {value}, {told} }}"]
        rules.write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def town(template: str, built_host: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running Anhu with its stand-ins and the web host on this worker's own database; walks bring their people."""
    folder = tmp_path_factory.mktemp("town")
    database = clone_of(template)
    policies = _with_a_price(folder / "policies")
    (policies / "tianjin-120116.toml").write_text(ASKING_DISTRICT, encoding="utf-8")
    with running("sms", app_id=sms.DEFAULT_APP, secret=sms.DEFAULT_SECRET) as messages, ExitStack() as stack:
        provider = {"URL": messages.url, "APP": messages.app_id, "SECRET": messages.secret}
        settings = {f"ANHU_SMS_{name}": value for name, value in provider.items()}
        here = stack.enter_context(living(database, folder, settings=settings, policies=policies))
        command = [shutil.which("node") or "node", str(CLIENT / "webhost" / "serve.mjs")]
        command += ["--folder", str(built_host), "--server", here.world.server_url, "--wechat", here.world.wechat_url]
        host, url = start_listener("webhost", command, logs=folder)
        try:
            yield Town(here, url, messages)
        finally:
            host.stop()
    drop(database)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember what failed, for the picture of it."""
    report = yield
    item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def phone(browser: Browser, town: Town, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """A new phone, 360 points wide, on the morning of the month. What its page logs as an error fails the test."""
    town.set_time(at(MONTH, 7))  # another walk has moved the clock, and nothing is planned in the past
    phone = Phone.new(browser, town, shots=SHOTS)
    yield phone
    if request.node.stash.get(FAILED, False):
        phone.page.screenshot(path=SHOTS / f"failed-{request.node.name}.png")
    phone.close()
