"""07 guardian approvals: the fund's word on who acts for a client; those entered before have it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_07_guardian_approvals"
down_revision = "2026_11_29_06_agency_choices"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "guardian_approval",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardian_id"], [f"{schema}.guardian.id"], name=op.f("fk_guardian_approval_guardian_id")
        ),
        sa.PrimaryKeyConstraint("guardian_id", name=op.f("pk_guardian_approval")),
        schema=schema,
    )
    guardian, approval = (
        sa.table(name, *(sa.column(column) for column in columns), schema=schema)
        for name, columns in {"guardian": ("id",), "guardian_approval": ("guardian_id", "recorded_at")}.items()
    )
    op.execute(sa.insert(approval).from_select(["guardian_id", "recorded_at"], sa.select(guardian.c.id, sa.func.now())))
