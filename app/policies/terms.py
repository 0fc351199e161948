"""The terms of a policy that care, planning and the subsidy are decided by: typed groups of values, each with its unit.

A group's annotations say of each key the kind, the Chinese label and whether a district may override it.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from app.policies.codes import (
    CountingClock,
    DayDivisor,
    EvidenceGrade,
    GradeOutcome,
    ItemCategory,
    MonthReviewRule,
    Payee,
    PlanAuthor,
    PositionWeight,
    Relation,
    Rounding,
    StartRule,
    SubsidyKind,
)
from app.policies.kinds import Choice, Choices, Day, Duration, Share, Whole, YesNo
from app.policies.oversight_codes import CaseloadCount, PositionVerdict, VerdictEffect
from app.policies.tables import Rows


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """What one verdict of a position leads to."""

    verdict: Annotated[PositionVerdict, Choice("位置判定", of=PositionVerdict)]
    effect: Annotated[VerdictEffect, Choice("处理", of=VerdictEffect)]


@dataclass(frozen=True, slots=True)
class LocationTerms:
    """How a position is judged and what follows. Metres; ages are the fix's age at the moment of the event.
    `fastest_kmh`: in a straight line between two homes whose tags a carer scans one after the other."""

    radius_m: Annotated[int, Whole("围栏半径（米）", low=20, high=5000, local=True)]
    maximum_fix_age: Annotated[
        dt.timedelta,
        Duration("定位最久时效（秒）", key="maximum_fix_age_seconds", unit="seconds", high=3600, local=True),
    ]
    future_tolerance: Annotated[
        dt.timedelta, Duration("时间超前容许（秒）", key="future_tolerance_seconds", unit="seconds", high=3600)
    ]
    verdicts: Annotated[tuple[VerdictRule, ...], Rows("位置判定的处理", of=VerdictRule)]
    fastest_kmh: Annotated[int, Whole("两户之间最快速度（公里/小时）", low=5, high=1000, in_older_texts=60)]


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """Times of clock events.

    A device's skew above `skew_flag_after` is shown and `counts_when_skewed` says which time counts; a record received
    more than `late_sync_after` after it occurred is flagged; a visit may begin from `early_window` before to
    `late_window` after its planned start without a flag; one open longer than `longest_visit` is closed and flagged.
    """

    skew_flag_after: Annotated[
        dt.timedelta, Duration("手机时间偏差提示（秒）", key="skew_flag_seconds", unit="seconds", high=86400)
    ]
    counts_when_skewed: Annotated[CountingClock, Choice("时间偏差时以何为准", of=CountingClock)]
    late_sync_after: Annotated[
        dt.timedelta, Duration("迟传提示（小时）", key="late_sync_hours", unit="hours", high=720)
    ]
    early_window: Annotated[
        dt.timedelta, Duration("可提前签到（分钟）", key="early_minutes", unit="minutes", high=720, local=True)
    ]
    late_window: Annotated[
        dt.timedelta, Duration("可推迟签到（分钟）", key="late_minutes", unit="minutes", high=720, local=True)
    ]
    longest_visit: Annotated[
        dt.timedelta, Duration("最长服务时长（分钟）", key="longest_visit_minutes", unit="minutes", low=30, high=1440)
    ]


@dataclass(frozen=True, slots=True)
class VisitTerms:
    """What a visit is worth: below `shortest_share` of its planned minutes it is flagged.

    With `capped_at_planned` the payable minutes are the lesser of actual and planned; `missing_item_holds` sends a
    visit with a required item not done to review. A confirmation that comes later than `confirmation_within` after the
    visit is kept, and is no witness.
    """

    shortest_share: Annotated[Decimal, Share("不提示的最短时长占计划比例")]
    capped_at_planned: Annotated[bool, YesNo("结算时长不超过计划")]
    missing_item_holds: Annotated[bool, YesNo("必做项目未做须审核")]
    confirmation_within: Annotated[
        dt.timedelta,
        Duration("服务后确认期限（小时）", key="confirmation_hours", unit="hours", low=1, high=720, in_older_texts=72),
    ]


@dataclass(frozen=True, slots=True)
class GradeRule:
    """One grade's outcome and, when it pays with samples, the share drawn for review."""

    outcome: GradeOutcome
    sample_share: Decimal


