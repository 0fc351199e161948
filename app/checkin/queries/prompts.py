"""Reads of prompts and of whom they ask."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.checkin.models import CareDay
from app.checkin.prompt_models import Prompt, PromptAnswer
from app.checkin.prompts import PromptAnswerView, PromptView
from app.checkin.queries.care_days import OPEN_HOLD, find_own_carer
from app.checkin.types import Verdict
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.registry.models import Assignment, Carer, Client, Person
from app.registry.types import CarerKind

AT_HOME = exists().where(
    PromptAnswer.prompt_id == Prompt.id, PromptAnswer.in_time, PromptAnswer.verdict == Verdict.INSIDE
)


def list_districts(session: Session) -> tuple[str, ...]:
    """The districts that have clients; unscoped, for the job."""
    return tuple(session.scalars(select(Client.district_code).distinct().order_by(Client.district_code)))


def list_families(session: Session, *, districts: Collection[str], on: date) -> list[tuple[UUID, UUID, str]]:
    """Family carers with the clients they care for on a day, and the client's district; unscoped, for the job."""
    statement = (
        select(Assignment.carer_id, Assignment.client_id, Client.district_code)
        .join(Carer, Carer.id == Assignment.carer_id)
        .join(Client, Client.id == Assignment.client_id)
        .join(Person, Person.id == Client.person_id)
        .where(Carer.kind == CarerKind.FAMILY, Client.district_code.in_(districts), Person.died_on.is_(None))
        .where(Assignment.valid_from <= on, or_(Assignment.valid_to.is_(None), Assignment.valid_to > on))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def list_open_prompts(session: Session, *, actor: Actor, at: datetime) -> tuple[PromptView, ...]:
    """The prompts that wait for the actor's own answer now: none that he answered from the home."""
    carer_id = find_own_carer(session, person_id=actor.person_id)
    rows = session.scalars(
        select(Prompt)
        .where(Prompt.carer_id == carer_id, Prompt.opens_at <= at, Prompt.closes_at > at, ~AT_HOME)
        .order_by(Prompt.opens_at, Prompt.id)
    )
    return tuple(PromptView(row.id, row.client_id, row.day, row.opens_at, row.closes_at) for row in rows)


def get_own_prompt(session: Session, *, prompt_id: UUID, actor: Actor) -> Prompt:
    """A prompt of the actor's; raises NotFound for another's."""
    carer_id = find_own_carer(session, person_id=actor.person_id)
    row = session.scalars(select(Prompt).where(Prompt.id == prompt_id, Prompt.carer_id == carer_id)).one_or_none()
    if row is None:
        raise NotFound(kind="prompt")
    return row


def was_answered(session: Session, *, carer_id: UUID, client_id: UUID, day: date) -> bool:
    """Say whether a prompt of a care day was answered in time from the home; unscoped, for judging it."""
    asked = select(Prompt.id).where(Prompt.carer_id == carer_id, Prompt.client_id == client_id, Prompt.day == day)
    return bool(session.scalar(select(exists(asked.where(AT_HOME)))))


def list_held_days(session: Session, *, carer_id: UUID, client_id: UUID, day: date) -> tuple[CareDay, ...]:
    """The held care days of a carer for a client and day; unscoped, used when a prompt is answered."""
    mine = (CareDay.carer_id == carer_id, CareDay.client_id == client_id, CareDay.day == day)
    return tuple(session.scalars(select(CareDay).where(*mine, OPEN_HOLD)))


def answer_view(row: PromptAnswer) -> PromptAnswerView:
    """An answer as its carer sees it."""
    return PromptAnswerView(
        row.id, row.prompt_id, row.in_time, row.verdict, row.distance_m, row.occurred_at, row.recorded_at
    )
