"""The policy values behind the days of a month, with their documents and clauses. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from app.payouts.types import DayExplanation, PolicyForDay, SubsidyComputation
from app.policies.texts import explain_policy
from app.policies.types import Explained, Policy, Source


def explain_days(computation: SubsidyComputation, *, policies: PolicyForDay) -> tuple[DayExplanation, ...]:
    """Give for each day its line and the policy value behind it: codes, values and sources, no sentences.

    `policies` gives the rules the month was computed under; ValueError when they are others.
    """
    told = []
    for line in computation.days:
        policy = policies(line.day)
        if policy.digest != line.policy_digest:
            raise ValueError(f"{line.day} was computed under another policy")
        told.append(DayExplanation(line, explained(policy)[line.policy_key]))
    return tuple(told)


@lru_cache(maxsize=64)
def explained(policy: Policy) -> Mapping[str, Explained]:
    """The values of a policy by key; one policy serves many clients, and its text is long to read."""
    return MappingProxyType({each.key: each for each in explain_policy(policy)})


@lru_cache(maxsize=64)
def citations(policy: Policy) -> Mapping[str, str | None]:
    """Document and clause of each value of a policy, None where it is assumed."""
    return MappingProxyType(
        {key: _cite(each.source) if each.source else None for key, each in explained(policy).items()}
    )


def _cite(source: Source) -> str:
    """Name a document and clause in one line: its number where it has one, else its title."""
    return f"{source.document.number or source.document.title} {source.clause or ''}".strip()
