"""Subsidies and their payment. Money is integer fen."""

from enum import StrEnum


class PayoutState(StrEnum):
    """Where one payment stands. `failed` never left, `returned` came back; both may be reissued as a new payout."""

    DRAFT = "draft"
    APPROVED = "approved"
    FROZEN = "frozen"
    SENT = "sent"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"  # taken out of a batch before it was frozen


ALLOWED: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.DRAFT: frozenset({PayoutState.APPROVED, PayoutState.CANCELLED}),
    PayoutState.APPROVED: frozenset({PayoutState.FROZEN, PayoutState.CANCELLED}),
    PayoutState.FROZEN: frozenset({PayoutState.SENT}),
    PayoutState.SENT: frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.UNKNOWN}),
    PayoutState.UNKNOWN: frozenset({PayoutState.PAID, PayoutState.FAILED}),
    PayoutState.PAID: frozenset({PayoutState.RETURNED}),
    PayoutState.FAILED: frozenset(),
    PayoutState.RETURNED: frozenset(),
    PayoutState.CANCELLED: frozenset(),
}
LIVE_STATES = ("draft", "approved", "frozen", "sent", "unknown", "paid")


class DayRule(StrEnum):
    """Why a day of a month is paid or not; one reason a day, the first that applies."""

    PAID = "paid"
    BEFORE_ENTITLEMENT = "before_entitlement"
    ENTITLEMENT_ENDED = "entitlement_ended"
    MODE_WITHOUT_FAMILY_CARE = "mode_without_family_care"
    SUSPENDED = "suspended"
    IN_HOSPITAL = "in_hospital"
    IN_INSTITUTION = "in_institution"
    AWAY = "away"
    DIED = "died"
    IN_TRAINING = "in_training"
    NOT_ASSIGNED = "not_assigned"
    NO_RECORD = "no_record"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


class FileKind(StrEnum):
    """Files exchanged with the bank."""

    DAIFA = "daifa"  # 代发
    PAIN001 = "pain001"
    ANSWER = "answer"  # 回盘
    RETURNS = "returns"  # 退票


class BatchState(StrEnum):
    """Derived from what exists: approval, files, answers."""

    PREPARED = "prepared"
    APPROVED = "approved"
    FROZEN = "frozen"
    ANSWERED = "answered"
