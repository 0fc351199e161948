"""A carer at the door of a couple: all she may have to tell, in one visit, and what the server keeps of it."""

from datetime import date, timedelta

from playwright.sync_api import FilePayload

from demo import cast
from demo.invented import person
from demo.world import ZONE, at
from tests.checkin.photos import encoded, seen
from tests.client.phone import Phone, Town

CARD = {"risks": "夜里起身容易摔", "allergies": "青霉素", "way_in": "按两次门铃", "habits": None}


def a_photo() -> FilePayload:
    """As a phone's camera makes it."""
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": encoded(seen(7))}


def sign(phone: Phone) -> None:
    """Draw on the pad that is on the screen."""
    box = phone.page.locator('[aria-label*="签名"] >> visible=true').first.bounding_box()
    assert box is not None
    touch = phone.context.new_cdp_session(phone.page)
    points = [{"x": box["x"] + 40 + 12 * step, "y": box["y"] + 60 + 30 * (step % 2)} for step in range(12)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def back(phone: Phone) -> None:
    """The way back on top of the screen."""
    phone.page.locator("#back").tap()


def choose(phone: Phone, line: str) -> None:
    """Tap a line of a dialog."""
    phone.page.get_by_role("dialog").get_by_role("button", name=line).tap()


def test_a_carer_away_from_the_registered_door_of_a_couple_tells_all_and_hands_the_phone_over(phone: Phone, town: Town):
    town = town.in_region("huaian")  # where a rating is asked for
    carer = town.carer(person("护理员孙芳", born_on=date(1971, 5, 6), number=362))
    one, other = (
        town.client(
            carer,
            person(name, born_on=date(1944, 2, 3), number=number),
            guardian=person(f"{name}家属", born_on=date(1972, 4, 5), number=number + 10),
        )
        for name, number in (("陈桂英", 364), ("陈德山", 365))
    )
    town.staff.dispatcher.put(f"/clients/{one.client_id}/care-card", CARD)
    day = town.world.clock.now().astimezone(ZONE).date() + timedelta(days=1)
    visits = [town.visit(carer, one, at(day, 17)), town.visit(carer, other, at(day, 18))]
    town.set_time(at(day, 17, 2), people=[carer])
    phone.page.set_viewport_size({"width": 375, "height": 740})
    phone.log_in(carer)
    phone.tap("17:00–18:00")
    phone.see("今天做不了")
    phone.shot("door-before")
    phone.tap("去之前看一看")
    phone.see("夜里起身容易摔")
    phone.shot("door-card")
    back(phone)
    phone.tap("今天做不了")
    phone.see("今天做不了？")
    phone.shot("door-cannot")
    back(phone)

    phone.stand(cast.TIANJIN_HOME, metres=620)
    phone.page.get_by_role("button", name="签到", exact=True).tap()
    phone.see("已记下，离家有点远")
    phone.shot("door-outside")
    phone.tap("我在门口，定位不准")
    phone.tap("扫入户码")
    phone.page.get_by_role("dialog").get_by_role("textbox").fill("not a tag of ours")
    choose(phone, "好")
    phone.see("入户码已记下")
    phone.tap("开始服务")

    phone.tap("加一项计划外的")
    phone.see("想加哪一项？")
    phone.page.get_by_role("button", name="分钟").first.tap()
    phone.see("这一项不在计划里")
    phone.shot("door-extra")
    phone.tap("请家属同意")
    sign(phone)
    phone.tap("同意了")
    phone.see("计划外，已同意")
    phone.page.get_by_role("checkbox").first.tap()
    phone.shot("door-items")
    phone.tap("核对、体征、留言、照片")
    phone.tap("服务前核对")
    phone.tap("是不是本人")
    choose(phone, "认识本人")
    phone.tick("风险告诉过")
    phone.shot("door-checks")
    phone.page.get_by_role("button", name="记下", exact=True).tap()
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("拍一张")
    chooser.value.set_files([a_photo()])
    phone.see("已发出")
    phone.page.get_by_label("留言给下一位").fill("午饭吃了一碗粥，左脚有点肿")
    phone.page.get_by_label("体温").fill("365")
    phone.page.get_by_role("button", name="记下", exact=True).tap()
    phone.see("请再看一眼：体温")
    phone.page.get_by_label("体温").fill("36.5")
    phone.shot("door-log")
    phone.page.get_by_role("button", name="记下", exact=True).tap()

    phone.see("已发出")
    phone.tick("接着给同一家的")
    phone.tap("签退")
    phone.see("还有 2 项没做")
    phone.shot("door-early")
    phone.tap("就到这里，选原因")
    choose(phone, "时间不够")
    phone.see("签退好了 17:0")
    phone.tap("请家属确认")
    phone.tap("不能签字？")
    phone.shot("door-no-signature")
    back(phone)
    phone.tap("请家属确认")
    phone.tap("交给家属确认")
    phone.see("今天的护理做过了，对吗？")
    assert phone.page.locator("#back").is_hidden()
    phone.shot("door-question")
    for word in ("对", "不对", "答错了，回到上一个", "对", "说不清"):
        phone.page.get_by_role("button", name=word, exact=True).tap()
    sign(phone)
    phone.shot("door-sign")
    phone.tap("签好了")
    phone.see("您满意吗？")
    phone.shot("door-rate")
    phone.tap("不满意")
    phone.tick("做得不仔细")
    phone.shot("door-rate-why")
    phone.tap("好了")
    phone.see("谢谢您")
    assert phone.page.evaluate("JSON.stringify(localStorage)").count("careless") == 0
    phone.tap("还给护理员")
    phone.see("陈桂英")
    phone.page.set_viewport_size({"width": 320, "height": 640})
    phone.page.get_by_role("switch", name="大字").tap()
    phone.tap("17:00–18:00")
    phone.see("家属已在这部手机上确认过")
    phone.shot("door-320-large")
    phone.tap("我的记录")
    phone.see("都发出去了")

    taps = town.rows(
        "SELECT visit_id, kind, verdict FROM clock_event WHERE visit_id = ANY(:visits)"
        " ORDER BY occurred_at, visit_id, kind",
        visits=visits,
    )
    words = town.rows(
        "SELECT speaker, reason, times, service, items, signature, holds FROM visit_statement WHERE visit_id = :visit"
        " ORDER BY occurred_at",
        visit=visits[0],
    )
    items = town.rows(
        "SELECT outcome, reason, price_fen FROM item_done WHERE visit_id = :visit ORDER BY outcome", visit=visits[0]
    )
    (kept,) = town.rows(
        "SELECT (SELECT identity FROM visit_check WHERE visit_id = :visit),"
        ' (SELECT "case" FROM away_word JOIN clock_event ON clock_event.id = event_id WHERE visit_id = :visit),'
        " (SELECT outcome FROM tag_scan JOIN clock_event ON clock_event.id = event_id WHERE visit_id = :visit),"
        " (SELECT count(*) FROM shift_note WHERE visit_id = :visit),"
        " (SELECT count(*) FROM vital_signs WHERE visit_id = :visit),"
        " (SELECT count(*) FROM photo JOIN photo_taken USING (id) WHERE photo_taken.fact_id = :visit)",
        visit=visits[0],
    )
    assert [(str(tap.visit_id), tap.kind, tap.verdict) for tap in taps] == [
        (visits[0], "in", "outside"),
        (visits[0], "out", "outside"),
        (visits[1], "in", "outside"),
    ]
    assert [tuple(word) for word in words] == [
        ("client", None, True, True, None, "signed", None),
    ]
    assert [tuple(item) for item in items] == [
        ("done", None, None),
        ("extra", None, 3000),
        ("not_done", "no_time", None),
        ("not_done", "no_time", None),
    ]
    [rating] = town.rows("SELECT score, reasons, given_on FROM service_rating WHERE visit_id = :visit", visit=visits[0])
    assert tuple(rating) == (2, ["careless"], "carer_phone")
    assert tuple(kept) == ("known_person", "at_door", "unreadable", 1, 1, 1)
