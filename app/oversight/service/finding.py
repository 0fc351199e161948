"""Keeps what a rule found: a finding of a subject's month once, and each visit and care day it names once."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HeldSpan, HeldSubject
from app.checkin.service.evidence_holds import keep_for_case
from app.checkin.service.risks import hold_for_finding
from app.kernel.ids import new_id
from app.kernel.permissions import SystemActor
from app.oversight.models import Finding, FindingRecord
from app.oversight.sources import RiskRule
from app.oversight.types import FindingKind, Hit


def keep_hits(
    session: Session, rule: RiskRule, hits: Sequence[Hit], *, month: date, region: str, at: datetime
) -> list[UUID]:
    """Append what a rule found about one subject, keep the evidence of what it names, and let the visits and care days
    of a hard finding wait; those that are new.

    Safe to repeat: what is known changes nothing, and what a person has decided since is not held again. A finding that
    had ended is open again by what is new, and keeps the evidence of that alone.
    """
    finding_id = _finding(session, rule, hits[0], month=month, at=at)
    lock_finding(session, finding_id=finding_id)
    rows = [
        {"finding_id": finding_id, "fact_id": hit.fact_id, "facts": dict(hit.facts), "recorded_at": at} for hit in hits
    ]
    added = insert(FindingRecord).on_conflict_do_nothing().returning(FindingRecord.fact_id)
    new = sorted(session.scalars(added, rows))
    spans = [HeldSpan(HeldSubject.FACT, fact_id) for fact_id in new]
    keep_for_case(session, spans, case_id=finding_id, actor=SystemActor(region, "find_risks"), at=at)
    if rule.kind is FindingKind.HARD:
        for fact_id in new:  # in the order of ids, so that two who hold several do not wait for each other
            hold_for_finding(session, fact_id=fact_id, rule=rule.name, finding_id=finding_id, region=region, at=at)
    return new


def lock_finding(session: Session, *, finding_id: UUID) -> None:
    """Until the end of the transaction nothing is added to a finding while somebody decides about it, and nobody else
    decides."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"finding:{finding_id}", 0))))


def _finding(session: Session, rule: RiskRule, hit: Hit, *, month: date, at: datetime) -> UUID:
    made = (
        insert(Finding)
        .values(
            id=new_id(at=at),
            rule=rule.name,
            version=rule.version,
            kind=rule.kind,
            subject_kind=rule.subject,
            subject_id=hit.subject_id,
            month=month,
            facts=dict(hit.summary),
            recorded_at=at,
        )
        .on_conflict_do_nothing()
        .returning(Finding.id)
    )
    known = select(Finding.id).where(
        Finding.rule == rule.name, Finding.subject_id == hit.subject_id, Finding.month == month
    )
    return session.scalars(made).one_or_none() or session.scalars(known).one()
