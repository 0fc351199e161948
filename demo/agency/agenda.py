"""What happens when: all steps of a month in the order of their instants, the demo's clock moved through them."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from demo.world import World

SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does at an instant. Steps of one instant are of different people."""

    at: datetime
    act: Callable[[], object]


def walk(world: World, steps: Iterable[Step]) -> None:
    """Do all steps, each at its time; those of one instant side by side, as people do."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as people:
        for instant, together in groupby(sorted(steps, key=_when), key=_when):
            world.clock.move_to(instant)
            for done in [people.submit(step.act) for step in together]:
                done.result()


def _when(step: Step) -> datetime:
    return step.at
