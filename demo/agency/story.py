"""An agency's month: its files, its people's phones with their accidents, reviews, and payments that come back."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TypeVar

from demo import payment
from demo.agency import counts, month, people, report, workload
from demo.agency.bringing import bring
from demo.agency.files import account_of
from demo.agency.month import Lived
from demo.agency.report import Told
from demo.agency.reviewing import review
from demo.agency.shape import Shape
from demo.client import Json
from demo.installation import REGIONS
from demo.staff import hire
from demo.world import World

Given, Made = TypeVar("Given"), TypeVar("Made")
CLOSED_AT = 9
# Which families' payments the bank has trouble with, and whose comes back after it was paid.
ONE_TROUBLE = {2: ("failed", "户名不符")}
TROUBLES = {**ONE_TROUBLE, 10: ("failed", "账户已销户"), 11: ("unknown", "")}
RETURNED = 3


def tell(world: World, shape: Shape) -> Lived:
    """Walk both regions through the month and print the report; answers the first one's. Raises CountMissed, see
    `counts`."""
    world.say("系统已启动 Server, worker, stand-in WeChat and stand-in bank are up")
    months = _in_all_regions(partial(_begin, world, shape), REGIONS)
    month.live(world, months)
    _close(world, months)
    told = [_end(world, *each) for each in zip(months, _pay(world, months), strict=True)]
    report.show(world, told)
    counts.check({REGIONS[each.lived.brought.staff.region]: each.counts for each in told})
    return months[0]


def _in_all_regions(act: Callable[[Given], Made], given: Iterable[Given]) -> list[Made]:
    """Do something in all regions at once, since they know nothing of each other."""
    pool = ThreadPoolExecutor(len(REGIONS))
    try:
        return list(pool.map(act, given))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # whoever stops the demo does not wait


def _begin(world: World, shape: Shape, region: str) -> Lived:
    """Hire the region's staff, and bring the agency's files in."""
    order = list(REGIONS).index(region)
    staff = hire(world, region=region, number=order + 1)
    payment.name_paying_account(staff, number=order)
    cast = people.draw(region, shape, days=world.days)
    return month.prepare(world, bring(world, staff, cast, number=order + 1), shape)


def _close(world: World, months: Sequence[Lived]) -> None:
    """Wait until the worker has closed what was forgotten last and looked for risks that night, and review it."""
    morning = world.move_to(months[0].days[-1] + timedelta(days=2), CLOSED_AT)
    for each in months:
        staff = each.brought.staff
        world.wait_for(partial(_count_open, each), until=lambda seen: seen["begun"] == 0)
        world.wait_for(
            partial(world.clock.has_run, "find_risks", region=staff.region, since=morning - timedelta(days=1)),
            until=bool,
        )
        review(world, staff)


def _count_open(lived: Lived) -> Json:
    visits = _visits(lived)
    return {"begun": sum(visit["state"] == "begun" for visit in visits)}


def _visits(lived: Lived) -> list[Json]:
    return lived.brought.staff.head.list("/visits", day_from=lived.days[0], day_to=lived.days[-1])


def _pay(world: World, months: Sequence[Lived]) -> list[payment.Sent]:
    """Pay both regions, with the troubles that the bank has; of some a payment comes back after it was paid."""
    world.move_to(payment.PAID_ON, 9)
    staffs = [each.brought.staff for each in months]
    troubles, troubled = (TROUBLES, staffs) if months[0].shape.is_district else (ONE_TROUBLE, staffs[:1])
    for staff in troubled:
        for order, (outcome, reason) in troubles.items():
            payment.tell_bank(world, account=account_of(staff.region, order), outcome=outcome, reason=reason)
    sent = _in_all_regions(partial(payment.send, world), staffs)
    for staff, each in zip(staffs, sent, strict=True):
        payment.carry_to_bank(world, each)
        payment.book_answer(world, staff, each)
    for staff, each in zip(staffs, sent, strict=True):
        if staff in troubled:
            payment.come_back(world, staff, each, account=account_of(staff.region, RETURNED))
    return sent


def _end(world: World, lived: Lived, sent: payment.Sent) -> Told:
    """Ask the server for everything that the report shows."""
    visits, beyond = _visits(lived), lived.days[-1] + timedelta(days=1)
    load = workload.keep(world, lived, visits=visits)
    held = [holder.phones[0].count_held(first=lived.days[0], last=beyond) for holder in lived.holders]
    facts = lived.brought.staff.reviewer.list("/facts")
    lived.add_sampled(facts)
    counted = counts.count(lived, sent, facts) if lived.shape.is_district else []
    return Told(lived, sent, visits, load, held, facts, counted)
