"""A family carer's week on the phone: two people in one evening, a day missed, no network, hospital, a new card."""

import io
from datetime import timedelta

from app.kernel.geo import CoordinateSystem
from demo import cast
from demo.clients import assign, register_account, register_carer, register_client, register_guardian, train
from demo.invented import BANK_CODE, Invented, bank_account, person
from demo.world import MONTH, at
from tests.checkin.photos import seen
from tests.client.phone import Newcomer, Phone, Town, consent_to_photos

MOTHER = person("林秀兰", born_on=MONTH.replace(year=1944), number=401)
FATHER = person("林福根", born_on=MONTH.replace(year=1942), number=402)
SON = person("林建军", born_on=MONTH.replace(year=1970), number=403)
DAUGHTER = person("林小红", born_on=MONTH.replace(year=1972), number=404)
ACCOUNT = 4031


def _family(town: Town) -> tuple[Newcomer, str, str]:
    """Mother and father at one address, and their son who cares for both: for her formally, for him in training."""
    staff = town.staff
    registered = register_carer(staff, SON, kind="family")

    def cared_for(who: Invented, number: int) -> str:
        home, system = cast.TIANJIN_HOME, CoordinateSystem.GCJ02
        client = register_client(staff, who, home=home, system=system, home_type="family_care", number=number)
        assign(staff, client_id=client["id"], carer_id=registered["id"], relation="child")
        return str(client["id"])

    mother, father = cared_for(MOTHER, 41), cared_for(FATHER, 42)
    train(staff, client_id=mother, carer_id=registered["id"])
    training = {"carer_id": registered["id"], "stage": "provisional", "valid_from": "2026-09-05"}
    staff.dispatcher.post(f"/clients/{father}/trainings", training)
    consent_to_photos(register_guardian(town.world, staff, DAUGHTER, client_id=mother), mother)
    register_account(staff, person_id=registered["person"]["id"], number=ACCOUNT)
    access = staff.dispatcher.post(f"/carers/{registered['id']}/access")
    newcomer = Newcomer(SON, f"{town.region}-{SON.openid}", access["binding_code"], registered["id"])
    return newcomer, mother, father


def _picture() -> bytes:
    taken = io.BytesIO()
    seen(401).save(taken, "JPEG")
    return taken.getvalue()


def _evening(town: Town, son: Newcomer, day: int, hour: int = 20) -> None:
    town.set_time(at(MONTH + timedelta(days=day - 1), hour), people=[son])


def test_a_family_carers_week(phone: Phone, town: Town):
    son, mother, father = _family(town)

    _evening(town, son, 1)
    phone.log_in(son)
    phone.see("林秀兰")
    phone.see("签到，记今天")
    phone.see("培训第 27 天")
    phone.see("满两个月并考核合格后转为正式，转正次月 12月1日 起算补助。")
    phone.shot("family-today")
    phone.tap("签到，记今天")
    phone.see("±12 米")
    for box in phone.page.get_by_role("checkbox").all()[:2]:
        box.tap()
    phone.tap("不太好")
    phone.tap("谁在填")
    phone.tap("女儿")
    phone.see("由女儿代填")
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("拍照")
    chooser.value.set_files({"name": "1.jpg", "mimeType": "image/jpeg", "buffer": _picture()})
    phone.shot("family-day")
    phone.tap("记好了")
    phone.see("今天记好了")
    phone.see("2 项照护已记下。这个月已记 1 天。")
    phone.shot("family-day-done")
    phone.tap("记示例林福根")
    phone.see("±12 米")
    phone.page.get_by_role("checkbox").first.tap()
    phone.tap("记好了")
    phone.see("1 项照护已记下")
    phone.tap("回首页")

    _evening(town, son, 3)
    phone.open()
    phone.see("昨天还没记")
    phone.see("可以补到今晚 12 点")
    phone.shot("family-missed")
    phone.tap("记这一天")
    phone.page.get_by_role("dialog").get_by_role("button", name="林秀兰").tap()
    phone.see("补记 10月2日")
    phone.tap("和上次一样")
    phone.tap("记好了")
    phone.see("这个月已记 2 天")
    phone.tap("回首页")
    phone.go_offline()
    phone.tap("签到，记今天")
    phone.see("±12 米")
    phone.tap("和上次一样")
    phone.tap("记好了")
    phone.see("没有网，已存在手机里")
    phone.shot("family-offline")
    phone.go_offline(offline=False)
    phone.tap("回首页")
    phone.see("都发出去了")

    _evening(town, son, 4)
    phone.open()
    phone.tap("住院、外出")
    phone.page.get_by_role("dialog").get_by_role("button", name="林秀兰").tap()
    phone.tick("住院了")
    phone.shot("family-away")
    phone.tap("告诉机构")
    phone.see("住院的日子先停")
    phone.see("等机构登记")
    _evening(town, son, 6)
    phone.open()
    phone.see("从 10月4日 起停发")
    phone.shot("family-paused")
    phone.tap("出院了")
    phone.see("签到，记今天")
    phone.tap("本月日历")
    phone.tap("林秀兰")
    phone.see("计发")
    phone.shot("family-month")
    phone.tap("返回")
    phone.tap("补助和银行卡")
    phone.see("收款的银行卡")
    phone.tap("换卡")
    phone.page.get_by_label("卡号").fill(bank_account(ACCOUNT + 1))
    phone.page.get_by_label("开户行号").fill(BANK_CODE)
    phone.shot("family-bank")
    phone.tap("换成这张卡")
    phone.see("换好后等 7 天才发到新卡")
    phone.page.get_by_role("dialog").get_by_role("button", name="换卡").tap()
    phone.see("防止别人乱改")

    days = town.rows(
        "SELECT day, filled_by, in_event_id IS NOT NULL AS came, out_event_id IS NOT NULL AS went, client_id"
        " FROM care_day WHERE carer_id = :carer ORDER BY recorded_at",
        carer=son.id,
    )
    taps = town.rows("SELECT kind, verdict FROM clock_event WHERE carer_id = :carer", carer=son.id)
    photos = town.rows(
        "SELECT purpose FROM photo_taken JOIN photo USING (id) WHERE photo_taken.carer_id = :id", id=son.id
    )
    told = town.rows("SELECT kind, day FROM client_notice WHERE client_id = :id ORDER BY day", id=mother)
    accounts = town.rows(
        "SELECT replaced_at IS NULL AS live, name_check FROM bank_account JOIN carer USING (person_id)"
        " WHERE carer.id = :id ORDER BY bank_account.created_at",
        id=son.id,
    )
    first, second, third = (MONTH + timedelta(days=number) for number in range(3))
    assert [(row.day, row.filled_by, row.came, row.went, str(row.client_id)) for row in days] == [
        (first, "child", True, True, mother),
        (first, None, True, True, father),
        (second, None, False, False, mother),
        (third, None, True, True, mother),
    ]
    assert sorted(tuple(tap) for tap in taps) == [("in", "inside")] * 3 + [("out", "inside")] * 3
    assert [tuple(photo) for photo in photos] == [("care",)]  # told of, and its bytes are there
    assert [(row.kind, row.day.day) for row in told] == [("hospital_in", 4), ("hospital_out", 6)]
    assert [tuple(row) for row in accounts] == [(False, "matched"), (True, "unchecked")]
