"""38 proxies: who wrote a care day in its carer's name."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_38_proxies"
down_revision = "2026_11_29_33_vital_signs"

WRITERS = ("daughter", "son", "spouse", "relative", "neighbour")


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    writer = sa.Enum(*WRITERS, name="filled_by", native_enum=False, create_constraint=True, length=32)
    op.add_column("care_day", sa.Column("filled_by", writer, nullable=True), schema=schema)
