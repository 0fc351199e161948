"""What a family carer's day is worth.

A day is graded by its clock events and where the phone was: A with all the events the policy asks for and a position at
the home, B with all of them but no such position (a family carer mostly lives there, so it proves little), C with some,
D with none. An answered prompt of a random time is such a position, and better than nothing by itself; one that was
missed is not asked about. Where the policy ignores positions all events give A, where it requires one they give C
without it. While a phone of it is not confirmed as the carer's own a day is graded one lower. The policy's outcome of
the grade decides; something that must be fixed sends any day to the operator, since a family carer has no agency. So
does another care day of the same client and day that waits there or was refused: logged once more, the day would else
be paid unseen. Stays, entitlement and training are not judged here but with the month's subsidy: news of them may come
late.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from app.checkin.days import DayClaim, DayEvent, DayFinding, DayJudgement
from app.checkin.rules.grading import lowered, severity_of
from app.checkin.rules.location import location_exceptions
from app.checkin.types import DayStanding, EventKind, ExceptionCode, Severity, Verdict
from app.policies.codes import EvidenceGrade, GradeOutcome, PositionWeight
from app.policies.terms import FamilyTerms
from app.policies.types import Policy

MUST_FIX, ACKNOWLEDGE = Severity.MUST_FIX, Severity.ACKNOWLEDGE
POSITION, PROMPT = "position", "prompt"
ONE_SECOND = timedelta(seconds=1)
# Told by a comparison with other records: what arrives about the day itself does not answer it.
BY_COMPARISON = frozenset({ExceptionCode.PHOTO_COPIED, ExceptionCode.RISK_FOUND})


def judge_care_day(claim: DayClaim, *, policy: Policy) -> DayJudgement:
    """Grade a care day and list what was found about it. Nothing is refused."""
    counted = counted_events(claim)
    told = {event.kind for event in counted}
    is_swapped = _is_swapped(counted)
    kinds = told - {EventKind.OUT} if is_swapped else told
    weight = policy.family.position_weight
    at_home = _was_at_home(counted, prompt_answered=claim.prompt_answered, weight=weight)
    places = ((POSITION, at_home), (PROMPT, claim.prompt_answered))
    witnesses = (*sorted(kind.value for kind in kinds), *(place for place, is_proven in places if is_proven))
    findings = (
        *_entry(claim, policy),
        *_care(claim, policy.family),
        *_doubted(claim),
        *_taps(told, policy.family),
        *([DayFinding(ExceptionCode.SWAPPED, MUST_FIX, {})] if is_swapped else []),
        *_tap_times(claim, counted, policy),
        *_positions(counted, at_home=at_home, weight=weight),
        *_phones_and_tags(counted),
        *_items(claim, policy),
    )
    graded = _grade(kinds, at_home=at_home, prompt_answered=claim.prompt_answered, terms=policy.family)
    graded = lowered(graded) if any(event.is_doubted for event in counted) else graded
    return DayJudgement(graded, witnesses, findings)


def standing_of(judgement: DayJudgement, *, policy: Policy, is_drawn: bool) -> DayStanding:
    """Say whether the day may be paid or waits for the operator. `is_drawn`: the sample fell on it."""
    if any(finding.severity is Severity.MUST_FIX for finding in judgement.findings):
        return DayStanding.IN_REVIEW
    outcome = policy.grading.rule_of(judgement.grade).outcome
    pays = outcome is GradeOutcome.PAYS or (outcome is GradeOutcome.PAYS_SAMPLED and not is_drawn)
    return DayStanding.PAYABLE if pays else DayStanding.IN_REVIEW


def drawn_by(*, client_id: UUID, carer_id: UUID, day: date) -> UUID:
    """By what the sample falls on a day: not by its id, which the phone may choose anew until none is drawn."""
    return uuid5(client_id, f"{carer_id}/{day.isoformat()}")


def counted_events(claim: DayClaim) -> tuple[DayEvent, ...]:
    """Keep the named events that are this carer's, for this client, on this day."""
    return tuple(
        event
        for event in claim.events
        if event.carer_id == claim.carer_id and event.client_id == claim.client_id and event.day == claim.day
    )


def counted_entry(*, occurred_at: datetime, received_at: datetime, policy: Policy) -> datetime:
    """Say when a day was entered: by the phone's clock, or when it arrived if that clock cannot be believed.

    It is not believed when it is ahead of ours, or behind by more than a late sending explains.
    """
    ahead = occurred_at - received_at > policy.location.future_tolerance
    behind = received_at - occurred_at > policy.clock.late_sync_after
    return received_at if ahead or behind else occurred_at


def _entry(claim: DayClaim, policy: Policy) -> Iterator[DayFinding]:
    if claim.begins_at - claim.entered_at > policy.location.future_tolerance:
        yield DayFinding(ExceptionCode.FUTURE_TIME, MUST_FIX, {"day": claim.day.isoformat()})
    if claim.entered_at - claim.ends_at > policy.family.late_entry_until:
        yield DayFinding(ExceptionCode.LATE_ENTRY, MUST_FIX, {"day": claim.day.isoformat()})


