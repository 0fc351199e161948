"""Photos of care: told of by a phone, then brought, and looked at by whoever judges care."""

from uuid import UUID

from flask import Response, request

from app.checkin.photos import MediaType, PhotoDescription, PhotoView
from app.checkin.schemas.photos import PhotoDescriptionSchema, PhotoSchema
from app.checkin.service import photos as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.http.limits import takes_photo
from app.kernel.permissions import Permission

bp = AnhuBlueprint("photos", __name__, description="Photos of care (照片)")

BYTES = {
    "required": True,
    "content": {each.value: {"schema": {"type": "string", "format": "binary"}} for each in MediaType},
}
SHOWN = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}


@bp.post("/photos")
@requires(Permission.SEND_PHOTOS)
@bp.arguments(PhotoDescriptionSchema)
@bp.response(201, PhotoSchema)
def describe_photo(command: PhotoDescription) -> PhotoView:
    """Tell of a photo of a visit or care day; its bytes may come later."""
    with transaction() as current:
        return service.describe_one(current, command, actor=current_actor(), at=clock.now())


@bp.put("/photos/<uuid:photo_id>/content")
@requires(Permission.SEND_PHOTOS)
@takes_photo
@bp.doc(requestBody=BYTES)
@bp.response(200, PhotoSchema)
def send_photo(photo_id: UUID) -> PhotoView:
    """Bring the bytes of a photo that was told of, as the body; sending them again changes nothing."""
    actor, content = current_actor(), request.get_data()
    with transaction() as current:
        upload = service.begin_upload(current, content, photo_id=photo_id, actor=actor, at=clock.now())
    service.store_content(upload, content, region=actor.region)
    with transaction() as current:
        return service.end_upload(current, upload, actor=actor, at=clock.now())


@bp.get("/photos/<uuid:photo_id>/content")
@requires(Permission.SEE_PHOTOS)
@bp.response(200, content_type=MediaType.JPEG.value)
def see_photo(photo_id: UUID) -> Response:
    """The picture, without what the camera wrote beside it; whoever looks is kept in the audit."""
    actor = current_actor()
    with transaction() as current:
        service.begin_reading(current, photo_id=photo_id, actor=actor, at=clock.now())
    picture = service.fetch_content(photo_id, region=actor.region)
    return Response(picture, content_type=MediaType.JPEG.value, headers=SHOWN)
