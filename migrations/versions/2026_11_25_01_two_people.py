"""A bank account is recorded by one person and checked by another; a reversal fits what it takes back."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_01_two_people"
down_revision = "2026_11_22_09_payouts"

NOBODY = "00000000-0000-0000-0000-000000000000"


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
    """Tables of one region. Of accounts there are, nobody knows who recorded them: all are checked again."""
    accounts = sa.table("bank_account", sa.column("name_check"), schema=schema)
    op.execute(accounts.update().values(name_check="unchecked"))
    op.add_column("bank_account", sa.Column("set_by", sa.Uuid(), nullable=False, server_default=NOBODY), schema=schema)
    op.alter_column("bank_account", "set_by", server_default=None, schema=schema)
    op.add_column("bank_account", sa.Column("checked_by", sa.Uuid(), nullable=True), schema=schema)
    op.create_check_constraint(
        op.f("ck_bank_account_two_people"), "bank_account", "checked_by <> set_by", schema=schema
    )
    op.create_check_constraint(
        op.f("ck_bank_account_checked_by"),
        "bank_account",
        "(name_check = 'unchecked') = (checked_by IS NULL)",
        schema=schema,
    )
    op.create_check_constraint(
        op.f("ck_ledger_account_owner"),
        "ledger_account",
        "(kind IN ('payee_payable', 'payee_receivable')) = (owner_id IS NOT NULL)",
        schema=schema,
    )
    op.create_unique_constraint(
        op.f("uq_transfer_id_debit_id_credit_id_amount_fen"),
        "transfer",
        ["id", "debit_id", "credit_id", "amount_fen"],
        schema=schema,
    )
    op.drop_constraint(op.f("fk_transfer_reverses_id"), "transfer", schema=schema)
    op.create_foreign_key(
        op.f("fk_transfer_reverses_id_credit_id_debit_id_amount_fen"),
        "transfer",
        "transfer",
        ["reverses_id", "credit_id", "debit_id", "amount_fen"],
        ["id", "debit_id", "credit_id", "amount_fen"],
        source_schema=schema,
        referent_schema=schema,
    )
