"""Face checks. The provider is asked between transactions; taps never wait for it."""

from uuid import UUID

from app.checkin.faces import FaceCheckView, NewFaceCheck
from app.checkin.queries.faces import get_check, get_subject
from app.checkin.schemas.faces import FaceCheckSchema, FaceSubjectSchema, NewFaceCheckSchema
from app.checkin.service import faces as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("faces", __name__, description="Face checks (人脸核验)")


@bp.post("/face-checks")
@requires(Permission.CHECK_FACE)
@bp.arguments(NewFaceCheckSchema)
@bp.response(201, FaceCheckSchema)
def begin_face_check(command: NewFaceCheck) -> FaceCheckView:
    """Ask for a face check at a visit; the token starts it on the phone. Never needed to clock in."""
    with transaction() as current:
        intent = service.begin(current, command, actor=current_actor(), at=clock.now())
    return service.ask_token(intent)


@bp.get("/carers/<uuid:carer_id>/face-subject")
@requires(Permission.CONFIRM_DEVICES)
@bp.response(200, FaceSubjectSchema)
def read_face_subject(carer_id: UUID) -> dict[str, str]:
    """The pseudonym under which a carer who agreed has his face enrolled at the provider."""
    return {"subject": get_subject(session(), carer_id=carer_id, actor=current_actor())}


@bp.post("/face-checks/<uuid:face_check_id>/result")
@requires(Permission.CHECK_FACE)
@bp.response(200, FaceCheckSchema)
def fetch_face_result(face_check_id: UUID) -> FaceCheckView:
    """Have the provider asked how the check ended; sent again it has the same result."""
    actor = current_actor()
    with transaction() as current:
        intent = get_check(current, check_id=face_check_id, actor=actor)
    answer = service.ask_result(intent)
    with transaction() as current:
        return service.keep_result(current, intent, answer, actor=actor, at=clock.now())
