"""May this process take requests? Schemas at the newest migration, partitions for the months ahead, no loose rights."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from app.kernel.outside import ProviderAccess
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


def warn_of_silence(sms: ProviderAccess | None) -> Readiness:
    """Without a provider of text messages a call for help stands in a list that perhaps nobody looks at."""
    if sms is not None:
        return Readiness()
    return Readiness(warnings=("calls for help alert nobody: set ANHU_SMS_URL, ANHU_SMS_APP and ANHU_SMS_SECRET",))


def judge_rights(connection: Connection, schema: str, *, is_production: bool) -> Readiness:
    """May this process change what nobody may change? Owner and superuser may; a demo lives with it, production not."""
    if not may_change_sealed_rows(connection, schema):
        return Readiness()
    found = (f"this process may change sealed rows of {schema}: set DATABASE_URL to the runtime role",)
    return Readiness(problems=found) if is_production else Readiness(warnings=found)


def may_change_sealed_rows(connection: Connection, schema: str) -> bool:
    """Asks about the promise itself, not about names of roles: one row in the audit stands for all sealed rows."""
    statement = text(
        "SELECT has_any_column_privilege(found, 'UPDATE') OR has_table_privilege(found, 'DELETE, TRUNCATE') "
        "FROM CAST(to_regclass(:name) AS oid) AS found"
    )
    return bool(connection.scalar(statement, {"name": f'"{schema}".audit_entry'}))