@dataclass(frozen=True, slots=True)
class GradingTerms:
    """What each evidence grade leads to, and the calendar days each step of a review has.

    An undecided review goes up a step at its deadline; after the last step the fact is paid and marked. A rule of which
    people accept more than `overturned_share_max` of what it held, of at least `overturned_least`, holds no more.
    """

    a_outcome: Annotated[GradeOutcome, Choice("佐证A级的处理", of=GradeOutcome)]
    a_sample_share: Annotated[Decimal, Share("佐证A级抽查比例", local=True)]
    b_outcome: Annotated[GradeOutcome, Choice("佐证B级的处理", of=GradeOutcome)]
    b_sample_share: Annotated[Decimal, Share("佐证B级抽查比例", local=True)]
    c_outcome: Annotated[GradeOutcome, Choice("佐证C级的处理", of=GradeOutcome)]
    c_sample_share: Annotated[Decimal, Share("佐证C级抽查比例", local=True)]
    d_outcome: Annotated[GradeOutcome, Choice("佐证D级的处理", of=GradeOutcome)]
    d_sample_share: Annotated[Decimal, Share("佐证D级抽查比例", local=True)]
    agency_deadline: Annotated[
        dt.timedelta, Duration("机构审核期限（天）", key="agency_review_days", unit="days", low=1, high=60)
    ]
    operator_deadline: Annotated[
        dt.timedelta, Duration("经办审核期限（天）", key="operator_review_days", unit="days", low=1, high=60)
    ]
    appeal_deadline: Annotated[
        dt.timedelta, Duration("申诉期限（天）", key="appeal_days", unit="days", low=1, high=180)
    ]
    overturned_share_max: Annotated[Decimal, Share("规则被推翻的最高比例", in_older_texts="1")]
    overturned_least: Annotated[int, Whole("停用规则的最少审核件数", low=1, high=100_000, in_older_texts=100_000)]

    def rule_of(self, grade: EvidenceGrade) -> GradeRule:
        """Return the rule of one grade."""
        name = grade.value.lower()
        return GradeRule(getattr(self, f"{name}_outcome"), getattr(self, f"{name}_sample_share"))


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """Who writes a care plan, whether the client or guardian must confirm it before it takes effect, and what comes
    first: the agency's own look at the client, and a service agreement with him."""

    author_role: Annotated[PlanAuthor, Choice("护理计划制定方", of=PlanAuthor, local=True)]
    client_confirmation_required: Annotated[bool, YesNo("护理计划须服务对象确认", local=True)]
    admission_assessment_required: Annotated[bool, YesNo("机构须先全面评估", local=True, in_older_texts=False)]
    service_agreement_required: Annotated[bool, YesNo("须签服务协议", local=True, in_older_texts=True)]


@dataclass(frozen=True, slots=True)
class CarerTerms:
    """Professional carers: certificate, the first day uncertified ones may no longer work (None: never allowed while
    `certificate_required`), whether only those may who were employed before home care began, and when it did (None: not
    known), caseload bounds (None: no bound), which clients count, and from which level one is severely disabled."""

    certificate_required: Annotated[bool, YesNo("须持证上岗", local=True)]
    uncertified_until: Annotated[dt.date | None, Day("无证人员过渡截止（当日起不可）", optional=True)]
    uncertified_employed_before: Annotated[bool, YesNo("过渡期仅限开展居家照护前已在职人员", in_older_texts=False)]
    home_care_began_on: Annotated[dt.date | None, Day("开展居家照护服务的日期", optional=True)]
    caseload_min: Annotated[int | None, Whole("照护人数下限（人）", low=1, high=100, optional=True)]
    caseload_max: Annotated[int | None, Whole("照护人数上限（人）", low=1, high=100, optional=True)]
    caseload_counts: Annotated[
        CaseloadCount,
        Choice("照护人数的统计对象", of=CaseloadCount, in_older_texts=CaseloadCount.SEVERELY_DISABLED.value),
    ]
    severe_from_level: Annotated[int, Whole("重度失能的最低等级", low=1, high=6, in_older_texts=3)]


@dataclass(frozen=True, slots=True)
class FamilyTerms:
    """Family carers.

    `clock_events_per_day`: 1 = in only, 2 = in and out. `late_entry_until`: time after the local midnight that ends the
    day during which it may still be entered. `training_months`: calendar months of practical training before a
    provisional carer becomes formal; the change counts from `counts_from`. `prompts_per_week`: how often he is asked at
    random times where he is, each time for `prompt_open`; 0: never. One that is missed costs nothing.
    """

    relations: Annotated[tuple[Relation, ...], Choices("可担任亲情照护人员的关系", of=Relation)]
    item_category: Annotated[ItemCategory, Choice("可提供的项目类别", of=ItemCategory)]
    clock_events_per_day: Annotated[int, Whole("每日打卡次数", low=1, high=2)]
    late_entry_until: Annotated[
        dt.timedelta, Duration("当日结束后可补记（小时）", key="late_entry_hours", unit="hours", high=240, local=True)
    ]
    training_months: Annotated[int, Whole("实践培训（月）", high=24)]
    exam_on_file_required: Annotated[bool, YesNo("转正须有考核留档")]
    counts_from: Annotated[StartRule, Choice("转为正式的起算", of=StartRule)]
    provisional_earns: Annotated[bool, YesNo("培训期间计发补助")]
    position_weight: Annotated[PositionWeight, Choice("位置的佐证作用", of=PositionWeight)]
    prompts_per_week: Annotated[int, Whole("每周随机到岗确认次数", high=21, local=True, in_older_texts=0)]
    prompt_open: Annotated[
        dt.timedelta,
        Duration(
            "随机到岗确认等待（分钟）", key="prompt_open_minutes", unit="minutes", low=5, high=240, in_older_texts=30
        ),
    ]


