"""38 agency phones: under which number an agency is reached."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_38_agency_phones"
down_revision = "2026_11_29_37_tag_scans"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.add_column("agency", sa.Column("phone", sa.Text(), nullable=True), schema=schema)
