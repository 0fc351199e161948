"""What a carer told of the items of a visit, beside what was planned for that day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.careplans.queries import catalogue, find_live_plan
from app.careplans.types import CatalogueItem, PlannedItem
from app.checkin.queries import events
from app.checkin.rules.visits import extra_time, newest_outcomes
from app.checkin.types import LoggedItem
from app.schedules.types import VisitView


@dataclass(frozen=True, slots=True)
class ToldItems:
    """The newest word on each item, the plan in force, and what the catalogue says of the items."""

    planned: tuple[PlannedItem, ...]
    logged: tuple[LoggedItem, ...]
    known: Mapping[str, CatalogueItem]

    @property
    def extra(self) -> timedelta:
        """How much of the visit is the client's own to pay."""
        return extra_time(self.planned, self.logged, catalogue=self.known)


def items_told(session: Session, visit: VisitView, *, on: date) -> ToldItems:
    """What is told by now of a visit's items. Unscoped: the caller has found the visit by his actor."""
    plan = find_live_plan(session, client_id=visit.client_id, on=on)
    items = events.list_items(session, visit_id=visit.id)
    logged = newest_outcomes([LoggedItem(i.item_code, i.outcome, i.minutes, i.consented) for i in items])
    known = catalogue(session, codes={item.item_code for item in logged})
    return ToldItems(plan.items if plan else (), logged, known)
