"""Face checks of one's own visits."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.face_models import FaceCheck, FaceResult
from app.checkin.faces import FaceIntent, FaceState
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings

SUBJECT = "face.subject"


def subject_of(carer_id: UUID) -> str:
    """The pseudonym under which the provider knows a carer's face."""
    return current_settings().key_ring.blind_index(str(carer_id), purpose=SUBJECT).hex()


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
