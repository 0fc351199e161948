"""What is told to carers and families (消息). Nothing is stored but what was read: each follows from a decision, a
payment or a date, and is there as long as that is. It lies in the highest package that it tells of. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MessageKind(StrEnum):
    """What happened."""

    WORK_ACCEPTED = "work_accepted"  # by a person, or for want of one
    WORK_REFUSED = "work_refused"
    CORRECTION_GRANTED = "correction_granted"
    CORRECTION_DECLINED = "correction_declined"
    INCIDENT_SEEN = "incident_seen"
    CERTIFICATE_ENDING = "certificate_ending"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_RETURNED = "payout_returned"
    NOTICE_ENTERED = "notice_entered"
    NOTICE_DECLINED = "notice_declined"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing told; `subject_id` is the fact, visit, incident, certificate, payout or notice it is about."""

    kind: MessageKind
    cause: str
    subject_id: UUID
    told_at: datetime
    is_read: bool = False

    @property
    def id(self) -> str:
        """The same however often it is asked for."""
        return f"{self.kind.value}:{self.cause}"


@dataclass(frozen=True, slots=True)
class MessagesRead:
    """Command: the actor has read these."""

    ids: tuple[str, ...]
