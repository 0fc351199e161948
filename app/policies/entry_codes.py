"""Codes of the terms of application, assessment and benefits."""

from enum import StrEnum


class IntakeBody(StrEnum):
    """Where an application is handed in."""

    STREET_CENTRE = "street_centre"
    COMMUNITY_HEALTH_CENTRE = "community_health_centre"
    FUND_OPERATOR = "fund_operator"
    ENTRUSTED_OPERATOR = "entrusted_operator"


class Paper(StrEnum):
    """Papers that show the condition."""

    DISCHARGE_SUMMARY = "discharge_summary"
    OUTPATIENT_RECORD = "outpatient_record"
    DISABILITY_CERTIFICATE = "disability_certificate"


class AssessmentKind(StrEnum):
    """Why an assessment is made."""

    FIRST = "first"
    END_OF_TERM = "end_of_term"
    CHANGE_OF_CONDITION = "change_of_condition"
    REPEAT_AFTER_DISPUTE = "repeat_after_dispute"
    SPOT_CHECK = "spot_check"


class AssessmentStandard(StrEnum):
    """By which scale a level is meant: the national one has 0 to 5, Shanghai's own 1 to 6."""

    NATIONAL = "national"
    SHANGHAI_UNIFIED = "shanghai_unified"


class PublicityBody(StrEnum):
    """Who posts an assessment's result."""

    INTAKE_AND_COMMITTEE = "intake_and_committee"
    FUND_OPERATOR = "fund_operator"


class OverdueReview(StrEnum):
    """What an overdue review does to the benefit."""

    TELLS = "tells"
    HOLDS_PAYMENT = "holds_payment"
    STOPS_BENEFIT = "stops_benefit"


class LimitPeriod(StrEnum):
    """Over which time a limit is added up, by the calendar."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
