"""What nobody can use any more is deleted, and nothing else."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.jobs import JOBS
from app.accounts.models import BindingAttempt, BindingCode, RefreshToken
from app.kernel import clock
from app.kernel.jobs import Turn
from app.kernel.permissions import SystemActor
from tests.accounts.factories import APhone, an_account
from tests.standins import WeChatStandIn


def run_all(at: datetime) -> None:
    for job in JOBS:
        job.run(Turn(SystemActor("tianjin", job.name), at, at))


def counts(session: Session) -> tuple[int, ...]:
    """Tries, codes, refresh tokens."""
    models = (BindingAttempt, BindingCode, RefreshToken)
    return tuple(session.scalars(select(func.count()).select_from(model)).one() for model in models)


@pytest.mark.parametrize(
    ("days", "left"),
    [(0, (1, 1, 1)), (2, (0, 1, 1)), (36, (0, 1, 1)), (38, (0, 0, 1)), (59, (0, 0, 1)), (61, (0, 0, 0))],
)
def test_what_a_binding_leaves_goes_when_its_time_is_over(
    tianjin: Session, client: FlaskClient, wechat: WeChatStandIn, days: int, left: tuple[int, ...]
):
    bound = APhone(client, wechat).bind(an_account(tianjin).binding_code)
    assert (bound.status_code, counts(tianjin)) == (201, (1, 1, 1))

    run_all(clock.now() + timedelta(days=days))

    assert counts(tianjin) == left
