"""03 month runs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_03_month_runs"
down_revision = "2026_11_25_02_bank_files"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema == "public":
        upgrade_public()
    else:
        upgrade_region(schema)


def upgrade_public() -> None:
    """Tables shared by all regions."""
    pass


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "month_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("done_to", sa.Uuid(), nullable=True),
        sa.Column("pairs", sa.BigInteger(), nullable=True),
        sa.Column("computed", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("recovery_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_month_run_month")),
        sa.CheckConstraint("failure_code IS NULL OR finished_at IS NOT NULL", name=op.f("ck_month_run_failure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_run")),
        schema=schema,
    )
    op.create_index(
        "uq_month_run_open",
        "month_run",
        ["month"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
