"""May this process take requests? Schemas at the newest migration, and partitions for the months ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from app.kernel.partitions import WARN_BELOW_MONTHS, months_ahead
from app.kernel.revisions import is_current


@dataclass(frozen=True, slots=True)
class Readiness:
    """`problems` keep requests away; `warnings` need an operator soon. Sentences without personal data."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __or__(self, other: "Readiness") -> "Readiness":
        return Readiness(self.problems + other.problems, self.warnings + other.warnings)


def gather(parts: Iterable[Readiness]) -> Readiness:
    """All problems and warnings of the parts."""
    whole = Readiness()
    for part in parts:
        whole |= part
    return whole


def judge_schema(connection: Connection, schema: str, *, today: date) -> Readiness:
    """Of `public` or one region's schema."""
    if not is_current(connection, schema):
        return Readiness(problems=(f"schema {schema} is behind the newest migration: run `anhu db migrate`",))
    if schema == "public":
        return Readiness()
    months = months_ahead(connection, schema, today=today)
    if months < WARN_BELOW_MONTHS:
        return Readiness(warnings=(f"{schema} has partitions for {months} months ahead: run `anhu db maintain`",))
    return Readiness()
