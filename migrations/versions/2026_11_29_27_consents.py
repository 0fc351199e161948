"""27 consents: records written by hand are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_27_consents"
down_revision = "2026_11_29_26_findings"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_index(
        "ix_service_record_by_hand",
        "service_record",
        ["visit_id"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )
