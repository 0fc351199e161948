"""A wrong server, for a control: a tap counts when it arrives."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Flask

from app.checkin.service import moves
from app.checkin.types import ClockJudgement
from app.factory import create_app

right_way = moves.judge_clock


def count_arrival(*, received_at: datetime, **facts: Any) -> ClockJudgement:
    """Judge as the right way does, but for the instant."""
    return replace(right_way(received_at=received_at, **facts), counted_at=received_at)


def make() -> Flask:
    """The application."""
    moves.judge_clock = count_arrival
    return create_app()
