"""The first page is there at once, on a phone that never opened it and on one that was killed."""

import time
from datetime import date

from playwright.sync_api import Browser

from demo.invented import person
from demo.world import MONTH, at
from tests.client.conftest import SHOTS
from tests.client.phone import Phone, Town

BAR_S = 1.5


def seconds_until(phone: Phone, words: str) -> float:
    began = time.monotonic()
    phone.open()
    phone.see(words)
    return time.monotonic() - began


def test_the_first_page_is_there_within_the_bar_and_a_check_in_two_taps_away(browser: Browser, town: Town):
    town.set_time(at(MONTH, 8))
    carer = town.carer(person("护理员沈梅", born_on=date(1969, 3, 2), number=552))
    guardian = person("沈国强", born_on=date(1974, 4, 5), number=555)
    household = town.client(carer, person("沈玉兰", born_on=date(1940, 2, 3), number=554), guardian=guardian)
    visit = town.visit(carer, household, at(MONTH, 16))
    town.set_time(at(MONTH, 16, 1), people=[carer])
    phone = Phone.new(browser, town, shots=SHOTS)

    new = seconds_until(phone, "微信登录")
    phone.log_in(carer)
    phone.see("16:00–17:00")
    again = seconds_until(phone, "16:00–17:00")
    phone.tap("16:00–17:00")
    phone.tap("签到")
    phone.see("位置没问题")
    phone.close()

    assert max(new, again) < BAR_S, (new, again)
    assert town.rows("SELECT id FROM clock_event WHERE visit_id = :visit", visit=visit)
