"""The agency and the operator look at what is held, every evening: they believe most, and refuse what nobody saw."""

from demo import professional
from demo.client import Json
from demo.staff import Staff
from demo.world import World


def review(world: World, staff: Staff) -> None:
    """Decide about everything that waits."""
    professional.review(world, staff, judge=_judge)


def _judge(fact: Json) -> tuple[str, str]:
    """A visit tapped far from the home that nobody there confirms was no visit, as a call to the home shows."""
    codes = {each["code"] for each in fact["exceptions"]}
    if fact["grade"] == "D" and "outside_fence" in codes:
        return "refused", "care_not_given"
    return professional.accept(fact)
