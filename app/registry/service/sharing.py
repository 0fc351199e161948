"""People whom several agencies know: what one of them decides alone would decide for the others."""

from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor, ScopeKind
from app.registry.conditions import client_in_scope
from app.registry.models import Assignment, Carer, Client, Employment, Guardian


class SharedPerson(DomainError):
    """The person works or worked for another agency too, or cares or speaks for a client of another one."""

    kind, code = ErrorKind.CONFLICT, "shared_person"


def check_not_shared(session: Session, *, person_id: UUID, actor: AnyActor) -> None:
    """Let an agency decide alone about people who are its own only, whoever may have withdrawn what since.

    A contract that was entered and withdrawn counts: nobody checks an agency's word about who works for it, and an
    account opened on that word stays.
    """
    if actor.scope.kind is not ScopeKind.AGENCY:
        return
    carers = select(Carer.id).where(Carer.person_id == person_id)
    not_ours = ~client_in_scope(actor, None)
    elsewhere = or_(
        exists().where(Employment.carer_id.in_(carers), Employment.agency_id != actor.scope.agency_id),
        exists().where(Assignment.carer_id.in_(carers), Assignment.client_id == Client.id, not_ours),
        exists().where(Guardian.person_id == person_id, Guardian.client_id == Client.id, not_ours),
    )
    if session.scalar(select(elsewhere)):
        raise SharedPerson
