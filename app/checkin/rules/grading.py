"""How well a fact is proven, what follows, and who may decide. A machine may hold; only a person may refuse."""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.checkin.reasons import ReopeningRefusal
from app.checkin.types import (
    ExceptionCode,
    FactKind,
    FactSubject,
    ReviewStep,
    Route,
    Severity,
    Standing,
    Witness,
)
from app.kernel.permissions import Actor, Permission, ScopeKind
from app.policies.codes import EvidenceGrade, GradeOutcome
from app.policies.terms import GradingTerms

SAMPLING = b"anhu.checkin.sample:"

ACKNOWLEDGED = frozenset(
    {
        ExceptionCode.UNCERTAIN_LOCATION,
        ExceptionCode.STALE_FIX,
        ExceptionCode.CLOCK_SKEW,
        ExceptionCode.LATE_SYNC,
        ExceptionCode.FUTURE_TIME,
        ExceptionCode.TOO_EARLY,
        ExceptionCode.TOO_LATE,
        ExceptionCode.EARLY_OUT,
        ExceptionCode.CARER_CHANGED,
        ExceptionCode.ITEM_NOT_IN_PLAN,
        ExceptionCode.REPEATED_EVENT,
        ExceptionCode.LATE_ENTRY,
        ExceptionCode.SIMULATED_LOCATION,
        ExceptionCode.CHECKS_MISSING,
        ExceptionCode.EXTRA_NOT_CONSENTED,
        ExceptionCode.CONFIRMED_ON_CARERS_PHONE,
        ExceptionCode.PAPER_ENTRY,
        ExceptionCode.HAND_ENTRY,
        ExceptionCode.ADDRESS_DOUBTFUL,
        ExceptionCode.NEW_DEVICE,
        ExceptionCode.TAG_NOT_VALID,
        ExceptionCode.POSITION_NOT_KEPT,
    }
)
# Not for the agency: its own carer's word stands against its own client's or another accepted time, or it would be paid
# for care that the fund owes nobody.
FOR_OPERATOR = frozenset(
    {
        ExceptionCode.CLIENT_DENIES,
        ExceptionCode.OVERLAP,
        ExceptionCode.IN_HOSPITAL,
        ExceptionCode.CLIENT_DIED,
        ExceptionCode.NOT_ENTITLED,
        ExceptionCode.NOT_EMPLOYED,
        ExceptionCode.CERTIFICATE_EXPIRED,
        ExceptionCode.CARER_SUSPENDED,
        ExceptionCode.ENTITLEMENT_SUSPENDED,
        ExceptionCode.AGENCY_NOT_DESIGNATED,
        ExceptionCode.OUTSIDE_AREA,
        ExceptionCode.AGENCY_NOT_SERVING,
        ExceptionCode.HOURS_USED_UP,
        ExceptionCode.RISK_FOUND,
        ExceptionCode.PHOTO_COPIED,
        ExceptionCode.ITEMS_DENIED,
        ExceptionCode.HAND_ENTRY_IN_DOUBT,
        ExceptionCode.DEVICE_OF_OTHER,
        ExceptionCode.TAG_REPLAYED,
        ExceptionCode.TAG_ELSEWHERE,
        ExceptionCode.TAG_TOO_FAST,
        ExceptionCode.FACE_MISMATCH,
    }
)
# Facts, rights and what policy asks for, not measurements that may err; and a phone without a position, or a visit
# without an end, never passes by itself. However often people accept what these hold, they go on holding.
NEVER_STOPPED = FOR_OPERATOR | {
    ExceptionCode.NO_LOCATION,
    ExceptionCode.NO_CLOCK_IN,
    ExceptionCode.NO_CLOCK_OUT,
    ExceptionCode.NOT_ASSIGNED,
    ExceptionCode.PLAN_MISSING,
    ExceptionCode.ITEM_NOT_FOR_STAFF,
    ExceptionCode.SHARE_NOT_CONFIRMED,
    ExceptionCode.SECOND_CARE_DAY,
}
ROUTES: dict[GradeOutcome, Route] = {
    GradeOutcome.PAYS: Route.PAYS,
    GradeOutcome.PAYS_SAMPLED: Route.PAYS,
    GradeOutcome.AGENCY_REVIEW: Route.AGENCY,
    GradeOutcome.OPERATOR_REVIEW: Route.OPERATOR,
}
REVIEWERS: dict[ReviewStep, Permission] = {
    ReviewStep.AGENCY: Permission.REVIEW_FOR_AGENCY,
    ReviewStep.OPERATOR: Permission.REVIEW_FOR_OPERATOR,
}


def severity_of(
    code: ExceptionCode, *, missing_item_holds: bool = True, stopped: Collection[ExceptionCode] = ()
) -> Severity:
    """Say whether an exception must be settled before money moves. The policy decides for a missing item; what a
    stopped rule finds is only shown, unless it is none that may be stopped."""
    if code is ExceptionCode.ITEM_MISSING and not missing_item_holds:
        return Severity.ACKNOWLEDGE
    if code in stopped and may_stop(code):
        return Severity.ACKNOWLEDGE
    return Severity.ACKNOWLEDGE if code in ACKNOWLEDGED else Severity.MUST_FIX


def may_stop(code: ExceptionCode) -> bool:
    """Say whether a rule holds money at all, and may lose the right to."""
    return code not in ACKNOWLEDGED and code not in NEVER_STOPPED


def is_confirmed(words: Collection[tuple[bool, datetime]], *, since: datetime) -> bool:
    """Say whether the client or a guardian confirmed, and nobody of them denied. Each word is with its arrival.

    A confirmation that arrived before the care began, at `since`, witnesses nothing.
    """
    return {holds for holds, arrived_at in words if arrived_at >= since or not holds} == {True}


