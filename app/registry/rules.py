"""Days on which rights begin and end. Pure; what the region's policy says comes in."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from app.policies.codes import HomeType, Relation, StartRule
from app.registry.types import CheckRefusal, NameCheck, Period

ONE_DAY = timedelta(days=1)


def benefit_starts(concluded_on: date, *, rule: StartRule) -> date:
    """The first day of a benefit, or of a change, decided on `concluded_on`."""
    if rule is StartRule.SAME_DAY:
        return concluded_on
    if rule is StartRule.NEXT_DAY:
        return concluded_on + ONE_DAY
    return add_months(concluded_on.replace(day=1), 1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def becomes_formal_on(started_on: date, *, months: int, exam_on: date | None) -> date:
    """The day a provisional family carer becomes formal: the last day of the training, or the later day of the exam.

    Months are full when their last day has passed: two months from 1 February are full on 31 March (assumed; the texts
    only say "two months"). Without training the carer is formal at once, or with the exam.
    """
    trained_on = add_months(started_on, months) - ONE_DAY if months else started_on
    return trained_on if exam_on is None else max(trained_on, exam_on)


def formal_counts_from(started_on: date, *, months: int, exam_on: date | None, rule: StartRule) -> date:
    """The first day that counts as a formal carer's, after training of `months` and the exam; by the policy's rule."""
    return benefit_starts(becomes_formal_on(started_on, months=months, exam_on=exam_on), rule=rule)


def is_allowed_combination(home_types: Collection[HomeType], *, combinations: Collection[frozenset[HomeType]]) -> bool:
    """Say whether a policy lets these types of home care be held together."""
    return frozenset(home_types) in combinations


def may_be_family_carer(relation: Relation, *, relations: Collection[Relation]) -> bool:
    """Say whether a policy lets a person of this relation be a family carer."""
    return relation in relations


def lies_within(period: Period, *, outer: Period) -> bool:
    """Say whether every day of `period` is one of `outer`."""
    if period.valid_from < outer.valid_from:
        return False
    return outer.valid_to is None or (period.valid_to is not None and period.valid_to <= outer.valid_to)


def judge_name_check(
    result: NameCheck, *, holder: str, payee: str, set_by: UUID, checked_by: UUID
) -> CheckRefusal | None:
    """Say why this person may not record this result of a name check; None when he may.

    Whoever recorded an account does not check it. Taking a check back frees no money, so anybody may.
    """
    if result is NameCheck.UNCHECKED:
        return None
    if set_by == checked_by:
        return CheckRefusal.SAME_PERSON
    if result is NameCheck.MATCHED and holder != payee:
        return CheckRefusal.HOLDER_DIFFERS
    return None
