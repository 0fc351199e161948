"""40 proxies: who wrote a family carer's day for him."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_40_proxies"
down_revision = "2026_11_29_39_vital_signs"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.add_column(
        "care_day",
        sa.Column(
            "proxy",
            sa.Enum(
                "spouse",
                "child",
                "child_in_law",
                "parent",
                "sibling",
                "grandchild",
                "other_relative",
                "neighbour",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        schema=schema,
    )
