"""17 month reviews: what the operator decides of a family's month before it is paid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_17_month_reviews"
down_revision = "2026_11_29_16_insurances"

REASONS = (
    "records_agree",
    "no_flags",
    "documents_seen",
    "confirmed_by_phone",
    "confirmed_on_site",
    "days_in_doubt",
    "payee_in_doubt",
    "other",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "month_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subsidy_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("accepted", "held", name="month_decision", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(*REASONS, name="month_reason", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_month_review_seq")),
        sa.ForeignKeyConstraint(["subsidy_id"], [f"{schema}.subsidy.id"], name=op.f("fk_month_review_subsidy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_review")),
        sa.UniqueConstraint("subsidy_id", "seq", name=op.f("uq_month_review_subsidy_id_seq")),
        schema=schema,
    )
