"""The canonical text of a policy: written once, digested, kept, and read back without the files it came from."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from app.policies.kinds import BadValue, Plain
from app.policies.registry import REGISTRY, Term, build_groups
from app.policies.types import DatedValue, Document, Explained, Layer, LayerKind, Policy, Source

FORMAT = 1
Merged = Mapping[str, tuple[DatedValue, Layer]]


def make_policy(
    merged: Merged,
    *,
    region: str,
    district: str | None,
    valid_from: dt.date,
    valid_to: dt.date | None,
    expires_on: dt.date | None,
) -> Policy:
    """Build the policy of one span from its merged values, one for each key of the registry."""
    facts = {
        "format": FORMAT,
        "region": region,
        "district": district,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to and valid_to.isoformat(),
        "expires_on": expires_on and expires_on.isoformat(),
        "values": {key: _plain_entry(value, layer) for key, (value, layer) in merged.items()},
    }
    return read_policy(json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def read_policy(text: str) -> Policy:
    """Build the policy a canonical text says; the same text gives an equal policy with the same digest.

    Raises ValueError when the text is not one that `make_policy` of this or an earlier release wrote. A key the text
    is too old to know has its kind's `in_older_texts`; one the program no longer knows stays in the text only.
    """
    facts = json.loads(text)
    if facts.get("format") != FORMAT:
        raise ValueError("not a policy text of this format")
    values = {key: _read_value(term, facts["values"].get(key)) for key, term in REGISTRY.items()}
    groups: dict[str, Any] = build_groups(values)
    return Policy(
        region=facts["region"],
        district=facts["district"],
        valid_from=dt.date.fromisoformat(facts["valid_from"]),
        valid_to=_date(facts["valid_to"]),
        expires_on=_date(facts["expires_on"]),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        **groups,
    )


def explain_policy(policy: Policy) -> tuple[Explained, ...]:
    """Say for each key the policy's text knows, in the order of the registry, its value and where it comes from."""
    values = json.loads(policy.text)["values"]
    return tuple(_explained(key, values[key]) for key in REGISTRY if key in values)


def _read_value(term: Term, entry: Mapping[str, Any] | None) -> Plain:
    try:
        return term.kind.read(term.kind.in_older_texts if entry is None else entry["value"])
    except BadValue:
        raise ValueError(f"the policy text has no fitting value for {term.key}") from None


def _explained(key: str, entry: Mapping[str, Any]) -> Explained:
    return Explained(
        key=key,
        label=REGISTRY[key].kind.label,
        value=entry["value"],
        layer=LayerKind(entry["layer"]),
        code=entry["code"],
        source=_read_source(entry["source"]) if "source" in entry else None,
        reason=entry.get("reason"),
    )


def _plain_entry(value: DatedValue, layer: Layer) -> dict[str, object]:
    entry: dict[str, object] = {"value": value.value, "layer": layer.kind.value, "code": layer.code}
    if value.source is None:
        return entry | {"assumed": True, "reason": value.reason}
    document = value.source.document
    named = {
        "title": document.title,
        "number": document.number,
        "issued_on": document.issued_on and document.issued_on.isoformat(),
        "secondary": document.secondary,
        "note": document.note,
    }
    return entry | {"assumed": False, "source": {"document": named, "clause": value.source.clause}}


def _read_source(source: Mapping[str, Any]) -> Source:
    named = source["document"]
    document = Document(named["title"], named["number"], _date(named["issued_on"]), named["secondary"], named["note"])
    return Source(document, source["clause"])


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
