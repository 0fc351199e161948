"""Keeps what is said of visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import Confirmation
from app.checkin.models import Evidence
from app.checkin.queries import statements as queries
from app.checkin.rules.statements import StatedTimes, Weighed, is_late, stated_times, weigh
from app.checkin.statement_models import VisitStatement
from app.checkin.statements import PaperRecord, Signature, Speaker, StatedConfirmation, StatedEnd
from app.checkin.types import EvidenceKind
from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.types import VisitView

NOTHING = Weighed(holds=None)


def stated(command: Confirmation | StatedConfirmation) -> StatedConfirmation:
    """A confirmation as five statements: a bare yes confirms all, a bare no denies the service."""
    if isinstance(command, StatedConfirmation):
        return command
    word = True if command.holds else None
    service = command.holds
    return StatedConfirmation(id=command.id, occurred_at=command.occurred_at, times=word, items=word, service=service)


def times_of(session: Session, visit: VisitView) -> StatedTimes:
    """What people's words stand in for where a visit lacks a tap."""
    if visit.began_at and visit.ended_at:
        return StatedTimes()
    said = queries.list_statements(session, visit_id=visit.id)
    told = stated_times(said, began_at=visit.began_at, planned_to=visit.planned_to)
    return StatedTimes(told.began_at) if visit.ended_at else told


def keep_times(
    session: Session,
    command: StatedEnd | PaperRecord,
    *,
    speaker: Speaker,
    occurred_at: datetime,
    visit_id: UUID,
    actor: Actor,
    at: datetime,
) -> bool:
    """Append times that are stated by hand; False for a resend."""
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    _, is_new = resend.insert_once(
        session,
        VisitStatement,
        digest=command_digest(content, key=current_settings().key_ring.command_key),
        id=command.id,
        visit_id=visit_id,
        speaker=speaker,
        signature=Signature.NONE,
        reason=command.reason,
        began_at=command.began_at if isinstance(command, PaperRecord) else None,
        ended_at=command.ended_at,
        occurred_at=occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    return is_new


def weigh_for(
    session: Session,
    said: StatedConfirmation,
    *,
    visit: VisitView,
    carer_person_id: UUID,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> Weighed:
    """What a client's or guardian's statements about a visit mean at this moment, from the phone they came from."""
    known_at = queries.find_known_since(session, visit_id=visit.id)
    ended_at = visit.ended_at or visit.planned_to
    began_at = visit.began_at or visit.planned_from or at
    return weigh(
        said,
        is_late=bool(known_at and ended_at)
        and is_late(ended_at=ended_at or at, known_at=known_at or at, at=at, terms=policy.visit),
        on_carers_phone=said.handed_over
        or queries.is_carers_phone(session, device_id=actor.device_id, person_id=carer_person_id, since=began_at),
    )


def keep_confirmation(
    session: Session,
    command: Confirmation | StatedConfirmation,
    weighed: Weighed,
    *,
    speaker: Speaker,
    visit_id: UUID,
    actor: Actor,
    at: datetime,
) -> bool:
    """Append what was said, and the evidence where it is a witness or a denial; False for a resend."""
    said = stated(command)
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    told = {"id": command.id, "occurred_at": command.occurred_at, "account_id": actor.account_id, "recorded_at": at}
    digest = command_digest(content, key=current_settings().key_ring.command_key)
    _, is_new = resend.insert_once(
        session,
        VisitStatement,
        digest=digest,
        visit_id=visit_id,
        speaker=speaker,
        times=said.times,
        items=said.items,
        service=said.service,
        signature=said.signature,
        reason=said.reason,
        ended_at=said.ended_at,
        holds=weighed.holds,
        **told,
    )
    if is_new and weighed.holds is not None:
        kind = EvidenceKind.CONFIRMATION
        _, is_new = resend.insert_once(
            session, Evidence, digest=digest, fact_id=visit_id, kind=kind, holds=weighed.holds, **told
        )  # not new: told before statements were kept
    return is_new
