"""A guardian's evening on her own phone: what was done is confirmed or not, rated, and the plan is signed."""

from datetime import date, datetime, timedelta

from app.kernel.ids import new_id
from demo.clients import let_in
from demo.invented import person
from demo.professional import EXTRA_ITEM, ITEMS, clock_event, items_done
from demo.professional import TAPS as DOORS
from demo.world import MONTH, at
from tests.client.phone import Household, Phone, Town

CARER = person("护理员何静", born_on=date(1984, 6, 7), number=312)
CLIENT = person("何桂英", born_on=date(1946, 7, 8), number=322)
GUARDIAN = person("何小燕", born_on=date(1975, 9, 10), number=332)

EXTRA = {"item_code": EXTRA_ITEM[0], "outcome": "extra", "minutes": 3, "consented": True, "price_fen": 3000}


def _a_day(town: Town, *hours: int) -> tuple[Household, dict[int, str]]:
    """A client whose carer came at these hours of the month's first day and told all in the evening."""
    carer = town.carer(CARER)
    household = town.client(carer, CLIENT, guardian=GUARDIAN)
    visits = {hour: town.visit(carer, household, at(MONTH, hour)) for hour in hours}
    town.set_time(at(MONTH, 19), people=[household.guardian])
    user = let_in(town.world, town.staff, CARER, carer={"id": carer.id, "person": {"id": ""}}).user
    for hour, visit in visits.items():
        start = at(MONTH, hour, 2)
        user.post(f"/visits/{visit}/clock-in", clock_event(DOORS[0], start))
        items = items_done(start + timedelta(minutes=50))
        if hour == hours[0]:
            items.append({**items[-1], "id": str(new_id(at=start)), **EXTRA})
        user.post(f"/visits/{visit}/items", {"items": items})
        user.post(f"/visits/{visit}/clock-out", clock_event(DOORS[0], start + timedelta(minutes=58)))
    return household, visits


def _draft(town: Town, household: Household, start: datetime) -> str:
    """A new version of the plan that waits for the guardian."""
    items = [{"item_code": code, "times_per_week": 3, "minutes": minutes} for code, minutes in ITEMS[:2]]
    body = {"valid_from": start.date().isoformat(), "items": items}
    return str(town.staff.dispatcher.post(f"/clients/{household.client_id}/care-plans", body)["id"])


