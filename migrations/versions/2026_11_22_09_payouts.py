"""09 payouts."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_09_payouts"
down_revision = "2026_11_22_08_checkin"


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
        "paying_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_enc", sa.LargeBinary(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paying_account")),
        schema=schema,
    )
    op.create_index(
        "uq_paying_account_live",
        "paying_account",
        [sa.text("(replaced_at IS NULL)")],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("paying_account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("execute_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_fen > 0 AND count > 0", name=op.f("ck_batch_totals")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_batch_month")),
        sa.ForeignKeyConstraint(
            ["paying_account_id"], [f"{schema}.paying_account.id"], name=op.f("fk_batch_paying_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("id", "prepared_by", "digest", name=op.f("uq_batch_id_prepared_by_digest")),
        sa.UniqueConstraint("number", name=op.f("uq_batch_number")),
        schema=schema,
    )
    op.create_table(
        "payout_step",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_payout_step")),
        schema=schema,
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "daifa",
                "pain001",
                "answer",
                "returns",
                name="file_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], [f"{schema}.batch.id"], name=op.f("fk_bank_file_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_bank_file_kind_digest")),
        schema=schema,
    )
    op.create_index(op.f("ix_bank_file_batch_id"), "bank_file", ["batch_id"], unique=False, schema=schema)
    op.create_index(
        "uq_bank_file_sent",
        "bank_file",
        ["batch_id", "kind"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("kind IN ('daifa', 'pain001')"),
    )
    op.create_table(
        "batch_approval",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("actor_id <> prepared_by", name=op.f("ck_batch_approval_two_people")),
        sa.ForeignKeyConstraint(
            ["batch_id", "prepared_by", "digest"],
            [f"{schema}.batch.id", f"{schema}.batch.prepared_by", f"{schema}.batch.digest"],
            name=op.f("fk_batch_approval_batch_id_prepared_by_digest"),
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch_approval")),
        schema=schema,
    )
    op.create_table(
        "bank_file_content",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("content_enc", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], [f"{schema}.bank_file.id"], name=op.f("fk_bank_file_content_file_id")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_bank_file_content")),
        schema=schema,
    )
    op.create_table(
        "subsidy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("payee_person_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("days_paid", sa.BigInteger(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("facts_digest", sa.LargeBinary(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("computed_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_subsidy_amount")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_subsidy_month")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_subsidy_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_subsidy_client_id")),
        sa.ForeignKeyConstraint(["payee_person_id"], [f"{schema}.person.id"], name=op.f("fk_subsidy_payee_person_id")),
        sa.ForeignKeyConstraint(
            ["policy_digest"], [f"{schema}.policy_text.digest"], name=op.f("fk_subsidy_policy_digest")
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], [f"{schema}.subsidy.id"], name=op.f("fk_subsidy_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy")),
        sa.UniqueConstraint(
            "client_id", "carer_id", "month", "seq", name=op.f("uq_subsidy_client_id_carer_id_month_seq")
        ),
        schema=schema,
    )
    op.create_index("ix_subsidy_month", "subsidy", ["month", "id"], unique=False, schema=schema)
    op.create_index("ix_subsidy_carer_id", "subsidy", ["carer_id"], unique=False, schema=schema)
    op.create_table(
        "payout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subsidy_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.Uuid(), nullable=False),
        sa.Column("payee_copy_enc", sa.LargeBinary(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "frozen",
                "sent",
                "unknown",
                "paid",
                "failed",
                "returned",
                "cancelled",
                name="payout_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payout_amount")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], [f"{schema}.bank_account.id"], name=op.f("fk_payout_bank_account_id")
        ),
        sa.ForeignKeyConstraint(["batch_id"], [f"{schema}.batch.id"], name=op.f("fk_payout_batch_id")),
        sa.ForeignKeyConstraint(
            ["id", "seq", "state"],
            [f"{schema}.payout_event.payout_id", f"{schema}.payout_event.seq", f"{schema}.payout_event.to_state"],
            name="fk_payout_history",
            initially="DEFERRED",
            deferrable=True,
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["subsidy_id"], [f"{schema}.subsidy.id"], name=op.f("fk_payout_subsidy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("serial", name=op.f("uq_payout_serial")),
        schema=schema,
    )
    op.create_index("ix_payout_batch_id", "payout", ["batch_id"], unique=False, schema=schema)
    op.create_index(
        "uq_payout_live",
        "payout",
        ["subsidy_id"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("state IN ('draft', 'approved', 'frozen', 'sent', 'unknown', 'paid')"),
    )
    op.create_table(
        "subsidy_day",
        sa.Column("subsidy_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_paid", sa.Boolean(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "paid",
                "before_entitlement",
                "entitlement_ended",
                "mode_without_family_care",
                "suspended",
                "in_hospital",
                "in_institution",
                "away",
                "died",
                "in_training",
                "not_assigned",
                "no_record",
                "second_care_day",
                "in_review",
                "refused",
                name="day_rule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("policy_key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_digest"], [f"{schema}.policy_text.digest"], name=op.f("fk_subsidy_day_policy_digest")
        ),
        sa.ForeignKeyConstraint(["subsidy_id"], [f"{schema}.subsidy.id"], name=op.f("fk_subsidy_day_subsidy_id")),
        sa.PrimaryKeyConstraint("subsidy_id", "day", name=op.f("pk_subsidy_day")),
        schema=schema,
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("bank_reason_code", sa.Text(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], [f"{schema}.bank_file.id"], name=op.f("fk_bank_line_file_id")),
        sa.ForeignKeyConstraint(["payout_id"], [f"{schema}.payout.id"], name=op.f("fk_bank_line_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("file_id", "line_no", name=op.f("uq_bank_line_file_id_line_no")),
        schema=schema,
    )
    op.create_index(op.f("ix_bank_line_payout_id"), "bank_line", ["payout_id"], unique=False, schema=schema)
    op.create_table(
        "payout_event",
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("prev_seq", sa.BigInteger(), sa.Computed("nullif(seq - 1, 0)", persisted=True), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(seq = 1) = (from_state = 'new')", name=op.f("ck_payout_event_first")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_payout_event_seq")),
        sa.ForeignKeyConstraint(
            ["from_state", "to_state"],
            [f"{schema}.payout_step.from_state", f"{schema}.payout_step.to_state"],
            name=op.f("fk_payout_event_from_state_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id", "prev_seq", "from_state"],
            [f"{schema}.payout_event.payout_id", f"{schema}.payout_event.seq", f"{schema}.payout_event.to_state"],
            name=op.f("fk_payout_event_payout_id_prev_seq_from_state"),
        ),
        sa.ForeignKeyConstraint(["payout_id"], [f"{schema}.payout.id"], name=op.f("fk_payout_event_payout_id")),
        sa.PrimaryKeyConstraint("payout_id", "seq", name=op.f("pk_payout_event")),
        sa.UniqueConstraint("payout_id", "seq", "to_state", name=op.f("uq_payout_event_payout_id_seq_to_state")),
        schema=schema,
    )
    op.create_foreign_key(
        "fk_payout_history",
        "payout",
        "payout_event",
        ["id", "seq", "state"],
        ["payout_id", "seq", "to_state"],
        source_schema=schema,
        referent_schema=schema,
        deferrable=True,
        initially="DEFERRED",
    )
    steps = {
        "new": ("draft",),
        "draft": ("approved", "cancelled"),
        "approved": ("cancelled", "frozen"),
        "frozen": ("sent",),
        "sent": ("failed", "paid", "unknown"),
        "unknown": ("failed", "paid"),
        "paid": ("returned",),
    }
    table = sa.table("payout_step", sa.column("from_state"), sa.column("to_state"), schema=schema)
    op.bulk_insert(
        table, [{"from_state": old, "to_state": new} for old, following in steps.items() for new in following]
    )
