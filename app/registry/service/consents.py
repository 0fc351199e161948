"""Consents about a client, given and withdrawn by a guardian who may sign for him."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_types import AskedPerson, ConsentAct, ConsentGiver, Consents, ConsentView, PersonAsked
from app.accounts.consents import list_consents
from app.accounts.service.consents import answer
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.registry.conditions import guards
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.service.scopes import today_of
from app.registry.types import GuardianExtent


class SigningNotHis(DomainError):
    """This guardian may not sign for the client."""

    kind, code = ErrorKind.FORBIDDEN, "signing_not_his"


def list_of_client(session: Session, *, client_id: UUID, actor: Actor, at: datetime) -> Consents:
    """What is asked about a client in the actor's scope, and what was answered."""
    return list_consents(session, _about(session, client_id=client_id, actor=actor, at=at))


def answer_for_client(
    session: Session, command: ConsentAct, *, client_id: UUID, actor: Actor, at: datetime
) -> ConsentView:
    """Keep what a guardian says for the client. Raises NotFound, SigningNotHis and what `answer` raises."""
    about = _about(session, client_id=client_id, actor=actor, at=at)
    may = guards(Client.id, person_id=actor.person_id, on=today_of(actor, at=at), extents=(GuardianExtent.SIGN,))
    if session.scalar(select(Client.id).where(Client.id == client_id, may)) is None:
        raise SigningNotHis
    return answer(session, command, about=about, giver=ConsentGiver.GUARDIAN, actor=actor, at=at)


def _about(session: Session, *, client_id: UUID, actor: Actor, at: datetime) -> PersonAsked:
    visible = visible_clients(actor, on=today_of(actor, at=at)).where(Client.id == client_id)
    return PersonAsked(one_or_not_found(session, visible).person_id, AskedPerson.CLIENT)
