"""An agency's month: its files, its people's phones with their accidents, reviews, and payments that come back."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from demo import payment, professional
from demo.agency import heatmap, month, people, report
from demo.agency.bringing import Brought, bring
from demo.agency.files import ACCOUNTS_FROM
from demo.agency.month import Lived
from demo.client import Json
from demo.installation import REGIONS
from demo.staff import Staff, hire
from demo.world import MONTH, World


@dataclass(frozen=True)
class Told:
    """One region's month when it is over."""

    brought: Brought
    lived: Lived
    sent: payment.Sent
    load: Json
    picture: Path
    counts_agree: tuple[int, int]


def tell(world: World) -> None:
    """Walk both regions' agencies through the month and print the report."""
    world.say("系统已启动 Server, worker, stand-in WeChat and stand-in bank are up")
    staffs = [hire(world, region=region, number=number) for number, region in enumerate(REGIONS, start=1)]
    for number, staff in enumerate(staffs):
        payment.name_paying_account(staff, number=number)
    brought = [
        bring(world, staff, people.draw(staff.region), number=number) for number, staff in enumerate(staffs, start=1)
    ]
    plans = [month.plan(world, each) for each in brought]
    lived = month.live(world, brought, plans)
    world.move_to(MONTH + timedelta(days=world.days + 1), 9)  # what was forgotten is closed by the worker
    professional.review(world, *staffs)
    sent = _pay(world, staffs)
    told = [_end(world, *each) for each in zip(brought, lived, sent, strict=True)]
    report.show(world, told)


def _pay(world: World, staffs: list[Staff]) -> list[payment.Sent]:
    """Pay both regions; one payment of the first fails by its name, and one comes back after it was paid."""
    world.move_to(payment.PAID_ON, 9)
    payment.tell_bank(world, account=ACCOUNTS_FROM + 2, outcome="failed", reason="户名不符")
    sent = [payment.send(world, staff) for staff in staffs]
    for staff, each in zip(staffs, sent, strict=True):
        payment.carry_to_bank(world, each)
        payment.book_answer(world, staff, each)
    payment.come_back(world, staffs[0], sent[0], account=ACCOUNTS_FROM + 3)
    return sent


def _end(world: World, brought: Brought, lived: Lived, sent: payment.Sent) -> Told:
    last = MONTH + timedelta(days=world.days - 1)
    staff = brought.staff
    load = staff.head.get("/staff-load", day_from=MONTH, day_to=last, limit=200)
    title = f"{REGIONS[staff.region]} 示例护理站 人员负荷 {MONTH:%Y-%m}（已记录工时，人名均为虚构）"
    picture = heatmap.draw(load, title=title, target=world.output / f"{staff.region}-staff-load.svg")
    sheet = staff.head.fetch(f"/staff-load/sheet?day_from={MONTH}&day_to={last}")
    (world.output / f"{staff.region}-staff-load.xlsx").write_bytes(sheet.content)
    phones = [*lived.carers, *lived.relatives]
    agree = sum(phone.agrees(first=MONTH, last=last + timedelta(days=1)) for phone in phones)
    return Told(brought, lived, sent, load, picture, (agree, len(phones)))
