"""Home tags."""

from typing import Any
from uuid import UUID

from flask import Response

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent
from app.registry import commands, shown
from app.registry.schemas.home_tags import ChipKeySchema, HomeTagListSchema, HomeTagSchema, TagRevocationSchema
from app.registry.service import home_tags as service
from app.registry.tag_sheets import tag_sheet

bp = AnhuBlueprint("home_tags", __name__, description="Home tags (入户码)")

SVG = "image/svg+xml"


@bp.post("/clients/<uuid:client_id>/home-tags")
@requires(Permission.ISSUE_HOME_TAGS)
@idempotent
@bp.response(201, HomeTagSchema)
def issue_home_tag(client_id: UUID) -> shown.HomeTagView:
    """Issue a tag for a client's home; print it, or have the fund programme a chip."""
    with transaction() as current:
        return service.issue_tag(current, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/home-tags")
@requires(Permission.ISSUE_HOME_TAGS)
@bp.response(200, HomeTagListSchema)
def list_home_tags(client_id: UUID) -> dict[str, Any]:
    """A client's tags, withdrawn ones too."""
    return {"items": service.list_tags(session(), client_id=client_id, actor=current_actor())}


@bp.post("/home-tags/<uuid:home_tag_id>/revocation")
@requires(Permission.ISSUE_HOME_TAGS)
@bp.arguments(TagRevocationSchema)
@bp.response(201, HomeTagSchema)
def revoke_home_tag(command: commands.TagRevocation, home_tag_id: UUID) -> shown.HomeTagView:
    """Withdraw a tag; the first withdrawal counts."""
    with transaction() as current:
        return service.revoke_tag(current, command, home_tag_id=home_tag_id, actor=current_actor(), at=clock.now())


@bp.get("/home-tags/<uuid:home_tag_id>/print")
@requires(Permission.ISSUE_HOME_TAGS)
@bp.response(200, content_type=SVG)
@bp.alt_response(404, description="no such tag")
@bp.alt_response(409, description="the tag was withdrawn, or its key taken out")
def print_home_tag(home_tag_id: UUID) -> Response:
    """The tag as a sheet to print: a QR code and no word of the client."""
    code = service.print_code(session(), home_tag_id=home_tag_id, actor=current_actor(), at=clock.now())
    return Response(tag_sheet(code), content_type=SVG, headers={"Cache-Control": "no-store"})


@bp.post("/home-tags/<uuid:home_tag_id>/chip-key")
@requires(Permission.PROGRAMME_HOME_TAGS)
@bp.response(200, ChipKeySchema)
def show_chip_key(home_tag_id: UUID) -> shown.ChipKey:
    """The key to write into the tag's chip; that it was shown is audited."""
    with transaction() as current:
        return service.show_chip_key(current, home_tag_id=home_tag_id, actor=current_actor(), at=clock.now())
