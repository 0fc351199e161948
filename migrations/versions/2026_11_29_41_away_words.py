"""41 away words: what carers say of taps away from the home."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_41_away_words"
down_revision = "2026_11_29_39_door_words"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "away_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "case",
            sa.Enum(
                "at_door",
                "address_wrong",
                "elsewhere",
                "not_there_yet",
                name="away_case",
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_away_word")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_away_word_account_id", "away_word", ["account_id", "id"], unique=False, schema=schema)
    op.create_index("ix_away_word_fact_id", "away_word", ["fact_id"], unique=False, schema=schema)
    op.create_index(
        "ix_away_word_recorded_at", "away_word", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.execute(f'CREATE TABLE "{schema}"."away_word_default" PARTITION OF "{schema}"."away_word" DEFAULT')
