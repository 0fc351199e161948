"""A family carer's stages for a client: provisional while trained at this home, then formal."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind
from app.policies.types import Policy
from app.registry.commands import TrainingEntry
from app.registry.conditions import holds
from app.registry.models import Assignment, Carer, Client, FamilyTraining
from app.registry.rules import becomes_formal_on, benefit_starts
from app.registry.service.conflicts import add
from app.registry.service.periods import end_period
from app.registry.service.scopes import check_not_too_far_back, client_to_change, note, policy_of, today_of
from app.registry.shown import TrainingOutcome
from app.registry.types import CarerKind, TrainingStage
from app.registry.views import training_view


class NotFamilyCarerHere(DomainError):
    """The carer is no family carer of this client on that day."""

    kind, code = ErrorKind.CONFLICT, "not_family_carer_here"


class TrainingStartMissing(DomainError):
    """A provisional stage, and a formal one without a provisional one before, need their first day."""

    kind, code = ErrorKind.INVALID, "training_start_missing"


class ExamMissing(DomainError):
    """The region's policy asks for an exam on file before a family carer becomes formal."""

    kind, code = ErrorKind.CONFLICT, "exam_missing"


class TrainingMissing(DomainError):
    """The region asks for a training, and none is on record; only the fund may enter who was formal before."""

    kind, code = ErrorKind.CONFLICT, "training_missing"


class TrainingNotOver(DomainError):
    """The training is over on `formal_on` at the earliest."""

    kind, code = ErrorKind.CONFLICT, "training_not_over"


def record_training(
    session: Session, command: TrainingEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> TrainingOutcome:
    """Record a stage. Formal ends the provisional one, on the day training and exam are both done.

    `counts_from` of the answer is the first day that is paid as a formal carer's, by the policy of the day of becoming
    formal. Without a provisional stage before, `valid_from` says since when the carer is formal: where the region asks
    for no training, or where the carer was trained before this record began (then with the exam, if one is asked for).
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    check_not_too_far_back(actor, command.valid_from, at=at)
    today = today_of(actor, at=at)
    if command.stage is TrainingStage.PROVISIONAL:
        if command.valid_from is None:
            raise TrainingStartMissing
        policy = policy_of(actor, district=client.district_code, on=command.valid_from)
        row = _stage(command, client, policy, begins=command.valid_from, at=at)
        counts_from = None
    else:
        begins, policy = _become_formal(session, client, command, actor=actor, at=at, today=today)
        row = _stage(command, client, policy, begins=begins, at=at)
        counts_from = (
            benefit_starts(begins, rule=policy.family.counts_from) if policy.family.training_months else begins
        )
    _check_pair(session, carer_id=command.carer_id, client_id=client_id, on=row.valid_from)
    add(session, row)
    note(session, "carer.trained", subject=("carer", command.carer_id), actor=actor, at=at, training_id=row.id)
    return TrainingOutcome(training_view(row), counts_from)


def _check_pair(session: Session, *, carer_id: UUID, client_id: UUID, on: date) -> None:
    """A stage begins while the carer is assigned: before, nobody is trained at this home."""
    pair = exists().where(
        Assignment.carer_id == carer_id,
        Assignment.client_id == client_id,
        holds(Assignment, on=on),
        Carer.id == Assignment.carer_id,
        Carer.kind == CarerKind.FAMILY,
    )
    if not session.scalar(pair.select()):
        raise NotFamilyCarerHere(on=on)


def _become_formal(
    session: Session, client: Client, command: TrainingEntry, *, actor: AnyActor, at: datetime, today: date
) -> tuple[date, Policy]:
    provisional = _live_provisional(session, command, client)
    begins = command.valid_from if provisional is None else provisional.valid_from
    if begins is None:
        raise TrainingStartMissing
    policy = policy_of(actor, district=client.district_code, on=begins)
    if policy.family.exam_on_file_required and (command.exam_on is None or command.exam_document is None):
        raise ExamMissing
    if provisional is None and policy.family.training_months and actor.scope.kind is not ScopeKind.FUND:
        raise TrainingMissing
    if provisional is None:
        return begins, policy
    formal_on = becomes_formal_on(begins, months=policy.family.training_months, exam_on=command.exam_on)
    if formal_on > today:
        raise TrainingNotOver(formal_on=formal_on)
    end_period(session, provisional, valid_to=formal_on, reason="became_formal", actor=actor, at=at)
    return formal_on, policy


def _live_provisional(session: Session, command: TrainingEntry, client: Client) -> FamilyTraining | None:
    """The provisional stage that is still open, the latest if there are several."""
    statement = select(FamilyTraining).where(
        FamilyTraining.carer_id == command.carer_id,
        FamilyTraining.client_id == client.id,
        FamilyTraining.stage == TrainingStage.PROVISIONAL,
        FamilyTraining.valid_to.is_(None),
    )
    return session.scalars(statement.order_by(FamilyTraining.valid_from.desc()).limit(1)).one_or_none()


def _stage(command: TrainingEntry, client: Client, policy: Policy, *, begins: date, at: datetime) -> FamilyTraining:
    return FamilyTraining(
        id=new_id(at=at),
        carer_id=command.carer_id,
        client_id=client.id,
        stage=command.stage,
        exam_on=command.exam_on,
        exam_document=command.exam_document,
        policy_digest=policy.digest,
        valid_from=begins,
        valid_to=None,
    )
