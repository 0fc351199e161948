"""Days on which rights begin and end. Pure; what the region's policy says comes in."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from app.kernel.permissions import ScopeKind
from app.policies.codes import HomeType, Relation, StartRule
from app.policies.entry_codes import OverdueReview
from app.policies.entry_terms import EntitlementTerms
from app.policies.oversight_codes import CaseloadCount, LiabilityInsurance
from app.policies.oversight_terms import AgencyTerms
from app.policies.terms import CarerTerms, FamilyTerms
from app.registry.notice_types import OF_MODE, NoticeKind
from app.registry.shown import TrainingProgress
from app.registry.types import (
    CheckRefusal,
    ContractKind,
    InsuranceKind,
    NameCheck,
    Period,
    TrainingStage,
    TrainingView,
)

ONE_DAY = timedelta(days=1)
FURTHEST_CHOICE = timedelta(days=92)  # a quarter ahead: an agency cannot promise carers for later (assumed)


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


def level_number(level: str) -> int | None:
    """The number of a recorded level; None for one in words, which no policy's table of levels names."""
    return int(level) if level.isdecimal() else None


def reviewed_since(today: date, *, interval_months: int) -> date:
    """The first day of the conclusions whose next review is not overdue: its last day is the same day of the month the
    interval later, or the last of a shorter month (assumed; the texts only say "once a year")."""
    day = add_months(today, -interval_months)
    return day if day.day == today.day else day + ONE_DAY


def conclusion_ends(concluded_on: date, *, terms: EntitlementTerms) -> date:
    """The first day on which a conclusion gives nothing any more: past its validity, or past the last day of its review
    where an overdue review stops the benefit."""
    valid_to = add_months(concluded_on, terms.conclusion_validity_months)
    if terms.review_interval_months is None or terms.overdue_review is not OverdueReview.STOPS_BENEFIT:
        return valid_to
    return min(valid_to, add_months(concluded_on, terms.review_interval_months) + ONE_DAY)


def becomes_formal_on(started_on: date, *, months: int, exam_on: date | None) -> date:
    """The day a provisional family carer becomes formal: the last day of the training, or the later day of the exam.

    Months are full when their last day has passed: two months from 1 February are full on 31 March (assumed; the texts
    only say "two months"). Without training the carer is formal at once, or with the exam.
    """
    trained_on = add_months(started_on, months) - ONE_DAY if months else started_on
    return trained_on if exam_on is None else max(trained_on, exam_on)


def is_allowed_combination(home_types: Collection[HomeType], *, combinations: Collection[frozenset[HomeType]]) -> bool:
    """Say whether a policy lets these types of home care be held together."""
    return frozenset(home_types) in combinations


def may_be_family_carer(relation: Relation, *, relations: Collection[Relation]) -> bool:
    """Say whether a policy lets a person of this relation be a family carer."""
    return relation in relations


def ends_later(valid_to: date, *, than: date | None) -> bool:
    """Say whether a right would last longer than it does; nothing ends later than an open one."""
    return than is not None and valid_to > than


def earlier_end(one: date | None, other: date | None) -> date | None:
    """The end that comes first; None is open."""
    return min((each for each in (one, other) if each is not None), default=None)


def overlaps(one: Period, other: Period) -> bool:
    """Say whether two periods share a day; one without days shares none."""
    begins, ends = max(one.valid_from, other.valid_from), earlier_end(one.valid_to, other.valid_to)
    return ends is None or begins < ends


def supported_until(day: date, *, spans: Collection[Period]) -> date | None:
    """The first day from `day` on that none of the spans covers; None when there is no such day.

    Spans are days on which a carer works for an agency that serves the client. One may follow another.
    """
    while span := next((each for each in spans if each.covers(day)), None):
        if span.valid_to is None:
            return None
        day = span.valid_to
    return day


def insurances_asked(terms: AgencyTerms, *, contract: ContractKind) -> frozenset[InsuranceKind]:
    """What a policy asks an agency to insure who works by a contract: social insurance goes with a labour contract."""
    asked = {
        InsuranceKind.SOCIAL: terms.social_insurance_required and contract is ContractKind.LABOUR,
        InsuranceKind.LIABILITY: terms.liability_insurance is LiabilityInsurance.REQUIRED,
    }
    return frozenset(kind for kind, is_asked in asked.items() if is_asked)


def may_work_uncertified(terms: CarerTerms, *, on: date, employed_since: date | None) -> bool:
    """Say whether a carer without a certificate may work on a day: no policy asks for one, or not yet of who worked for
    an agency of the fund before home care began. `employed_since` is the first day of any contract."""
    if not terms.certificate_required:
        return True
    if terms.uncertified_until is None or on >= terms.uncertified_until:
        return False
    if not terms.uncertified_employed_before:
        return True
    began = terms.home_care_began_on
    return began is not None and employed_since is not None and employed_since < began


def counts_to_caseload(level: str, *, terms: CarerTerms) -> bool:
    """Say whether a client in home care of this level counts; one recorded in words counts until it is corrected."""
    number = level_number(level)
    is_severe = number is None or number >= terms.severe_from_level
    return is_severe or terms.caseload_counts is CaseloadCount.ALL_CLIENTS


def most_clients(held: Collection[tuple[UUID, Period]], *, within: Period) -> int:
    """The most clients held at once on a day of `within`: it rises only on days on which something begins."""
    starts = {period.valid_from for _, period in held if within.covers(period.valid_from)} | {within.valid_from}
    return max(len({client for client, period in held if period.covers(day)}) for day in starts)


def wanted_too_far(wanted_from: date, *, today: date) -> bool:
    """Say whether care is wanted from a day for which no agency is asked yet."""
    return wanted_from > today + FURTHEST_CHOICE


def agreement_begins(wanted_from: date, *, accepted_on: date) -> date:
    """The day on which an agency begins to serve who chose it: as wanted, but not before it agreed."""
    return max(wanted_from, accepted_on)


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


def may_answer_notice(kind: NoticeKind, *, scope: ScopeKind) -> bool:
    """Say whether an account of this scope enters what a family told: an agency stays, the fund another mode too."""
    return kind not in OF_MODE or scope is not ScopeKind.AGENCY


def training_progress(training: TrainingView, *, exam_on: date | None, terms: FamilyTerms) -> TrainingProgress:
    """Say from when a family carer is or may be formal, and from when that is paid."""
    formal_from = training.period.valid_from
    if training.stage is TrainingStage.PROVISIONAL:
        formal_from = becomes_formal_on(formal_from, months=terms.training_months, exam_on=exam_on)
    counts_from = benefit_starts(formal_from, rule=terms.counts_from) if terms.training_months else formal_from
    is_exam_needed = terms.exam_on_file_required and training.stage is TrainingStage.PROVISIONAL
    return TrainingProgress(training, exam_on, is_exam_needed, formal_from, counts_from)
