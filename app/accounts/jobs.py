"""What the worker does about logins, region by region."""

from datetime import time

from app.accounts.service import binding, sessions
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Job, Turn


def forget_expired_tokens(turn: Turn) -> None:
    """Delete refresh tokens that expired long ago."""
    with transaction() as session:
        sessions.forget_expired(session, at=turn.at)


def forget_old_bindings(turn: Turn) -> None:
    """Delete binding codes and counts of tries that serve nobody any more; every region may do it for all."""
    with transaction() as session:
        binding.forget_bindings(session, at=turn.at)


JOBS = (
    Job(
        "forget_expired_tokens",
        Daily(time(3, 40)),
        forget_expired_tokens,
        safe_twice_because="what is deleted stays deleted",
    ),
    Job(
        "forget_old_bindings",
        Daily(time(3, 50)),
        forget_old_bindings,
        safe_twice_because="what is deleted stays deleted",
    ),
)
