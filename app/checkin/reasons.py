"""Reasons of reviews: codes only, since the rows are sealed. Pure, as `types` is."""

from enum import StrEnum


class ReviewReason(StrEnum):
    """Why a review decided as it did, the machine's and the carer's last. What else there is to say is a note."""

    CONFIRMED_BY_PHONE = "confirmed_by_phone"
    CONFIRMED_ON_SITE = "confirmed_on_site"
    DOCUMENTS_SEEN = "documents_seen"
    TIMES_STATED = "times_stated"
    CARE_NOT_GIVEN = "care_not_given"
    NOT_COVERED = "not_covered"
    PROOF_LACKING = "proof_lacking"
    PAID_ELSEWHERE = "paid_elsewhere"
    NEW_FACTS = "new_facts"
    MISTAKEN = "mistaken"
    OTHER = "other"
    DEADLINE_PASSED = "deadline_passed"
    WITNESS_CAME = "witness_came"
    EVENTS_ARRIVED = "events_arrived"
    APPEALED = "appealed"  # by the carer


MACHINE_REASONS = frozenset({ReviewReason.DEADLINE_PASSED, ReviewReason.WITNESS_CAME, ReviewReason.EVENTS_ARRIVED})


class AttemptReason(StrEnum):
    """Why a carer at the door cannot start today. It changes no right by itself: the agency asks and enters it."""

    NOBODY_OPENS = "nobody_opens"  # 没人开门
    IN_HOSPITAL = "in_hospital"  # 住院了
    DECLINED = "declined"  # 家属说不用来
    CLIENT_DIED = "client_died"  # 人不在了
    UNSAFE = "unsafe"  # 不安全


class ReopeningRefusal(StrEnum):
    """Why a fact is not looked into again."""

    NOT_DECIDED = "not_decided"
    SAME_PERSON = "same_person"
    TOO_LATE = "too_late"
