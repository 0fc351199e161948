"""11 cash choices: what clients chose in home care without a break, and months without a carer."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_11_cash_choices"
down_revision = "2026_11_29_10_own_shares"

RULES = (
    "paid",
    "before_entitlement",
    "entitlement_ended",
    "mode_without_family_care",
    "suspended",
    "in_hospital",
    "in_institution",
    "away",
    "died",
    "in_training",
    "not_assigned",
    "no_record",
    "second_care_day",
    "in_review",
    "refused",
    "unknown_level",
    "not_at_home",
    "level_too_low",
    "hours_chosen",
    "not_long_enough",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "cash_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("takes_cash", sa.Boolean(), nullable=False),
        sa.Column("chosen_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_cash_choice_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_choice")),
        schema=schema,
    )
    op.create_index("ix_cash_choice_client_id", "cash_choice", ["client_id", "valid_from"], unique=False, schema=schema)
    op.alter_column("subsidy", "carer_id", existing_type=sa.Uuid(), nullable=True, schema=schema)
    op.create_index(
        "uq_subsidy_of_client",
        "subsidy",
        ["client_id", "month", "seq"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("carer_id IS NULL"),
    )
    name = op.f("ck_subsidy_day_day_rule")
    op.drop_constraint(name, "subsidy_day", schema=schema)
    op.create_check_constraint(name, "subsidy_day", sa.column("rule").in_(RULES), schema=schema)
