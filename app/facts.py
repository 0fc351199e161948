"""The table of facts: what each does to registration, planning, the door and money.

Everything in it but the names is read from the packages that decide; `docs/facts.md` is its printed form.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.checkin.rules.grading import FOR_OPERATOR, severity_of
from app.checkin.types import ExceptionCode, Severity
from app.kernel.errors import DomainError
from app.payouts.types import DayRule
from app.registry.service.agencies import AgencyNotActive, AgencyNotDesignated, OutsideServiceArea
from app.registry.service.professionals import CarerNotEmployed
from app.registry.service.scopes import ClientDied
from app.schedules.types import Refusal


class Money(StrEnum):
    """What an exception at the door means for the money of a visit."""

    SHOWN = "shown"  # 提示，不影响计付
    AGENCY = "agency"  # 暂缓，机构审核
    OPERATOR = "operator"  # 暂缓，经办审核


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: how it is called, and the code by which each part of the system tells it; None where none does.

    `registering` refuses a new agreement or task, `planning` a visit; `at_door` is recorded and stops nobody; `unpaid`
    is the reason of a family carer's day without money.
    """

    name: str
    chinese: str
    english: str
    registering: type[DomainError] | None = None
    planning: Refusal | None = None
    at_door: ExceptionCode | None = None
    unpaid: DayRule | None = None

    @property
    def money(self) -> Money | None:
        """What becomes of a visit's money; None where the door tells nothing."""
        return None if self.at_door is None else money_of(self.at_door)


def money_of(code: ExceptionCode) -> Money:
    """What an exception means for the money of a visit that an agency stands for."""
    if code in FOR_OPERATOR:
        return Money.OPERATOR
    return Money.AGENCY if severity_of(code) is Severity.MUST_FIX else Money.SHOWN


R, E, D = Refusal, ExceptionCode, DayRule
FACTS = (
    Fact("certificate_expired", "证书过期", "certificate expired", None, R.CERTIFICATE_EXPIRED, E.CERTIFICATE_EXPIRED),
    Fact(
        "not_employed", "与机构无合同", "no contract with the agency", CarerNotEmployed, R.NOT_EMPLOYED, E.NOT_EMPLOYED
    ),
    Fact("not_assigned", "未派员", "carer not assigned", None, R.NOT_ASSIGNED, E.NOT_ASSIGNED, D.NOT_ASSIGNED),
    Fact(
        "carer_suspended", "照护人员被暂停", "carer suspended", None, R.CARER_SUSPENDED, E.CARER_SUSPENDED, D.IN_REVIEW
    ),
    Fact("agency_suspended", "机构被暂停（不接新人）", "agency suspended (takes nobody new)", AgencyNotActive),
    Fact(
        "agency_not_designated",
        "机构无定点协议",
        "agency without the fund's agreement",
        AgencyNotDesignated,
        R.AGENCY_NOT_DESIGNATED,
        E.AGENCY_NOT_DESIGNATED,
    ),
    Fact(
        "outside_area",
        "超出机构服务区域",
        "outside the agency's area",
        OutsideServiceArea,
        R.OUTSIDE_AREA,
        E.OUTSIDE_AREA,
    ),
    Fact(
        "no_agreement",
        "与服务对象无协议",
        "no agreement with the client",
        None,
        R.AGENCY_NOT_SERVING,
        E.AGENCY_NOT_SERVING,
    ),
    Fact(
        "entitlement_not_begun",
        "待遇未开始",
        "entitlement not begun",
        None,
        R.NOT_ENTITLED,
        E.NOT_ENTITLED,
        D.BEFORE_ENTITLEMENT,
    ),
    Fact(
        "entitlement_ended",
        "待遇已结束",
        "entitlement ended",
        None,
        R.NOT_ENTITLED,
        E.NOT_ENTITLED,
        D.ENTITLEMENT_ENDED,
    ),
    Fact(
        "entitlement_suspended",
        "待遇暂停",
        "entitlement suspended",
        None,
        R.ENTITLEMENT_SUSPENDED,
        E.ENTITLEMENT_SUSPENDED,
        D.SUSPENDED,
    ),
    Fact("in_hospital", "住院", "client in hospital", None, R.CLIENT_AWAY, E.IN_HOSPITAL, D.IN_HOSPITAL),
    Fact("client_died", "服务对象已去世", "client died", ClientDied, R.CLIENT_DIED, E.CLIENT_DIED, D.DIED),
    Fact("hours_used_up", "时长用完", "hours used up", None, R.HOURS_USED_UP, E.HOURS_USED_UP),
    Fact("share_unconfirmed", "个人负担未确认", "personal share not confirmed", None, None, E.SHARE_NOT_CONFIRMED),
    Fact("checks_missing", "服务前核验缺失", "checks before service missing", None, None, E.CHECKS_MISSING),
    Fact("plan_expired", "护理计划过期", "care plan expired", None, R.PLAN_MISSING, E.PLAN_MISSING),
    Fact("policy_expired", "政策文件到期", "policy expired", None, R.POLICY_EXPIRED),
    Fact("item_not_in_plan", "计划外项目", "item not in the plan", None, None, E.ITEM_NOT_IN_PLAN),
    Fact("extra_not_consented", "计划外服务未先同意", "extra without consent", None, None, E.EXTRA_NOT_CONSENTED),
    Fact("item_missing", "必做项目未做", "planned item not done", None, None, E.ITEM_MISSING),
    Fact("item_not_for_staff", "项目不属该类人员", "item not for this staff", None, None, E.ITEM_NOT_FOR_STAFF),
    Fact("too_early", "早到", "too early", None, None, E.TOO_EARLY),
    Fact("too_late", "迟到", "too late", None, None, E.TOO_LATE),
    Fact("risk_found", "全统筹区核查有疑点", "found by a risk rule", None, None, E.RISK_FOUND),
    Fact("carer_overlap", "照护人员时间重叠", "carer elsewhere at that time", None, R.CARER_OVERLAP, E.OVERLAP),
    Fact("client_overlap", "服务对象时间重叠", "client with another carer then", None, R.CLIENT_OVERLAP, E.OVERLAP),
)

