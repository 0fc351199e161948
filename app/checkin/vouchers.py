"""E-vouchers shown at the door (医保电子凭证): their provider says whose they are. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class VoucherState(StrEnum):
    """What is known of a scanned code. None of them keeps the carer from his work."""

    NOT_TRACED = "not_traced"  # shown by the carer's word: the provider is down, or none is set up
    TRACED = "traced"  # to this client
    OTHER_PERSON = "other_person"  # to somebody else
    EXPIRED = "expired"  # also what was scanned without a network
    REFUSED = "refused"  # used before, or its voucher is blocked
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewVoucherScan:
    """Command: the carer of a visit scanned the code on the client's phone. The code is asked about and not kept."""

    id: UUID
    code: str = field(repr=False)
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class VoucherScanView:
    """A scan and what is known of it."""

    id: UUID
    visit_id: UUID
    state: VoucherState
    trace_id: str | None
    occurred_at: datetime
    received_at: datetime
