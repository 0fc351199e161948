"""Checks a carer's face by a provider: the intent is kept, then the provider is asked, then its answer is kept.

Never the only way: whatever the provider does, taps and records go on without it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.consent_types import ConsentPurpose
from app.accounts.consents import has_consent
from app.checkin.face_models import FaceCheck, FaceResult
from app.checkin.faces import FINAL, FaceAnswer, FaceCheckView, FaceIntent, FaceState, NewFaceCheck
from app.checkin.queries import faces as queries
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.checkin.service.settling import settle_visit
from app.checkin.service.witnesses import add_witness, policy_of
from app.checkin.types import EvidenceKind, ExceptionCode, Found
from app.gateways.provider_access import asking_face, log_unavailable
from app.gateways.signed import ProviderError
from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.schedules.queries import get_visit
from app.schedules.service import progress


class FaceNotConsented(DomainError):
    """Without a consent of its own no face is checked; the carer goes on without."""

    kind, code = ErrorKind.CONFLICT, "face_not_consented"


def begin(session: Session, command: NewFaceCheck, *, actor: Actor, at: datetime) -> FaceIntent:
    """Keep that the carer of a visit wants to be checked; sent again it is the same check.

    Raises FaceNotConsented, NotFound for a visit that is not his, EventReused.
    """
    visit = get_visit(session, visit_id=command.visit_id, actor=actor)
    content = {"command": command, "account_id": actor.account_id}
    _, is_new = resend.insert_once(
        session,
        FaceCheck,
        digest=command_digest(content, key=current_settings().key_ring.command_key),
        id=command.id,
        visit_id=visit.id,
        carer_id=visit.carer_id,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    elif actor.person_id is None or not has_consent(session, person_id=actor.person_id, purpose=ConsentPurpose.FACE):
        raise FaceNotConsented
    return queries.get_check(session, check_id=command.id, actor=actor)


def ask_token(intent: FaceIntent) -> FaceCheckView:
    """Ask the provider for what the phone starts with; outside any transaction."""
    if intent.state in FINAL:
        return FaceCheckView(intent.id, intent.visit_id, intent.state, intent.trace_id)
    try:
        with asking_face() as provider:
            told = provider.request_token(reference=intent.id.hex, subject=intent.subject)
    except ProviderError as error:
        log_unavailable("face_unavailable", error)
        return FaceCheckView(intent.id, intent.visit_id, FaceState.UNAVAILABLE)
    return FaceCheckView(
        intent.id, intent.visit_id, FaceState.WAITING, told.trace_id, token=told.token, expires_in_s=told.expires_in_s
    )


def ask_result(intent: FaceIntent) -> FaceAnswer:
    """Ask the provider how a check ended; outside any transaction."""
    if intent.state in FINAL:
        return FaceAnswer(intent.state, intent.trace_id)
    try:
        with asking_face() as provider:
            told = provider.fetch_result(reference=intent.id.hex)
    except ProviderError as error:
        log_unavailable("face_unavailable", error)
        return FaceAnswer(FaceState.UNAVAILABLE)
    if told is None:
        return FaceAnswer(FaceState.WAITING)
    return FaceAnswer(FaceState.MATCHED if told.is_matched else FaceState.NOT_MATCHED, told.trace_id, told.score)


def keep_result(
    session: Session, intent: FaceIntent, answer: FaceAnswer, *, actor: Actor, at: datetime
) -> FaceCheckView:
    """Keep how a check ended, once, as a witness of who was there; a face that is not the carer's is found. What is not
    decided leaves nothing, and may be asked again."""
    view = FaceCheckView(intent.id, intent.visit_id, answer.state, answer.trace_id)
    if answer.state not in FINAL:
        return view
    visit = get_visit(session, visit_id=intent.visit_id, actor=actor)
    progress.lock(session, visit_id=visit.id)
    is_new = answer.score is not None and _insert_result(session, intent.id, answer, at=at)
    if not is_new:
        resend.mark_replay()
        return view
    is_matched = answer.state is FaceState.MATCHED
    add_witness(session, visit, answer, kind=EvidenceKind.FACE, holds=is_matched, actor=actor, at=at)
    found = () if is_matched else (Found(ExceptionCode.FACE_MISMATCH, {"face_check_id": str(intent.id)}),)
    if found:
        policy = policy_of(visit, actor=actor, at=at)
        facts.add_subject(session, subject_of(visit), at=at)
        facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=at)
    settle_visit(session, visit, region=actor.region, at=at, news=found)
    return view


def _insert_result(session: Session, check_id: UUID, answer: FaceAnswer, *, at: datetime) -> bool:
    values = {"id": check_id, "outcome": answer.state, "score": answer.score, "trace_id": answer.trace_id}
    once = insert(FaceResult).on_conflict_do_nothing(index_elements=["id"])
    return session.scalar(once.values(**values, recorded_at=at).returning(FaceResult.id)) is not None
