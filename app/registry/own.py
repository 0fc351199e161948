"""What people see of themselves and of a family carer's way to becoming formal, masked."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.kernel.permissions import Actor
from app.policies.service import current_book
from app.registry.conditions import CARED_FOR_AS, happened
from app.registry.lists import carer_view
from app.registry.models import BankAccount, Carer, Client, FamilyTraining
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.rules import training_progress
from app.registry.shown import BankAccountView, CarerView, TrainingProgress
from app.registry.views import bank_account_view, training_view


def get_own_carer(session: Session, *, actor: Actor) -> CarerView:
    """The carer whom the actor is in his role, masked; NotFound when he is none."""
    own = (Carer.person_id == actor.person_id, Carer.kind == CARED_FOR_AS.get(actor.role))
    statement = select(Carer).where(*own).options(joinedload(Carer.person))
    return carer_view(session, one_or_not_found(session, statement))


def find_own_bank_account(session: Session, *, actor: Actor) -> BankAccountView | None:
    """The live account to which the actor's own money goes, masked; None before one was told."""
    live = (BankAccount.person_id == actor.person_id, BankAccount.replaced_at.is_(None))
    row = session.scalars(select(BankAccount).where(*live)).one_or_none()
    return None if row is None else bank_account_view(row)


def list_training_progress(
    session: Session, *, client_id: UUID, actor: Actor, on: date
) -> tuple[TrainingProgress, ...]:
    """The stages of a client's family carers, oldest first; NotFound outside the actor's scope on the day."""
    client = one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    of_client = (FamilyTraining.client_id == client_id, happened(FamilyTraining))
    rows = session.scalars(
        select(FamilyTraining).where(*of_client).order_by(FamilyTraining.valid_from, FamilyTraining.id)
    )
    book = current_book()
    return tuple(
        training_progress(
            training_view(row),
            exam_on=row.exam_on,
            terms=book.policy_or_last(region=actor.region, district=client.district_code, on=row.valid_from).family,
        )
        for row in rows
    )
