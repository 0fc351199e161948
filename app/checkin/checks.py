"""Checks before service (服务前核验): what a carer tells of them and what is shown. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Check(StrEnum):
    """What policy may ask for before service."""

    IDENTITY = "identity"
    LIMBS = "limbs"
    RISKS = "risks"


class IdentityCheck(StrEnum):
    """How the carer made sure who the client is."""

    SEEN_CARD = "seen_card"  # 居民身份证
    VOUCHER_SHOWN = "voucher_shown"  # by the voucher that is told beside
    KNOWN_PERSON = "known_person"  # he has cared for him before
    NOT_CHECKED = "not_checked"


class LimbCheck(StrEnum):
    """What the carer found of the client's limb function; about health, so kept encrypted."""

    OK = "ok"
    CHANGED = "changed"
    NOT_CHECKED = "not_checked"


class VoucherCheck(StrEnum):
    """By what the client showed that he is insured."""

    SHOWN = "shown"  # 医保电子凭证
    CARD_SHOWN = "card_shown"  # 社会保障卡
    NOT_SHOWN = "not_shown"


class IdentityReason(StrEnum):
    """Why nobody made sure who the client is: a code, since the rows are sealed."""

    DECLINED = "declined"
    NOT_AT_HAND = "not_at_hand"
    URGENT = "urgent"  # care could not wait
    OTHER = "other"


class VoucherReason(StrEnum):
    """Why no voucher was shown: a code, as above."""

    DECLINED = "declined"
    NOT_AT_HAND = "not_at_hand"
    PHONE_FAILED = "phone_failed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Checks:
    """Command: what was checked before a visit; no voucher: it was not asked for."""

    id: UUID
    identity: IdentityCheck
    occurred_at: datetime
    identity_reason: IdentityReason | None = None
    limbs: LimbCheck = LimbCheck.NOT_CHECKED
    risks_told: bool = False
    voucher: VoucherCheck | None = None
    voucher_reason: VoucherReason | None = None


@dataclass(frozen=True, slots=True)
class ChecksMade:
    """What was checked, as the rules ask it: not what was found."""

    identity: IdentityCheck
    voucher: VoucherCheck | None
    limbs_checked: bool
    risks_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksView(Checks):
    """Checks as they were told, and when that was received."""

    received_at: datetime
