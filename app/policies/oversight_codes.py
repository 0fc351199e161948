"""Codes of the terms of agencies, settlement, sanctions and inspection."""

from enum import StrEnum


class CaseloadCount(StrEnum):
    """Which of a carer's standing clients in home care count towards the caseload."""

    SEVERELY_DISABLED = "severely_disabled"
    ALL_CLIENTS = "all_clients"


class ContractRule(StrEnum):
    """Which contract an agency and its carer must have."""

    LABOUR_IN_WORKING_AGE = (
        "labour_in_working_age"  # of working age a labour contract; others by the agency's own rules
    )
    LABOUR_OR_AGREEMENT = "labour_or_agreement"
    LABOUR_OR_SERVICE = "labour_or_service"


class LiabilityInsurance(StrEnum):
    """Whether an agency insures its carers against liability."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class RatingDuty(StrEnum):
    """Whether client or guardian rates each visit, or is only asked."""

    REQUIRED = "required"
    ASKED = "asked"


class PositionVerdict(StrEnum):
    """What a position said about the place of a tap."""

    INSIDE = "inside"
    UNCERTAIN = "uncertain"
    OUTSIDE = "outside"
    NO_POSITION = "no_position"
    NULL_ISLAND = "null_island"
    STALE = "stale"
    FUTURE = "future"
    NO_HOME = "no_home"


class VerdictEffect(StrEnum):
    """What a verdict leads to: nothing, a note, or a hold until a person has looked."""

    PASSES = "passes"
    TOLD = "told"
    HELD = "held"


class SupplementChoice(StrEnum):
    """Who chooses between more hours and cash, or that there is no choice."""

    BY_CLIENT = "by_client"
    HOURS_ONLY = "hours_only"
    CASH_ONLY = "cash_only"


class PriceUnit(StrEnum):
    """What a price is of."""

    HOUR = "hour"
    VISIT = "visit"


class PricedStaff(StrEnum):
    """By whom a visit is made, where that makes its price."""

    CARER = "carer"
    NURSE = "nurse"


class SettlementPeriod(StrEnum):
    """How often the fund settles with an agency."""

    MONTH = "month"
    QUARTER = "quarter"


class Voucher(StrEnum):
    """By what the insured person shows who he is."""

    E_VOUCHER = "e_voucher"
    SOCIAL_SECURITY_CARD = "social_security_card"


class SanctionTrigger(StrEnum):
    """What was found."""

    REASSESSMENT_INDUCED = "reassessment_induced"
    REASSESSMENT_VIOLATION = "reassessment_violation"
    NOT_RECTIFIED = "not_rectified"
    VIOLATION = "violation"
    AGREEMENT_BREACH = "agreement_breach"
    ADMINISTRATIVE_OFFENCE = "administrative_offence"
    CRIME = "crime"
    BENEFIT_FRAUD = "benefit_fraud"
    OPERATOR_FAILURE = "operator_failure"


class SanctionTarget(StrEnum):
    """Against whom a measure goes."""

    AGENCY = "agency"
    AGENCY_HEAD = "agency_head"
    CARER = "carer"
    INSURED_PERSON = "insured_person"
    FUND_OPERATOR = "fund_operator"


class SanctionMeasure(StrEnum):
    """What is done."""

    TALK = "talk"
    ORDER_TO_RECTIFY = "order_to_rectify"
    WITHHOLD_SETTLEMENT = "withhold_settlement"
    SUSPEND_NEW_CLIENTS = "suspend_new_clients"
    RECOVERY = "recovery"
    FINE = "fine"
    CIRCULATED_CRITICISM = "circulated_criticism"
    BY_AGREEMENT = "by_agreement"
    ADMINISTRATIVE_PENALTY = "administrative_penalty"
    CRIMINAL_REFERRAL = "criminal_referral"
    DAMAGES = "damages"


class InspectionWay(StrEnum):
    """How it is inspected."""

    ON_SITE = "on_site"
    VIDEO = "video"
    DATA_ANALYSIS = "data_analysis"
    THIRD_PARTY = "third_party"


class TruthfulnessBody(StrEnum):
    """Who checks on the spot that services are real."""

    VILLAGE_COMMITTEE = "village_committee"