def _sign(phone: Phone) -> None:
    """Write a name with a finger."""
    pad = phone.page.get_by_label("请用手指写您的名字").locator("visible=true").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    finger = phone.context.new_cdp_session(phone.page)
    for kind, across in (("touchStart", 30), *(("touchMove", 30 + 12 * step) for step in range(1, 9)), ("touchEnd", 0)):
        points = [] if kind == "touchEnd" else [{"x": box["x"] + across, "y": box["y"] + 40 + across % 25}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        phone.page.wait_for_timeout(20)


def _tell_of_hospital(phone: Phone, town: Town, household: Household) -> None:
    """The agency learns of it, enters it, and the guardian reads so and is asked for the way back."""
    phone.tap("告诉机构")
    phone.tap("住院了")
    phone.see("哪一天？")
    phone.page.get_by_role("button", name="告诉机构").tap()
    phone.see("机构收到了")
    phone.see("等机构处理")
    phone.shot("guardian-tell")
    stay = {"kind": "hospital", "admitted_on": MONTH.isoformat()}
    town.staff.dispatcher.post(f"/clients/{household.client_id}/stays", stay)
    (told,) = town.staff.dispatcher.list("/notices", client_id=household.client_id)
    town.staff.dispatcher.post(f"/notices/{told['id']}/answer", {"entered": True})
    phone.tap("返回")
    phone.tap("告诉机构")
    phone.see("已登记")
    phone.see("出院了")
    notices = town.rows(
        "SELECT kind, day, entered FROM client_notice JOIN client_notice_answer ON notice_id = id"
        " WHERE client_id = :it",
        it=household.client_id,
    )
    assert [tuple(each) for each in notices] == [("hospital_in", MONTH, True)]


def test_a_guardian_confirms_rates_was_not_there_and_signs_the_plan(phone: Phone, town: Town):
    town = town.in_region("huaian")  # where a rating is asked for
    household, visits = _a_day(town, 8, 10, 14)
    plan = _draft(town, household, at(MONTH, 19) + timedelta(days=1))

    phone.log_in(household.guardian)
    phone.see("还有 3 次服务等您确认")
    phone.shot("guardian-home")
    phone.tap("确认今天 08:02–09:00 的服务")
    phone.see("护理员来做服务了吗？")
    phone.shot("guardian-visit-service")
    phone.tap("来了，做了")
    phone.see("时间对吗？")
    phone.tap("对")
    phone.see("这些都做了吗？")
    phone.shot("guardian-visit-items")
    phone.tap("都做了")
    _sign(phone)
    phone.shot("guardian-visit-sign")
    phone.tap("签好了，发出")
    phone.see("您满意吗？")
    phone.shot("guardian-visit-rate")
    phone.page.get_by_role("button", name="满意", exact=True).tap()
    phone.see("您的评价记下了")
    phone.shot("guardian-visit-rated")
    phone.tap("好，回去")

    phone.see("还有 2 次服务等您确认")
    phone.go_offline()
    phone.tap("确认今天 10:02–11:00 的服务")
    phone.tap("来了，做了")
    phone.tap("对")
    phone.tap("都做了")
    phone.tap("不签名，直接发出")
    phone.see("没有网，您说的已存在手机里")
    phone.shot("guardian-visit-offline")
    phone.go_offline(offline=False)
    phone.tap("返回")

    phone.tap("确认今天 14:02–15:00 的服务")
    phone.tap("我当时不在")
    phone.see("知道了，您当时不在")
    phone.tap("返回")
    phone.tap("看护理计划，签字")
    phone.see("这份护理计划等您同意")
    _sign(phone)
    phone.tap("我看过了，同意这份计划")
    phone.see("您同意了这份计划")
    phone.shot("guardian-plan-signed")
    phone.tap("返回")
    phone.tap("做了什么、多少钱")
    phone.see("长护险付 75.01 元，您付 47.40 元")  # of 55 and 58 minutes; 22.41 yuan of them lie over the limit
    phone.see("另有计划外项目（自费）30 元。加起来您付 77.40 元")
    phone.shot("guardian-fees")
    phone.tap("确认个人负担")
    phone.page.get_by_role("dialog").get_by_role("button", name="对", exact=True).tap()
    phone.see("您确认过了")
    phone.shot("guardian-fees-confirmed")
    phone.tap("返回")
    _tell_of_hospital(phone, town, household)
    phone.tap("返回")
    phone.tap("更多")
    phone.tap("怎么称呼")
    phone.page.get_by_role("dialog").get_by_role("textbox").fill("妈妈")
    phone.page.get_by_role("dialog").get_by_role("button", name="好", exact=True).tap()
    phone.see("怎么称呼妈妈")
    phone.shot("guardian-more")
    phone.tap("返回")
    phone.page.get_by_text("妈妈", exact=True).locator("visible=true").first.wait_for()

    said = town.rows(
        "SELECT visit_id, service, times, items, signature, reason, holds FROM visit_statement"
        " WHERE visit_id = ANY(:all) ORDER BY occurred_at",
        all=list(visits.values()),
    )
    assert [(str(each[0]), *each[1:]) for each in said] == [
        (visits[8], True, True, True, "signed", None, True),
        (visits[10], True, True, True, "none", None, True),
        (visits[14], None, None, None, "none", "was_absent", None),
    ]
    rated = town.rows(
        "SELECT visit_id, score FROM service_rating WHERE visit_id = ANY(:all)", all=list(visits.values())
    )
    assert [(str(visit), score) for visit, score in rated] == [(visits[8], 4)]
    confirmed = town.rows(
        "SELECT month, personal_fen, extra_fen FROM fee_confirmation WHERE client_id = :client",
        client=household.client_id,
    )
    assert [tuple(each) for each in confirmed] == [(MONTH.replace(day=1), 4740, 3000)]
    assert town.rows("SELECT way FROM plan_confirmation WHERE plan_id = :plan", plan=plan) == [("own_phone",)]
