"""Opens the phone's door for carers and guardians: an account of their own clients, bound by a one-time code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.service import open_account
from app.accounts.types import OpenedAccount
from app.kernel.permissions import AnyActor, Role, Scope, ScopeKind
from app.registry.commands import AccessEntry
from app.registry.models import Person
from app.registry.service.guardians import GuardianNotApproved, guardian_to_change
from app.registry.service.people import checked_phone
from app.registry.service.scopes import carer_to_change
from app.registry.service.sharing import check_not_shared
from app.registry.types import CarerKind

OWN_CLIENTS = Scope(ScopeKind.OWN_CLIENTS)
ROLES = {CarerKind.PROFESSIONAL: Role.CARER, CarerKind.FAMILY: Role.FAMILY_CARER}
LABELS = {Role.CARER: "护理员", Role.FAMILY_CARER: "亲情照护人员", Role.GUARDIAN: "监护人 / 代理人"}


def open_carer_access(
    session: Session, command: AccessEntry, *, carer_id: UUID, actor: AnyActor, at: datetime
) -> OpenedAccount:
    """Open an account for a carer whom the actor may change, and issue a binding code; see `_open`."""
    carer = carer_to_change(session, carer_id=carer_id, actor=actor, at=at)
    return _open(session, carer.person, command, role=ROLES[carer.kind], actor=actor, at=at)


def open_guardian_access(
    session: Session, command: AccessEntry, *, guardian_id: UUID, actor: AnyActor, at: datetime
) -> OpenedAccount:
    """Open an account for a guardian of a client whom the actor may change, and issue a binding code; see `_open`.

    Raises GuardianshipOver, GuardianNotApproved.
    """
    guardian = guardian_to_change(session, guardian_id=guardian_id, actor=actor, at=at)
    if guardian.approval is None:
        raise GuardianNotApproved(guardian_id=guardian_id)
    return _open(session, guardian.person, command, role=Role.GUARDIAN, actor=actor, at=at)


def _open(
    session: Session, person: Person, command: AccessEntry, *, role: Role, actor: AnyActor, at: datetime
) -> OpenedAccount:
    """Open the door. By phone too, if the one who opens it says the number: the one on file is somebody else's word.

    Raises PhoneDiffers when another is on file, and SharedPerson, see `check_not_shared`.
    """
    check_not_shared(session, person_id=person.id, actor=actor)
    phone = None if command.phone is None else checked_phone(person, command.phone)
    return open_account(
        session,
        person_id=person.id,
        label=LABELS[role],
        role=role,
        scope=OWN_CLIENTS,
        purpose="home care",
        phone=phone,
        actor=actor,
        at=at,
    )
