"""A person of the fund decides about a finding. That lets go what is kept for it alone, and decides no visit."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.service.evidence_holds import end_case
from app.checkin.service.records import OwnFact
from app.kernel import audit
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, ScopeKind
from app.kernel.settings import current_settings
from app.oversight.models import FindingDecision, FindingNote
from app.oversight.queries import findings as queries
from app.oversight.rules import judge_decision
from app.oversight.service.finding import lock_finding
from app.oversight.types import ENDING, DecideFinding, FindingRefusal, FindingView
from app.registry.service.scopes import OutsideScope


class FindingDecided(DomainError):
    """The finding is decided already."""

    kind, code = ErrorKind.CONFLICT, "finding_decided"


class FindingNotConfirmed(DomainError):
    """Only the case of a confirmed finding can be closed."""

    kind, code = ErrorKind.CONFLICT, "finding_not_confirmed"


class FindingGrew(DomainError):
    """The finding names other visits and care days by now than were looked at."""

    kind, code = ErrorKind.CONFLICT, "finding_grew"


REFUSALS: Mapping[FindingRefusal, type[DomainError]] = {
    FindingRefusal.DECIDED: FindingDecided,
    FindingRefusal.NOT_CONFIRMED: FindingNotConfirmed,
    FindingRefusal.GREW: FindingGrew,
}


def decide_finding(
    session: Session, command: DecideFinding, *, finding_id: UUID, actor: Actor, at: datetime
) -> FindingView:
    """Confirm or dismiss a finding, or close the case of a confirmed one.

    The evidence of a confirmed finding is kept until its case is closed; whoever else keeps it goes on doing so.
    Raises NotFound, OutsideScope for less than the fund, OwnFact, FindingDecided, FindingNotConfirmed, FindingGrew.
    """
    lock_finding(session, finding_id=finding_id)
    finding = queries.get_finding(session, finding_id=finding_id, actor=actor)
    if actor.scope.kind is not ScopeKind.FUND:
        raise OutsideScope
    if actor.person_id is not None and queries.is_about(session, finding_id=finding_id, person_id=actor.person_id):
        raise OwnFact
    refusal = judge_decision(command, state=finding.state, records=len(finding.records))
    if refusal is not None:
        raise REFUSALS[refusal](state=finding.state, records=len(finding.records))
    _keep(session, command, finding=finding, actor=actor, at=at)
    if command.outcome in ENDING:
        end_case(session, case_id=finding_id, actor=actor, at=at)
    return queries.get_finding(session, finding_id=finding_id, actor=actor)


def _keep(session: Session, command: DecideFinding, *, finding: FindingView, actor: Actor, at: datetime) -> None:
    keys, decision_id = current_settings().key_ring, new_id(at=at)
    row = FindingDecision(
        id=decision_id,
        finding_id=finding.id,
        seq=len(finding.decisions) + 1,
        outcome=command.outcome,
        reason=command.reason,
        records=command.records,
        account_id=actor.account_id,
        recorded_at=at,
    )
    session.add(row)
    if command.note is not None:
        sealed = keys.encrypt(command.note, context=queries.NOTE_CONTEXT)
        session.add(FindingNote(decision_id=decision_id, text_enc=sealed))
    session.flush()
    details = {"outcome": command.outcome, "reason": command.reason, "records": command.records}
    audit.record(
        session, "finding.decided", actor=actor, at=at, subject=("finding", finding.id), details=details, keys=keys
    )
