"""Where rows of months stand in their review, and what the rules notice about them now. Unscoped: for paying, and for
lists whose rows were found by their actor."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, DateTime, Select, and_, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from app.checkin.models import CareDay, Review
from app.checkin.types import Decision
from app.kernel.regions import zone_of
from app.payouts.models import Payout, Subsidy, SubsidyDay
from app.payouts.queries.months import same_month
from app.payouts.review_models import MonthReview
from app.payouts.review_rules import find_flags, judge_month
from app.payouts.review_types import Flag, MonthDecision, MonthReviewView, MonthSigns, MonthStanding
from app.payouts.rules import calendar_days
from app.payouts.types import LIVE_STATES, DayRule
from app.policies.codes import MonthReviewRule
from app.policies.service import current_book
from app.registry.models import BankAccount, Client

AWAY = (DayRule.IN_HOSPITAL, DayRule.IN_INSTITUTION, DayRule.AWAY)

_client = aliased(Client)  # a scope may ask for the client too
_later, _earlier, _before, _covered = (aliased(Subsidy) for _ in range(4))
IS_NEWEST = ~exists().where(same_month(_later, Subsidy), _later.seq > Subsidy.seq)
COVERED_FEN = (
    select(func.coalesce(func.sum(Payout.amount_fen), 0))
    .join(_covered, _covered.id == Payout.subsidy_id)
    .where(same_month(_covered, Subsidy), Payout.state.in_(LIVE_STATES))
    .scalar_subquery()
)
LAST_DECISION = (
    select(MonthReview.decision)
    .where(MonthReview.subsidy_id == Subsidy.id)
    .order_by(MonthReview.seq.desc())
    .limit(1)
    .scalar_subquery()
)
WAS_REVIEWED = exists().where(
    same_month(_earlier, Subsidy), _earlier.seq < Subsidy.seq, MonthReview.subsidy_id == _earlier.id
)
DAYS_BEFORE = (
    select(_before.days_paid)
    .where(
        _before.client_id == Subsidy.client_id,
        _before.carer_id.is_not_distinct_from(Subsidy.carer_id),
        _before.month == cast(func.date_trunc("month", Subsidy.month - timedelta(days=1)), Date),
    )
    .order_by(_before.seq.desc())
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A row of a month with what is stored about it, its days aside."""

    subsidy: Subsidy
    district_code: str
    is_newest: bool
    is_lacking: bool
    decision: MonthDecision | None
    days_before: int | None
    is_account_changed: bool
    was_decided: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row of a month stands, with the flags that it has now."""

    row: MonthRow
    flags: tuple[Flag, ...]
    standing: MonthStanding


def find_standings(session: Session, *, subsidy_ids: Collection[UUID], region: str) -> dict[UUID, MonthStanding]:
    """Where newest rows of months stand, in at most two statements: days are read only where a flag decides."""
    rule_of = _rules_of(region)
    rows = load(session, rows_of(select(Subsidy).where(Subsidy.id.in_(subsidy_ids)), region=region))
    by_flags = [
        row for row in rows if row.is_lacking and row.decision is None and rule_of(row) is MonthReviewRule.FLAGGED
    ]
    flags = _flags_of(session, by_flags, zone=zone_of(region))
    return {row.subsidy.id: _judge(row, flags.get(row.subsidy.id, ()), rule_of(row)) for row in rows}


def find_reviews(session: Session, *, subsidy_ids: Collection[UUID]) -> dict[UUID, MonthReviewView]:
    """The newest review of each row that has one."""
    rows = session.scalars(
        select(MonthReview)
        .where(MonthReview.subsidy_id.in_(subsidy_ids))
        .ext(distinct_on(MonthReview.subsidy_id))
        .order_by(MonthReview.subsidy_id, MonthReview.seq.desc())
    )
    return {row.subsidy_id: MonthReviewView(row.decision, row.reason, row.actor_id, row.recorded_at) for row in rows}


def count_reviews(session: Session, *, subsidy_id: UUID) -> int:
    """How often a row was decided about."""
    return session.scalars(select(func.count()).where(MonthReview.subsidy_id == subsidy_id)).one()


def rows_of(subsidies: Select[Any], *, region: str) -> Select[Any]:
    """Rows of months as `load` reads them, out of those that are selected."""
    return subsidies.add_columns(
        _client.district_code,
        IS_NEWEST,
        Subsidy.amount_fen > COVERED_FEN,
        LAST_DECISION,
        DAYS_BEFORE,
        _is_account_changed(zone_of(region)),
        and_(Subsidy.seq > 1, or_(COVERED_FEN > 0, WAS_REVIEWED)),
    ).join(_client, _client.id == Subsidy.client_id)


def load(session: Session, statement: Select[Any]) -> list[MonthRow]:
    """What `rows_of` selects."""
    return [MonthRow(*row) for row in session.execute(statement)]


def stand(session: Session, rows: Sequence[MonthRow], *, region: str) -> list[Standing]:
    """Where each row stands, with its flags. One statement."""
    rule_of, flags = _rules_of(region), _flags_of(session, rows, zone=zone_of(region))
    return [Standing(row, flags[row.subsidy.id], _judge(row, flags[row.subsidy.id], rule_of(row))) for row in rows]


def _rules_of(region: str) -> Callable[[MonthRow], MonthReviewRule]:
    """The rule of a row's district on the last day of its month, each looked up once."""
    book = current_book()

    @cache
    def find(district: str, month: date) -> MonthReviewRule:
        policy = book.policy_or_last(region=region, district=district, on=calendar_days(month)[-1])
        return policy.subsidy.month_review

    return lambda row: find(row.district_code, row.subsidy.month)


