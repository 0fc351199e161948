"""Agencies, carers, clients and what belongs to them, masked."""

from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.registry import commands, lists, shown
from app.registry.schemas import incoming, outgoing
from app.registry.schemas.insurances import InsuranceEntrySchema
from app.registry.service import (
    agencies,
    assignments,
    carers,
    clients,
    endings,
    entitlements,
    guardians,
    homes,
    insurances,
    suspensions,
    trainings,
)
from app.registry.types import EntitlementView, StayView, SuspensionView

bp = AnhuBlueprint("registry", __name__, description="Agencies, carers, clients and their dated rights (登记)")


@bp.post("/agencies")
@requires(Permission.WRITE_AGENCIES)
@idempotent
@bp.arguments(incoming.RegisterAgencySchema)
@bp.response(201, outgoing.AgencyDetailSchema)
def register_agency(command: commands.RegisterAgency) -> shown.AgencyView:
    """Register an agency."""
    with transaction() as current:
        return agencies.register_agency(current, command, actor=current_actor(), at=clock.now())


@bp.get("/agencies")
@requires(Permission.READ_AGENCIES)
@bp.arguments(incoming.AgencyFilterSchema, location="query")
@bp.response(200, outgoing.AgencyPageSchema)
def list_agencies(wanted: lists.AgencyFilter) -> Page[shown.AgencyView]:
    """Agencies of the own scope."""
    return lists.list_agencies(session(), actor=current_actor(), wanted=wanted)


@bp.get("/agencies/<uuid:agency_id>")
@requires(Permission.READ_AGENCIES)
@bp.response(200, outgoing.AgencyDetailSchema)
def read_agency(agency_id: UUID) -> shown.AgencyView:
    """An agency with the fund's agreements."""
    return lists.get_agency(session(), agency_id=agency_id, actor=current_actor())


@bp.post("/agencies/<uuid:agency_id>/agreements")
@requires(Permission.WRITE_AGENCIES)
@idempotent
@bp.arguments(incoming.AgencyAgreementEntrySchema)
@bp.response(201, outgoing.AgencyAgreementSchema)
def agree_with_agency(command: commands.AgencyAgreementEntry, agency_id: UUID) -> shown.AgencyAgreementView:
    """Record the fund's agreement with an agency."""
    with transaction() as current:
        return agencies.agree_with_agency(current, command, agency_id=agency_id, actor=current_actor(), at=clock.now())


@bp.post("/agencies/<uuid:agency_id>/state")
@requires(Permission.WRITE_AGENCIES)
@idempotent
@bp.arguments(incoming.AgencyStateEntrySchema)
@bp.response(201, outgoing.AgencyDetailSchema)
def change_agency_state(command: commands.AgencyStateEntry, agency_id: UUID) -> shown.AgencyView:
    """Suspend an agency, let it go on, or record that it left."""
    with transaction() as current:
        return agencies.change_agency_state(
            current, command, agency_id=agency_id, actor=current_actor(), at=clock.now()
        )


@bp.post("/carers")
@requires(Permission.WRITE_CARERS)
@idempotent
@bp.arguments(incoming.RegisterCarerSchema)
@bp.response(201, outgoing.CarerSchema)
def register_carer(command: commands.RegisterCarer) -> shown.CarerView:
    """Register a carer; a person known already is found, not doubled."""
    with transaction() as current:
        return carers.register_carer(current, command, actor=current_actor(), at=clock.now())


@bp.get("/carers")
@requires(Permission.READ_CARERS)
@bp.arguments(incoming.CarerFilterSchema, location="query")
@bp.response(200, outgoing.CarerPageSchema)
def list_carers(wanted: lists.CarerFilter) -> Page[shown.CarerView]:
    """Carers of the own scope."""
    return lists.list_carers(session(), actor=current_actor(), wanted=wanted)


@bp.get("/carers/<uuid:carer_id>")
@requires(Permission.READ_CARERS)
@bp.response(200, outgoing.CarerSchema)
def read_carer(carer_id: UUID) -> shown.CarerView:
    """A carer."""
    return lists.get_carer(session(), carer_id=carer_id, actor=current_actor())


@bp.post("/carers/<uuid:carer_id>/certificates")
@requires(Permission.WRITE_CARERS)
@idempotent
@bp.arguments(incoming.CertificateEntrySchema)
@bp.response(201, outgoing.CarerSchema)
def add_certificate(command: commands.CertificateEntry, carer_id: UUID) -> shown.CarerView:
    """Add a certificate."""
    with transaction() as current:
        return carers.add_certificate(current, command, carer_id=carer_id, actor=current_actor(), at=clock.now())


@bp.post("/carers/<uuid:carer_id>/insurances")
@requires(Permission.WRITE_CARERS)
@idempotent
@bp.arguments(InsuranceEntrySchema)
@bp.response(201, outgoing.InsuranceSchema)
def add_insurance(command: commands.InsuranceEntry, carer_id: UUID) -> shown.InsuranceView:
    """Record by which paper an agency insures a carer."""
    with transaction() as current:
        return insurances.add_insurance(current, command, carer_id=carer_id, actor=current_actor(), at=clock.now())


@bp.post("/carers/<uuid:carer_id>/suspensions")
@requires(Permission.SUSPEND_CARERS)
@idempotent
@bp.arguments(incoming.SuspensionEntrySchema)
@bp.response(201, outgoing.SuspensionSchema)
def suspend_carer(command: commands.SuspensionEntry, carer_id: UUID) -> SuspensionView:
    """Let a carer give no care that the fund pays for."""
    with transaction() as current:
        return suspensions.suspend_carer(current, command, carer_id=carer_id, actor=current_actor(), at=clock.now())


