"""Terms of what comes before care: application, assessment, benefits and what may be held together."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from app.policies.codes import HomeType, StartRule
from app.policies.entry_codes import (
    AssessmentKind,
    AssessmentStandard,
    IntakeBody,
    LimitPeriod,
    OverdueReview,
    Paper,
    PublicityBody,
)
from app.policies.kinds import Choice, Choices, Combinations, Share, Whole, YesNo
from app.policies.tables import Rows


@dataclass(frozen=True, slots=True)
class ApplicationTerms:
    """Where and with what a benefit is applied for.

    Any one of `papers` is enough; `treatment_months` of standard treatment or disability come before.
    `online_kinds`: the assessments that may be applied for online (None: none).
    """

    intake_body: Annotated[
        IntakeBody, Choice("申请受理机构", of=IntakeBody, local=True, in_older_texts=IntakeBody.FUND_OPERATOR.value)
    ]
    treatment_months: Annotated[int, Whole("申请前治疗或失能（月）", high=60, in_older_texts=6)]
    papers: Annotated[
        tuple[Paper, ...],
        Choices("申请材料（任一）", of=Paper, local=True, in_older_texts=[each.value for each in Paper]),
    ]
    pledge_required: Annotated[bool, YesNo("须签诚信承诺书", local=True, in_older_texts=False)]
    self_rating_required: Annotated[bool, YesNo("须填自评表", local=True, in_older_texts=False)]
    pre_assessed: Annotated[bool, YesNo("受理时预评估", local=True, in_older_texts=False)]
    online_kinds: Annotated[
        tuple[AssessmentKind, ...] | None,
        Choices("可在线申请的评估", of=AssessmentKind, local=True, optional=True),
    ]


@dataclass(frozen=True, slots=True)
class AssessmentTerms:
    """How disability is assessed and the result made known.

    `reviewing_experts`: how many beside the assessor at the home look at a conclusion. `publicity_body` None: a result
    is not posted. `agency_experience_months`: how long an assessment agency must have existed (None: not asked).
    """

    standard: Annotated[
        AssessmentStandard,
        Choice("失能评估标准", of=AssessmentStandard, in_older_texts=AssessmentStandard.NATIONAL.value),
    ]
    reviewing_experts: Annotated[int, Whole("结论复核专家（人）", high=9, in_older_texts=0)]
    face_check_required: Annotated[bool, YesNo("评估须人脸识别", in_older_texts=False)]
    video_required: Annotated[bool, YesNo("评估须留视频", in_older_texts=False)]
    publicity_body: Annotated[
        PublicityBody | None, Choice("评估结果公示方", of=PublicityBody, local=True, optional=True)
    ]
    publicity_days: Annotated[int, Whole("公示天数", high=60, local=True, in_older_texts=7)]
    errors_corrected: Annotated[bool, YesNo("评估结论可纠错", local=True, in_older_texts=True)]
    agency_experience_months: Annotated[
        int | None, Whole("申请定点评估机构的最短时长（月）", low=1, high=120, optional=True)
    ]


@dataclass(frozen=True, slots=True)
class HomeLimit:
    """What of one type of home care the fund pays within a period, as far as the row says: visits, minutes, fen.

    It holds for levels from `level_from` to `level_to`, both included (None: every level), and for who holds just the
    types of `combination` (None: any). Of the cost the fund pays `fund_share`, the person the rest.
    """

    home_type: Annotated[HomeType, Choice("居家护理类型", of=HomeType)]
    combination: Annotated[tuple[HomeType, ...] | None, Choices("享受的组合", of=HomeType, optional=True)]
    level_from: Annotated[int | None, Whole("最低等级", high=9, optional=True)]
    level_to: Annotated[int | None, Whole("最高等级", high=9, optional=True)]
    period: Annotated[LimitPeriod, Choice("周期", of=LimitPeriod)]
    visits: Annotated[int | None, Whole("次数", low=1, high=1000, optional=True)]
    minutes: Annotated[int | None, Whole("分钟", low=1, high=100_000, optional=True)]
    limit_fen: Annotated[int | None, Whole("限额（分）", low=1, high=100_000_000, optional=True)]
    fund_share: Annotated[Decimal | None, Share("基金支付比例", optional=True)]


@dataclass(frozen=True, slots=True)
class EntitlementTerms:
    """Benefits: from which level, when they start, how long a conclusion holds, how often it is reviewed (None: only at
    its end) and what an overdue review does, how often the qualification is confirmed (None: never), when a change of
    mode counts, which types of home care exist, which may be held together, and within which limits."""

    lowest_level: Annotated[int, Whole("享受待遇的最低等级", low=1, high=6, in_older_texts=3)]
    benefit_start: Annotated[StartRule, Choice("待遇起始", of=StartRule)]
    conclusion_validity_months: Annotated[int, Whole("评估结论有效期（月）", low=1, high=120)]
    review_interval_months: Annotated[int | None, Whole("复核间隔（月）", low=1, high=120, optional=True)]
    overdue_review: Annotated[
        OverdueReview,
        Choice("逾期未复核的后果", of=OverdueReview, in_older_texts=OverdueReview.HOLDS_PAYMENT.value),
    ]
    qualification_months: Annotated[int | None, Whole("待遇资格确认间隔（月）", low=1, high=120, optional=True)]
    mode_change: Annotated[StartRule, Choice("变更护理方式起算", of=StartRule)]
    home_types: Annotated[tuple[HomeType, ...], Choices("居家护理类型", of=HomeType)]
    combinations: Annotated[tuple[frozenset[HomeType], ...], Combinations("可享受的组合", of=HomeType)]
    home_limits: Annotated[tuple[HomeLimit, ...], Rows("居家护理限额与支付比例", of=HomeLimit)]