def is_face_matched(faces: Collection[tuple[bool, datetime]], *, first: datetime, last: datetime) -> bool:
    """Say whether the carer's face was found between two instants, and no other face. Each answer is with its arrival.

    What was seen before or after witnesses nothing.
    """
    return {holds for holds, arrived_at in faces if first <= arrived_at <= last} == {True}


def grade(witnesses: Collection[Witness]) -> EvidenceGrade:
    """Grade a fact by its witnesses.

    A: two independent witnesses of place or person and the client. B: one and the client. C: the client alone, or
    witnesses of place or person alone. D: none.
    """
    kinds = set(witnesses)
    others = len(kinds - {Witness.CLIENT})
    if Witness.CLIENT not in kinds:
        return EvidenceGrade.C if others else EvidenceGrade.D
    if others >= 2:
        return EvidenceGrade.A
    return EvidenceGrade.B if others else EvidenceGrade.C


def lowered(graded: EvidenceGrade) -> EvidenceGrade:
    """Give the next lower grade, of a fact told by a phone that is not confirmed yet; D has none below."""
    grades = list(EvidenceGrade)
    return grades[min(grades.index(graded) + 1, len(grades) - 1)]


def is_sampled(fact_id: UUID, *, share: Decimal, key: bytes) -> bool:
    """Draw a fact for review with probability `share`. The same fact is always drawn the same way; without the key
    nobody can tell ahead, or choose an id that is not drawn."""
    digest = hmac.digest(key, SAMPLING + fact_id.bytes, hashlib.sha256)
    return int.from_bytes(digest[:8], "big") < share * 2**64


def is_drawn(fact_id: UUID, *, grades: Collection[EvidenceGrade], terms: GradingTerms, key: bytes) -> bool:
    """Say whether the sample fell on a fact under any grade it has had: what was drawn once stays drawn."""
    rules = [terms.rule_of(each) for each in set(grades)]
    return any(
        rule.outcome is GradeOutcome.PAYS_SAMPLED and is_sampled(fact_id, share=rule.sample_share, key=key)
        for rule in rules
    )


def decide(
    fact_id: UUID,
    *,
    grades: Sequence[EvidenceGrade],
    found: Collection[tuple[ExceptionCode, Severity]],
    terms: GradingTerms,
    has_agency: bool,
    key: bytes,
) -> Route:
    """Say what follows from the grades, the last one first, and the exceptions.

    Something that must be fixed is never paid unseen.
    The agency looks first; without one the operator does, and always where the client denies, times collide or there
    may have been no right to care. A drawn fact is the operator's whatever else is found, else whoever drops an item
    would choose who looks.
    """
    if any(code in FOR_OPERATOR for code, _ in found):
        return Route.OPERATOR
    if is_drawn(fact_id, grades=grades, terms=terms, key=key):
        return Route.SAMPLED
    route = ROUTES[terms.rule_of(grades[0]).outcome]
    if route is Route.PAYS and any(severity is Severity.MUST_FIX for _, severity in found):
        route = Route.AGENCY
    return Route.OPERATOR if route is Route.AGENCY and not has_agency else route


def step_of(route: Route) -> ReviewStep | None:
    """Who looks; None when it pays at once."""
    return {Route.PAYS: None, Route.AGENCY: ReviewStep.AGENCY}.get(route, ReviewStep.OPERATOR)


def moves(held: ReviewStep, *, to: ReviewStep, was_escalated: bool) -> bool:
    """Say whether a hold moves to the step that now follows; never back to a step that let its deadline pass."""
    return held is not to and (to is ReviewStep.OPERATOR or not was_escalated)


def next_step(step: ReviewStep) -> ReviewStep | None:
    """The step above; None after the last: then an undecided fact is paid and marked."""
    return ReviewStep.OPERATOR if step is ReviewStep.AGENCY else None


def judge_reopening(
    kind: FactKind,
    standing: Standing,
    *,
    refusals: Mapping[UUID, date],
    reviewer_id: UUID,
    today: date,
    terms: GradingTerms,
) -> ReopeningRefusal | None:
    """Say why this reviewer may not have a fact looked into again; None when he may.

    What was accepted may be, and a care day that came second to one; what was refused, up to the policy's days after
    the last refusal. `refusals` gives the local day on which each account refused: who did takes no further part.
    """
    if standing is Standing.HELD or (standing is Standing.OPEN and kind is not FactKind.CARE_DAY):
        return ReopeningRefusal.NOT_DECIDED
    if reviewer_id in refusals:
        return ReopeningRefusal.SAME_PERSON
    if standing is Standing.REFUSED and today > max(refusals.values()) + terms.appeal_deadline:
        return ReopeningRefusal.TOO_LATE
    return None


def due_on(step: ReviewStep, *, today: date, terms: GradingTerms) -> date:
    """The last local day on which the step may decide."""
    days: timedelta = terms.agency_deadline if step is ReviewStep.AGENCY else terms.operator_deadline
    return today + days


def may_review(actor: Actor, *, fact: FactSubject, step: ReviewStep, carer_person_id: UUID | None) -> bool:
    """Say whether an account may decide this fact at this step: an agency its own, the operator all of its scope.

    Nobody decides about his own care, in whatever role.
    """
    if not actor.may(REVIEWERS[step]):
        return False
    if actor.person_id is not None and actor.person_id == carer_person_id:
        return False
    if step is ReviewStep.AGENCY:
        return actor.scope.kind is ScopeKind.AGENCY and actor.scope.agency_id == fact.agency_id
    if actor.scope.kind is ScopeKind.DISTRICT:
        return actor.scope.key == fact.district_code
    return actor.scope.kind is ScopeKind.FUND
