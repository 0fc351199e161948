"""A visit while it is recorded and settled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.checkin.dossiers import Dossier
from app.checkin.service import facts
from app.checkin.service.facts import Writes
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, FactKind, FactSubject, Found, ReviewStep
from app.policies.types import Policy
from app.schedules.types import VisitView


@dataclass(slots=True)
class Case:
    """A recorded visit under its lock while it is settled: by which rules, what is new, and at last where it waits."""

    dossier: Dossier
    policy: Policy
    news: tuple[Found, ...] = ()
    step: ReviewStep | None = None

    @property
    def visit(self) -> VisitView:
        """The visit."""
        return self.dossier.visit

    @property
    def record(self) -> RecordView:
        """Its record that counts."""
        assert self.dossier.record is not None  # noqa: S101 - only recorded visits are settled, this tells mypy
        return self.dossier.record

    def find_again(self, codes: Collection[ExceptionCode], found: Sequence[Found], *, writes: Writes) -> None:
        """Keep what is found now of these codes; what is new is news."""
        known, visit_id = self.dossier.found, self.visit.id
        self.news += facts.compare_again(writes, known, fact_id=visit_id, codes=codes, found=found, policy=self.policy)


def subject_of(visit: VisitView) -> FactSubject:
    """A visit as the subject of exceptions, grades and reviews."""
    return FactSubject(visit.id, FactKind.VISIT, visit.carer_id, visit.client_id, visit.agency_id, visit.district_code)