COLUMNS = (
    "事实 Fact",
    "登记拒绝 Registration refuses",
    "排班拒绝 Planning refuses",
    "签到记录 Recorded at the door",
    "上门服务的钱 Money of a visit",
    "亲情照护日不计发 Family day without money",
)
MONEY = {
    Money.SHOWN: "照付，只提示 paid, shown",
    Money.AGENCY: "暂缓，机构审核 waits for the agency",
    Money.OPERATOR: "暂缓，经办审核 waits for the operator",
}
INTRODUCTION = """# 事实与后果 Facts and what follows

谁被拒绝、记录什么、钱等不等，由 `make openapi` 从代码生成。登记和排班会拒绝；在服务对象家门口谁也不拒绝，
只记录待核实事项。暂缓的钱由人决定，机器不拒付。证书、服务前核验、计划外同意、必做项目、个人负担确认按统筹区政策要求时才算。

Who is refused, what is recorded, whether money waits; printed by `make openapi` from the code that decides.
Registration and planning refuse; at the door nobody is refused, an exception is recorded. A person decides about money
that waits. Certificates, checks before service, consent to extras, planned items and the personal share count where
the region's policy asks for them. The money is that of a visit by an agency; of a family carer's days all that wait
wait for the operator.
"""


def text() -> str:
    """The table as Markdown."""
    return "\n".join([INTRODUCTION, *_lines(), ""])


def _lines() -> Iterator[str]:
    yield _row(*COLUMNS)
    yield _row(*["---"] * len(COLUMNS))
    for fact in FACTS:
        yield _row(
            f"{fact.chinese} {fact.english}",
            _code(None if fact.registering is None else fact.registering.code),
            _code(fact.planning),
            _code(fact.at_door),
            "–" if fact.money is None else MONEY[fact.money],
            _code(fact.unpaid),
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _code(code: str | None) -> str:
    return "–" if code is None else f"`{code}`"


if __name__ == "__main__":
    sys.stdout.write(text())
