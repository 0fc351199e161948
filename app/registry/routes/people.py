"""What concerns a person: a way in, a bank account, the full identity."""

from uuid import UUID

from app.accounts.consent_schemas import ConsentActSchema, ConsentSchema, ConsentsSchema
from app.accounts.consent_types import ConsentAct, Consents, ConsentView
from app.accounts.types import OpenedAccount
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
from app.registry.schemas.people import AccessEntrySchema, GuardianFilterSchema, PersonPhoneSchema, PhoneEntrySchema
from app.registry.service import access, bank_accounts, consents, guardians, people

bp = AnhuBlueprint("people", __name__, description="Access, bank accounts and identities of people (人员)")


@bp.post("/carers/<uuid:carer_id>/access")
@requires(Permission.BIND_PEOPLE)
@idempotent
@bp.arguments(AccessEntrySchema, required=False)
@bp.response(201, outgoing.AccessSchema)
def open_carer_access(command: commands.AccessEntry, carer_id: UUID) -> OpenedAccount:
    """Open a carer's account and issue a binding code."""
    with transaction() as current:
        return access.open_carer_access(current, command, carer_id=carer_id, actor=current_actor(), at=clock.now())


@bp.get("/guardians")
@requires(Permission.READ_CLIENTS)
@bp.arguments(GuardianFilterSchema, location="query")
@bp.response(200, outgoing.GuardianPageSchema)
def list_guardians(wanted: lists.GuardianFilter) -> Page[shown.GuardianView]:
    """Guardianships that are not over; `is_approved=false` is the fund's work list of those to approve."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return lists.list_guardians(session(), actor=actor, wanted=wanted, on=today)


@bp.post("/guardians/<uuid:guardian_id>/approval")
@requires(Permission.APPROVE_GUARDIANS)
@idempotent
@bp.response(201, outgoing.GuardianSchema)
def approve_guardian(guardian_id: UUID) -> shown.GuardianView:
    """Let a guardian whom an agency entered act for the client."""
    with transaction() as current:
        return guardians.approve_guardian(current, guardian_id=guardian_id, actor=current_actor(), at=clock.now())


@bp.post("/guardians/<uuid:guardian_id>/access")
@requires(Permission.BIND_PEOPLE)
@idempotent
@bp.arguments(AccessEntrySchema, required=False)
@bp.response(201, outgoing.AccessSchema)
def open_guardian_access(command: commands.AccessEntry, guardian_id: UUID) -> OpenedAccount:
    """Open a guardian's account and issue a binding code."""
    with transaction() as current:
        return access.open_guardian_access(
            current, command, guardian_id=guardian_id, actor=current_actor(), at=clock.now()
        )


@bp.post("/people/<uuid:person_id>/phone")
@requires(Permission.CORRECT_PEOPLE)
@idempotent
@bp.arguments(PhoneEntrySchema)
@bp.response(201, PersonPhoneSchema)
def correct_phone(command: commands.PhoneEntry, person_id: UUID) -> shown.PersonPhone:
    """Put another mobile number on file; the old one lets nobody in any more."""
    with transaction() as current:
        return people.correct_phone(current, command, person_id=person_id, actor=current_actor(), at=clock.now())


@bp.post("/people/<uuid:person_id>/bank-accounts")
@requires(Permission.WRITE_BANK_ACCOUNTS)
@idempotent
@bp.arguments(incoming.BankAccountEntrySchema)
@bp.response(201, outgoing.BankAccountSchema)
def set_bank_account(command: commands.BankAccountEntry, person_id: UUID) -> shown.BankAccountView:
    """Record where a person's money goes; a changed account waits out a hold."""
    with transaction() as current:
        return bank_accounts.set_bank_account(
            current, command, person_id=person_id, actor=current_actor(), at=clock.now()
        )


@bp.get("/bank-accounts")
@requires(Permission.WRITE_BANK_ACCOUNTS)
@bp.arguments(incoming.BankAccountFilterSchema, location="query")
@bp.response(200, outgoing.BankAccountPageSchema)
def list_bank_accounts(wanted: lists.BankAccountFilter) -> Page[shown.BankAccountView]:
    """Live accounts, masked; `name_check=unchecked` is the work list of those to check."""
    return lists.list_bank_accounts(session(), actor=current_actor(), wanted=wanted)


@bp.post("/bank-accounts/<uuid:bank_account_id>/name-check")
@requires(Permission.WRITE_BANK_ACCOUNTS)
@idempotent
@bp.arguments(incoming.NameCheckEntrySchema)
@bp.response(201, outgoing.BankAccountSchema)
def record_name_check(command: commands.NameCheckEntry, bank_account_id: UUID) -> shown.BankAccountView:
    """Record whether the holder is the payee."""
    with transaction() as current:
        return bank_accounts.record_name_check(
            current, command, account_id=bank_account_id, actor=current_actor(), at=clock.now()
        )


@bp.get("/people/<uuid:person_id>/identity")
@requires(Permission.READ_FULL_IDENTITY)
@bp.response(200, outgoing.IdentitySchema)
def read_identity(person_id: UUID) -> shown.Identity:
    """A person's full identity; the reading is audited."""
    with transaction() as current:
        return people.read_identity(current, person_id=person_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/consents")
@requires(Permission.CONSENT)
@bp.response(200, ConsentsSchema)
def list_client_consents(client_id: UUID) -> Consents:
    """What is asked about a client, and what was answered for him."""
    return consents.list_of_client(session(), client_id=client_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/consents")
@requires(Permission.CONSENT)
@idempotent
@bp.arguments(ConsentActSchema)
@bp.response(201, ConsentSchema)
def answer_client_consent(command: ConsentAct, client_id: UUID) -> ConsentView:
    """Give or withdraw a consent for a client, by a guardian who may sign."""
    with transaction() as current:
        return consents.answer_for_client(current, command, client_id=client_id, actor=current_actor(), at=clock.now())
