"""31 messages: which of them somebody has read."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_31_messages"
down_revision = "2026_11_29_30_carers_phone"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "message_read",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_message_read")),
        schema=schema,
    )
