"""03 ledger."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_03_ledger"
down_revision = "2026_11_22_02_policies"


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
        "ledger_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "subsidy_expense",
                "payee_payable",
                "in_transit",
                "fund_cash",
                "payee_receivable",
                name="account_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint(
            "kind", "owner_id", name=op.f("uq_ledger_account_kind_owner_id"), postgresql_nulls_not_distinct=True
        ),
        schema=schema,
    )
    op.create_table(
        "transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debit_id", sa.Uuid(), nullable=False),
        sa.Column("credit_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("posted", "reversal", name="transfer_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_transfer_reversal")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_transfer_amount")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_transfer_two_accounts")),
        sa.ForeignKeyConstraint(["credit_id"], [f"{schema}.ledger_account.id"], name=op.f("fk_transfer_credit_id")),
        sa.ForeignKeyConstraint(["debit_id"], [f"{schema}.ledger_account.id"], name=op.f("fk_transfer_debit_id")),
        sa.ForeignKeyConstraint(["reverses_id"], [f"{schema}.transfer.id"], name=op.f("fk_transfer_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("cause_kind", "cause_id", "kind", name=op.f("uq_transfer_cause_kind_cause_id_kind")),
        schema=schema,
    )
    op.create_index(op.f("ix_transfer_credit_id"), "transfer", ["credit_id"], unique=False, schema=schema)
    op.create_index(op.f("ix_transfer_debit_id"), "transfer", ["debit_id"], unique=False, schema=schema)
    op.create_index(
        "uq_transfer_reverses",
        "transfer",
        ["reverses_id"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
