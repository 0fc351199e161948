"""Terms of agencies, paying out, settlement, sanctions and inspection."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from app.policies.codes import ItemCategory
from app.policies.kinds import Choice, Choices, Duration, Share, Text, Whole, YesNo
from app.policies.oversight_codes import (
    ContractRule,
    InspectionWay,
    LiabilityInsurance,
    PricedStaff,
    PriceUnit,
    RatingDuty,
    SanctionMeasure,
    SanctionTarget,
    SanctionTrigger,
    SettlementPeriod,
    SupplementChoice,
    TruthfulnessBody,
    Voucher,
)
from app.policies.tables import Rows


@dataclass(frozen=True, slots=True)
class AgencyTerms:
    """What an agency must have: a contract with each carer (None: no rule), insurance evidence, a service area,
    a filing of its publicity; and whether staff training counts in its appraisal."""

    contract: Annotated[ContractRule | None, Choice("机构与护理员的合同", of=ContractRule, local=True, optional=True)]
    social_insurance_required: Annotated[bool, YesNo("须为护理员缴纳社会保险", in_older_texts=False)]
    liability_insurance: Annotated[
        LiabilityInsurance | None, Choice("第三方责任保险", of=LiabilityInsurance, optional=True)
    ]
    service_area_required: Annotated[bool, YesNo("须明确服务区域", local=True, in_older_texts=False)]
    training_appraised: Annotated[bool, YesNo("培训纳入协议考核", in_older_texts=False)]
    publicity_filed: Annotated[bool, YesNo("对外宣传须备案", local=True, in_older_texts=False)]


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """What belongs to each visit beside its items: before it identity, limbs and risks, after it the rating (None: no
    rating) and a true list of services and fees; whether what lies outside the plan needs consent first; and within how
    many days a complaint is answered."""

    identity_check_required: Annotated[bool, YesNo("服务前核实身份", in_older_texts=False)]
    limb_check_required: Annotated[bool, YesNo("服务前评估肢体功能", in_older_texts=False)]
    risk_notice_required: Annotated[bool, YesNo("服务前告知风险", in_older_texts=False)]
    rating: Annotated[RatingDuty | None, Choice("满意度评价", of=RatingDuty, optional=True)]
    fee_list_required: Annotated[bool, YesNo("须出具费用清单和服务明细", in_older_texts=False)]
    extra_consent_required: Annotated[bool, YesNo("计划外服务须先同意", in_older_texts=True)]
    complaint_within: Annotated[
        dt.timedelta,
        Duration("投诉答复期限（天）", key="complaint_days", unit="days", low=1, high=90, in_older_texts=15),
    ]


@dataclass(frozen=True, slots=True)
class SupplementStep:
    """What each month brings once home care without a break has lasted over `over_months`, up to `to_months` (None: no
    end): more time or, in its place, cash."""

    over_months: Annotated[int, Whole("连续居家超过（月）", high=600)]
    to_months: Annotated[int | None, Whole("不超过（月）", low=1, high=600, optional=True)]
    extra_time: Annotated[dt.timedelta, Duration("每月增加（分钟）", key="extra_minutes", unit="minutes", high=44640)]
    cash_fen: Annotated[int, Whole("或每月现金（分）", high=10_000_000)]


@dataclass(frozen=True, slots=True)
class SupplementTerms:
    """More hours or cash for who stays in home care without a break, from `from_level` on; no steps: there is none."""

    from_level: Annotated[int | None, Whole("连续居家增补最低等级", low=1, high=6, optional=True)]
    chosen_by: Annotated[SupplementChoice | None, Choice("增补时长或现金由谁选择", of=SupplementChoice, optional=True)]
    steps: Annotated[tuple[SupplementStep, ...], Rows("连续居家增补", of=SupplementStep)]


@dataclass(frozen=True, slots=True)
class ServiceCounter:
    """The counter of an area, a district or street by its code, and what it is called there."""

    area: Annotated[str, Text("区划代码（区县 6 位或街镇 9 位）", longest=9)]
    name: Annotated[str, Text("名称", longest=40)]


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """Paying out: due `pay_by` after the last day of the month, reminder `reminder_before` it; a changed bank account
    waits `account_hold`; a batch file has at most `batch_rows` rows. `counters`: where people go with a payment that
    came back; in an area without one, to the body that takes applications."""

    pay_by: Annotated[dt.timedelta, Duration("月末后最迟发放（天）", key="pay_by_days", unit="days", low=1, high=120)]
    reminder_before: Annotated[
        dt.timedelta, Duration("到期前提醒（天）", key="reminder_days_before", unit="days", high=60, local=True)
    ]
    account_hold: Annotated[dt.timedelta, Duration("换卡等待（天）", key="account_hold_days", unit="days", high=60)]
    purpose: Annotated[str, Text("银行用途", longest=40)]
    batch_rows: Annotated[int, Whole("每批最多笔数", low=1, high=100_000)]
    counters: Annotated[tuple[ServiceCounter, ...], Rows("各区县、街镇办理窗口", of=ServiceCounter, local=True)]


@dataclass(frozen=True, slots=True)
class Price:
    """What a visit of agency care costs by the hour or as a whole, where the item, or one of the category, was done,
    and such staff came (None: any)."""

    unit: Annotated[PriceUnit, Choice("单位", of=PriceUnit)]
    item_code: Annotated[str | None, Text("服务项目", longest=64, optional=True)]
    category: Annotated[ItemCategory | None, Choice("项目类别", of=ItemCategory, optional=True)]
    staff: Annotated[PricedStaff | None, Choice("服务人员", of=PricedStaff, optional=True)]
    amount_fen: Annotated[int, Whole("价格（分）", low=1, high=1_000_000)]


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """Settling fees with agencies: how often, the fund's last day after the period, what the person bears first or in
    all, whether he confirms his own share, that what the fund refuses is not passed on, his vouchers, and whether one
    that its provider traced to him may be a witness. Of `prices` the first row that fits a visit counts; without one
    its price is not known here."""

    period: Annotated[
        SettlementPeriod,
        Choice("与机构结算周期", of=SettlementPeriod, in_older_texts=SettlementPeriod.MONTH.value),
    ]
    pay_within: Annotated[
        dt.timedelta,
        Duration("结算期末后最迟付款（天）", key="pay_within_days", unit="days", low=1, high=180, in_older_texts=30),
    ]
    deductible_fen: Annotated[int, Whole("起付线（分）", high=100_000_000, in_older_texts=0)]
    yearly_limit_fen: Annotated[int | None, Whole("年度最高支付限额（分）", low=1, high=1_000_000_000, optional=True)]
    own_share_confirmed: Annotated[bool, YesNo("个人负担须经确认", in_older_texts=False)]
    refusals_kept_by_agency: Annotated[bool, YesNo("拒付费用不得转由个人承担", in_older_texts=True)]
    vouchers: Annotated[
        tuple[Voucher, ...], Choices("就医凭证", of=Voucher, in_older_texts=[each.value for each in Voucher])
    ]
    voucher_is_witness: Annotated[bool, YesNo("电子凭证经核验计作佐证", in_older_texts=False)]
    prices: Annotated[tuple[Price, ...], Rows("上门服务价格", of=Price)]


@dataclass(frozen=True, slots=True)
class SanctionStep:
    """A measure that follows from what was found; `step` counts the rungs, a higher one only if the one below failed.

    `months`: how long it lasts (None: it has no duration, or the text gives none).
    """

    trigger: Annotated[SanctionTrigger, Choice("情形", of=SanctionTrigger)]
    step: Annotated[int, Whole("第几步", low=1, high=9)]
    target: Annotated[SanctionTarget, Choice("对象", of=SanctionTarget)]
    measure: Annotated[SanctionMeasure, Choice("措施", of=SanctionMeasure)]
    months: Annotated[int | None, Whole("期限（月）", low=1, high=120, optional=True)]


@dataclass(frozen=True, slots=True)
class SanctionTerms:
    """What follows from breaches, and how long an agency has to put things right before the next rung."""

    ladder: Annotated[tuple[SanctionStep, ...], Rows("违规处理阶梯", of=SanctionStep, local=True)]
    rectify_within: Annotated[
        dt.timedelta,
        Duration("整改期限（天）", key="rectify_days", unit="days", low=1, high=365, local=True, in_older_texts=30),
    ]


@dataclass(frozen=True, slots=True)
class InspectionTerms:
    """How much is inspected in each period, how, and by whom services are checked on the spot (None: by nobody else).

    Shares are of the agencies, and of the persons with a severe conclusion.
    """

    every_months: Annotated[int, Whole("检查周期（月）", low=1, high=36, in_older_texts=12)]
    agency_share: Annotated[Decimal, Share("检查机构比例", local=True, in_older_texts="0")]
    person_share: Annotated[Decimal, Share("抽查重度失能人员比例", local=True, in_older_texts="0")]
    ways: Annotated[
        tuple[InspectionWay, ...],
        Choices("检查方式", of=InspectionWay, local=True, in_older_texts=[InspectionWay.ON_SITE.value]),
    ]
    unannounced: Annotated[bool, YesNo("检查不预先通知", local=True, in_older_texts=False)]
    truthfulness_body: Annotated[
        TruthfulnessBody | None, Choice("服务真实性核查方", of=TruthfulnessBody, local=True, optional=True)
    ]
    reassessments_ranked: Annotated[bool, YesNo("按复评次数排名检查", local=True, in_older_texts=False)]
