"""A carer's own words on a visit or care day that is looked into (补充说明). Pure, as `types` is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RemarkKind(StrEnum):
    """What the words are."""

    EXPLANATION = "explanation"  # 补充说明
    CANNOT_SUPPLY = "cannot_supply"  # 补不了: why what was asked for does not come


@dataclass(frozen=True, slots=True)
class RemarkTold:
    """Command: what a carer says of a visit or care day of his own."""

    id: UUID
    fact_id: UUID
    kind: RemarkKind
    text: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class RemarkView:
    """A remark as the carer and whoever decides see it; the text is None where it is deleted."""

    id: UUID
    kind: RemarkKind
    text: str | None
    occurred_at: datetime
    received_at: datetime
