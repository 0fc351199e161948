"""18 attempts: a carer at the door who cannot start, also told late; and one who ends a visit that was attempted."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_18_attempts"
down_revision = "2026_11_25_17_facts_of_care"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "visit_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "nobody_opens",
                "in_hospital",
                "declined",
                "client_died",
                "unsafe",
                name="attempt_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_ms", sa.BigInteger(), nullable=False),
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
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("position_digest", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_visit_attempt_carer_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_visit_attempt_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_attempt")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_visit_attempt_visit_id", "visit_attempt", ["visit_id"], unique=False, schema=schema)
    op.execute(f'CREATE TABLE "{schema}"."visit_attempt_default" PARTITION OF "{schema}"."visit_attempt" DEFAULT')
    steps = sa.table("visit_step", sa.column("from_state"), sa.column("to_state"), schema=schema)
    new = (("missed", "attempted"), ("attempted", "done"))
    op.bulk_insert(steps, [{"from_state": old, "to_state": to} for old, to in new])
