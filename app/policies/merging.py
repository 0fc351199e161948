"""Puts layers together: who stands above whom, which days have one rule, which value wins. No files, no clock."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.policies.registry import REGISTRY
from app.policies.sense import contradictions
from app.policies.sentences import ProblemCode
from app.policies.texts import make_policy
from app.policies.types import DatedValue, Layer, LayerKind, Policy, Problem

FOREVER = dt.date.max
PARENTS: Mapping[LayerKind, tuple[tuple[LayerKind, ...], str, str]] = {
    LayerKind.PROVINCE: ((LayerKind.NATION,), "国家层", "the nation"),
    LayerKind.FUND: ((LayerKind.PROVINCE, LayerKind.NATION), "省层或国家层", "a province or the nation"),
    LayerKind.DISTRICT: ((LayerKind.FUND,), "基金层", "a fund"),
}

Versions = tuple[Layer, ...]
Timeline = tuple[Policy, ...]


@dataclass
class Merger:
    """Merges layers into timelines of policies; `problems` then holds what does not fit together."""

    layers: Sequence[Layer]
    problems: list[Problem] = field(default_factory=list)

    def merge(self) -> dict[tuple[str, str | None], Timeline]:
        """Return the policies of each region and of each district with a file, in the order of their days."""
        self._versions = self._group()
        for versions in self._versions.values():
            self._check_versions(versions)
        self._check_regions()
        if self.problems:
            return {}
        timelines: dict[tuple[str, str | None], list[Policy]] = defaultdict(list)
        for fund in self._each(LayerKind.FUND):
            timelines[str(fund.region), None] += self._policies(fund, district=())
            for versions in self._districts(fund):
                timelines[str(fund.region), versions[0].code] += self._policies(fund, district=versions)
        return {place: tuple(policies) for place, policies in timelines.items()}

    def _add(self, layer: Layer, code: ProblemCode, key: str | None = None, **details: object) -> None:
        problem = Problem(layer.file, key, code, details)
        if problem not in self.problems:
            self.problems.append(problem)

    def _group(self) -> dict[tuple[LayerKind, str], Versions]:
        grouped: dict[tuple[LayerKind, str], list[Layer]] = defaultdict(list)
        for layer in sorted(self.layers, key=lambda each: (each.valid_from, each.file)):
            grouped[layer.kind, layer.code].append(layer)
        return {place: tuple(grouped[place]) for place in sorted(grouped)}

    def _each(self, kind: LayerKind) -> Iterator[Layer]:
        for (found, _), versions in self._versions.items():
            if found is kind:
                yield from versions

    def _districts(self, fund: Layer) -> Iterator[Versions]:
        for (kind, _), versions in self._versions.items():
            if kind is LayerKind.DISTRICT and versions[0].parent == fund.code:
                yield versions

    def _check_versions(self, versions: Versions) -> None:
        for layer in versions:
            self._check_parent(layer)
        for before, after in pairwise(versions):
            end = before.valid_to or FOREVER
            if end > after.valid_from:
                self._add(after, ProblemCode.FILE_OVERLAP, other=before.file, start=after.valid_from)
            if end < after.valid_from:
                self._add(after, ProblemCode.FILE_GAP, other=before.file, start=end, to=after.valid_from)

    def _check_parent(self, layer: Layer) -> None:
        if layer.kind is LayerKind.NATION:
            return
        _, chinese, english = PARENTS[layer.kind]
        parent = self._parent(layer)
        if not parent:
            self._add(layer, ProblemCode.BAD_PARENT, parent=layer.parent, expected_zh=chinese, expected_en=english)
        elif layer.kind is LayerKind.DISTRICT and parent[0].region != layer.region:
            self._add(layer, ProblemCode.BAD_REGION, region=layer.region, other=parent[0].region)

    def _check_regions(self) -> None:
        owners: dict[str | None, str] = {}
        for fund in self._each(LayerKind.FUND):
            other = owners.setdefault(fund.region, fund.code)
            if other != fund.code:
                self._add(fund, ProblemCode.SAME_REGION, other=other)

    def _parent(self, layer: Layer) -> Versions:
        kinds = PARENTS[layer.kind][0] if layer.kind in PARENTS else ()
        found = (self._versions.get((kind, layer.parent or "")) for kind in kinds)
        return next((versions for versions in found if versions), ())

    def _above(self, layer: Layer) -> list[Versions]:
        """Return the layers above, the widest first."""
        parent = self._parent(layer)
        return [*self._above(parent[0]), parent] if parent else []

    def _policies(self, fund: Layer, *, district: Versions) -> Iterator[Policy]:
        """Give the policies of one fund file, or of a district under it, one for each span of equal rules.

        Once a district's document is over its fund's values hold there, but nothing new may be planned.
        """
        chain = [*self._above(fund), (fund,), district]
        expires_on = _earlier(fund.valid_to, district[-1].valid_to if district else None)
        missing: dict[str, list[tuple[dt.date, dt.date]]] = defaultdict(list)
        spans = tuple(pairwise(_boundaries(chain, start=fund.valid_from, end=fund.valid_to or FOREVER)))
        for start, end in spans:
            if district and start < district[0].valid_from:
                continue
            merged = self._merge(chain, on=start)
            absent = REGISTRY.keys() - merged.keys()
            for key in absent:
                missing[key].append((start, end))
            if not absent:
                policy = make_policy(
                    {key: merged[key] for key in REGISTRY},
                    region=str(fund.region),
                    district=district[0].code if district else None,
                    valid_from=start,
                    valid_to=None if end == FOREVER else end,
                    expires_on=expires_on,
                )
                self._check_sense(policy, district[0] if district else fund)
                yield policy
        self._report_missing(fund, missing, count=len(spans))

    def _merge(self, chain: Iterable[Versions], *, on: dt.date) -> dict[str, tuple[DatedValue, Layer]]:
        merged: dict[str, tuple[DatedValue, Layer]] = {}
        for layer in (layer for versions in chain for layer in versions if layer.holds(on)):
            for key, dated in layer.values.items():
                value = next((each for each in dated if each.holds(on)), None)
                if value is None:
                    continue
                wider = merged.get(key)
                if wider is not None and wider[0].final:
                    self._add(layer, ProblemCode.FINAL, key, other=wider[1].file, start=on)
                    continue
                merged[key] = (value, layer)
        return merged

    def _report_missing(self, fund: Layer, missing: Mapping[str, list[tuple[dt.date, dt.date]]], *, count: int) -> None:
        for key in REGISTRY:
            gaps = missing.get(key, [])
            if len(gaps) == count:
                self._add(fund, ProblemCode.MISSING_KEY, key)
                continue
            for start, end in gaps:
                self._add(fund, ProblemCode.VALUE_GAP, key, start=start, to="…" if end == FOREVER else end)

    def _check_sense(self, policy: Policy, layer: Layer) -> None:
        for key, chinese, english in contradictions(policy):
            self._add(layer, ProblemCode.INCONSISTENT, key, why_zh=chinese, why_en=english, start=policy.valid_from)


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min(filter(None, (one, other)), default=None)


def _boundaries(chain: Iterable[Versions], *, start: dt.date, end: dt.date) -> list[dt.date]:
    """Return all days within `[start, end]` on which some rule may change, in order, both ends included."""
    dates = {start, end}
    for layer in (layer for versions in chain for layer in versions):
        dated: list[Layer | DatedValue] = [layer, *(value for values in layer.values.values() for value in values)]
        for each in dated:
            dates |= {each.valid_from, each.valid_to or FOREVER}
    return sorted(day for day in dates if start <= day <= end)
