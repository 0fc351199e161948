"""08 clock_event_policy: a tap keeps the rules that its place and its time were judged by."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_08_clock_event_policy"
down_revision = "2026_11_25_07_client_died"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region. Without a default no row is rewritten."""
    op.add_column("clock_event", sa.Column("policy_digest", sa.Text(), nullable=True), schema=schema)
    op.add_column("clock_event", sa.Column("clock_policy_digest", sa.Text(), nullable=True), schema=schema)
