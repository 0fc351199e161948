"""A tap at the door of a visit: what it is judged by, and what is found."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import ClockTap
from app.checkin.queries.door import Door
from app.checkin.rules.clock import window_exceptions
from app.checkin.rules.devices import device_exceptions
from app.checkin.rules.location import withheld_exceptions
from app.checkin.rules.tags import ScanJudgement, place_exceptions, tag_findings
from app.checkin.rules.visits import door_exceptions
from app.checkin.service.events import Judged
from app.checkin.service.moves import Arrived, Moment, content_of, judge_tap, lenient
from app.checkin.service.scans import take_scan
from app.checkin.service.settling import policy_on
from app.checkin.shown import ClockEventView
from app.checkin.types import EventKind, ExceptionCode, Found
from app.policies.types import Policy
from app.schedules.types import VisitView


@dataclass(frozen=True, slots=True)
class VisitTapping:
    """A tap as a phone brings it, and the visit that it names."""

    kind: EventKind
    command: ClockTap
    visit_id: UUID


@dataclass(frozen=True, slots=True)
class AtDoor:
    """A tap with what it is judged by."""

    tap: VisitTapping
    moment: Moment
    door: Door

    @property
    def visit(self) -> VisitView | None:
        """The carer's own visit that it names."""
        return self.door.visit

    @property
    def carer_id(self) -> UUID:
        """Whose tap it is."""
        assert self.door.carer_id is not None  # noqa: S101 - who is no carer was refused, this tells mypy
        return self.door.carer_id

    def policy(self) -> Policy:
        """The rules of its day."""
        moment = self.moment
        return policy_on(moment.day, region=moment.region, district=self.door.district_code, at=moment.at)

    def content(self) -> dict[str, object]:
        """What makes it what it is."""
        tap = self.tap
        return content_of(tap.kind, tap.command, carer_id=self.carer_id, visit_id=tap.visit_id)

    def judged(self, *, policy: Policy) -> Judged:
        """What is stored of it."""
        visit, tap = self.visit, self.tap
        return judge_tap(
            tap.kind,
            tap.command,
            carer_id=self.carer_id,
            client_id=visit.client_id if visit else None,
            visit_id=visit.id if visit else None,
            claimed_visit_id=None if visit else tap.visit_id,
            places=self.door.places,
            location_withdrawn=self.door.location_withdrawn,
            moment=self.moment,
            policy=policy,
        )

    def withheld(self) -> tuple[ExceptionCode, ...]:
        """That the position it brought was not kept."""
        return withheld_exceptions(self.tap.command.fix, is_withdrawn=self.door.location_withdrawn)

    def scan(self, session: Session, tap: Judged, *, policy: Policy) -> ScanJudgement | None:
        """What the tag read with it says, once it is stored; None without one."""
        return take_scan(session, tap, places=self.door.places, moment=self.moment, policy=policy)

    def arrived(self, event: ClockEventView, scan: ScanJudgement | None, *, policy: Policy) -> Arrived:
        """What follows once it is stored, at a visit."""
        assert self.visit is not None  # noqa: S101 - as above
        return Arrived(event, self.visit, self.found(event, scan, policy=policy), policy, self.moment)

    def found(self, event: ClockEventView, scan: ScanJudgement | None, *, policy: Policy) -> list[Found]:
        """What it leaves to look into at its visit; the rights are told once, at the clock-in."""
        door, moment, visit = self.door, self.moment, self.visit
        codes = [*place_exceptions(event.verdict, source=event.location_source, scan=scan)]
        codes += (*device_exceptions(door.device_doubt), *self.withheld())
        if event.kind is EventKind.IN:
            rights = lenient(door.rights, terms=policy.carer, day=moment.day, employed_since=door.employed_since)
            codes += door_exceptions(rights)
        found = [*moment.judged.exceptions, *map(Found, codes), *tag_findings(scan, verdict=event.verdict)]
        if visit is not None and visit.planned_from is not None and visit.planned_to is not None:
            found += window_exceptions(
                event.kind,
                counted_at=moment.counted_at,
                planned_from=visit.planned_from,
                planned_to=visit.planned_to,
                terms=policy.clock,
            )
        return found
