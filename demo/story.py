"""The story from the first account to the booked payment."""

from datetime import date, timedelta

from demo import cast, family, payment, professional, report
from demo.family import FORGOTTEN, HOSPITAL_FROM, HOSPITAL_TO, Family, Plan, month_days
from demo.staff import Staff, hire
from demo.world import MONTH, World, at

BEGINS_ON = date(2026, 9, 28)
BEGINS_AT = at(BEGINS_ON, 8)
SECOND_FROM = MONTH + timedelta(days=14)


def tell(world: World) -> None:
    """Walk both ways and print the report."""
    world.say("系统已启动 Server, worker, stand-in WeChat and stand-in bank are up")
    tianjin = hire(world, region="tianjin", number=1)
    huaian = hire(world, region="huaian", number=2)
    for number, staff in enumerate((tianjin, huaian)):
        payment.name_paying_account(staff, number=number)
    families = register_families(world, tianjin, huaian)
    professional.walk(world, tianjin)
    family.live_through(world, families, count=world.days)
    professional.review(world, tianjin, huaian)
    sent = pay(world, tianjin, huaian)
    report.show(world, (tianjin, huaian), sent=sent)


def register_families(world: World, tianjin: Staff, huaian: Staff) -> list[Family]:
    """Three families in Tianjin, one in Huai'an; the first has a forgotten day or two and days in hospital."""
    in_hospital = {HOSPITAL_FROM + timedelta(days=number) for number in range(1, (HOSPITAL_TO - HOSPITAL_FROM).days)}
    days = frozenset(month_days(world.days))
    later = frozenset(day for day in days if day >= min(SECOND_FROM, MONTH + timedelta(days=world.days - 1)))
    plans = (
        (
            tianjin,
            Plan(cast.FAMILY_CLIENT, cast.FAMILY_CARER, cast.TIANJIN_SECOND_HOME, 11, days - FORGOTTEN - in_hospital),
        ),
        (tianjin, Plan(cast.SECOND_CLIENT, cast.SECOND_CARER, cast.TIANJIN_HOME, 12, later)),
        (tianjin, Plan(cast.THIRD_CLIENT, cast.THIRD_CARER, cast.TIANJIN_HOME, 13, later)),
        (huaian, Plan(cast.HUAIAN_CLIENT, cast.HUAIAN_CARER, cast.HUAIAN_HOME, 14, later, payee_is_client=True)),
    )
    return [family.register(world, staff, plan) for staff, plan in plans]


def pay(world: World, tianjin: Staff, huaian: Staff) -> dict[str, payment.Sent]:
    """Pay both regions. In Tianjin one payment fails by its name, one is unknown first and paid later."""
    world.move_to(payment.PAID_ON, 9)
    payment.tell_bank(world, account=12, outcome="failed", reason="户名不符")
    payment.tell_bank(world, account=13, outcome="unknown")
    sent = {staff.region: payment.send(world, staff) for staff in (tianjin, huaian)}
    world.move_to(payment.ANSWERED_ON, 10)
    for staff in (tianjin, huaian):
        payment.carry_to_bank(world, sent[staff.region])
        payment.book_answer(world, staff, sent[staff.region])
    settle(world, tianjin, sent["tianjin"])
    return sent


def settle(world: World, staff: Staff, sent: payment.Sent) -> None:
    """The bank finds out what became of the unknown payments, and answers again."""
    payouts = staff.preparer.list(f"{sent.path}/payouts")
    for payout in payouts:
        if payout["state"] == "unknown":
            payment.settle_unknown(world, serial=payout["serial"], outcome="paid")
    payment.book_answer(world, staff, sent)
