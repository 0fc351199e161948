"""An agency's month: its files, its people's phones with their accidents, reviews, and payments that come back."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TypeVar

from demo import payment
from demo.agency import month, people, report, workload
from demo.agency.bringing import bring
from demo.agency.files import account_of
from demo.agency.month import Lived
from demo.agency.report import Told
from demo.agency.reviewing import review
from demo.client import Json
from demo.installation import REGIONS
from demo.staff import Staff, hire
from demo.world import World

Given, Made = TypeVar("Given"), TypeVar("Made")
CLOSED_AT = 9
MISNAMED, RETURNED = 2, 3  # which families' payments fail by their name, and come back after they were paid


def tell(world: World, *, clients: int) -> None:
    """Walk both regions' agencies, each with so many clients, through the month and print the report."""
    world.say("系统已启动 Server, worker, stand-in WeChat and stand-in bank are up")
    months = _in_all_regions(partial(_begin, world, clients=clients), REGIONS)
    month.live(world, months)
    _close(world, months)
    sent = _pay(world, [each.brought.staff for each in months])
    report.show(world, [_end(world, *each) for each in zip(months, sent, strict=True)])


def _in_all_regions(act: Callable[[Given], Made], given: Iterable[Given]) -> list[Made]:
    """Do something in all regions at once, since they know nothing of each other."""
    pool = ThreadPoolExecutor(len(REGIONS))
    try:
        return list(pool.map(act, given))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # whoever stops the demo does not wait


def _begin(world: World, region: str, *, clients: int) -> Lived:
    """Hire the region's staff, and bring the agency's files in."""
    order = list(REGIONS).index(region)
    staff = hire(world, region=region, number=order + 1)
    payment.name_paying_account(staff, number=order)
    cast = people.draw(region, clients=clients)
    return month.prepare(world, bring(world, staff, cast, number=order + 1))


def _close(world: World, months: Sequence[Lived]) -> None:
    """Wait until the worker has closed what was forgotten last, and review it."""
    world.move_to(months[0].days[-1] + timedelta(days=2), CLOSED_AT)
    for each in months:
        world.wait_for(partial(_count_open, each), until=lambda seen: seen["begun"] == 0)
        review(world, each.brought.staff)


def _count_open(lived: Lived) -> Json:
    visits = _visits(lived)
    return {"begun": sum(visit["state"] == "begun" for visit in visits)}


def _visits(lived: Lived) -> list[Json]:
    return lived.brought.staff.head.list("/visits", day_from=lived.days[0], day_to=lived.days[-1])


def _pay(world: World, staffs: Sequence[Staff]) -> list[payment.Sent]:
    """Pay both regions; one payment of the first fails by its name, and one comes back after it was paid."""
    world.move_to(payment.PAID_ON, 9)
    first = staffs[0].region
    payment.tell_bank(world, account=account_of(first, MISNAMED), outcome="failed", reason="户名不符")
    sent = _in_all_regions(partial(payment.send, world), staffs)
    for staff, each in zip(staffs, sent, strict=True):
        payment.carry_to_bank(world, each)
        payment.book_answer(world, staff, each)
    payment.come_back(world, staffs[0], sent[0], account=account_of(first, RETURNED))
    return sent


def _end(world: World, lived: Lived, sent: payment.Sent) -> Told:
    """Ask the server for everything that the report shows."""
    visits, beyond = _visits(lived), lived.days[-1] + timedelta(days=1)
    load = workload.keep(world, lived, visits=visits)
    held = [holder.phones[0].count_held(first=lived.days[0], last=beyond) for holder in lived.holders]
    return Told(lived, sent, visits, load, held)
