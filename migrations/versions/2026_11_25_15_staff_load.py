"""15 staff load."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_15_staff_load"
down_revision = "2026_11_25_13_region_codes"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Visits of a carer by the instant they begin."""
    starts = sa.text("coalesce(lower(planned), began_at)")
    op.create_index("ix_visit_carer_starts", "visit", ["carer_id", starts], schema=schema)
