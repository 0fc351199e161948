"""What clients chose between more hours and cash."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import AnyActor
from app.registry.choice_models import CashChoice
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.types import CashChoiceView


def list_cash_choices(
    session: Session, *, client_id: UUID, actor: AnyActor, on: date, page: PageRequest
) -> Page[CashChoiceView]:
    """A client's choices in the order in which they were recorded; NotFound outside the scope on day `on`."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    statement = select(CashChoice).where(CashChoice.client_id == client_id)
    return fetch_page(session, statement, key=CashChoice.id, limit=page.limit, after=page.after, view=cash_choice_view)


def find_cash_choices(
    session: Session, *, client_ids: Collection[UUID], beyond: date
) -> dict[UUID, tuple[CashChoiceView, ...]]:
    """Choices that count from a day before `beyond`, by client, the one that holds last. Unscoped: for computing."""
    rows = session.scalars(
        select(CashChoice)
        .where(CashChoice.client_id.in_(client_ids), CashChoice.valid_from < beyond)
        .order_by(CashChoice.valid_from, CashChoice.id)
    )
    found: defaultdict[UUID, tuple[CashChoiceView, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.client_id] += (cash_choice_view(row),)
    return found


def cash_choice_view(row: CashChoice) -> CashChoiceView:
    """A choice as other packages see it."""
    return CashChoiceView(row.id, row.client_id, row.takes_cash, row.chosen_on, row.valid_from)
