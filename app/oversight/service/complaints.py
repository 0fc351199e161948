"""A family complains to its agency or to the fund, and is answered in words, once, by the policy's day."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.paging import Page
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.oversight.complaint_models import Complaint, ComplaintDecision, ComplaintNote
from app.oversight.complaint_rules import answer_due
from app.oversight.complaint_types import ComplaintAnswer, ComplaintTold, ComplaintView
from app.oversight.queries import complaints as queries
from app.oversight.queries.complaints import ComplaintFilter
from app.policies.service import current_book


class NotTheClientsAgency(DomainError):
    """The agency that is meant does not serve the client."""

    kind, code = ErrorKind.INVALID, "not_the_clients_agency"


class ComplaintAnswered(DomainError):
    """The complaint was answered before."""

    kind, code = ErrorKind.CONFLICT, "complaint_answered"


def complain(session: Session, command: ComplaintTold, *, actor: Actor, at: datetime) -> ComplaintView:
    """Keep what a family complains of, and until when it is answered. Raises NotFound, NotTheClientsAgency,
    EventReused."""
    zone, keys = zone_of(actor.region), current_settings().key_ring
    today = clock.local_date(at, zone)
    district, serving = queries.find_client(session, client_id=command.client_id, actor=actor, on=today)
    policy = current_book().policy_or_last(region=actor.region, district=district, on=today)
    content = {"command": command, "account_id": actor.account_id}
    row, is_new = resend.insert_once(
        session,
        Complaint,
        digest=command_digest(content, key=keys.command_key),
        id=command.id,
        client_id=command.client_id,
        addressee=command.to,
        agency_id=command.agency_id,
        kind=command.kind,
        occurred_at=command.occurred_at,
        due_on=answer_due(today, terms=policy.service),
        policy_digest=policy.digest,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    elif command.agency_id is not None and command.agency_id not in serving:
        raise NotTheClientsAgency(agency_id=str(command.agency_id))
    else:
        sealed = keys.encrypt(command.text, context=queries.TEXT)
        session.execute(insert(ComplaintNote).values(complaint_id=row.id, text_enc=sealed))
    return queries.views_of(session, [row], zone=zone, today=today)[0]


def answer(
    session: Session, command: ComplaintAnswer, *, complaint_id: UUID, actor: Actor, at: datetime
) -> ComplaintView:
    """Say what came of a complaint, once. Raises NotFound, ComplaintAnswered."""
    zone, keys = zone_of(actor.region), current_settings().key_ring
    shown: dict[str, Any] = {
        "complaint_id": complaint_id,
        "actor": actor,
        "zone": zone,
        "today": clock.local_date(at, zone),
    }
    queries.get_complaint(session, **shown)
    values = {"complaint_id": complaint_id, "outcome": command.outcome, "account_id": actor.account_id}
    once = insert(ComplaintDecision).values(**values, recorded_at=at).on_conflict_do_nothing()
    if session.scalar(once.returning(ComplaintDecision.complaint_id)) is None:
        raise ComplaintAnswered(complaint_id=str(complaint_id))
    told = update(ComplaintNote).where(ComplaintNote.complaint_id == complaint_id)
    session.execute(told.values(answer_enc=keys.encrypt(command.text, context=queries.ANSWER)))
    about, details = ("complaint", complaint_id), {"outcome": command.outcome}
    audit.record(session, "complaint.answered", actor=actor, at=at, subject=about, details=details, keys=keys)
    return queries.get_complaint(session, **shown)


def list_complaints(session: Session, wanted: ComplaintFilter, *, actor: Actor, at: datetime) -> Page[ComplaintView]:
    """Complaints of the actor's scope; who reads what others wrote is kept."""
    zone = zone_of(actor.region)
    today = clock.local_date(at, zone)
    page = queries.list_complaints(session, actor=actor, wanted=wanted, zone=zone, today=today)
    read = [each.id for each in page.items if each.made_by != actor.account_id]
    if read:
        about, details, keys = ("complaint", None), {"complaint_ids": read}, current_settings().key_ring
        audit.record(session, "complaints.read", actor=actor, at=at, subject=about, details=details, keys=keys)
    return page
