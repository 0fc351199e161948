"""A carer's phone in trouble: a day without a network and with a dead battery, and each thing that can be wrong."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Browser, FilePayload, Route

from demo import cast
from demo.invented import person
from demo.world import MONTH, at
from tests.checkin.photos import encoded, seen
from tests.client.phone import Household, Newcomer, Phone, Town

API = "**/api/**"
SYNC = "**/api/v1/sync"
FILL = """() => {
  for (let size = 4e6, part = 0; size > 8; part += 1) {
    try { localStorage.setItem(`host:full${part}`, 'x'.repeat(size)) } catch { size = Math.floor(size / 2) }
  }
}"""
TWELVE_MINUTES_SLOW = """{
  const Right = Date
  Date = class extends Right {
    constructor(...given) { super(...(given.length ? given : [Right.now() - 720000])) }
    static now() { return Right.now() - 720000 }
  }
}"""


def people(town: Town, number: int) -> tuple[Newcomer, Household]:
    """A carer and a client of hers, whom no other walk knows."""
    town.set_time(at(MONTH, 8))  # nothing is planned in the past
    carer = town.carer(person(f"护理员钱芳{number}", born_on=date(1972, 5, 6), number=number))
    guardian = person(f"吴强{number}", born_on=date(1970, 4, 5), number=number + 2)
    client = person(f"吴秀珍{number}", born_on=date(1944, 2, 3), number=number + 1)
    return carer, town.client(carer, client, guardian=guardian)


def press(phone: Phone, name: str) -> None:
    """Tap the button with exactly these words."""
    phone.page.get_by_role("button", name=name, exact=True).first.tap()


def back(phone: Phone) -> None:
    """The way back on top of the screen."""
    phone.page.locator("#back").tap()


def scan(phone: Phone, chip: str) -> None:
    """Hold the phone to the home's tag."""
    phone.tap("扫入户码")
    phone.page.get_by_role("dialog").get_by_role("textbox").fill(chip)
    phone.page.get_by_role("dialog").get_by_role("button", name="好").tap()
    phone.see("入户码已记下")
    press(phone, "开始服务")


def clock_in_nowhere(phone: Phone, visit: str, chip: str) -> None:
    """In the stairwell: no network and no position; the tag is scanned when the page was closed meanwhile."""
    phone.deny_location()
    phone.tap(visit)
    press(phone, "签到")
    phone.see("没有网，已存在手机里")
    press(phone, "知道了")
    phone.see("没有拿到位置")
    back(phone)
    phone.tap(visit)
    scan(phone, chip)


def clock_in_offline(phone: Phone, visit: str) -> None:
    """At the door, without a network."""
    phone.tap(visit)
    press(phone, "签到")
    phone.see("没有网，已存在手机里")
    press(phone, "知道了")


def serve_offline(phone: Phone) -> None:
    """From the service to the clock-out, without a network."""
    for box in phone.page.get_by_role("checkbox").all():
        box.tap()
    press(phone, "签退")
    phone.see("签退好了")
    press(phone, "请家属确认")
    press(phone, "不能签字？")
    phone.tick("睡着了")
    press(phone, "选好了")
    press(phone, "知道了")


def photograph(phone: Phone) -> None:
    """Leave a photo with the visit."""
    phone.tap("核对、体征、留言、照片")
    photo: FilePayload = {"name": "room.jpg", "mimeType": "image/jpeg", "buffer": encoded(seen(5))}
    with phone.page.expect_file_chooser() as chooser:
        press(phone, "拍一张")
    chooser.value.set_files([photo])
    phone.see("在手机里")
    back(phone)


def switched_on_again(phone: Phone, browser: Browser) -> Phone:
    """The battery died and the phone is started again without a network: all that is left is what was stored."""
    assert not phone.faults, phone.faults
    storage = phone.context.storage_state()
    phone.close()
    again = Phone.new(browser, phone.town, shots=phone.shots, storage=storage)
    again.context.route(API, lambda route: route.abort())
    again.open()
    again.page.wait_for_selector("wx-page")  # WeChat has the pages on the phone, a browser has to fetch them
    again.go_offline()
    return again


def test_a_day_wholly_offline_on_a_phone_that_dies_is_one_row_each(phone: Phone, town: Town, browser: Browser):
    carer, household = people(town, 512)
    visits = [town.visit(carer, household, at(MONTH, hour)) for hour in (9, 11)]
    chip = town.read_chip(household)
    town.set_time(at(MONTH, 9, 2), people=[carer])
    phone.log_in(carer)
    phone.see("09:00–10:00")

    phone.go_offline()
    clock_in_offline(phone, "09:00–10:00")
    serve_offline(phone)
    photograph(phone)
    town.set_time(at(MONTH, 11, 1), people=[carer])
    phone = switched_on_again(phone, browser)
    phone.see("已签退")
    clock_in_nowhere(phone, "11:00–12:00", chip)
    serve_offline(phone)
    back(phone)
    phone.tap("我的记录")
    phone.see("还有 14 条没发出去")
    phone.see("现在没有网")
    phone.shot("faults-day-offline")
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)  # the server took it, the answer never came
        route.abort()

    phone.context.unroute(API)
    phone.context.route(SYNC, lose, times=1)
    phone.go_offline(offline=False)
    phone.see("后台现在没有回答")
    press(phone, "马上发送")
    phone.see("今天 14 条，后台也收到 14 条，数目一样。")
    phone.shot("faults-day-sent")
    phone.close()

    def count(table: str, of: str = "visit_id", more: str = "") -> list[int]:
        statement = f"SELECT count(*) FROM {table} WHERE {of} = :visit {more}"
        return [town.rows(statement, visit=visit)[0][0] for visit in visits]

    assert lost == [200]
    assert count("clock_event", more="AND kind = 'in'") == [1, 1]
    assert count("clock_event", more="AND kind = 'out'") == [1, 1]
    assert count("item_done") == [3, 3]
    assert count("tag_scan JOIN clock_event tap ON tap.id = event_id", more="AND outcome = 'genuine'") == [0, 1]
    assert count("visit_statement") == [1, 1]
    assert count("photo", of="fact_id", more="AND state = 'stored'") == [1, 0]


