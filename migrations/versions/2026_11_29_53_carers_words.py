"""53 carers' words: remarks on what is looked into, and ends that nobody remembers."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_53_carers_words"
down_revision = "2026_11_29_50_device_software"

STATEMENT_REASONS = (
    "was_absent",
    "nobody_there",
    "cannot_sign",
    "declined",
    "asleep",
    "cannot_read",
    "no_phone",
    "forgotten",
    "not_remembered",
    "phone_failed",
    "no_network",
    "other",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "explanation",
                "cannot_supply",
                name="remark_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        schema=schema,
    )
    op.create_index("ix_remark_account_id", "remark", ["account_id", "id"], unique=False, schema=schema)
    op.create_index("ix_remark_fact_id", "remark", ["fact_id"], unique=False, schema=schema)
    op.create_index(
        "ix_remark_recorded_at", "remark", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "remark_note",
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("remark_id", name=op.f("pk_remark_note")),
        schema=schema,
    )
    name = op.f("ck_visit_statement_statement_reason")
    op.drop_constraint(name, "visit_statement", schema=schema)
    op.create_check_constraint(name, "visit_statement", sa.column("reason").in_(STATEMENT_REASONS), schema=schema)
