"""18 seals: seals and their leaves, and in each table of facts the way to a day's rows."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_18_seals"
down_revision = "2026_11_29_17_month_reviews"

FACTS = (
    "agency_choice",
    "agency_choice_answer",
    "audit_entry",
    "bank_file",
    "bank_file_confirmation",
    "bank_line",
    "batch",
    "batch_approval",
    "batch_sending",
    "care_day",
    "care_day_item",
    "care_fact",
    "care_plan_change",
    "cash_choice",
    "clock_event",
    "evidence",
    "exception",
    "exception_end",
    "grade",
    "guardian_approval",
    "help_acknowledgement",
    "help_call",
    "hold",
    "hold_release",
    "home_change",
    "item_done",
    "ledger_account",
    "month_review",
    "payable_care_day",
    "payable_time",
    "payout_event",
    "period_change",
    "plan_answer",
    "plan_confirmation",
    "plan_item",
    "policy_text",
    "review",
    "service_item",
    "service_rating",
    "service_record",
    "share_confirmation",
    "subsidy",
    "subsidy_day",
    "transfer",
    "visit_attempt",
    "visit_change",
    "visit_check",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "seal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begin_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("groups", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_seal")),
        schema=schema,
    )
    op.create_table(
        "seal_leaf",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_leaf")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_seal_leaf_day", "seal_leaf", ["day", "position"], unique=False, schema=schema)
    op.create_index("ix_seal_leaf_row_key", "seal_leaf", ["row_key"], unique=False, schema=schema)
    op.execute(f'CREATE TABLE "{schema}"."seal_leaf_default" PARTITION OF "{schema}"."seal_leaf" DEFAULT')
    for table in FACTS:
        op.create_index(
            f"ix_{table}_recorded_at", table, ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
        )
