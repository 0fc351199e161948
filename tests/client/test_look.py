"""Every page of the mini-program, looked at by a machine: it fits, can be touched and named, and says no wrong word."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from app.kernel.geo import CoordinateSystem
from demo import cast
from demo.clients import assign, register_carer, register_client, train
from demo.invented import person
from demo.world import MONTH, at
from tests.client.conftest import CLIENT
from tests.client.phone import Household, Newcomer, Phone, Town

FAMILY = {"family", "care-day", "away", "month", "payouts", "bank-account"}

# Counts what is asked, and remembers what the server said: data stays Chinese in English too.
LISTEN = """
window.__asking = 0; window.__said = ''
const ask = window.fetch
window.fetch = async (...given) => {
  __asking += 1
  try {
    const answer = await ask(...given)
    const text = await answer.clone().text()
    __said += text // not in one: += takes what it adds to before it waits, and answers come side by side
    return answer
  } finally { __asking -= 1 }
}"""

OPEN = """([url, language]) => {
  wx.setStorageSync('settings:language', language); wx.setStorageSync('settings:large', true)
  if (url.includes('/login/')) wx.removeStorageSync('session')
  wx.reLaunch({ url })
}"""
SETTLED = "() => !__asking && !document.querySelector('wx-page:not([hidden]) [role=status]')"

# One page with every fault.
SPOIL = """() => document.querySelector('wx-page:not([hidden])').insertAdjacentHTML('afterbegin', `
  <wx-button role="button" style="height: 10px; width: 2000px"></wx-button><p>失败 没有翻译 {name}</p>
  ${'<wx-button role="button" style="height: 60px">x</wx-button>'.repeat(6)}`)"""
LOOK = (Path(__file__).parent / "look.js").read_text()


def _people(town: Town) -> tuple[Newcomer, Newcomer, Household, str]:
    """A carer with a visit, a family carer, and a household with its guardian."""
    town.set_time(at(MONTH, 8))  # nothing is planned in the past
    carer = town.carer(person("护理员郑兰", born_on=date(1970, 5, 6), number=532))
    guardian = person("郑小军", born_on=date(1975, 4, 5), number=534)
    household = town.client(carer, person("郑玉珍", born_on=date(1943, 2, 3), number=533), guardian=guardian)
    visit = town.visit(carer, household, at(MONTH, 16))
    son = person("郑建国", born_on=date(1969, 7, 8), number=535)
    registered = register_carer(town.staff, son, kind="family")
    father = person("郑德福", born_on=date(1941, 7, 8), number=536)
    home = {"home": cast.TIANJIN_HOME, "system": CoordinateSystem.GCJ02, "home_type": "family_care"}
    client = register_client(town.staff, father, number=53, **home)
    assign(town.staff, client_id=client["id"], carer_id=registered["id"], relation="child")
    train(town.staff, client_id=client["id"], carer_id=registered["id"])  # yesterday is missing
    code = town.staff.dispatcher.post(f"/carers/{registered['id']}/access")["binding_code"]
    return carer, Newcomer(son, f"{town.region}-{son.openid}", code, registered["id"]), household, visit


def _faults(page: Page, url: str) -> list[str]:
    """What is wrong with a page, in one language and the other."""
    found: list[str] = []
    for language in ("zh-CN", "en"):
        page.evaluate(OPEN, [url, language])
        page.wait_for_function(SETTLED)
        told: list[Any] = page.evaluate(LOOK, language)
        found += [f"{url.split('?')[0]} {language}: {fault}" for fault in told]
    return found


def _role_of(name: str) -> str:
    return "guardian" if name.startswith("guardian-") else "family" if name in FAMILY else "carer"


def test_every_page_fits_can_be_touched_and_named_and_is_whole_in_both_languages(phone: Phone, town: Town):
    carer, son, household, visit = _people(town)
    town.set_time(at(MONTH, 15, 50), people=[carer, son, household.guardian])
    pages: list[str] = json.loads((CLIENT / "app" / "app.json").read_text())["pages"]
    names = [path.split("/")[1] for path in pages]
    phone.page.set_viewport_size({"width": 375, "height": 740})
    phone.context.add_init_script(LISTEN)
    found: list[str] = []

    for role, who in (("carer", carer), ("family", son), ("guardian", household.guardian)):
        own = [name for name in names if _role_of(name) == role]
        if not own:
            continue
        phone.open()
        phone.page.evaluate("localStorage.clear()")
        phone.log_in(who)
        phone.page.wait_for_function("() => wx.getStorageSync('session')")
        query = f"id={visit}&visit_id={visit}&client_id={household.client_id}&client={household.client_id}"
        for name in sorted(own, key=lambda each: each == "login"):  # the way in ends a session
            found += _faults(phone.page, f"/pages/{name}/index?{query}")
            found += [f"/pages/{name}/index logs: {fault}" for fault in phone.faults]
            phone.faults.clear()

    assert not found, "\n".join(found)
    phone.page.evaluate(SPOIL)
    spoilt = " ".join(phone.page.evaluate(LOOK, "en"))
    for kind in (
        "wider",
        "beyond",
        "no name",
        "too low",
        "must not be said: 失败",
        "a hole",
        "not English",
        "on the first",
    ):
        assert kind in spoilt  # the control: what is wrong is seen
