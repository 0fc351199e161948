"""What a district's month must hold at least, counted from what the server shows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from demo.agency.month import Lived
from demo.agency.shape import WHOLE_DISTRICT
from demo.client import Json
from demo.payment import Sent
from demo.world import MONTH

# Of a hundred visits so many at least, by the exception that the server finds.
SHARES: Mapping[str, tuple[str, int]] = {
    "uncertain_location": ("位置不确定 uncertain positions", 8),
    "outside_fence": ("位置在围栏外 positions outside", 3),
    "no_location": ("没有定位 no position", 2),
    "no_clock_out": ("忘记签退 forgotten check-outs", 3),
    "late_sync": ("一小时后才上传 sent more than an hour late", 5),
}
NOT_PAID = ("failed", "unknown", "returned")


class CountMissed(RuntimeError):
    """The month holds less of something than it must; the text says of what."""


@dataclass(frozen=True, slots=True)
class Count:
    """Something counted, the least that there must be, and of how many; None when it is no share."""

    name: str
    found: int
    wanted: int
    among: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether there is enough; of a share `wanted` is a percentage."""
        return self.found >= self.wanted if self.among is None else self.found * 100 >= self.wanted * self.among

    def __str__(self) -> str:
        share, unit = ("", "") if self.among is None else (f" / {self.among} = {self.found / self.among:.1%}", " %")
        return f"{self.name}：{self.found}{share}，{'≥' if self.is_met else '✗ <'} {self.wanted}{unit}"


def count(lived: Lived, sent: Sent, facts: Sequence[Json]) -> list[Count]:
    """Everything that a district must hold, of one region."""
    return [*_people(lived), *_visits(facts), *_rights(lived), *_reviews(facts), *_payments(lived, sent)]


def check(counts: Mapping[str, Sequence[Count]]) -> None:
    """Raise CountMissed unless there is enough of everything in every region."""
    missed = [f"{region} {each}" for region, found in counts.items() for each in found if not each.is_met]
    if missed:
        raise CountMissed("\n".join(missed))


def _people(lived: Lived) -> Iterator[Count]:
    reviewer, is_whole = lived.brought.staff.reviewer, lived.shape.clients >= WHOLE_DISTRICT
    kinds = Counter(each["kind"] for each in reviewer.list("/carers"))
    clients = len(reviewer.list("/clients"))
    yield Count("服务对象 clients", clients, WHOLE_DISTRICT if is_whole else lived.shape.clients)
    yield Count("护理员 carers", kinds["professional"], 40 if is_whole else len(lived.carers))
    yield Count("亲情照护人员 family carers", kinds["family"], 60 if is_whole else len(lived.relatives))


def _visits(facts: Sequence[Json]) -> Iterator[Count]:
    visits = [{each["code"] for each in _lasting(fact)} for fact in facts if fact["kind"] == "visit"]
    for code, (name, percent) in SHARES.items():
        yield Count(name, sum(code in codes for codes in visits), percent, among=len(visits))


def _lasting(fact: Json) -> Iterator[Json]:
    """What was found of a visit. A clock-out that came after the visit was closed was late and not forgotten: whether
    the worker was there before it is a matter of moments."""
    for each in fact["exceptions"]:
        if each["code"] != "no_clock_out" or each["ended_at"] is None:
            yield each


def _rights(lived: Lived) -> Iterator[Count]:
    reviewer = lived.brought.staff.reviewer
    clients = [reviewer.get(f"/clients/{client_id}") for client_id in lived.brought.client_ids]
    stages = [[each["stage"] for each in client["trainings"]] for client in clients]
    yield Count("住院 hospital stays", sum(len(client["stays"]) for client in clients), 4)
    yield Count("其中事后才知道 known late", sum(stay.is_told_late for stay in lived.stays), 2)
    yield Count("去世 deaths", sum(client["client"]["person"]["died_on"] is not None for client in clients), 1)
    modes = [each["mode"] for client in clients for each in client["entitlements"]]
    yield Count("护理方式变更 mode changes", modes.count("institution"), 3)
    yield Count("培训中的亲情照护人员 carers in training", sum("provisional" in each for each in stages), 2)
    yield Count("其中转正 become formal", sum(each == ["provisional", "formal"] for each in stages), 1)
    yield Count("夫妻同住 couples at one address", _couples(lived), 1)
    yield Count("住址登记有误 wrong home addresses", sum(len(client["homes"]) > 1 for client in clients), 1)
    ends = [date.fromisoformat(day) for day in _ends(reviewer.list("/carers")) if day is not None]
    yield Count("月中证书到期 certificates expiring", sum(MONTH <= day <= lived.days[-1] for day in ends), 1)


def _couples(lived: Lived) -> int:
    """One, if the two who are planned as a couple live at one address as the fund reads it; the reading is audited."""
    reviewer, families = lived.brought.staff.reviewer, len(lived.relatives)
    addresses = []
    for order in lived.brought.cast.couple or ():
        client = reviewer.get(f"/clients/{lived.brought.client_ids[families + order]}")["client"]
        addresses.append(reviewer.get(f"/people/{client['person']['id']}/identity")["addresses"])
    return len(addresses) - len({tuple(each) for each in addresses})


def _ends(carers: Sequence[Json]) -> Iterator[str | None]:
    for carer in carers:
        yield from (each["valid_to"] for each in carer["certificates"])


def _reviews(facts: Sequence[Json]) -> Iterator[Count]:
    yield Count("审核未通过 refused reviews", sum(fact["standing"] == "refused" for fact in facts), 3)


def _payments(lived: Lived, sent: Sent) -> Iterator[Count]:
    payouts = lived.brought.staff.reviewer.list(f"{sent.path}/payouts")
    failed = Counter(f"{each['state']} {each['reason_code'] or ''}".strip() for each in payouts)
    troubled = {state: number for state, number in failed.items() if state.startswith(NOT_PAID)}
    told = "，".join(f"{state} {number}" for state, number in sorted(troubled.items()))
    yield Count(f"银行未付成 bank failures（{told}）", sum(troubled.values()), 4)
