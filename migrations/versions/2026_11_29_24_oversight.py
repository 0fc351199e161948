"""24 oversight: findings of the risk rules, and the exception that they leave with a visit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_24_oversight"
down_revision = "2026_11_29_23_privacy"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("hard", "personal", name="finding_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "person", "client", "phone", name="subject_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_finding_month")),
        sa.CheckConstraint("version > 0", name=op.f("ck_finding_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("rule", "subject_id", "month", name=op.f("uq_finding_rule_subject_id_month")),
        schema=schema,
    )
    op.create_index(
        "ix_finding_recorded_at", "finding", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "finding_record",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], [f"{schema}.finding.id"], name=op.f("fk_finding_record_finding_id")),
        sa.PrimaryKeyConstraint("finding_id", "fact_id", name=op.f("pk_finding_record")),
        schema=schema,
    )
    op.create_index("ix_finding_record_fact_id", "finding_record", ["fact_id"], unique=False, schema=schema)
    op.create_index(
        "ix_finding_record_recorded_at",
        "finding_record",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
