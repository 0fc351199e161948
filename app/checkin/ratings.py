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


class GivenOn(StrEnum):
    """On whose phone a rating was given. On the carer's nobody knows who held it, so it is told apart everywhere."""

    OWN_PHONE = "own_phone"  # 在自己手机上
    CARER_PHONE = "carer_phone"  # 在护理员手机上


@dataclass(frozen=True, slots=True)
class Rating:
    """Command and answer: the client's or guardian's rating of a visit, from 1 to 5; a low one with its reasons."""

    id: UUID
    score: int
    occurred_at: datetime
    reasons: tuple[RatingReason, ...] = ()


@dataclass(frozen=True, slots=True)
class RatingHandedOver:
    """Command: a rating that the client gave on the carer's phone, in a box that the phone cannot open again."""

    id: UUID
    box: bytes
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class RatingView:
    """A rating as the fund and who gave it read it. `replaced`: what was said on the carer's phone, which counts no
    more since there is one from an own phone."""

    id: UUID
    score: int
    occurred_at: datetime
    reasons: tuple[RatingReason, ...]
    given_on: GivenOn
    replaced: "RatingView | None" = None


@dataclass(frozen=True, slots=True)
class RatingTerms:
    """What a carer's phone needs to hand over: whether visits are rated today, and the key for what is said."""

    is_asked: bool
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Unrated:
    """A visit that its guardian is asked to rate, until the end of a local day; also one that was rated on the carer's
    phone only, or a carer could keep him from being asked."""

    visit_id: UUID
    client_id: UUID
    began_at: datetime | None
    ended_at: datetime | None
    last_day: date
    on_carers_phone: bool


@dataclass(frozen=True, slots=True)
class MonthAsked:
    """Query keys: a month, named by its first day."""

    month: date


@dataclass(frozen=True, slots=True)
class ScoreGiven:
    """A score with its visit and client, and on whose phone it was given."""

    visit_id: UUID
    client_id: UUID
    score: int
    given_on: GivenOn


@dataclass(frozen=True, slots=True)
class RatingTotals:
    """A carer's ratings of a month added up, and how many of them were given on carers' phones; None where so few
    clients rated that one might be recognised."""

    ratings: int | None
    score_sum: int | None
    on_carers_phones: int | None


@dataclass(frozen=True, slots=True)
class UnratedCount:
    """How many of an agency's visits of a month were to be rated, how many of them nobody rated, and how many were
    rated on carers' phones only."""

    agency_id: UUID
    asked: int
    unrated: int
    on_carers_phones: int
