"""What a payment that did not arrive leaves behind: the money is owed again, unless the payee owes some himself."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.payouts.batch_rules import find_set_off
from app.payouts.models import Payout
from app.payouts.queries import months
from app.payouts.service import postings

Month = tuple[UUID, UUID | None]  # client and carer; a batch holds one calendar month


def book_dead(session: Session, payouts: Sequence[Payout], *, on: date, at: datetime) -> None:
    """Set off what the payees owe for the same month; call while the payouts of one batch still count as live.

    A month may have been lowered while its payment was on the way, so that a recovery was booked. When the payment
    then does not arrive, payee and fund owe each other.
    """
    month_fen: dict[Month, int] = {}
    live_fen: dict[Month, int] = {}
    month_of: dict[UUID, tuple[Month, UUID]] = {}
    for row in months.list_rows_beside(session, subsidy_ids=[payout.subsidy_id for payout in payouts]):
        month = (row.client_id, row.carer_id)
        live_fen[month] = live_fen.get(month, 0) + row.live_fen
        month_of[row.subsidy_id] = (month, row.payee_person_id)
        month_fen[month] = row.amount_fen  # the newest row comes last
    booked = []
    for payout in payouts:
        month, payee = month_of[payout.subsidy_id]
        set_off = find_set_off(payout.amount_fen, month_fen=month_fen[month], live_fen=live_fen[month])
        live_fen[month] -= payout.amount_fen
        if set_off:
            booked.append(postings.of_set_off(payout.id, payee, set_off, on=on))
    ledger.post(session, booked, at=at)
