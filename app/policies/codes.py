"""Codes that policy values choose from; texts in files, the database and JSON."""

from enum import StrEnum


class CountingClock(StrEnum):
    """Which time of a clock event counts."""

    DEVICE = "device"
    RECEIVE = "receive"


class EvidenceGrade(StrEnum):
    """How well a fact is proven, A best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class GradeOutcome(StrEnum):
    """What follows from an evidence grade; a machine may hold, only a person may refuse."""

    PAYS = "pays"
    PAYS_SAMPLED = "pays_sampled"
    AGENCY_REVIEW = "agency_review"
    OPERATOR_REVIEW = "operator_review"


class MonthReviewRule(StrEnum):
    """Which families' months a person looks at before they are paid; the rules look at all of them."""

    NONE = "none"
    FLAGGED = "flagged"
    EVERY = "every"


class PlanAuthor(StrEnum):
    """Who writes the care plan."""

    AGENCY = "agency"
    COMMUNITY_NURSE = "community_nurse"


class Relation(StrEnum):
    """What a family carer is to the client."""

    SPOUSE = "spouse"
    CHILD = "child"
    CHILD_IN_LAW = "child_in_law"
    PARENT = "parent"
    SIBLING = "sibling"
    GRANDCHILD = "grandchild"
    OTHER_RELATIVE = "other_relative"
    NEIGHBOUR = "neighbour"
    OTHER = "other"  # a guardian who is no relative; may not be a family carer by any shipped policy


class ItemCategory(StrEnum):
    """Categories of service items."""

    BASIC_LIFE_CARE = "basic_life_care"
    CLINICAL_CARE = "clinical_care"


class StartRule(StrEnum):
    """From when a change counts."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    NEXT_MONTH = "next_month"


class PositionWeight(StrEnum):
    """What a family carer's position is worth: nothing, one witness among others, or needed for the day."""

    IGNORED = "ignored"
    WITNESS = "witness"
    REQUIRED = "required"


class SubsidyKind(StrEnum):
    """How the family-care subsidy is reckoned: an amount a month, an amount a day, a share of a package, or cash by the
    months of home care without a break."""

    MONTHLY = "monthly"
    PER_DAY = "per_day"
    SHARE_OF_PACKAGE = "share_of_package"
    CONTINUOUS_MONTHS = "continuous_months"


class DayDivisor(StrEnum):
    """How a monthly amount is cut for unpaid days.

    `days_in_month`: amount * paid days / days of the month.
    `thirty`: amount - unpaid days * amount / 30, never below a thirtieth when a day is paid.
    A month that two carers share is divided by its days under either.
    """

    DAYS_IN_MONTH = "days_in_month"
    THIRTY = "thirty"


class Rounding(StrEnum):
    """Where an amount is rounded: once, half up, on the sum of the month or on each day."""

    HALF_UP_PER_MONTH = "half_up_per_month"
    HALF_UP_PER_DAY = "half_up_per_day"


class Payee(StrEnum):
    """Who receives the family-care subsidy."""

    FAMILY_CARER = "family_carer"
    INSURED_PERSON = "insured_person"


class HomeType(StrEnum):
    """Types of home care: by an agency's carers (机构上门护理), by a family carer (亲情照护)."""

    AGENCY_CARE = "agency_care"
    FAMILY_CARE = "family_care"