@bp.post("/clients")
@requires(Permission.WRITE_CLIENTS)
@idempotent
@bp.arguments(incoming.RegisterClientSchema)
@bp.response(201, outgoing.ClientDetailSchema)
def register_client(command: commands.RegisterClient) -> shown.ClientView:
    """Register a client; a person known already is found, not doubled."""
    with transaction() as current:
        return clients.register_client(current, command, actor=current_actor(), at=clock.now())


@bp.get("/clients")
@requires(Permission.READ_CLIENTS)
@bp.arguments(incoming.ClientFilterSchema, location="query")
@bp.response(200, outgoing.ClientPageSchema)
def list_clients(wanted: lists.ClientFilter) -> Page[shown.ClientSummary]:
    """Clients of the own scope; with `overdue_review` those whose review is, or is not, overdue by policy."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return lists.list_clients(session(), actor=actor, wanted=wanted, on=today)


@bp.get("/clients/<uuid:client_id>")
@requires(Permission.READ_CLIENTS)
@bp.response(200, outgoing.ClientDetailSchema)
def read_client(client_id: UUID) -> shown.ClientView:
    """A client with all dated rights."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return lists.get_client(session(), client_id=client_id, actor=actor, on=today)


@bp.post("/clients/<uuid:client_id>/homes")
@requires(Permission.WRITE_CLIENTS)
@idempotent
@bp.arguments(incoming.HomeEntrySchema)
@bp.response(201, outgoing.HomeSchema)
def add_home(command: commands.HomeEntry, client_id: UUID) -> shown.HomeView:
    """Add a place of care."""
    with transaction() as current:
        return homes.add_home(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/homes/<uuid:home_id>/approval")
@requires(Permission.APPROVE_HOMES)
@idempotent
@bp.response(201, outgoing.HomeSchema)
def approve_home(home_id: UUID) -> shown.HomeView:
    """Let a proposed place of care count."""
    with transaction() as current:
        return homes.approve_home(current, home_id=home_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/agreements")
@requires(Permission.WRITE_CLIENTS)
@idempotent
@bp.arguments(incoming.AgreementEntrySchema)
@bp.response(201, outgoing.AgreementSchema)
def add_agreement(command: commands.AgreementEntry, client_id: UUID) -> shown.AgreementView:
    """Let an agency serve the client."""
    with transaction() as current:
        return clients.add_agreement(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/death")
@requires(Permission.WRITE_STAYS)
@idempotent
@bp.arguments(incoming.DeathEntrySchema)
@bp.response(201, outgoing.ClientDetailSchema)
def record_death(command: commands.DeathEntry, client_id: UUID) -> shown.ClientView:
    """Record the day of death."""
    with transaction() as current:
        return clients.record_death(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/entitlements")
@requires(Permission.WRITE_ENTITLEMENTS)
@idempotent
@bp.arguments(incoming.EntitlementEntrySchema)
@bp.response(201, outgoing.EntitlementSchema)
def grant_entitlement(command: commands.EntitlementEntry, client_id: UUID) -> EntitlementView:
    """Grant what a conclusion gives."""
    with transaction() as current:
        return entitlements.grant_entitlement(
            current, command, client_id=client_id, actor=current_actor(), at=clock.now()
        )


@bp.post("/clients/<uuid:client_id>/suspensions")
@requires(Permission.WRITE_ENTITLEMENTS)
@idempotent
@bp.arguments(incoming.SuspensionEntrySchema)
@bp.response(201, outgoing.SuspensionSchema)
def suspend(command: commands.SuspensionEntry, client_id: UUID) -> SuspensionView:
    """Let the entitlement rest."""
    with transaction() as current:
        return suspensions.suspend(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/stays")
@requires(Permission.WRITE_STAYS)
@idempotent
@bp.arguments(incoming.StayEntrySchema)
@bp.response(201, outgoing.StaySchema)
def record_stay(command: commands.StayEntry, client_id: UUID) -> StayView:
    """Record a stay away from home."""
    with transaction() as current:
        return entitlements.record_stay(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/stays/<uuid:stay_id>/end")
@requires(Permission.WRITE_STAYS)
@idempotent
@bp.arguments(incoming.StayEndSchema)
@bp.response(201, outgoing.StaySchema)
def end_stay(command: commands.StayEnd, stay_id: UUID) -> StayView:
    """Record or correct the day of discharge."""
    with transaction() as current:
        return endings.end_stay(current, command, stay_id=stay_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/assignments")
@requires(Permission.WRITE_CLIENTS)
@idempotent
@bp.arguments(incoming.AssignmentEntrySchema)
@bp.response(201, outgoing.AssignmentSchema)
def assign_carer(command: commands.AssignmentEntry, client_id: UUID) -> shown.AssignedCarerView:
    """Give a carer a standing task at the client."""
    with transaction() as current:
        return assignments.assign_carer(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/guardians")
@requires(Permission.WRITE_CLIENTS)
@idempotent
@bp.arguments(incoming.GuardianEntrySchema)
@bp.response(201, outgoing.GuardianSchema)
def appoint_guardian(command: commands.GuardianEntry, client_id: UUID) -> shown.GuardianView:
    """Record who may act for the client."""
    with transaction() as current:
        return guardians.appoint_guardian(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/trainings")
@requires(Permission.WRITE_CLIENTS)
@idempotent
@bp.arguments(incoming.TrainingEntrySchema)
@bp.response(201, outgoing.TrainingOutcomeSchema)
def record_training(command: commands.TrainingEntry, client_id: UUID) -> shown.TrainingOutcome:
    """Record a family carer's stage."""
    with transaction() as current:
        return trainings.record_training(current, command, client_id=client_id, actor=current_actor(), at=clock.now())
