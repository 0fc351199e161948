"""53 carers' words: remarks on what is looked into, ends that nobody remembers, ratings given on carers' phones."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_53_carers_words"
down_revision = "2026_11_29_52_help_alerts"

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
    op.add_column("service_rating", sa.Column("given_on", sa.String(length=32), nullable=True), schema=schema)
    phones = sa.column("given_on").in_(("own_phone", "carer_phone"))
    op.create_check_constraint(op.f("ck_service_rating_given_on"), "service_rating", phones, schema=schema)
    op.create_index(
        "uq_service_rating_visit_id_given_on",
        "service_rating",
        ["visit_id", sa.text("coalesce(given_on, 'own_phone')")],
        unique=True,
        schema=schema,
    )
    op.drop_constraint(op.f("uq_service_rating_visit_id"), "service_rating", schema=schema)
    op.create_index("ix_service_rating_account_id", "service_rating", ["account_id", "id"], unique=False, schema=schema)
    name = op.f("ck_visit_statement_statement_reason")
    op.drop_constraint(name, "visit_statement", schema=schema)
    op.create_check_constraint(name, "visit_statement", sa.column("reason").in_(STATEMENT_REASONS), schema=schema)
