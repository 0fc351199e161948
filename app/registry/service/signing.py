"""A guardian who may sign for the client signs the agreement with an agency, in the words that were read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.registry.agreement_models import AgreementSignature
from app.registry.agreement_types import SignedAgreement, Signing
from app.registry.agreements import list_agreements, present_text
from app.registry.conditions import guards
from app.registry.models import Client, ServiceAgreement
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.service.consents import SigningNotHis
from app.registry.service.scopes import note, today_of
from app.registry.types import GuardianExtent


class AgreementOver(DomainError):
    """The agreement is over: there is nothing to sign."""

    kind, code = ErrorKind.CONFLICT, "agreement_over"


class AgreementOutdated(DomainError):
    """The words have changed since they were read: they are to be shown again."""

    kind, code = ErrorKind.CONFLICT, "agreement_outdated"


def sign(session: Session, command: Signing, *, agreement_id: UUID, actor: Actor, at: datetime) -> SignedAgreement:
    """Keep that the present words are agreed to; signed again, it changes nothing.

    Raises NotFound, SigningNotHis, AgreementOutdated, AgreementOver.
    """
    today, text = today_of(actor, at=at), present_text()
    clients = visible_clients(actor, on=today).with_only_columns(Client.id)
    agreement = one_or_not_found(
        session,
        select(ServiceAgreement).where(ServiceAgreement.id == agreement_id, ServiceAgreement.client_id.in_(clients)),
    )
    may = guards(agreement.client_id, person_id=actor.person_id, on=today, extents=(GuardianExtent.SIGN,))
    if not session.scalar(select(may)):
        raise SigningNotHis
    if command.version != text.version:
        raise AgreementOutdated(version=text.version)
    values = {"agreement_id": agreement_id, "version": text.version, "text_digest": text.digest}
    once = insert(AgreementSignature).values(**values, account_id=actor.account_id, recorded_at=at)
    new = session.scalar(once.on_conflict_do_nothing().returning(AgreementSignature.version))
    if new is not None:
        subject = ("client", agreement.client_id)
        note(session, "agreement.signed", subject=subject, actor=actor, at=at, agreement_id=agreement_id, version=new)
    live = list_agreements(session, client_id=agreement.client_id, actor=actor, on=today)
    signed = next((each for each in live if each.id == agreement_id), None)
    if signed is None:
        raise AgreementOver(agreement_id=agreement_id)
    return signed
