"""34 filled by: who fills a family carer's day in for him (代填)."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_34_filled_by"
down_revision = "2026_11_29_33_vital_signs"

RELATIONS = (
    "spouse",
    "child",
    "child_in_law",
    "parent",
    "sibling",
    "grandchild",
    "other_relative",
    "neighbour",
    "other",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.add_column("care_day", sa.Column("filled_by", sa.String(length=32), nullable=True), schema=schema)
    check = sa.column("filled_by").in_(RELATIONS)
    op.create_check_constraint(op.f("ck_care_day_relation"), "care_day", check, schema=schema)
