"""05 help calls: a carer calls for help, and somebody of the agency takes the call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_05_help_calls"
down_revision = "2026_11_25_18_attempts"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "help_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_visit_id", sa.Uuid(), nullable=True),
        sa.Column("agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_help_call_carer_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_help_call_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_call")),
        schema=schema,
    )
    op.create_index("ix_help_call_agency_ids", "help_call", ["agency_ids"], schema=schema, postgresql_using="gin")
    op.create_table(
        "help_acknowledgement",
        sa.Column("help_call_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["help_call_id"], [f"{schema}.help_call.id"], name=op.f("fk_help_acknowledgement_help_call_id")
        ),
        sa.PrimaryKeyConstraint("help_call_id", name=op.f("pk_help_acknowledgement")),
        schema=schema,
    )
