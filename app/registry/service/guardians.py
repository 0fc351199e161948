"""Who acts for a client: at once when the fund enters him, and when the fund approved him if an agency did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind, SystemActor
from app.registry.commands import GuardianEntry
from app.registry.conditions import touches
from app.registry.history_models import GuardianApproval
from app.registry.models import Assignment, Carer, Guardian
from app.registry.queries import lock_client, one_or_not_found
from app.registry.service.conflicts import add
from app.registry.service.people import find_or_add_person
from app.registry.service.periods import check_order
from app.registry.service.scopes import check_not_too_far_back, client_to_change, note, today_of
from app.registry.shown import GuardianView
from app.registry.types import CarerKind, Period
from app.registry.views import guardian_view


class OwnCarer(DomainError):
    """Nobody is his own family carer or guardian."""

    kind, code = ErrorKind.CONFLICT, "own_carer"


class GuardianIsCarer(DomainError):
    """A professional carer confirms no care as the guardian of a client to whom she is assigned."""

    kind, code = ErrorKind.CONFLICT, "guardian_is_carer"


class GuardianshipOver(DomainError):
    """The guardianship has ended."""

    kind, code = ErrorKind.CONFLICT, "guardianship_over"


class GuardianApproved(DomainError):
    """The fund approved the guardian before."""

    kind, code = ErrorKind.CONFLICT, "guardian_approved"


class GuardianNotApproved(DomainError):
    """An agency entered the guardian and the fund has not approved him yet: he has no way in."""

    kind, code = ErrorKind.CONFLICT, "guardian_not_approved"


def appoint_guardian(
    session: Session, command: GuardianEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> GuardianView:
    """Record who may act for the client, by which document; never the professional who cares for him.

    Whom an agency enters waits for the fund: he would confirm the care that the agency is paid for.
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    lock_client(session, client_id=client_id)
    check_order(valid_from=command.valid_from, valid_to=command.valid_to)
    check_not_too_far_back(actor, command.valid_from, command.valid_to, at=at)
    person = find_or_add_person(session, entry=command.person, actor=actor, at=at)
    if person.id == client.person_id:
        raise OwnCarer
    period = Period(command.valid_from, command.valid_to)
    if _is_professional(session, client_id=client_id, person_id=person.id, within=period):
        raise GuardianIsCarer
    row = Guardian(
        id=new_id(at=at),
        client_id=client_id,
        person_id=person.id,
        relation=command.relation,
        extent=command.extent,
        document=command.document,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    add(session, row)
    if actor.scope.kind is not ScopeKind.AGENCY:
        _approve(session, row, actor=actor, at=at)
    note(session, "client.guarded", subject=("client", client_id), actor=actor, at=at, guardian_id=row.id)
    return guardian_view(row)


def approve_guardian(session: Session, *, guardian_id: UUID, actor: AnyActor, at: datetime) -> GuardianView:
    """Let a guardian whom an agency entered act for the client from now on. Raises NotFound outside the scope."""
    row = guardian_to_change(session, guardian_id=guardian_id, actor=actor, at=at)
    if row.approval is not None:
        raise GuardianApproved(guardian_id=guardian_id)
    _approve(session, row, actor=actor, at=at)
    note(session, "guardian.approved", subject=("guardian", guardian_id), actor=actor, at=at)
    return guardian_view(row)


def guardian_to_change(session: Session, *, guardian_id: UUID, actor: AnyActor, at: datetime) -> Guardian:
    """A guardian of a client in the actor's scope, with the client locked. Raises NotFound, GuardianshipOver."""
    statement = select(Guardian).where(Guardian.id == guardian_id)
    row = one_or_not_found(session, statement)
    client_to_change(session, client_id=row.client_id, actor=actor, at=at)
    lock_client(session, client_id=row.client_id)
    seen = statement.options(joinedload(Guardian.person), joinedload(Guardian.approval))
    row = session.scalars(seen.execution_options(populate_existing=True)).one()
    if row.valid_to is not None and row.valid_to <= max(today_of(actor, at=at), row.valid_from):
        raise GuardianshipOver(guardian_id=guardian_id)
    return row


def _approve(session: Session, row: Guardian, *, actor: AnyActor, at: datetime) -> None:
    account_id = None if isinstance(actor, SystemActor) else actor.account_id
    session.add(GuardianApproval(guardian_id=row.id, actor_id=account_id, recorded_at=at))
    session.flush()
    session.expire(row, ["approval"])


def _is_professional(session: Session, *, client_id: UUID, person_id: UUID, within: Period) -> bool:
    caring = exists().where(
        Assignment.client_id == client_id,
        Assignment.carer_id == Carer.id,
        Carer.person_id == person_id,
        Carer.kind == CarerKind.PROFESSIONAL,
        touches(Assignment, first=within.valid_from, beyond=within.valid_to),
    )
    return bool(session.scalar(caring.select()))