def _care(claim: DayClaim, terms: FamilyTerms) -> Iterator[DayFinding]:
    if not claim.is_assigned:
        yield DayFinding(ExceptionCode.NOT_ASSIGNED, MUST_FIX, {})
    elif claim.relation is not None and claim.relation not in terms.relations:
        yield DayFinding(ExceptionCode.NOT_ASSIGNED, MUST_FIX, {"relation": claim.relation.value})
    if claim.died_on is not None and claim.day > claim.died_on:
        yield DayFinding(ExceptionCode.CLIENT_DIED, MUST_FIX, {})
    if claim.is_suspended:
        yield DayFinding(ExceptionCode.CARER_SUSPENDED, MUST_FIX, {})


def _doubted(claim: DayClaim) -> Iterator[DayFinding]:
    if claim.doubted_id is not None:
        yield DayFinding(ExceptionCode.SECOND_CARE_DAY, MUST_FIX, {"care_day_id": str(claim.doubted_id)})
    if claim.elsewhere_id is not None:
        yield DayFinding(ExceptionCode.OVERLAP, MUST_FIX, {"care_day_id": str(claim.elsewhere_id)})


def _taps(kinds: set[EventKind], terms: FamilyTerms) -> Iterator[DayFinding]:
    if EventKind.IN not in kinds:
        yield DayFinding(ExceptionCode.NO_CLOCK_IN, ACKNOWLEDGE, {})
    if EventKind.OUT not in kinds and terms.clock_events_per_day > 1:
        yield DayFinding(ExceptionCode.NO_CLOCK_OUT, ACKNOWLEDGE, {})


def _is_swapped(events: tuple[DayEvent, ...]) -> bool:
    """Whether the out is not after the in: two taps of one moment prove no care between them."""
    ins = [event.counted_at for event in events if event.kind is EventKind.IN]
    outs = [event.counted_at for event in events if event.kind is EventKind.OUT]
    return bool(ins and outs) and max(outs) - min(ins) < ONE_SECOND


def _tap_times(claim: DayClaim, events: tuple[DayEvent, ...], policy: Policy) -> Iterator[DayFinding]:
    """A tap's time is what the phone says: one that comes long after its day may have been made up at home since."""
    for event in events:
        is_late = event.received_at - claim.ends_at > policy.clock.late_sync_after
        if is_late:
            yield DayFinding(ExceptionCode.LATE_SYNC, MUST_FIX, {"event_id": str(event.id)})
        for code in event.clock_found:
            if code is not ExceptionCode.LATE_SYNC or not is_late:
                yield DayFinding(code, ACKNOWLEDGE, {"event_id": str(event.id)})


def _positions(events: tuple[DayEvent, ...], *, at_home: bool, weight: PositionWeight) -> Iterator[DayFinding]:
    """What the taps' positions leave to look into, told once each; they hold the day only where one is required."""
    lacks_position = weight is PositionWeight.REQUIRED and not at_home
    severity = MUST_FIX if lacks_position else ACKNOWLEDGE
    told: set[ExceptionCode] = set()
    for event in events if weight is not PositionWeight.IGNORED else ():
        for code in location_exceptions(event.verdict, source=event.source):
            if code not in told:
                told.add(code)
                yield DayFinding(code, severity, {"event_id": str(event.id)})


def _phones_and_tags(events: tuple[DayEvent, ...]) -> Iterator[DayFinding]:
    """Told once each."""
    first = {code: event.id for event in reversed(events) for code in event.found}
    for code in sorted(first):
        yield DayFinding(code, severity_of(code), {"event_id": str(first[code])})


def _items(claim: DayClaim, policy: Policy) -> Iterator[DayFinding]:
    """A month's subsidy pays for the day, not for its items: one too many is told, and holds nothing."""
    for item in claim.items:
        if item.category is not policy.family.item_category or not item.is_for_family:
            yield DayFinding(ExceptionCode.ITEM_NOT_FOR_STAFF, ACKNOWLEDGE, {"item_code": item.item_code})


def _was_at_home(events: tuple[DayEvent, ...], *, prompt_answered: bool, weight: PositionWeight) -> bool:
    verdicts = {event.verdict for event in events} | ({Verdict.INSIDE} if prompt_answered else set())
    return weight is not PositionWeight.IGNORED and Verdict.INSIDE in verdicts and Verdict.OUTSIDE not in verdicts


def _grade(kinds: set[EventKind], *, at_home: bool, prompt_answered: bool, terms: FamilyTerms) -> EvidenceGrade:
    needed = {EventKind.IN} if terms.clock_events_per_day == 1 else {EventKind.IN, EventKind.OUT}
    if not kinds:
        return EvidenceGrade.C if prompt_answered else EvidenceGrade.D
    if not needed <= kinds:
        return EvidenceGrade.C
    if at_home or terms.position_weight is PositionWeight.IGNORED:
        return EvidenceGrade.A
    return EvidenceGrade.C if terms.position_weight is PositionWeight.REQUIRED else EvidenceGrade.B
