"""Reads of findings: by who supervises or reviews for the fund, and of his district only what touches it."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, exists, false, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from app.checkin.models import CareFact
from app.checkin.queries.facts import visible_facts
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, Role, ScopeKind
from app.kernel.settings import current_settings
from app.oversight.models import Finding, FindingDecision, FindingNote, FindingRecord
from app.oversight.types import (
    FindingDecisionView,
    FindingKind,
    FindingOutcome,
    FindingState,
    FindingView,
    NamedFact,
    RuleFindings,
)
from app.registry.models import Carer, Client

NOTE_CONTEXT = "finding_note.text"
# How much a finding names by now: a decision that ended it stands for what it named then.
NAMED = select(func.count()).where(FindingRecord.finding_id == FindingDecision.finding_id).scalar_subquery()
STANDS = or_(FindingDecision.outcome == FindingOutcome.CONFIRMED, FindingDecision.records >= NAMED)
LAST_WORD = (
    select(case((STANDS, type_coerce(FindingDecision.outcome, Text())), else_=FindingState.OPEN.value))
    .where(FindingDecision.finding_id == Finding.id)
    .order_by(FindingDecision.seq.desc())
    .limit(1)
    .scalar_subquery()
)
STATE = func.coalesce(LAST_WORD, FindingState.OPEN.value)


@dataclass(frozen=True, slots=True)
class FindingFilter(PageRequest):
    """Findings of one rule, of one month, about one subject, or that stand so."""

    rule: str | None = None
    month: date | None = None
    subject_id: UUID | None = None
    state: FindingState | None = None


def visible_findings(actor: Actor) -> Select[Finding]:
    """Findings the actor may see: of a district those that name a visit there; personal ones a supervisor alone."""
    kinds = true() if actor.role is Role.SUPERVISOR else Finding.kind == FindingKind.HARD
    return select(Finding).where(kinds, _touches(actor))


def list_findings(session: Session, *, wanted: FindingFilter, actor: Actor) -> Page[FindingView]:
    """Findings in order of their ids; two statements a page."""
    statement = visible_findings(actor)
    for column in (Finding.rule, Finding.month, Finding.subject_id):
        value = getattr(wanted, column.key)
        if value is not None:
            statement = statement.where(column == value)
    if wanted.state is not None:
        statement = statement.where(STATE.in_([wanted.state.value]))
    page = fetch_page(session, statement, key=Finding.id, limit=wanted.limit, after=wanted.after, view=lambda row: row)
    asked = select(Finding.id, STATE).where(Finding.id.in_([row.id for row in page.items]))
    states = {row[0]: FindingState(row[1]) for row in session.execute(asked)}
    return Page(tuple(_view(row, states[row.id]) for row in page.items), page.next_after)


def get_finding(session: Session, *, finding_id: UUID, actor: Actor) -> FindingView:
    """One finding with what it names that the actor may see, and what was decided; raises NotFound."""
    found = visible_findings(actor).add_columns(STATE).where(Finding.id == finding_id)
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound(kind="finding")
    records = select(FindingRecord).where(FindingRecord.finding_id == finding_id).order_by(FindingRecord.fact_id)
    if actor.scope.kind is not ScopeKind.FUND:
        records = records.where(FindingRecord.fact_id.in_(visible_facts(actor).with_only_columns(CareFact.id)))
    named = tuple(NamedFact(each.fact_id, each.facts, each.recorded_at) for each in session.scalars(records))
    decisions = _decisions(session, finding_id, actor=actor)
    return replace(_view(row[0], FindingState(row[1])), records=named, decisions=decisions)


def is_about(session: Session, *, finding_id: UUID, person_id: UUID) -> bool:
    """Say whether a finding is about a person, or names care that he gave or got. Unscoped: of a visible finding."""
    parts = (
        select(FindingRecord.fact_id)
        .join(CareFact, CareFact.id == FindingRecord.fact_id)
        .join(Carer, Carer.id == CareFact.carer_id)
        .outerjoin(Client, Client.id == CareFact.client_id)
        .where(FindingRecord.finding_id == finding_id)
        .where(or_(Carer.person_id == person_id, Client.person_id == person_id))
    )
    subject = exists().where(Finding.id == finding_id, Finding.subject_id == person_id)
    return bool(session.scalar(select(or_(subject, exists(parts)))))


def count_findings(session: Session, *, month: date | None, actor: Actor) -> tuple[RuleFindings, ...]:
    """How many of the actor's findings stand where, by rule; one statement."""
    findings = visible_findings(actor).add_columns(STATE.label("state"))
    if month is not None:
        findings = findings.where(Finding.month == month)
    each = findings.subquery("each")
    counts = (func.count().filter(each.c.state == state.value).label(state.value) for state in FindingState)
    rows = session.execute(select(each.c.rule, *counts).group_by(each.c.rule).order_by(each.c.rule))
    return tuple(RuleFindings(**row._mapping) for row in rows)


def _touches(actor: Actor) -> ColumnElement[bool]:
    """A finding may name visits of several districts: it concerns each, and shows to each its own."""
    if actor.scope.kind is ScopeKind.FUND:
        return true()
    if actor.scope.kind is not ScopeKind.DISTRICT:
        return false()
    there = FindingRecord.fact_id.in_(visible_facts(actor).with_only_columns(CareFact.id))
    return exists().where(FindingRecord.finding_id == Finding.id, there)


def _decisions(session: Session, finding_id: UUID, *, actor: Actor) -> tuple[FindingDecisionView, ...]:
    keys = current_settings().key_ring
    statement = (
        select(FindingDecision, FindingNote.text_enc)
        .outerjoin(FindingNote, FindingNote.decision_id == FindingDecision.id)
        .where(FindingDecision.finding_id == finding_id)
        .order_by(FindingDecision.seq)
    )
    is_fund = actor.scope.kind is ScopeKind.FUND
    return tuple(
        FindingDecisionView(
            outcome=row.outcome,
            reason=row.reason,
            note=keys.decrypt(sealed, context=NOTE_CONTEXT) if sealed is not None and is_fund else None,
            records=row.records,
            account_id=row.account_id,
            decided_at=row.recorded_at,
        )
        for row, sealed in session.execute(statement)
    )


def _view(row: Finding, state: FindingState) -> FindingView:
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
        state=state,
    )
