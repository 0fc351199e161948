"""Terms of what comes before care: benefits and what may be held together."""

from dataclasses import dataclass
from typing import Annotated

from app.policies.codes import HomeType, StartRule
from app.policies.kinds import Choice, Choices, Combinations, Whole


@dataclass(frozen=True, slots=True)
class EntitlementTerms:
    """Benefits: when they start, how long a conclusion holds, how often it is reviewed (None: only at its end), when a
    change of mode counts, which types of home care exist and which may be held together."""

    benefit_start: Annotated[StartRule, Choice("待遇起始", of=StartRule)]
    conclusion_validity_months: Annotated[int, Whole("评估结论有效期（月）", low=1, high=120)]
    review_interval_months: Annotated[int | None, Whole("复核间隔（月）", low=1, high=120, optional=True)]
    mode_change: Annotated[StartRule, Choice("变更护理方式起算", of=StartRule)]
    home_types: Annotated[tuple[HomeType, ...], Choices("居家护理类型", of=HomeType)]
    combinations: Annotated[tuple[frozenset[HomeType], ...], Combinations("可享受的组合", of=HomeType)]
