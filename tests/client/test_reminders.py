"""A carer allows WeChat's messages after clocking out, and is told by one that a visit was refused."""

from datetime import date

from app.checkin.jobs import remind_people
from app.factory import create_app
from app.jobs import send_outbox
from app.kernel.db import db, session
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import SystemActor
from app.kernel.settings import read_settings
from demo import cast
from demo.invented import person
from demo.world import MONTH, at
from tests.client.phone import Phone, Town

REFUSED = "tpl-work_refused"


def run_jobs(town: Town) -> None:
    """What the worker does every few minutes: here, since walks move the clock to and fro."""
    real_time = {name: value for name, value in town.world.environment.items() if name != "ANHU_DEMO_CLOCK"}
    app, at_once = create_app(read_settings(real_time)), town.world.clock.now()
    with app.app_context():
        session().bind_region(town.region)
        turn = Turn(SystemActor(town.region, "test"), at_once, at_once)
        remind_people(turn)
        send_outbox(turn)
        db.session.remove()
        db.engine.dispose()


def test_a_carer_allows_messages_after_clocking_out_and_is_told_of_a_refusal(phone: Phone, town: Town):
    carer = town.carer(person("护理员吕芳", born_on=date(1971, 5, 6), number=541))
    guardian = person("吕建平", born_on=date(1974, 4, 5), number=542)
    household = town.client(carer, person("吕桂珍", born_on=date(1944, 2, 3), number=543), guardian=guardian)
    visit = town.visit(carer, household, at(MONTH, 9))
    for kind in ("clock_out_overdue", "work_refused"):
        order = {"template_id": f"tpl-{kind}", "keys": ["thing1", "time2"]}
        town.world.wechat.post("/_standin/templates", json=order).raise_for_status()
    town.set_time(at(MONTH, 9, 2), people=[carer])
    phone.log_in(carer)
    phone.tap("09:00–10:00")
    phone.stand(cast.TIANJIN_HOME, metres=2300)
    phone.tap("签到")
    phone.tap("我在门口，定位不准")
    phone.tap("开始服务")
    for item in phone.page.get_by_role("checkbox").all():
        item.tap()
    phone.tap("签退")
    phone.see("签退好了")

    phone.page.evaluate("localStorage.removeItem('host:subscribe')")
    phone.tap("知道了")
    phone.tap("允许")

    phone.page.evaluate("wx.navigateTo({ url: '/pages/settings/index' })")
    phone.shot("reminders-settings")
    phone.tap("提醒我")
    phone.see("微信还会发 1 次")
    phone.shot("reminders")
    decision = {"id": str(new_id()), "decision": "refused", "reason": "proof_lacking", "note": "家属说当天没来。"}
    town.staff.reviewer.post(f"/facts/{visit}/operator-review", decision)
    run_jobs(town)
    sent = town.world.wechat.get("/_standin/sent").json()
    [message] = [each for each in sent if each["touser"] == carer.openid]

    assert message["template_id"] == REFUSED
    assert message["data"]["thing1"]["value"] == f"{MONTH.month}月{MONTH.day}日的服务没通过，可申诉"
    assert message["page"] == f"pages/work/index?id={visit}"
    answers = town.rows(
        "SELECT a.kind, a.answer, s.answer_id IS NOT NULL FROM reminder_answer a JOIN account c ON c.id = a.account_id "
        "JOIN carer k ON k.person_id = c.person_id LEFT JOIN reminder_sent s ON s.answer_id = a.id "
        "WHERE k.id = :carer ORDER BY a.kind",
        carer=carer.id,
    )
    assert [tuple(each) for each in answers] == [
        ("clock_out_overdue", "accept", False),
        ("work_refused", "accept", True),
    ]
