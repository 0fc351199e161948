"""21 statements: what is said of visits, with the exceptions that follow, and prompts at random times."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_21_statements"
down_revision = "2026_11_29_20_witnesses"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "visit_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "speaker",
            sa.Enum("client", "carer", "agency", name="speaker", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("times", sa.Boolean(), nullable=True),
        sa.Column("items", sa.Boolean(), nullable=True),
        sa.Column("service", sa.Boolean(), nullable=True),
        sa.Column(
            "signature",
            sa.Enum("signed", "none", name="signature", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "was_absent",
                "nobody_there",
                "cannot_sign",
                "declined",
                "no_phone",
                "forgotten",
                "phone_failed",
                "no_network",
                "other",
                name="statement_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(times, items, service, reason, began_at, ended_at) > 0",
            name=op.f("ck_visit_statement_says_something"),
        ),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_visit_statement_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_statement")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index(
        "ix_visit_statement_recorded_at",
        "visit_statement",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_index("ix_visit_statement_visit_id", "visit_statement", ["visit_id"], unique=False, schema=schema)
    op.execute(f'CREATE TABLE "{schema}"."visit_statement_default" PARTITION OF "{schema}"."visit_statement" DEFAULT')
    op.create_table(
        "prompt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_prompt_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_prompt_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_prompt_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("carer_id", "client_id", "opens_at", name=op.f("uq_prompt_carer_id_client_id_opens_at")),
        schema=schema,
    )
    op.create_index(
        "ix_prompt_recorded_at", "prompt", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "prompt_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prompt_id", sa.Uuid(), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "inside",
                "uncertain",
                "outside",
                "no_position",
                "null_island",
                "stale",
                "future",
                "no_home",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("distance_m", sa.BigInteger(), nullable=True),
        sa.Column(
            "location_source",
            sa.Enum(
                "wechat", "simulated", name="location_source", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("position_digest", sa.LargeBinary(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], [f"{schema}.prompt.id"], name=op.f("fk_prompt_answer_prompt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_answer")),
        schema=schema,
    )
    op.create_index("ix_prompt_answer_prompt_id", "prompt_answer", ["prompt_id"], unique=False, schema=schema)
    op.create_index(
        "ix_prompt_answer_recorded_at",
        "prompt_answer",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