def _is_account_changed(zone: ZoneInfo) -> ColumnElement[bool]:
    """Condition: the payee's account took another one's place since the month began."""
    began_at = func.timezone(zone.key, cast(Subsidy.month, DateTime(timezone=False)))
    is_new = exists().where(
        BankAccount.person_id == Subsidy.payee_person_id,
        BankAccount.replaced_at.is_(None),
        BankAccount.created_at >= began_at,
    )
    had_another = select(BankAccount.person_id).where(BankAccount.replaced_at.is_not(None))
    return and_(is_new, Subsidy.payee_person_id.in_(had_another))


def _judge(row: MonthRow, flags: Collection[Flag], rule: MonthReviewRule) -> MonthStanding:
    return judge_month(rule, decision=row.decision, is_flagged=bool(flags), is_lacking=row.is_lacking)


def _flags_of(session: Session, rows: Sequence[MonthRow], *, zone: ZoneInfo) -> dict[UUID, tuple[Flag, ...]]:
    counts = _count_days(session, [row.subsidy for row in rows], zone=zone) if rows else {}
    return {row.subsidy.id: find_flags(_signs(row, counts.get(row.subsidy.id, (0, 0, 0)))) for row in rows}


def _signs(row: MonthRow, counts: tuple[int, int, int]) -> MonthSigns:
    days_away, days_late, days_by_silence = counts
    return MonthSigns(
        days_paid=row.subsidy.days_paid,
        days_before=row.days_before,
        days_away=days_away,
        days_late=days_late,
        days_by_silence=days_by_silence,
        is_account_changed=row.is_account_changed,
        was_decided=row.was_decided,
    )


def _count_days(
    session: Session, subsidies: Sequence[Subsidy], *, zone: ZoneInfo
) -> Mapping[UUID, tuple[int, int, int]]:
    """By row: days away for which care was told; paid days entered after their own day; paid days that were held, and
    accepted by nobody in time.

    Clients and days are named beside the rows, so that only their care days are looked at.
    """
    months = {row.month for row in subsidies}
    is_away = SubsidyDay.rule.in_(AWAY)
    is_late = cast(func.timezone(zone.key, CareDay.recorded_at), Date) > SubsidyDay.day
    is_by_silence = exists().where(
        Review.fact_id == CareDay.id, Review.decision == Decision.ACCEPTED, Review.actor_id.is_(None)
    )
    of_day = and_(
        CareDay.client_id == Subsidy.client_id, CareDay.carer_id == Subsidy.carer_id, CareDay.day == SubsidyDay.day
    )
    rows = session.execute(
        select(
            SubsidyDay.subsidy_id,
            func.count(SubsidyDay.day.distinct()).filter(is_away),  # a day may have been told twice
            func.count().filter(SubsidyDay.is_paid, is_late),
            func.count().filter(SubsidyDay.is_paid, is_by_silence),
        )
        .join(Subsidy, Subsidy.id == SubsidyDay.subsidy_id)
        .join(CareDay, of_day)
        .where(
            Subsidy.id.in_([row.id for row in subsidies]),
            CareDay.client_id.in_({row.client_id for row in subsidies}),
            CareDay.day.between(min(months), calendar_days(max(months))[-1]),
            or_(is_away, CareDay.id == SubsidyDay.record_id),
        )
        .group_by(SubsidyDay.subsidy_id)
    )
    return {subsidy_id: (away, late, silent) for subsidy_id, away, late, silent in rows}
