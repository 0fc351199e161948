"""Which rule holds for a region, district and service date. Pure: what the files say comes in as layers."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.policies.merging import Merger
from app.policies.texts import explain_policy
from app.policies.types import (
    ExpiryWarning,
    Explained,
    Layer,
    LayerKind,
    NoPolicy,
    Policy,
    PolicyExpired,
    PolicyFilesInvalid,
    Problem,
)

WARN_BEFORE = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All rules of all regions, merged ahead; made by `build_book`, never changed."""

    layers: tuple[Layer, ...]
    timelines: Mapping[tuple[str, str | None], tuple[Policy, ...]]

    @property
    def regions(self) -> tuple[str, ...]:
        """Return the codes of all regions, sorted."""
        return tuple(sorted({region for region, _ in self.timelines}))

    def policy_for(self, *, region: str, district: str | None, on: dt.date) -> Policy:
        """Return the rules for service date `on`; a district without rules of its own that day has its fund's, under
        which nothing is planned where its own document has ended.

        Raises NoPolicy for an unknown region or a day before its first rule, PolicyExpired after its last.
        """
        own = self._find(region, district, on) if district is not None else None
        return own or self._fund_policy(region, on)

    def policy_or_last(self, *, region: str, district: str | None, on: dt.date) -> Policy:
        """Return the rules for `on`, or the last there were: what is reported at a door after the rules' end must
        still be judged. `policy.holds(on)` tells which it is. Raises NoPolicy as `policy_for` does."""
        ended_on = self._ended_on(region)
        last_day = ended_on - dt.timedelta(days=1) if ended_on else on
        return self.policy_for(region=region, district=district, on=min(on, last_day))

    def explain(self, *, region: str, district: str | None, on: dt.date) -> tuple[Explained, ...]:
        """Say for each key of that day's rules its value and its source, or why it is assumed."""
        return explain_policy(self.policy_for(region=region, district=district, on=on))

    def spans(self, *, region: str) -> tuple[Policy, ...]:
        """Return every policy of the region and its districts: all texts there are to keep by digest."""
        places = sorted((place for place in self.timelines if place[0] == region), key=lambda place: place[1] or "")
        return tuple(policy for place in places for policy in self.timelines[place])

    def warnings(self, on: dt.date, *, regions: Collection[str]) -> tuple[ExpiryWarning, ...]:
        """Name each file without a successor that ends within 90 days of `on` or has ended; the nearest end first.

        Files of funds and districts outside `regions` are passed over: nobody there is served by them.
        """
        last: dict[tuple[LayerKind, str], Layer] = {}
        for layer in sorted(self.layers, key=lambda each: each.valid_from):
            if layer.region is None or layer.region in regions:
                last[layer.kind, layer.code] = layer
        found = (_warning(layer, on) for layer in last.values())
        return tuple(sorted((each for each in found if each), key=lambda each: (each.days_left, each.file)))

    def _find(self, region: str, district: str | None, on: dt.date) -> Policy | None:
        timeline = self.timelines.get((region, district), ())
        position = bisect_right(timeline, on, key=lambda policy: policy.valid_from) - 1
        return timeline[position] if position >= 0 and timeline[position].holds(on) else None

    def _fund_policy(self, region: str, on: dt.date) -> Policy:
        policy = self._find(region, None, on)
        if policy is not None:
            return policy
        ended_on = self._ended_on(region)
        if ended_on is not None and ended_on <= on:
            raise PolicyExpired(region=region, on=on, ended_on=ended_on)
        raise NoPolicy(region=region, on=on)

    def _ended_on(self, region: str) -> dt.date | None:
        """Return the first day after all rules of the region, None without rules or without an end."""
        timeline = self.timelines.get((region, None), ())
        return timeline[-1].valid_to if timeline else None


def build_book(layers: Sequence[Layer], *, problems: Sequence[Problem] = ()) -> PolicyBook:
    """Merge layers into a book. Raises PolicyFilesInvalid with `problems`, found file by file, and what does not fit.

    A key already named in `problems` is not reported again as missing.
    """
    merger = Merger(layers)
    timelines = merger.merge()
    named = {problem.key for problem in problems if problem.key}
    unfit = [problem for problem in merger.problems if problem.key not in named]
    if problems or unfit:
        raise PolicyFilesInvalid((*problems, *unfit))
    return PolicyBook(tuple(layers), MappingProxyType(timelines))


def may_plan(policy: Policy, *, on: dt.date) -> bool:
    """Say whether work may be planned for `on` under this policy's document; after its end nothing new is planned."""
    return policy.expires_on is None or on < policy.expires_on


def _warning(layer: Layer, on: dt.date) -> ExpiryWarning | None:
    if layer.valid_to is None or layer.valid_to - on > WARN_BEFORE:
        return None
    return ExpiryWarning(layer.file, layer.kind, layer.code, layer.valid_to, (layer.valid_to - on).days)
