"""Visits that a rule held and people decided about, as rows."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.checkin.models import CareFact, ExceptionFound, Review
from app.checkin.reasons import ReviewReason
from app.checkin.types import Decision, ExceptionCode, FactKind, ReviewStep, Severity
from app.kernel.ids import new_id
from tests.schedules.factories import NOW, Scene

SHORT = ExceptionCode.SHORT


def decided(
    session: Session,
    scene: Scene,
    *decisions: Decision,
    number: int = 1,
    code: ExceptionCode = SHORT,
    at: datetime = NOW,
    severity: Severity = Severity.MUST_FIX,
    district: str = "120101",
) -> None:
    """Visits that a rule held, each decided by people so, one decision after the other."""
    ids, actor_id = [new_id() for _ in range(number)], new_id()
    common = {"carer_id": scene.carer_id, "kind": FactKind.VISIT, "district_code": district, "recorded_at": at}
    session.execute(insert(CareFact), [{"id": each, **common} for each in ids])
    about = {"code": code, "severity": severity, "details": {}, "policy_digest": "-", "recorded_at": at}
    session.execute(insert(ExceptionFound), [{"id": new_id(), "fact_id": each, **about} for each in ids * 2])
    by = {"step": ReviewStep.AGENCY, "reason": ReviewReason.OTHER, "actor_id": actor_id, "command_digest": b"-"}
    reviews = [
        {"id": new_id(), "fact_id": each, "decision": decision, "seq": seq, "recorded_at": at, **by}
        for each in ids
        for seq, decision in enumerate(decisions, start=1)
    ]
    session.execute(insert(Review), reviews)
