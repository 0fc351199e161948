"""12 care plan changes: a history of a plan's days, and the text of the policy it was written under."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_12_care_plan_changes"
down_revision = "2026_11_25_11_visit_overlaps"


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
        "care_plan_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("old_valid_from", sa.Date(), nullable=False),
        sa.Column("new_valid_from", sa.Date(), nullable=False),
        sa.Column("old_valid_to", sa.Date(), nullable=True),
        sa.Column("new_valid_to", sa.Date(), nullable=True),
        sa.Column("cause_plan_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], [f"{schema}.care_plan.id"], name=op.f("fk_care_plan_change_plan_id")),
        sa.ForeignKeyConstraint(
            ["cause_plan_id"], [f"{schema}.care_plan.id"], name=op.f("fk_care_plan_change_cause_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_change")),
        schema=schema,
    )
    op.create_index(op.f("ix_care_plan_change_plan_id"), "care_plan_change", ["plan_id"], schema=schema)
    op.create_foreign_key(
        op.f("fk_care_plan_policy_digest"),
        "care_plan",
        "policy_text",
        ["policy_digest"],
        ["digest"],
        source_schema=schema,
        referent_schema=schema,
    )
