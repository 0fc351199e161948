"""Evidence that an agency insures the carers it employs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.registry.commands import InsuranceEntry
from app.registry.conditions import touches
from app.registry.insurance_models import Insurance
from app.registry.models import Employment
from app.registry.service.conflicts import add
from app.registry.service.periods import check_order
from app.registry.service.scopes import agency_in_scope, carer_to_change, note
from app.registry.shown import InsuranceView
from app.registry.views import insurance_view


class InsuredNotEmployed(DomainError):
    """On no day of the period does the agency employ the carer."""

    kind, code = ErrorKind.CONFLICT, "insured_not_employed"


def add_insurance(
    session: Session, command: InsuranceEntry, *, carer_id: UUID, actor: AnyActor, at: datetime
) -> InsuranceView:
    """Record by which paper an agency of the actor's scope insures a carer whom it employs in the period.

    Raises NotFound, CarerLeftAgency, PeriodBackwards, InsuredNotEmployed and InsuranceOverlaps.
    """
    carer_to_change(session, carer_id=carer_id, actor=actor, at=at)
    agency_in_scope(session, agency_id=command.agency_id, actor=actor)
    check_order(valid_from=command.valid_from, valid_to=command.valid_to)
    employed = exists().where(
        Employment.carer_id == carer_id,
        Employment.agency_id == command.agency_id,
        touches(Employment, first=command.valid_from, beyond=command.valid_to),
    )
    if not session.scalar(employed.select()):
        raise InsuredNotEmployed
    row = Insurance(
        id=new_id(at=at),
        carer_id=carer_id,
        agency_id=command.agency_id,
        kind=command.kind,
        document=command.document,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    add(session, row)
    note(session, "carer.insured", subject=("carer", carer_id), actor=actor, at=at, insurance_id=row.id)
    return insurance_view(row)
