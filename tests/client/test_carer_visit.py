"""A professional carer's visit on the phone, from the first login to the clock-out, with a network and without."""

from datetime import date

from demo import cast
from demo.invented import person
from demo.world import MONTH, at
from tests.client.phone import Phone, Town


def test_a_carer_logs_in_clocks_in_ticks_items_and_clocks_out(phone: Phone, town: Town):
    carer = town.carer()
    household = town.client(carer)
    visit = town.visit(carer, household, at(MONTH, 9))
    town.set_time(at(MONTH, 9, 2), people=[carer])

    phone.open()
    phone.see("微信登录")
    phone.shot("login")
    phone.log_in(carer)
    phone.see("09:00–10:00")
    phone.shot("today")
    phone.tap("09:00–10:00")
    phone.see("签到")
    phone.shot("visit-before")
    phone.tap("签到")
    phone.see("位置没问题")
    phone.see("±12 米，在家里")
    phone.shot("visit-inside")
    phone.tap("开始服务")
    for item in phone.page.get_by_role("checkbox").all():
        item.tap()
    phone.shot("visit-items")
    phone.tap("签退")
    phone.see("签退好了 09:0")
    phone.shot("visit-done")
    phone.tap("知道了")
    phone.tap("看我的记录")
    phone.see("都发出去了")
    phone.see("今天 5 条，后台也收到 5 条，数目一样。")
    phone.shot("records")

    taps = town.rows("SELECT kind, verdict FROM clock_event WHERE visit_id = :visit ORDER BY kind", visit=visit)
    items = town.rows("SELECT outcome FROM item_done WHERE visit_id = :visit", visit=visit)
    assert [tuple(tap) for tap in taps] == [("in", "inside"), ("out", "inside")]
    assert [item.outcome for item in items] == ["done"] * 3


def test_a_tap_without_a_network_survives_the_end_of_the_app_and_is_one_row(phone: Phone, town: Town):
    carer = town.carer(person("护理员周宁", born_on=date(1985, 5, 6), number=212))
    guardian = person("刘建军", born_on=date(1972, 4, 5), number=231)
    household = town.client(carer, person("刘玉兰", born_on=date(1945, 2, 3), number=222), guardian=guardian)
    visit = town.visit(carer, household, at(MONTH, 14))
    town.set_time(at(MONTH, 14, 1), people=[carer])
    phone.log_in(carer)
    phone.tap("14:00–15:00")
    phone.see("签到")

    phone.go_offline()
    phone.tap("签到")
    phone.see("没有网，已存在手机里")
    phone.shot("visit-offline")
    phone.tap("知道了")
    assert town.rows("SELECT id FROM clock_event WHERE visit_id = :visit", visit=visit) == []
    phone.go_offline(offline=False)
    phone.open()
    phone.see("服务中")
    phone.stand(cast.TIANJIN_HOME, metres=620)
    phone.tap("我的记录")
    phone.see("都发出去了")

    statement = "SELECT kind, verdict, occurred_at < recorded_at FROM clock_event WHERE visit_id = :visit"
    (tap,) = town.rows(statement, visit=visit)
    assert tuple(tap) == ("in", "inside", True)
