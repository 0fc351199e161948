"""Ratings of visits (满意度评价): what a phone sends and what is shown of them. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class RatingReason(StrEnum):
    """Why a visit is rated low. A code: the row is kept for ever, and free words would name the carer."""

    CAME_LATE = "came_late"  # 来得晚
    LEFT_EARLY = "left_early"  # 走得早
    ITEMS_LACKING = "items_lacking"  # 项目没做全
    CARELESS = "careless"  # 做得不仔细
    IMPOLITE = "impolite"  # 态度不好
    ASKED_FOR_MONEY = "asked_for_money"  # 另外要钱
    OTHER = "other"  # 其他


@dataclass(frozen=True, slots=True)
class Rating:
    """Command and answer: the client's or guardian's rating of a visit, from 1 to 5; a low one with its reasons."""

    id: UUID
    score: int
    occurred_at: datetime
    reasons: tuple[RatingReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Unrated:
    """A visit that its guardian is asked to rate, until the end of a local day."""

    visit_id: UUID
    client_id: UUID
    began_at: datetime | None
    ended_at: datetime | None
    last_day: date


@dataclass(frozen=True, slots=True)
class MonthAsked:
    """Query keys: a month, named by its first day."""

    month: date


@dataclass(frozen=True, slots=True)
class RatingTotals:
    """A carer's ratings of a month added up; None where so few clients rated that one might be recognised."""

    ratings: int | None
    score_sum: int | None


@dataclass(frozen=True, slots=True)
class UnratedCount:
    """How many of an agency's visits of a month were to be rated, and how many of them nobody rated."""

    agency_id: UUID
    asked: int
    unrated: int
