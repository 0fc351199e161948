"""42 tag scans: home tags that are scanned after a tap."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_42_tag_scans"
down_revision = "2026_11_29_41_away_words"

OUTCOMES = (
    "genuine",
    "unreadable",
    "other_fund",
    "unknown",
    "forged",
    "other_client",
    "revoked",
    "replayed",
    "out_of_time",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    name = op.f("ck_tag_scan_tag_outcome")
    op.drop_constraint(name, "tag_scan", schema=schema)
    op.create_check_constraint(name, "tag_scan", sa.column("outcome").in_(OUTCOMES), schema=schema)
    op.add_column("tag_scan", sa.Column("event_id", sa.Uuid(), nullable=True), schema=schema)
    op.add_column("tag_scan", sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True), schema=schema)
    op.add_column("tag_scan", sa.Column("command_digest", sa.LargeBinary(), nullable=True), schema=schema)
    op.create_index(
        "ix_tag_scan_event_id",
        "tag_scan",
        ["event_id"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
