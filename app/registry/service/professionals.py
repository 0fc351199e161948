"""What lets a professional care for a client: a contract with an agency that serves him, and room for one more."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor
from app.policies.terms import CarerTerms
from app.registry.conditions import happened, touches
from app.registry.models import Assignment, Carer, Employment, Entitlement, Person, ServiceAgreement
from app.registry.rules import counts_to_caseload, most_clients, supported_until
from app.registry.service.periods import end_all_sooner
from app.registry.types import CarerKind, Period, ServiceMode

SUPPORT_ENDED = "support_ended"


class CarerNotEmployed(DomainError):
    """On that day the carer works for no agency that has an agreement with the client."""

    kind, code = ErrorKind.CONFLICT, "carer_not_employed"


class CaseloadFull(DomainError):
    """On a day of the assignment the carer has as many clients as the region's policy allows."""

    kind, code = ErrorKind.CONFLICT, "caseload_full"


def lock_carer(session: Session, *, person_id: UUID) -> None:
    """Let one transaction at a time decide about a carer: by the person's row, since a carer's may never change."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def check_employed(session: Session, *, client_id: UUID, carer: Carer, on: date, agency_id: UUID | None) -> date | None:
    """The day on which support for an assignment from `on` ends, by one agency or by any; None: no such day is known.

    CarerNotEmployed when there is none on the day itself.
    """
    spans = _spans(session, [(carer.id, client_id)], agency_id=agency_id)
    until = supported_until(on, spans=spans[carer.id, client_id])
    if until == on:
        raise CarerNotEmployed(carer_id=carer.id, on=on)
    return until


def check_caseload(session: Session, *, carer_id: UUID, besides: UUID, within: Period, terms: CarerTerms) -> None:
    """Refuse one more client where the carer has the most others who count, entitled to home care, on a day of the
    period. Of a client who is entitled in it, and counts on none of these days, there may be any number."""
    most = terms.caseload_max
    if most is None or _is_light(session, besides, within, terms):
        return
    rows = session.execute(
        select(
            Assignment.client_id,
            Entitlement.level,
            func.greatest(Assignment.valid_from, Entitlement.valid_from),
            func.least(Assignment.valid_to, Entitlement.valid_to),
        )
        .join(Entitlement, Entitlement.client_id == Assignment.client_id)
        .where(
            Assignment.carer_id == carer_id,
            Assignment.client_id != besides,
            touches(Assignment, first=within.valid_from, beyond=within.valid_to),
            Entitlement.mode == ServiceMode.HOME,
            touches(Entitlement, first=within.valid_from, beyond=within.valid_to),
        )
    )
    held = [
        (client_id, Period(begins, ends))
        for client_id, level, begins, ends in rows
        if counts_to_caseload(level, terms=terms)
    ]
    if most_clients(held, within=within) >= most:
        raise CaseloadFull(carer_id=carer_id, most=most)


def _is_light(session: Session, client_id: UUID, within: Period, terms: CarerTerms) -> bool:
    levels = session.scalars(
        select(Entitlement.level).where(
            Entitlement.client_id == client_id,
            Entitlement.mode == ServiceMode.HOME,
            touches(Entitlement, first=within.valid_from, beyond=within.valid_to),
        )
    ).all()
    return bool(levels) and not any(counts_to_caseload(level, terms=terms) for level in levels)


def end_unsupported(
    session: Session, condition: ColumnElement[bool], *, on: date, actor: AnyActor, at: datetime
) -> None:
    """End the professionals' assignments of a client or carer that no contract and agreement support from a day on."""
    rows: Sequence[Assignment] = session.scalars(
        select(Assignment)
        .join(Carer, Carer.id == Assignment.carer_id)
        .where(condition, Carer.kind == CarerKind.PROFESSIONAL, touches(Assignment, first=on, beyond=None))
        .order_by(Assignment.id)
    ).all()
    spans = _spans(session, [(row.carer_id, row.client_id) for row in rows])
    untils = [supported_until(max(on, row.valid_from), spans=spans[row.carer_id, row.client_id]) for row in rows]
    ends = [(row, until) for row, until in zip(rows, untils, strict=True) if until is not None]
    end_all_sooner(session, ends, reason=SUPPORT_ENDED, actor=actor, at=at)


def _spans(
    session: Session, pairs: Collection[tuple[UUID, UUID]], *, agency_id: UUID | None = None
) -> defaultdict[tuple[UUID, UUID], list[Period]]:
    """Days on which carers work for an agency that serves the client, by carer and client."""
    statement = (
        select(
            Employment.carer_id,
            ServiceAgreement.client_id,
            func.greatest(Employment.valid_from, ServiceAgreement.valid_from),
            func.least(Employment.valid_to, ServiceAgreement.valid_to),
        )
        .join(ServiceAgreement, ServiceAgreement.agency_id == Employment.agency_id)
        .where(
            tuple_(Employment.carer_id, ServiceAgreement.client_id).in_(pairs),
            happened(Employment),
            happened(ServiceAgreement),
        )
    )
    if agency_id is not None:
        statement = statement.where(Employment.agency_id == agency_id)
    found = defaultdict[tuple[UUID, UUID], list[Period]](list)
    for carer_id, client_id, begins, ends in session.execute(statement):
        found[carer_id, client_id].append(Period(begins, ends))
    return found
