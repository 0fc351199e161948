"""Reads of a family's payments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.codes import mask_account, mask_name
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor
from app.payouts.copies import open_copy
from app.payouts.family_rules import counter_of
from app.payouts.family_types import FamilyPayout
from app.payouts.models import Payout, PayoutEvent, Subsidy
from app.payouts.queries.batches import find_reasons
from app.payouts.queries.subsidies import visible_subsidies
from app.payouts.types import PayoutState
from app.policies.service import current_book
from app.registry.models import Carer, Client
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.types import CarerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFilter(PageRequest):
    """Query keys of the list: payments for a client, or all."""

    client_id: UUID | None = None


def list_family_payouts(session: Session, *, actor: Actor, wanted: PayoutFilter, on: date) -> Page[FamilyPayout]:
    """Payments of the months the actor may see, in order of their ids; without those taken back before they went out.
    Five statements."""
    months = visible_subsidies(actor, on=on).with_only_columns(Subsidy.id)
    if wanted.client_id is not None:
        months = months.where(Subsidy.client_id == wanted.client_id)
    statement = select(Payout).where(Payout.subsidy_id.in_(months), Payout.state != PayoutState.CANCELLED)
    page = fetch_page(session, statement, key=Payout.id, limit=wanted.limit, after=wanted.after, view=lambda row: row)
    ids = [row.id for row in page.items]
    reasons = find_reasons(session, page.items)
    subsidies = {
        row.id: row
        for row in session.scalars(select(Subsidy).where(Subsidy.id.in_([row.subsidy_id for row in page.items])))
    }
    changed = {
        (row.payout_id, row.seq): row.recorded_at
        for row in session.scalars(select(PayoutEvent).where(PayoutEvent.payout_id.in_(ids)))
    }
    counters = _find_counters(session, {each.client_id for each in subsidies.values()}, region=actor.region, on=on)
    views = []
    for row in page.items:
        copy, month = open_copy(row), subsidies[row.subsidy_id]
        views.append(
            FamilyPayout(
                id=row.id,
                subsidy_id=row.subsidy_id,
                client_id=month.client_id,
                month=month.month,
                amount_fen=row.amount_fen,
                state=row.state,
                reason_code=reasons.get(row.id),
                holder_name=mask_name(copy.name),
                payee_account=mask_account(copy.number),
                changed_at=changed[row.id, row.seq],
                counter=counters[month.client_id],
            )
        )
    return Page(tuple(views), page.next_after)


def _find_counters(session: Session, client_ids: Collection[UUID], *, region: str, on: date) -> dict[UUID, str]:
    """Where the families of these clients go with a payment, by the rules of the day."""
    book = current_book()
    places = select(Client.id, Client.district_code, Client.street_code).where(Client.id.in_(client_ids))
    return {
        client_id: counter_of(
            book.policy_or_last(region=region, district=district, on=on), district_code=district, street_code=street
        )
        for client_id, district, street in session.execute(places)
    }


def check_client(session: Session, *, client_id: UUID, actor: Actor, on: date) -> None:
    """NotFound for a client outside the actor's scope on the day."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))


def find_own_carer(session: Session, *, actor: Actor) -> UUID | None:
    """The family carer the actor is, if he is one."""
    own = (Carer.person_id == actor.person_id, Carer.kind == CarerKind.FAMILY)
    return session.scalars(select(Carer.id).where(*own)).one_or_none()
