"""The report of the agency's month. Every figure is read from the running system; beside it stands what was planned."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from demo.agency.accidents import Explained
from demo.agency.counts import Count
from demo.agency.month import Holder, Lived
from demo.agency.phones import KINDS
from demo.agency.workload import Load
from demo.client import Json
from demo.installation import REGIONS
from demo.payment import Sent
from demo.report import heading, ledger, payments, yuan
from demo.world import MONTH, World

RECORDS = {"clock_events": "打卡 taps", "items": "项目 items", "care_days": "照护日 days"}
FIGURES = {
    "visits": "上门 visits",
    "planned_minutes": "计划 planned",
    "recorded_minutes": "已记录 recorded",
    "accepted_minutes": "已认可 accepted",
}


@dataclass(frozen=True)
class Told:
    """One region's month when it is over; `held` is what the server holds of each holder's records, in their order."""

    lived: Lived
    sent: Sent
    visits: Sequence[Json]
    load: Load
    held: Sequence[Mapping[str, int]]
    facts: Sequence[Json]
    counts: Sequence[Count]


def show(world: World, told: Sequence[Told]) -> None:
    """Print the report."""
    for line in _lines(world, told):
        print(line)
    print(flush=True)


def _lines(world: World, told: Sequence[Told]) -> Iterator[str]:
    what = "一个区的一个月 A district's month" if told[0].counts else "一家机构的一个月 An agency's month"
    title = f"安护演示：{what}（人名、号码、位置均为虚构 all of it made up）"
    yield from ("", "=" * 100, title, "=" * 100)
    for each in told:
        yield from _counts(each)
        yield from _facts(each)
        yield from _phones(each)
        yield from _load(each)
        yield from _subsidies(each)
        yield from payments(each.lived.brought.staff, each.sent)
        yield from ledger(each.lived.brought.staff)
    yield from ("", f"接口文档 API docs: {world.server_url}/docs")


def _counts(told: Told) -> Iterator[str]:
    if told.counts:
        yield from heading(f"{REGIONS[told.lived.brought.staff.region]} 这个月里有什么 What the month holds")
        yield from map(str, told.counts)


def _facts(told: Told) -> Iterator[str]:
    lived, staff = told.lived, told.lived.brought.staff
    yield from heading(f"{REGIONS[staff.region]} 上门服务与照护日 Visits and care days")
    accidents = Counter({str(each): count for each, count in lived.accidents.items()})
    yield f"计划的意外 planned accidents：{_listed(accidents)}"
    yield f"家里没有监护人手机的上门 visits to homes without a guardian's phone：{lived.unguarded}"
    states = Counter(str(visit["state"]) for visit in told.visits)
    planned = Counter({"done": len(lived.made), "cancelled": len(lived.cancelled)})
    yield beside("上门 visits：状态 states", states, planned)
    for kind, (name, explained) in {
        "visit": ("上门 visits", lived.visits_explained),
        "care_day": ("照护日 care days", lived.days_explained),
        "event": ("不属于上门的打卡 taps of no visit", lived.taps_explained),
    }.items():
        yield from _judged(name, [fact for fact in told.facts if fact["kind"] == kind], explained)


def _judged(name: str, facts: Sequence[Json], explained: Explained) -> Iterator[str]:
    grades = Counter(fact["grade"] for fact in facts if fact["grade"])
    open_exceptions = (each for fact in facts for each in fact["exceptions"] if each["ended_at"] is None)
    yield beside(f"{name}：佐证等级 grades", grades, explained.grades)
    yield beside(f"{name}：结论 standings", Counter(fact["standing"] for fact in facts), explained.standings)
    yield beside(
        f"{name}：待核实事项 exceptions", Counter(each["code"] for each in open_exceptions), explained.exceptions
    )


def _phones(told: Told) -> Iterator[str]:
    yield from heading(f"{REGIONS[told.lived.brought.staff.region]} 手机与后台 Phones and server: made / held")
    yield from compare_records(told.lived.holders, told.held)


def compare_records(holders: Sequence[Holder], held: Sequence[Mapping[str, int]]) -> Iterator[str]:
    """What each carer's phones made beside what the server holds, and how many agree."""
    agreeing = 0
    for holder, counts in zip(holders, held, strict=True):
        made = {kind: holder.made[kind] for kind in KINDS}
        agreeing += made == counts
        kinds = "，".join(
            f"{RECORDS[each]} {made[each]} / {counts[each]}" for each in KINDS if made[each] or counts[each]
        )
        phones = f"（{len(holder.phones)} 部手机 phones）" if len(holder.phones) > 1 else ""
        yield f"{holder.who.name}{phones}：{kinds}  {'=' if made == counts else '≠'}"
    yield f"数目一致 carers whose phones and server agree: {agreeing} / {len(holders)}"


def _load(told: Told) -> Iterator[str]:
    load, names = told.load, told.lived.carer_names
    yield from heading(f"{REGIONS[told.lived.brought.staff.region]} 人员负荷 Staff load {MONTH:%Y-%m}（分钟 minutes）")
    for row in load.items:
        sums = {key: sum(cell[key] for cell in row["cells"]) for key in FIGURES}
        yield f"{names[row['carer_id']]}：" + "，".join(f"{name} {sums[key]}" for key, name in FIGURES.items())
    sign = "=" if load.of_sheet == load.of_visits else "≠"
    yield f"工时表 sheet {_sum(load.of_sheet)} {sign} 上门清单 list of visits {_sum(load.of_visits)}"
    yield f"图 picture: {load.picture}"
    yield f"工时表 sheet: {load.sheet}"


def _sum(sums: Mapping[str, tuple[int, int, int]]) -> str:
    visits, planned, recorded = (sum(column) for column in zip(*sums.values(), strict=True))
    return f"{visits} 次 visits，计划 planned {planned}，已记录 recorded {recorded}"


def _subsidies(told: Told) -> Iterator[str]:
    lived, staff = told.lived, told.lived.brought.staff
    yield from heading(f"{REGIONS[staff.region]} 亲情护理补助 Family-care subsidies {MONTH:%Y-%m}")
    order = list(lived.client_names)
    for subsidy in sorted(
        staff.reviewer.list("/subsidies", month=MONTH), key=lambda each: order.index(each["client_id"])
    ):
        logged = lived.days_logged[subsidy["client_id"]]
        away = lived.days_in_hospital(subsidy["client_id"])
        unearned = lived.days_unearned(subsidy["client_id"])
        due = len(logged - away - unearned)
        sign = "=" if int(subsidy["days_paid"]) == due else "≠"
        why = f"（记录 logged {len(logged)}，住院 in hospital {len(logged & away)}）" if away else ""
        why += f"（记录 logged {len(logged)}，培训中 in training）" if unearned else ""
        yield (
            f"{lived.client_names[subsidy['client_id']]}：{yuan(subsidy['amount_fen'])} 元 yuan，"
            f"计发 paid {subsidy['days_paid']} 天 days {sign} 手机 phones {due}{why}，{subsidy['payout_state'] or '-'}"
        )


def beside(name: str, found: Counter[str], explained: Counter[str]) -> str:
    """What the server counts, and whether the plan of accidents explains all of it."""
    if +found == +explained:
        return f"{name}：{_listed(found)}  = 与计划相符 as planned"
    return f"{name}：{_listed(found)}  ≠ 计划 planned {_listed(explained)}"


def _listed(counts: Counter[str]) -> str:
    return "，".join(f"{key} {count}" for key, count in sorted(counts.items()) if count) or "无 none"
