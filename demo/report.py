"""The report at the end. Every figure in it is read from the running system over HTTP."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from demo.client import Json
from demo.installation import REGIONS
from demo.payment import Sent
from demo.professional import VISITS_ON
from demo.staff import Staff
from demo.world import MONTH, ZONE, World

VERDICTS = {
    "inside": "在家",
    "uncertain": "位置不太准",
    "outside": "离家有点远",
    "no_position": "没有位置",
}
STANDINGS = {"accepted": "通过", "held": "核实中", "refused": "没有通过", "open": "未结束"}


def show(world: World, staffs: Sequence[Staff], *, sent: Mapping[str, Sent]) -> None:
    """Print the report."""
    for line in _lines(world, staffs, sent=sent):
        print(line)
    print(flush=True)


def _lines(world: World, staffs: Sequence[Staff], *, sent: Mapping[str, Sent]) -> Iterator[str]:
    title = "安护演示报告 Report of the demo（人名、号码均为虚构 all people and numbers are made up）"
    yield from ("", "=" * 100, title, "=" * 100)
    yield from _visits(staffs[0])
    yield from _care_days(staffs)
    yield from _counts(staffs)
    for staff in staffs:
        yield from _subsidies(staff, whole=staff is staffs[0])
        yield from payments(staff, sent[staff.region])
        yield from ledger(staff)
    yield from ("", f"接口文档 API docs: {world.server_url}/docs", f"OpenAPI: {world.server_url}/api/v1/openapi.json")


def heading(text: str) -> Iterator[str]:
    """A line that begins a part of a report."""
    yield from ("", f"── {text} ".ljust(100, "─"))


def _visits(staff: Staff) -> Iterator[str]:
    yield from heading("上门服务 Visits of a professional carer")
    names = {item["code"]: item["name"] for item in staff.reviewer.list("/service-items")}
    for visit in staff.reviewer.list("/visits", day_from=VISITS_ON, day_to=VISITS_ON):
        record = staff.reviewer.get(f"/visits/{visit['id']}/record")
        fact = staff.reviewer.get(f"/facts/{visit['id']}")
        yield from _visit(visit, record, fact, names=names)


def _visit(visit: Json, record: Json, fact: Json, *, names: Mapping[str, str]) -> Iterator[str]:
    taps = "；".join(_tap(event) for event in record["taps"])
    planned = datetime.fromisoformat(visit["planned_from"]).astimezone(ZONE)
    yield f"{planned:%Y-%m-%d %H:%M} {visit['state']}  {taps}"
    items = "，".join(f"{names[item['item_code']]} {item['outcome']}" for item in record["items"])
    standing = f"{fact['standing']} {STANDINGS.get(fact['standing'], '')}"
    yield f"    项目 items: {items}"
    yield f"    佐证等级 grade {fact['grade']} → {standing}，{record['minutes']} 分钟 minutes"
    if fact["exceptions"]:
        yield f"    待核实事项 exceptions: {'，'.join(each['code'] for each in fact['exceptions'])}"
    for each in fact["reviews"]:
        yield f"    审核 review: {each['step']} {each['decision']}：{each['reason']}"


def _tap(event: Json) -> str:
    away = "" if event["distance_m"] is None else f" {event['distance_m']} 米 m"
    return f"{event['kind']} {event['verdict']} {VERDICTS.get(event['verdict'], '')}{away}"


def _care_days(staffs: Sequence[Staff]) -> Iterator[str]:
    yield from heading("亲情照护日 Care days of family carers")
    for staff in staffs:
        for client_id in _family_clients(staff):
            days = staff.reviewer.list("/care-days", client_id=client_id, month=MONTH)
            standings = Counter(day["standing"] for day in days)
            told = "，".join(f"{standing} {count}" for standing, count in sorted(standings.items()))
            yield f"{REGIONS[staff.region]} {_name(staff, client_id)}：{len(days)} 天 days（{told}）"


def _counts(staffs: Sequence[Staff]) -> Iterator[str]:
    yield from heading("待核实事项与审核合计 Exceptions and reviews, all together")
    facts = [fact for staff in staffs for fact in staff.reviewer.list("/facts")]
    exceptions = Counter(each["code"] for fact in facts for each in fact["exceptions"])
    reviews = Counter(f"{each['step']} {each['decision']}" for fact in facts for each in fact["reviews"])
    meanings = {each["code"]: each["text"] for fact in facts for each in fact["exceptions"]}
    for code, count in sorted(exceptions.items()):
        yield f"{code} {count}：{meanings[code]}"
    yield "，".join(f"{name} {count}" for name, count in sorted(reviews.items())) or "无 none"


def _subsidies(staff: Staff, *, whole: bool) -> Iterator[str]:
    yield from heading(f"{REGIONS[staff.region]} 亲情护理补助 Family-care subsidies {MONTH:%Y-%m}")
    subsidies = staff.reviewer.list("/subsidies", month=MONTH)
    for number, subsidy in enumerate(sorted(subsidies, key=lambda each: -int(each["days_paid"]))):
        detail = staff.reviewer.get(f"/subsidies/{subsidy['id']}")
        state = subsidy["payout_state"] or "不需发放 nothing to pay"
        yield (
            f"{_name(staff, subsidy['client_id'])}：{yuan(subsidy['amount_fen'])} 元 yuan，"
            f"{subsidy['days_paid']}/{len(detail['days'])} 天 days，应于 {subsidy['pay_by']} 前发放 pay by，{state}"
        )
        yield from _days(detail["days"], each_day=whole and number == 0)
        for rule in detail["rules"]:
            origin = "假定 assumed" if rule["assumed"] else "有据 found"
            yield f"    {rule['policy_key']} = {rule['value']}（{rule['label']}）{origin}：{rule['origin']}"


def _days(days: Sequence[Json], *, each_day: bool) -> Iterator[str]:
    """Day by day, or days with one reason together."""
    for _, same in groupby(enumerate(days), key=lambda entry: entry[0] if each_day else _reason(entry[1])):
        together = [day for _, day in same]
        first, last = together[0]["day"], together[-1]["day"]
        span = first if first == last else f"{first} – {last[-2:]}（{len(together)} 天）"
        yield f"    {span}  {_reason(together[0])}"


def _reason(day: Json) -> str:
    paid = "计发 paid    " if day["is_paid"] else "不计发 unpaid"
    return f"{paid} {day['rule']}  ← {day['policy_key']}：{day['source'] or '假定 assumed'}"


def payments(staff: Staff, sent: Sent) -> Iterator[str]:
    """A batch with what became of each payment."""
    batch = staff.reviewer.get(sent.path)
    yield from heading(f"{REGIONS[staff.region]} 发放批次 Payout batch {batch['number']} · {batch['state']}")
    for payout in staff.reviewer.list(f"{sent.path}/payouts"):
        reason = f"（{payout['reason_code']}）" if payout["reason_code"] else ""
        payee = f"{payout['payee_name']} {payout['payee_account']}（户名 holder {payout['holder_name']}）"
        yield f"{payout['serial']}  {yuan(payout['amount_fen'])} 元 yuan → {payee}：{payout['state']}{reason}"
    yield f"合计 total {yuan(batch['total_fen'])} 元 yuan，{batch['count']} 笔 payments"
    yield f"文件 file {sent.file}"


def ledger(staff: Staff) -> Iterator[str]:
    """What each kind of account holds."""
    yield from heading(f"{REGIONS[staff.region]} 账务 Ledger")
    balances = staff.preparer.get("/ledger/balances")
    for each in balances["kinds"]:
        yield f"{each['kind']:<20} 借 debit {yuan(each['debit_fen']):>12}   贷 credit {yuan(each['credit_fen']):>12}"
    debit, credit = balances["debit_fen"], balances["credit_fen"]
    sign = "=" if debit == credit else "≠"
    yield f"借方合计 debits {yuan(debit)} {sign} 贷方合计 credits {yuan(credit)}"


def _family_clients(staff: Staff) -> list[str]:
    return [each["client_id"] for each in staff.reviewer.list("/subsidies", month=MONTH)]


def _name(staff: Staff, client_id: str) -> str:
    client = staff.reviewer.get(f"/clients/{client_id}")
    return str(client["client"]["person"]["name"])


def yuan(fen: int) -> str:
    """Fen as yuan."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
