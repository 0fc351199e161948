"""Visits from plan to done or missed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class VisitState(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    BEGUN = "begun"
    DONE = "done"
    ATTEMPTED = "attempted"  # the carer came and could not start
    MISSED = "missed"
    CANCELLED = "cancelled"


class VisitSource(StrEnum):
    """How a visit came to be."""

    PLANNED = "planned"
    UNSCHEDULED = "unscheduled"


ALLOWED: dict[VisitState, frozenset[VisitState]] = {
    VisitState.PLANNED: frozenset(
        {VisitState.BEGUN, VisitState.ATTEMPTED, VisitState.MISSED, VisitState.CANCELLED, VisitState.DONE}
    ),
    VisitState.BEGUN: frozenset({VisitState.DONE}),
    VisitState.ATTEMPTED: frozenset({VisitState.BEGUN}),
    VisitState.MISSED: frozenset({VisitState.BEGUN, VisitState.DONE}),  # a phone may tell late
    VisitState.CANCELLED: frozenset(),
    VisitState.DONE: frozenset(),
}
FIRST_STATES = frozenset({VisitState.PLANNED, VisitState.BEGUN, VisitState.DONE})


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as other packages see it; instants are UTC."""

    id: UUID
    client_id: UUID
    carer_id: UUID
    agency_id: UUID | None
    plan_id: UUID | None
    team_slot: int
    planned_from: datetime | None
    planned_to: datetime | None
    state: VisitState
    seq: int
    began_at: datetime | None
    ended_at: datetime | None
    source: VisitSource
