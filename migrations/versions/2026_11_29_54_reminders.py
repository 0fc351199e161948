"""54 reminders: what WeChat's dialogs were answered, what was sent for it, and where to."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_54_reminders"
down_revision = "2026_11_29_53_carers_words"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "reminder_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "clock_out_overdue",
                "work_refused",
                "payout_returned",
                "confirmation_waiting",
                name="reminder_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "accept",
                "reject",
                "ban",
                "filter",
                name="dialog_answer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], [f"{schema}.account.id"], name=op.f("fk_reminder_answer_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_answer")),
        schema=schema,
    )
    op.create_index(
        "ix_reminder_answer_account_id", "reminder_answer", ["account_id", "kind"], unique=False, schema=schema
    )
    op.create_index(
        "ix_reminder_answer_recorded_at",
        "reminder_answer",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "wechat_address",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("openid_enc", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], [f"{schema}.account.id"], name=op.f("fk_wechat_address_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_wechat_address")),
        schema=schema,
    )
    op.create_table(
        "reminder_sent",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "clock_out_overdue",
                "work_refused",
                "payout_returned",
                "confirmation_waiting",
                name="reminder_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], [f"{schema}.account.id"], name=op.f("fk_reminder_sent_account_id")),
        sa.ForeignKeyConstraint(
            ["answer_id"], [f"{schema}.reminder_answer.id"], name=op.f("fk_reminder_sent_answer_id")
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_reminder_sent")),
        sa.UniqueConstraint("cause_id", "account_id", "kind", name=op.f("uq_reminder_sent_cause_id_account_id_kind")),
        schema=schema,
    )
    op.create_index(
        "ix_reminder_sent_recorded_at",
        "reminder_sent",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
