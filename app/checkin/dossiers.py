"""What is known of a visit while it is settled: read once, and kept up to date by who settles it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.checkin.shown import HoldView, RecordView
from app.checkin.types import Decision, OpenException, VisitTap
from app.policies.codes import EvidenceGrade
from app.schedules.types import VisitView


@dataclass(slots=True)
class Dossier:
    """A visit under its lock, with all that its settling looks at. `words` are the client's or guardian's: whether the
    care was as told, and when that arrived; `faces` are a provider's: whether the face was the carer's; `vouchers`
    when the client's was traced; `grades` have the digests of their policies, the last one first."""

    visit: VisitView
    taps: tuple[VisitTap, ...]
    record: RecordView | None
    words: tuple[tuple[bool, datetime], ...]
    faces: tuple[tuple[bool, datetime], ...]
    vouchers: tuple[datetime, ...]
    found: list[OpenException]
    grades: tuple[tuple[EvidenceGrade, str], ...]
    last_word: Decision | None
    hold: HoldView | None
    paid_by: UUID | None
