"""What a family reads of its agreements, and signs; whom it may choose, and who comes."""

from typing import Any
from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.registry import agreements as lists
from app.registry.agreement_types import AgencyPhone, AgencyPhoneEntry, AgencyToChoose, SignedAgreement, Signing
from app.registry.schemas.agreements import (
    AgencyPhoneEntrySchema,
    AgencyPhoneSchema,
    AgencyToChoosePageSchema,
    ComingCarerListSchema,
    SignedAgreementListSchema,
    SignedAgreementSchema,
    SigningSchema,
)
from app.registry.service import agencies, signing

bp = AnhuBlueprint("agreements", __name__, description="Service agreements read and signed (服务协议签署)")


@bp.get("/clients/<uuid:client_id>/agreements")
@requires(Permission.READ_CHOICES)
@bp.response(200, SignedAgreementListSchema)
def list_agreements(client_id: UUID) -> dict[str, Any]:
    """A client's agreements that hold today or later, with the words to read and which version was signed."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return {"items": lists.list_agreements(session(), client_id=client_id, actor=actor, on=today)}


@bp.post("/agreements/<uuid:agreement_id>/signature")
@requires(Permission.SIGN_AGREEMENTS)
@idempotent
@bp.arguments(SigningSchema)
@bp.response(201, SignedAgreementSchema)
def sign(command: Signing, agreement_id: UUID) -> SignedAgreement:
    """Sign an agreement for the client in the words that were read, by a guardian who may sign."""
    with transaction() as current:
        return signing.sign(current, command, agreement_id=agreement_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/agencies-to-choose")
@requires(Permission.CHOOSE_AGENCY)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, AgencyToChoosePageSchema)
def list_agencies_to_choose(page: PageRequest, client_id: UUID) -> Page[AgencyToChoose]:
    """Agencies that may take the client today."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return lists.list_agencies_to_choose(session(), client_id=client_id, actor=actor, on=today, page=page)


@bp.get("/clients/<uuid:client_id>/carers")
@requires(Permission.READ_CHOICES)
@bp.response(200, ComingCarerListSchema)
def list_coming_carers(client_id: UUID) -> dict[str, Any]:
    """Carers with a task at the client, by their masked names."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return {"items": lists.list_coming_carers(session(), client_id=client_id, actor=actor, on=today)}


@bp.put("/agencies/<uuid:agency_id>/phone")
@requires(Permission.KEEP_AGENCY_PHONE)
@idempotent
@bp.arguments(AgencyPhoneEntrySchema)
@bp.response(200, AgencyPhoneSchema)
def register_phone(command: AgencyPhoneEntry, agency_id: UUID) -> AgencyPhone:
    """Register the number under which carers and families reach an agency; null takes it out."""
    with transaction() as current:
        return agencies.register_phone(current, command, agency_id=agency_id, actor=current_actor(), at=clock.now())
