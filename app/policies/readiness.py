"""May requests be taken under these policies? Rules of the day, their texts kept; and what ends soon."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, select

from app.kernel.db import REGION_SCHEMA
from app.kernel.readiness import Readiness
from app.policies.models import PolicyText
from app.policies.rules import PolicyBook


def judge_policies(connection: Connection, book: PolicyBook, *, region: str, on: date) -> Readiness:
    """A region needs rules of the day `on`, all of them kept."""
    held = [policy for policy in book.spans(region=region) if policy.holds(on)]
    if not any(policy.district is None for policy in held):
        return Readiness(problems=(f"{region} has no policy for {on}: add a policy file",))
    bound = connection.execution_options(schema_translate_map={REGION_SCHEMA: region})
    digests = {policy.digest for policy in held}
    kept = set(bound.scalars(select(PolicyText.digest).where(PolicyText.digest.in_(digests))))
    if digests - kept:
        return Readiness(problems=(f"{region} lacks kept policy texts of {on}: run `anhu policies sync`",))
    return Readiness()


def warn_of_ends(book: PolicyBook, *, regions: Collection[str], on: date) -> Readiness:
    """Warnings of policy files of these regions that end soon, or have ended, without a successor."""
    return Readiness(
        warnings=tuple(
            f"policy file {each.file} ends on {each.valid_to} ({each.days_left} days left)"
            for each in book.warnings(on, regions=regions)
        )
    )
