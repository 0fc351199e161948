"""What the next carer must know, and what happened to a client."""

from typing import Any
from uuid import UUID

from app.checkin.cards import (
    CardTexts,
    CareCardView,
    IncidentTold,
    IncidentView,
    ShiftNoteTold,
    ShiftNoteView,
    VitalSignsTold,
    VitalSignsView,
)
from app.checkin.queries.incidents import IncidentFilter
from app.checkin.queries.sent import SentFilter
from app.checkin.schemas.cards import (
    CardTextsSchema,
    CareCardSchema,
    DoorCardListSchema,
    IncidentFilterSchema,
    IncidentPageSchema,
    IncidentSchema,
    IncidentToldSchema,
    NoteOfCareListSchema,
    ShiftNoteSchema,
    ShiftNoteToldSchema,
    VitalSignsPageSchema,
    VitalSignsShownSchema,
    VitalSignsToldSchema,
)
from app.checkin.schemas.sent import SentFilterSchema
from app.checkin.service import cards, incidents
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("cards", __name__, description="Care cards, notes, incidents (照护卡, 交接留言, 意外事件)")


@bp.get("/care-cards")
@requires(Permission.CARRY_CARE_CARDS)
@bp.etag
@bp.response(200, DoorCardListSchema)
def carry_cards() -> dict[str, Any]:
    """What a carer's phone keeps beside its visits: names, places, cards and notes of the clients of his assignments
    and of his visits of the last 24 and the next 72 hours. The reading is audited."""
    with transaction() as current:
        return {"items": cards.carry_cards(current, actor=current_actor(), at=clock.now())}


@bp.get("/clients/<uuid:client_id>/care-card")
@requires(Permission.READ_CARE_CARDS)
@bp.response(200, CareCardSchema)
def read_card(client_id: UUID) -> CareCardView:
    """A client's care card; the reading is audited."""
    with transaction() as current:
        return cards.read_card(current, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.put("/clients/<uuid:client_id>/care-card")
@requires(Permission.WRITE_CARE_CARDS)
@idempotent
@bp.arguments(CardTextsSchema)
@bp.response(200, CareCardSchema)
def write_card(texts: CardTexts, client_id: UUID) -> CareCardView:
    """Put a client's card in place of the one before."""
    with transaction() as current:
        return cards.write_card(current, texts, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/visits/<uuid:visit_id>/shift-note")
@requires(Permission.LOG_ITEMS)
@bp.arguments(ShiftNoteToldSchema)
@bp.response(201, ShiftNoteSchema)
def leave_note(command: ShiftNoteTold, visit_id: UUID) -> ShiftNoteView:
    """Leave a note of a visit of one's own for the next carer."""
    with transaction() as current:
        return cards.leave_note(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.post("/visits/<uuid:visit_id>/vital-signs")
@requires(Permission.LOG_ITEMS)
@bp.arguments(VitalSignsToldSchema)
@bp.response(201, VitalSignsShownSchema)
def tell_signs(command: VitalSignsTold, visit_id: UUID) -> VitalSignsView:
    """Tell what was measured in a visit of one's own."""
    with transaction() as current:
        return cards.tell_signs(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/vital-signs")
@requires(Permission.READ_CARE_CARDS)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, VitalSignsPageSchema)
def list_signs(page: PageRequest, client_id: UUID) -> Page[VitalSignsView]:
    """What was measured of a client, visit by visit; the reading is audited."""
    with transaction() as current:
        return cards.list_signs(current, page, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/care-notes")
@requires(Permission.READ_CARE_CARDS)
@bp.arguments(SentFilterSchema, location="query")
@bp.response(200, NoteOfCareListSchema)
def list_notes(wanted: SentFilter, client_id: UUID) -> dict[str, Any]:
    """What carers wrote of a client's visits and care days, for family and agency; the reading is audited."""
    with transaction() as current:
        found = cards.list_notes(current, wanted, client_id=client_id, actor=current_actor(), at=clock.now())
        return {"items": found}


@bp.post("/incidents")
@requires(Permission.REPORT_INCIDENTS)
@bp.arguments(IncidentToldSchema)
@bp.response(201, IncidentSchema)
def report_incident(command: IncidentTold) -> IncidentView:
    """Report what happened to a client of one's own, in a visit or not."""
    with transaction() as current:
        return incidents.report_incident(current, command, actor=current_actor(), at=clock.now())


@bp.get("/incidents")
@requires(Permission.READ_INCIDENTS)
@bp.arguments(IncidentFilterSchema, location="query")
@bp.response(200, IncidentPageSchema)
def list_incidents(wanted: IncidentFilter) -> Page[IncidentView]:
    """Own reports, for an agency what it was told, for the fund those of its clients; the reading is audited."""
    with transaction() as current:
        return incidents.list_incidents(current, wanted, actor=current_actor(), at=clock.now())


@bp.post("/incidents/<uuid:incident_id>/acknowledgement")
@requires(Permission.ANSWER_HELP_CALLS)
@bp.response(201, IncidentSchema)
def acknowledge(incident_id: UUID) -> IncidentView:
    """Say that the agency takes care of it; the first one counts, and saying it again changes nothing."""
    with transaction() as current:
        return incidents.acknowledge(current, incident_id=incident_id, actor=current_actor(), at=clock.now())
