"""51 fees: confirmations of fee lists (费用清单), and what was told that an extra costs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_51_fees"
down_revision = "2026_11_29_50_device_software"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "fee_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("list_digest", sa.Text(), nullable=False),
        sa.Column("personal_fen", sa.BigInteger(), nullable=False),
        sa.Column("extra_fen", sa.BigInteger(), nullable=True),
        sa.Column("policy_digests", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_fee_confirmation_month")),
        sa.CheckConstraint("personal_fen >= 0 AND extra_fen >= 0", name=op.f("ck_fee_confirmation_amounts")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_fee_confirmation_client_id")),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_fee_confirmation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_confirmation")),
        sa.UniqueConstraint(
            "client_id", "month", "list_digest", name=op.f("uq_fee_confirmation_client_id_month_list_digest")
        ),
        schema=schema,
    )
    op.create_index(
        "ix_fee_confirmation_recorded_at",
        "fee_confirmation",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.add_column("item_done", sa.Column("price_fen", sa.BigInteger(), nullable=True), schema=schema)