@dataclass(frozen=True, slots=True)
class LevelAmount:
    """What stands in place of `subsidy.amount_fen` on the days on which this level is held."""

    level: Annotated[int, Whole("待遇等级", low=1, high=9)]
    amount_fen: Annotated[int, Whole("金额（分）", high=100_000_000)]


@dataclass(frozen=True, slots=True)
class SubsidyTerms:
    """The family-care subsidy.

    `amount_fen` is fen per month (monthly), per paid day (per_day) or of the whole package per month
    (share_of_package, of which `package_share` is paid); 0 where no amount is set, and by continuous_months, whose
    amounts are the steps of `supplement`. `level_amounts` names the levels with an amount of their own; on a day of
    any other number `amount_fen` holds. Below `least_days` paid days in a month nothing is paid.
    Late news is looked for in the last `recompute_months` months.
    The three booleans say whether the day itself is paid when the client is admitted, discharged or dies.
    `month_review` says of which months a reviewer decides before they are paid.
    """

    kind: Annotated[SubsidyKind, Choice("补助计算方式", of=SubsidyKind)]
    amount_fen: Annotated[int, Whole("补助金额（分）", high=100_000_000)]
    level_amounts: Annotated[tuple[LevelAmount, ...], Rows("按等级的补助金额", of=LevelAmount)]
    package_share: Annotated[Decimal | None, Share("占护理包比例", optional=True)]
    day_divisor: Annotated[DayDivisor, Choice("缺日折算", of=DayDivisor)]
    least_days: Annotated[int, Whole("每月最少天数", high=31)]
    recompute_months: Annotated[int, Whole("每夜重新核算的月数", high=24, in_older_texts=0)]
    admission_day_paid: Annotated[bool, YesNo("入院当日计发")]
    discharge_day_paid: Annotated[bool, YesNo("出院当日计发")]
    death_day_paid: Annotated[bool, YesNo("身故当日计发")]
    rounding: Annotated[Rounding, Choice("舍入", of=Rounding)]
    payee: Annotated[Payee, Choice("补助收款人", of=Payee)]
    month_review: Annotated[
        MonthReviewRule,
        Choice("发放前由人审核的月份", of=MonthReviewRule, in_older_texts=MonthReviewRule.NONE.value),
    ]


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """How long ago what an agency enters may begin or end; the fund enters what lies further back. After `edit_lock` a
    record of care is corrected on request only."""

    backdate: Annotated[
        dt.timedelta,
        Duration("机构补录最远（天）", key="backdate_days", unit="days", high=366, in_older_texts=31),
    ]
    edit_lock: Annotated[
        dt.timedelta,
        Duration("护理记录锁定（天）", key="edit_lock_days", unit="days", low=1, high=366, in_older_texts=60),
    ]


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """Days after which, with the month settled and nothing open, exact positions and photos may fade; and the months
    for which everything that was settled is kept."""

    positions: Annotated[
        dt.timedelta, Duration("精确位置保留（天）", key="position_days", unit="days", low=1, high=36500)
    ]
    photos: Annotated[dt.timedelta, Duration("照片保留（天）", key="photo_days", unit="days", low=1, high=36500)]
    settled_months: Annotated[int, Whole("结算资料保留（月）", low=1, high=1200, in_older_texts=120)]


@dataclass(frozen=True, slots=True)
class WorkTerms:
    """A full post of a professional carer, for staff load: what is above is overtime, what is not planned is free."""

    daily: Annotated[
        dt.timedelta,
        Duration("每日标准工时（分钟）", key="daily_minutes", unit="minutes", low=60, high=1440, in_older_texts=480),
    ]
    weekly: Annotated[
        dt.timedelta,
        Duration("每周标准工时（分钟）", key="weekly_minutes", unit="minutes", low=60, high=10080, in_older_texts=2400),
    ]
    monthly: Annotated[
        dt.timedelta,
        Duration(
            "每月标准工时（分钟）", key="monthly_minutes", unit="minutes", low=60, high=44640, in_older_texts=9920
        ),
    ]
