"""A carer's own pages: an appeal, a correction asked for, help called without a network, an incident told."""

from datetime import date, datetime

from app.kernel.ids import new_id
from demo.client import User
from demo.invented import person
from demo.professional import Tap, clock_event
from demo.world import MONTH, at
from tests.client.phone import Newcomer, Phone, Town

CARER = person("护理员周敏", born_on=date(1975, 5, 6), number=216)
CLIENT = person("刘桂兰", born_on=date(1942, 3, 3), number=218)
GUARDIAN = person("刘建华", born_on=date(1970, 1, 2), number=219)
DOUBTS = """SELECT doubt FROM device JOIN account ON account.id = device.account_id
JOIN carer USING (person_id) WHERE carer.id = :carer"""
FAR_AWAY = Tap("离家很远 far away", 9, 2300, 15)


def refused_visit(town: Town, carer: Newcomer, user: User) -> str:
    """A visit of the carer's, tapped far from the home and refused by the fund's reviewer."""
    household = town.client(carer, CLIENT, guardian=GUARDIAN)
    visit = town.visit(carer, household, at(MONTH, 9))
    for deed, instant in (("clock-in", at(MONTH, 9, 2)), ("clock-out", at(MONTH, 10))):
        town.set_time(instant)
        user.post(f"/visits/{visit}/{deed}", clock_event(FAR_AWAY, instant))
    decision = {"id": str(new_id()), "decision": "refused", "reason": "proof_lacking", "note": "家属说当天没来。"}
    town.staff.reviewer.post(f"/facts/{visit}/operator-review", decision)
    return visit


def log_in(phone: Phone, town: Town, carer: Newcomer, instant: datetime) -> None:
    """Somebody whom WeChat knows: one choice and no code."""
    town.set_time(instant, people=[carer])
    phone.open()
    phone.tap("微信登录")
    phone.page.get_by_role("dialog").get_by_role("button", name=carer.who.name).tap()


def confirm_phone(phone: Phone, town: Town, carer: Newcomer) -> None:
    """The carer's new phone, by digits from the agency: once wrong, then right."""
    desk = town.staff.dispatcher
    device_id = next(each["id"] for each in desk.list("/devices") if each["carer_id"] == carer.id)
    digits = desk.post(f"/devices/{device_id}/code")["code"]
    phone.page.evaluate("wx.navigateTo({ url: '/pages/new-phone/index' })")
    phone.see("请向机构要 6 位数字")
    phone.shot("new-phone")
    phone.tap("输入数字")
    entry = phone.page.get_by_label("机构给的 6 位数字")
    entry.fill(f"{(int(digits) + 1) % 10**6:06}")
    phone.tap("确认")
    phone.see("还可以再试 4 次")
    phone.shot("new-phone-wrong")
    entry.fill(digits)
    phone.tap("确认")
    phone.see("手机确认好了")


def test_a_carer_appeals_asks_for_a_correction_and_calls_for_help_without_a_network(phone: Phone, town: Town):
    town.set_time(at(MONTH, 8))
    carer = town.carer(CARER)
    user = town.world.user(carer.openid, region=town.region)
    user.bind(carer.binding_code)
    visit = refused_visit(town, carer, user)

    log_in(phone, town, carer, at(MONTH, 10, 5))
    phone.tap("我的 服务结果")
    phone.see("1 次要您看一看")
    phone.shot("own")
    phone.tap("服务结果")
    phone.tap("证明不够")
    phone.see("决定人：医保中心审核员。这 58 分钟现在不结算。")
    phone.tap("看当时的记录")
    phone.see("离家约")
    phone.shot("own-refused")
    phone.tap("我要申诉")
    phone.page.get_by_label("您的说明").fill("我在门口，手机没有信号。")
    phone.tap("交上去")
    phone.see("申诉交上去了")

    phone.open()
    phone.tap("我的 服务结果")
    phone.tap("服务结果")
    phone.tap("您申诉了")
    phone.tap("补充说明")
    phone.page.get_by_role("dialog").get_by_role("button", name="写一句说明").tap()
    phone.page.get_by_label("您的说明").fill("王阿姨的女儿那天在家，可以打电话问她。")
    phone.shot("remark")
    phone.tap("交上去")
    phone.see("说明交上去了")
    phone.shot("remark-sent")
    phone.tap("好，回去")
    phone.see("10月1日 10:05")
    phone.shot("own-remark")
    phone.tap("看当时的记录")
    phone.tap("记录不对，申请更正")
    phone.page.locator("input[aria-label=几点走的]").fill("10:30")
    phone.tap("为什么不对")
    phone.page.get_by_role("dialog").get_by_role("button", name="手机坏了或没电").tap()
    phone.tap("交上去")
    phone.see("申请交上去了")

    phone.open()
    phone.see("今天和后三天")
    phone.go_offline()
    phone.tap("求助")
    phone.tap("发出求助")
    phone.see("没有网，请打电话")
    phone.shot("help-not-sent")
    phone.go_offline(offline=False)
    town.alert_soon()
    phone.see("求助发出去了")
    phone.see("已收到，马上打给您")
    phone.shot("help-sent")
    phone.tap("服务对象出了意外")
    phone.page.locator("select[aria-label=出了什么事]").select_option(label="跌倒")
    phone.page.get_by_label("经过").fill("在卫生间滑倒，人清醒。")
    phone.tap("报告")
    phone.see("机构收到了")

    confirm_phone(phone, town, carer)

    reviews = town.rows("SELECT decision, reason FROM review WHERE fact_id = :visit ORDER BY recorded_at", visit=visit)
    asked = town.rows("SELECT kind, reason FROM correction_request WHERE visit_id = :visit", visit=visit)
    [remark] = town.rows(
        "SELECT kind, text_enc FROM remark JOIN remark_note ON remark_id = id WHERE fact_id = :visit", visit=visit
    )
    calls = town.rows("SELECT agency_ids, position_digest FROM help_call WHERE carer_id = :carer", carer=carer.id)
    (message,) = [each for each in town.messages.order("sent")["messages"] if CARER.name in each["text"]]
    doubts = town.rows(DOUBTS, carer=carer.id)
    incidents = town.rows("SELECT kind, agency_ids FROM incident WHERE carer_id = :carer", carer=carer.id)
    assert [tuple(each) for each in reviews] == [("refused", "proof_lacking"), ("reopened", "appealed")]
    assert [tuple(each) for each in asked] == [("times", "phone_failed")]
    assert (remark.kind, "女儿".encode() in bytes(remark.text_enc)) == ("explanation", False)
    assert [len(call.agency_ids) for call in calls] == [1]
    assert calls[0].position_digest is not None
    assert message["text"].endswith("打开后台看位置。")
    assert [each.doubt for each in doubts] == [None, None]
    assert [(each.kind, len(each.agency_ids)) for each in incidents] == [("fall", 1)]
