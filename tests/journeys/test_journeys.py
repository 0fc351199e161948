"""The two ways through the real server: a visit to payable time, a family's week to a booked payment."""

from datetime import timedelta
from pathlib import Path

from demo import cast, family, payment, professional
from demo.family import Plan
from demo.professional import TAPS
from demo.staff import hire
from demo.world import MONTH, at
from tests.conftest import Clone
from tests.journeys.installation import living

WEEK = tuple(MONTH + timedelta(days=number) for number in range(7))
FORGOTTEN = WEEK[3]
SIX_DAYS_FEN = 14516  # six of the 31 days of 750 yuan, half up


def test_a_visit_goes_from_its_plan_to_payable_time(own_database: Clone, tmp_path: Path):
    with living(own_database, tmp_path) as here:
        staff = hire(here.world, region="tianjin", number=1)
        people = professional.register(here.world, staff)
        begins_at, ends_at = at(MONTH, 9), at(MONTH, 10)
        visit = professional.visit_at(people, begins_at)
        path = f"/visits/{visit['id']}"
        staff.dispatcher.post("/visits", {"visits": [visit]})
        here.world.move_to(MONTH, 20)

        people.carer.user.post(f"{path}/clock-in", professional.clock_event(TAPS[0], begins_at))
        people.carer.user.post(f"{path}/items", {"items": professional.items_done(ends_at)})
        people.carer.user.post(f"{path}/clock-out", professional.clock_event(TAPS[0], ends_at))
        people.guardian.post(f"{path}/confirmation", professional.confirmation(ends_at))
        professional.review(here.world, staff)
        record, fact = staff.head.get(f"{path}/record"), staff.head.get(f"/facts/{visit['id']}")

        assert [(tap["kind"], tap["verdict"]) for tap in record["taps"]] == [("in", "inside"), ("out", "inside")]
        assert (record["minutes"], len(record["items"])) == (60, 3)
        assert (fact["standing"], fact["grade"]) == ("accepted", "B")


def test_a_familys_week_is_paid_for_the_days_that_were_logged(own_database: Clone, tmp_path: Path):
    with living(own_database, tmp_path) as here:
        world = here.world
        staff = hire(world, region="tianjin", number=1)
        payment.name_paying_account(staff, number=1)
        days = frozenset(WEEK) - {FORGOTTEN}
        plan = Plan(cast.FAMILY_CLIENT, cast.FAMILY_CARER, cast.TIANJIN_HOME, 11, days)

        family.live_through(world, [family.register(world, staff, plan)], count=len(WEEK))
        professional.review(world, staff)
        world.move_to(payment.PAID_ON, 9)
        sent = payment.send(world, staff)
        payment.carry_to_bank(world, sent)
        payment.book_answer(world, staff, sent)
        (subsidy,) = staff.reviewer.list("/subsidies", month=MONTH)
        rules = {day["day"]: day["rule"] for day in staff.reviewer.get(f"/subsidies/{subsidy['id']}")["days"]}
        (payout,) = staff.reviewer.list(f"{sent.path}/payouts")
        balances = staff.preparer.get("/ledger/balances")

        assert (subsidy["amount_fen"], subsidy["days_paid"]) == (SIX_DAYS_FEN, 6)
        assert {rules[day.isoformat()] for day in days} == {"paid"}
        assert rules[FORGOTTEN.isoformat()] == "no_record"
        assert (payout["state"], payout["amount_fen"]) == ("paid", SIX_DAYS_FEN)
        assert balances["debit_fen"] == balances["credit_fen"] == 3 * SIX_DAYS_FEN
