"""13 community nurses: their role, and an agency's answer to the plans they write."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_13_community_nurses"
down_revision = "2026_11_29_12_ratings"

ROLES = (
    "carer",
    "family_carer",
    "guardian",
    "dispatcher",
    "agency_head",
    "community_nurse",
    "operator_reviewer",
    "payout_preparer",
    "payout_approver",
    "supervisor",
    "region_admin",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    for table in ("role_grant", "import_run"):
        name = op.f(f"ck_{table}_role")
        op.drop_constraint(name, table, schema=schema)
        op.create_check_constraint(name, table, sa.column("role").in_(ROLES), schema=schema)
    op.create_table(
        "plan_answer",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("accepted", "returned", name="plan_outcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(outcome = 'returned') = (reason IS NOT NULL)", name=op.f("ck_plan_answer_reason")),
        sa.ForeignKeyConstraint(["plan_id"], [f"{schema}.care_plan.id"], name=op.f("fk_plan_answer_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_answer")),
        schema=schema,
    )
