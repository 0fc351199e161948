"""Face checks of one's own visits."""

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.face_models import FaceCheck, FaceResult
from app.checkin.faces import FaceIntent, FaceState
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.models import Carer
from app.registry.queries import one_or_not_found, visible_carers

SUBJECT = b"anhu.face.subject:"


def subject_of(carer_id: UUID) -> str:
    """The pseudonym under which the provider knows a carer's face; by a key that never changes, as the faces there."""
    key = current_settings().key_ring.command_key
    return hmac.digest(key, SUBJECT + carer_id.bytes, hashlib.sha256).hex()


def get_subject(session: Session, *, carer_id: UUID, actor: Actor) -> str:
    """The pseudonym of a carer of the actor's scope, to have his face enrolled by; raises NotFound."""
    carer = one_or_not_found(session, visible_carers(actor).where(Carer.id == carer_id))
    return subject_of(carer.id)


def get_check(session: Session, *, check_id: UUID, actor: Actor) -> FaceIntent:
    """A check the actor asked for, with its result if there is one; raises NotFound."""
    row = session.execute(
        select(FaceCheck.visit_id, FaceCheck.carer_id, FaceResult.outcome, FaceResult.trace_id)
        .outerjoin(FaceResult, FaceResult.id == FaceCheck.id)
        .where(FaceCheck.id == check_id, FaceCheck.account_id == actor.account_id)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="face_check")
    state = row.outcome or FaceState.WAITING
    return FaceIntent(check_id, row.visit_id, subject_of(row.carer_id), state, row.trace_id)
