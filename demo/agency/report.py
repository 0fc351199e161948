"""The report of the agency's month. Every figure is read from the running system; the phones' counts stand beside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.installation import REGIONS
from demo.report import heading, ledger, payments, yuan
from demo.world import MONTH, World

if TYPE_CHECKING:
    from demo.agency.story import Told


def show(world: World, told: Sequence["Told"]) -> None:
    """Print the report."""
    for line in _lines(world, told):
        print(line)
    print(flush=True)


def _lines(world: World, told: Sequence["Told"]) -> Iterator[str]:
    title = "安护演示：一家机构的一个月 An agency's month（人名、号码、位置均为虚构 all of it made up）"
    yield from ("", "=" * 100, title, "=" * 100)
    for each in told:
        yield from _agency(world, each)
        yield from payments(each.brought.staff, each.sent)
        yield from ledger(each.brought.staff)
    yield from ("", f"接口文档 API docs: {world.server_url}/docs")


def _agency(world: World, told: "Told") -> Iterator[str]:
    staff, name = told.brought.staff, REGIONS[told.brought.staff.region]
    last = MONTH + timedelta(days=world.days - 1)
    yield from heading(f"{name} 上门服务 Visits")
    visits = staff.head.list("/visits", day_from=MONTH, day_to=last)
    yield _counted("状态 states", (visit["state"] for visit in visits))
    facts = staff.head.list("/facts")
    yield _counted("佐证等级 grades", (fact["grade"] or "-" for fact in facts))
    yield _counted("结论 standings", (fact["standing"] for fact in facts))
    yield _counted("待核实事项 exceptions", (each["code"] for fact in facts for each in fact["exceptions"]))
    yield from heading(f"{name} 手机与后台 Phones and server")
    accidents = sum((phone.accidents for phone in (*told.lived.carers, *told.lived.relatives)), Counter())
    yield _counted("手机上的意外 accidents", (accidents + told.lived.accidents).elements())
    yield f"数目一致的手机 phones whose count agrees with the server's: {told.counts_agree[0]} / {told.counts_agree[1]}"
    yield from heading(f"{name} 人员负荷 Staff load {MONTH:%Y-%m}")
    for row in told.load["items"]:
        sums = {
            key: sum(cell[key] for cell in row["cells"])
            for key in ("visits", "planned_minutes", "recorded_minutes", "accepted_minutes", "overlapping_visits")
        }
        yield f"{row['name']}：" + "，".join(f"{key} {value}" for key, value in sums.items())
    yield f"图 picture: {told.picture}"
    yield from heading(f"{name} 亲情护理补助 Family-care subsidies {MONTH:%Y-%m}")
    for subsidy in staff.reviewer.list("/subsidies", month=MONTH):
        state = subsidy["payout_state"] or "-"
        yield f"{yuan(subsidy['amount_fen'])} 元 yuan，{subsidy['days_paid']} 天 days，{state}"


def _counted(name: str, found: Iterator[str]) -> str:
    counts = Counter(found)
    return f"{name}：" + ("，".join(f"{key} {value}" for key, value in sorted(counts.items())) or "无 none")
