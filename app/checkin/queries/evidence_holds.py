"""Holds of evidence and closed periods, as who places and states them sees them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HeldSubject, HoldCause, LegalHoldView, PeriodCloseView
from app.checkin.hold_models import EvidenceHold, EvidenceHoldEnd, PeriodClose
from app.checkin.models import CareFact
from app.checkin.queries.facts import visible_facts
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, ScopeKind
from app.registry.models import Agency, Carer, Client
from app.registry.queries import one_or_not_found, visible_agencies, visible_carers, visible_clients

STANDS = ~exists().where(EvidenceHoldEnd.hold_id == EvidenceHold.id)


def visible_holds(actor: Actor) -> Select[EvidenceHold]:
    """Legal holds are the fund's: nobody of a smaller scope sees one."""
    legal = select(EvidenceHold).where(EvidenceHold.cause == HoldCause.LEGAL)
    return legal if actor.scope.kind is ScopeKind.FUND else legal.where(false())


def list_holds(session: Session, *, actor: Actor, page: PageRequest) -> Page[LegalHoldView]:
    """Legal holds in the order in which they were placed, ended ones too; two statements."""
    found = fetch_page(
        session,
        visible_holds(actor),
        key=EvidenceHold.id,
        limit=page.limit,
        after=page.after,
        view=lambda row: row,
    )
    ended = select(EvidenceHoldEnd).where(EvidenceHoldEnd.hold_id.in_([row.id for row in found.items]))
    ends = {each.hold_id: each for each in session.scalars(ended)}
    return Page(tuple(view_hold(row, ends.get(row.id)) for row in found.items), found.next_after)


def get_hold(session: Session, *, hold_id: UUID, actor: Actor) -> EvidenceHold:
    """One visible legal hold; raises NotFound."""
    return one_or_not_found(session, visible_holds(actor).where(EvidenceHold.id == hold_id))


def check_subject(session: Session, *, subject: HeldSubject, subject_id: UUID | None, actor: Actor) -> None:
    """Raise NotFound for a subject the actor does not see."""
    statements: dict[HeldSubject, Select[UUID]] = {
        HeldSubject.CLIENT: visible_clients(actor).with_only_columns(Client.id).where(Client.id == subject_id),
        HeldSubject.CARER: visible_carers(actor).with_only_columns(Carer.id).where(Carer.id == subject_id),
        HeldSubject.AGENCY: visible_agencies(actor).with_only_columns(Agency.id).where(Agency.id == subject_id),
        HeldSubject.FACT: visible_facts(actor).with_only_columns(CareFact.id).where(CareFact.id == subject_id),
    }
    if subject in statements and session.scalar(statements[subject]) is None:
        raise NotFound(kind=subject.value)


def list_standing(session: Session, *, cause_id: UUID) -> Collection[EvidenceHold]:
    """The holds of a case that have not ended. Unscoped: oversight has found its case by its actor."""
    return session.scalars(select(EvidenceHold).where(EvidenceHold.cause_id == cause_id, STANDS)).all()


def list_closes(session: Session, *, actor: Actor, page: PageRequest) -> Page[PeriodCloseView]:
    """Months that are settled, and inspections of visible agencies that are closed, in the order they were stated."""
    agencies = visible_agencies(actor).with_only_columns(Agency.id)
    statement = select(PeriodClose).where(PeriodClose.agency_id.is_(None) | PeriodClose.agency_id.in_(agencies))
    return fetch_page(session, statement, key=PeriodClose.id, limit=page.limit, after=page.after, view=view_close)


def view_hold(row: EvidenceHold, end: EvidenceHoldEnd | None) -> LegalHoldView:
    """A hold with its end."""
    return LegalHoldView(
        id=row.id,
        subject=row.subject,
        subject_id=row.subject_id,
        first_on=row.first_on,
        beyond_on=row.beyond_on,
        document=row.document,
        recorded_at=row.recorded_at,
        ended_at=end.recorded_at if end else None,
        end_document=end.document if end else None,
    )


def view_close(row: PeriodClose) -> PeriodCloseView:
    """A closed period as others see it."""
    return PeriodCloseView(row.id, row.kind, row.first_on, row.beyond_on, row.agency_id, row.document, row.recorded_at)
