"""What may be decided of a finding."""

from app.oversight.types import ALLOWED, DecideFinding, FindingRefusal, FindingState


def judge_decision(command: DecideFinding, *, state: FindingState, records: int) -> FindingRefusal | None:
    """Say why a decision is not taken about a finding that stands so and names so many records; None: it is."""
    if command.outcome not in ALLOWED[state]:
        return FindingRefusal.NOT_CONFIRMED if state is FindingState.OPEN else FindingRefusal.DECIDED
    return FindingRefusal.GREW if command.records != records else None