def old_fix(route: Route) -> None:
    """The phone gives a position of a quarter of an hour ago."""
    body: dict[str, Any] = json.loads(route.request.post_data or "{}")
    for record in body["records"]:
        if record["record"].get("fix"):
            record["record"]["fix"]["fixed_at"] = at(MONTH, 12, 45).isoformat()
    route.continue_(post_data=json.dumps(body))


def answer(status: int, code: str) -> Callable[[Route], None]:
    """Every question gets this refusal."""
    return lambda route: route.fulfill(status=status, json={"code": code, "message": "", "details": {}})


def age_session(phone: Phone) -> None:
    """Both tokens are of another day."""
    phone.page.evaluate(
        """() => { const s = wx.getStorageSync('session')
        wx.setStorageSync('session', { ...s, access_expires_at: '2020-01-01T00:00:00Z', refresh_token: 'old' }) }"""
    )


def tick_and_leave(phone: Phone) -> None:
    """All items done, and out."""
    for box in phone.page.get_by_role("checkbox").all():
        box.tap()
    press(phone, "签退")


def test_whatever_is_wrong_with_the_phone_the_screen_says_what_to_do_and_the_work_goes_on(phone: Phone, town: Town):
    carer, household = people(town, 516)
    visits = [town.visit(carer, household, at(MONTH, hour)) for hour in (13, 14, 15)]
    town.set_time(at(MONTH, 13, 1), people=[carer])
    phone.log_in(carer)
    phone.tap("13:00–14:00")
    phone.deny_location()
    press(phone, "签到")
    phone.see("没有拿到位置")
    phone.shot("faults-no-location")
    phone.context.grant_permissions(["geolocation"])
    phone.stand(cast.TIANJIN_HOME, accuracy_m=2000)
    press(phone, "打开定位")
    press(phone, "再签一次到")
    phone.see("手机只给了大概位置")
    phone.shot("faults-approximate")
    scan(phone, town.read_chip(household))
    age_session(phone)  # in mid-visit: WeChat vouches for her again, and nothing is asked
    tick_and_leave(phone)
    phone.see("签退好了")
    press(phone, "知道了")
    back(phone)

    phone.tap("14:00–15:00")
    phone.context.set_geolocation(None)
    press(phone, "签到")
    phone.see("没有拿到位置")
    phone.stand(cast.TIANJIN_HOME)
    press(phone, "打开定位")
    press(phone, "再签一次到")
    phone.see("位置没问题")
    press(phone, "开始服务")
    phone.context.route(API, answer(503, "busy"))
    tick_and_leave(phone)
    phone.see("后台没有回答，签退时间")
    phone.shot("faults-server-down")
    phone.context.unroute(API)
    phone.context.route("**/auth/refresh", answer(401, "refresh_token_expired"))
    phone.context.route("**/auth/wechat", answer(409, "not_bound"))
    age_session(phone)
    phone.open()
    phone.see("手机里还有 4 条记录没发出去")
    phone.shot("faults-logged-out")
    phone.context.unroute("**/auth/refresh")
    phone.context.unroute("**/auth/wechat")
    phone.context.add_init_script(TWELVE_MINUTES_SLOW)
    phone.open()
    press(phone, "微信登录")
    phone.see("您的手机慢了 12 分钟")
    phone.shot("faults-clock")

    phone.page.evaluate(FILL)
    phone.page.evaluate("wx.reLaunch({ url: '/pages/today/index' })")
    phone.see("手机存储快满了")
    phone.shot("faults-full")
    phone.context.route(SYNC, old_fix)
    phone.tap("15:00–16:00")
    press(phone, "签到")
    phone.see("位置不太准")
    press(phone, "先开始服务")
    phone.see("手机时间不准")
    press(phone, "知道了")
    tick_and_leave(phone)
    phone.see("签退好了")
    phone.context.route("**/sent-records*", lambda route: route.fulfill(json=short(route)))
    phone.page.evaluate("wx.reLaunch({ url: '/pages/records/index' })")
    phone.see("后台少了 1 条")
    phone.shot("faults-counts-differ")
    phone.context.unroute("**/sent-records*")
    press(phone, "补发")
    phone.see("数目一样")

    taps = "SELECT kind, verdict FROM clock_event WHERE visit_id = :visit ORDER BY kind, occurred_at"
    items = "SELECT count(*) FROM item_done WHERE visit_id = :visit"
    assert [[tuple(tap) for tap in town.rows(taps, visit=visit)] for visit in visits] == [
        [("in", "no_position"), ("in", "uncertain"), ("out", "uncertain")],  # denied, about
        [("in", "no_position"), ("in", "inside"), ("out", "inside")],  # off
        [("in", "stale"), ("out", "stale")],  # old
    ]
    scans = "SELECT verdict, outcome FROM tag_scan JOIN clock_event tap ON tap.id = event_id WHERE visit_id = :visit"
    assert [tuple(scan) for scan in town.rows(scans, visit=visits[0])] == [("uncertain", "genuine")]
    assert [town.rows(items, visit=visit)[0][0] for visit in visits] == [3, 3, 3]


def short(route: Route) -> dict[str, int]:
    """The server's counts, and one fewer item."""
    told: dict[str, int] = route.fetch().json()
    return told | {"items": told["items"] - 1}
