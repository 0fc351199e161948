"""What client, carer and agency say of a visit beside its taps: statements, and how they are told. Pure, as `types`."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.checkin.commands import ItemEntry
from app.kernel.canonical import LATER


class Speaker(StrEnum):
    """Who says it."""

    CLIENT = "client"  # or his guardian
    CARER = "carer"
    AGENCY = "agency"


class Signature(StrEnum):
    """Whether client or guardian signed."""

    SIGNED = "signed"
    NONE = "none"


class StatementReason(StrEnum):
    """Why a confirmation cannot be given, or why times are stated by hand: codes only, since the rows are sealed."""

    WAS_ABSENT = "was_absent"  # 我当时不在场
    NOBODY_THERE = "nobody_there"
    CANNOT_SIGN = "cannot_sign"
    DECLINED = "declined"
    ASLEEP = "asleep"
    CANNOT_READ = "cannot_read"
    NO_PHONE = "no_phone"
    FORGOTTEN = "forgotten"
    NOT_REMEMBERED = "not_remembered"  # 记不清了: forgotten, and he cannot say when he left
    PHONE_FAILED = "phone_failed"
    NO_NETWORK = "no_network"
    OTHER = "other"


# Why nothing can be said for the client: all but what only concerns a phone at the door.
OF_SILENCE = frozenset(
    {
        StatementReason.WAS_ABSENT,
        StatementReason.NOBODY_THERE,
        StatementReason.CANNOT_SIGN,
        StatementReason.DECLINED,
        StatementReason.ASLEEP,
        StatementReason.CANNOT_READ,
        StatementReason.NO_PHONE,
        StatementReason.OTHER,
    }
)

# Why times are stated by hand.
OF_HAND = frozenset(
    {
        StatementReason.NO_PHONE,
        StatementReason.FORGOTTEN,
        StatementReason.PHONE_FAILED,
        StatementReason.NO_NETWORK,
        StatementReason.OTHER,
    }
)


@dataclass(frozen=True, slots=True)
class StatedEnd:
    """Command: the carer says when a visit ended whose clock-out he forgot; None: he does not remember."""

    id: UUID
    ended_at: datetime | None
    reason: StatementReason
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """Command: the agency enters a visit from paper or by telephone, for a carer without a usable phone."""

    id: UUID
    began_at: datetime
    ended_at: datetime
    reason: StatementReason
    items: tuple[ItemEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedConfirmation:
    """Command: the five statements of client or guardian. None: he says nothing of it.

    `ended_at`, beside the times: when the carer left, for a visit whose clock-out was forgotten. `handed_over`: said on
    the carer's phone, which he handed over for it, by whoever took it.
    """

    id: UUID
    occurred_at: datetime
    times: bool | None = None
    items: bool | None = None
    service: bool | None = None
    signature: Signature = Signature.NONE
    reason: StatementReason | None = None
    ended_at: datetime | None = None
    handed_over: bool = field(default=False, metadata=LATER)

    @property
    def answers(self) -> bool:
        """Say whether anything but a reason is told."""
        return any(each is not None for each in (self.times, self.items, self.service, self.ended_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement as it was told. `holds`: it is a witness (true) or a denial (false); null: neither."""

    id: UUID
    speaker: Speaker
    times: bool | None
    items: bool | None
    service: bool | None
    signature: Signature
    reason: StatementReason | None
    began_at: datetime | None
    ended_at: datetime | None
    holds: bool | None
    occurred_at: datetime
    received_at: datetime
