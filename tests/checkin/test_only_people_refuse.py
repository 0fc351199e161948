"""The database itself lets no machine refuse: whatever a job or a later rule tries."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.checkin.models import Review
from app.checkin.reasons import ReviewReason
from app.checkin.types import Decision, ReviewStep
from app.kernel.db import constraint_of
from app.kernel.ids import new_id

SOMEBODY = UUID(int=7)


def a_review(step: ReviewStep, decision: Decision, actor_id: UUID | None) -> Review:
    return Review(
        id=new_id(),
        fact_id=new_id(),
        step=step,
        decision=decision,
        reason=ReviewReason.WITNESS_CAME,
        actor_id=actor_id,
        command_digest=b"\x00",
        policy_digest="d",
        seq=1,
        recorded_at=datetime(2026, 11, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("step", "decision", "actor_id", "constraint"),
    [
        (ReviewStep.MACHINE, Decision.REFUSED, None, "ck_review_only_a_person_refuses"),
        (ReviewStep.OPERATOR, Decision.REFUSED, None, "ck_review_actor"),
        (ReviewStep.MACHINE, Decision.ACCEPTED, SOMEBODY, "ck_review_actor"),
    ],
)
def test_a_refusal_without_a_person_is_not_stored(
    tianjin: Session, step: ReviewStep, decision: Decision, actor_id: UUID | None, constraint: str
):
    tianjin.add(a_review(step, decision, actor_id))

    with pytest.raises(IntegrityError) as refused:
        tianjin.flush()

    assert constraint_of(refused.value) == constraint


def test_a_person_refuses_and_a_machine_accepts(tianjin: Session):
    tianjin.add(a_review(ReviewStep.AGENCY, Decision.REFUSED, SOMEBODY))
    tianjin.add(a_review(ReviewStep.MACHINE, Decision.ACCEPTED, None))

    tianjin.flush()

    assert sorted(tianjin.scalars(select(Review.decision))) == [Decision.ACCEPTED, Decision.REFUSED]
