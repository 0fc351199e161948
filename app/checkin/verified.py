"""How many visits are verified without hand edits. Pure, as `types` is."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ShareBy(StrEnum):
    """Of whom visits are counted."""

    CARER = "carer"
    AGENCY = "agency"
    REGION = "region"  # all that the actor sees, in one line


@dataclass(frozen=True, slots=True)
class VerifiedShare:
    """Visits of a month that have a record: those accepted, those whose record or items somebody changed by hand, and
    those accepted as they were recorded. `of_id` is the carer or agency, None for all in one."""

    of_id: UUID | None
    recorded: int
    accepted: int
    by_hand: int
    verified: int

    @property
    def share(self) -> float | None:
        """Verified of recorded ones, to four decimals; None without any."""
        return round(self.verified / self.recorded, 4) if self.recorded else None
