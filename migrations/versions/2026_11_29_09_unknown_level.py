"""09 unknown level: a day whose recorded level has no amount in the fund's rules."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_09_unknown_level"
down_revision = "2026_11_29_08_hours_used_up"

RULES = (
    "paid",
    "before_entitlement",
    "entitlement_ended",
    "mode_without_family_care",
    "suspended",
    "in_hospital",
    "in_institution",
    "away",
    "died",
    "in_training",
    "not_assigned",
    "no_record",
    "second_care_day",
    "in_review",
    "refused",
    "unknown_level",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    name = op.f("ck_subsidy_day_day_rule")
    op.drop_constraint(name, "subsidy_day", schema=schema)
    op.create_check_constraint(name, "subsidy_day", sa.column("rule").in_(RULES), schema=schema)
