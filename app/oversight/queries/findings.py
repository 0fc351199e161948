"""Reads of findings: by who supervises or reviews for the fund, and of his district only what touches it."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, select, true
from sqlalchemy.orm import Session

from app.checkin.models import CareFact
from app.checkin.queries.facts import visible_facts
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, Role, ScopeKind
from app.oversight.models import Finding, FindingRecord
from app.oversight.types import FindingKind, FindingView, NamedFact


@dataclass(frozen=True, slots=True)
class FindingFilter(PageRequest):
    """Findings of one rule, of one month, or about one subject."""

    rule: str | None = None
    month: date | None = None
    subject_id: UUID | None = None


def visible_findings(actor: Actor) -> Select[Finding]:
    """Findings the actor may see: of a district those that name a visit there; personal ones a supervisor alone."""
    kinds = true() if actor.role is Role.SUPERVISOR else Finding.kind == FindingKind.HARD
    return select(Finding).where(kinds, _touches(actor))


def list_findings(session: Session, *, wanted: FindingFilter, actor: Actor) -> Page[FindingView]:
    """Findings in order of their ids; one statement a page."""
    statement = visible_findings(actor)
    for column in (Finding.rule, Finding.month, Finding.subject_id):
        value = getattr(wanted, column.key)
        if value is not None:
            statement = statement.where(column == value)
    return fetch_page(session, statement, key=Finding.id, limit=wanted.limit, after=wanted.after, view=_view)


def get_finding(session: Session, *, finding_id: UUID, actor: Actor) -> FindingView:
    """One finding with the visits it names that the actor may see; raises NotFound."""
    row = session.scalars(visible_findings(actor).where(Finding.id == finding_id)).one_or_none()
    if row is None:
        raise NotFound(kind="finding")
    seen = visible_facts(actor).with_only_columns(CareFact.id)
    records = session.scalars(
        select(FindingRecord)
        .where(FindingRecord.finding_id == finding_id, FindingRecord.fact_id.in_(seen))
        .order_by(FindingRecord.fact_id)
    )
    named = tuple(NamedFact(each.fact_id, each.facts, each.recorded_at) for each in records)
    return replace(_view(row), records=named)


def _touches(actor: Actor) -> ColumnElement[bool]:
    """A finding may name visits of several districts: it concerns each, and shows to each its own."""
    if actor.scope.kind is ScopeKind.FUND:
        return true()
    if actor.scope.kind is not ScopeKind.DISTRICT:
        return false()
    there = FindingRecord.fact_id.in_(visible_facts(actor).with_only_columns(CareFact.id))
    return exists().where(FindingRecord.finding_id == Finding.id, there)


def _view(row: Finding) -> FindingView:
    return FindingView(
        id=row.id,
        rule=row.rule,
        version=row.version,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        month=row.month,
        facts=row.facts,
        found_at=row.recorded_at,
    )
