"""17 facts of care: suspensions of carers, and what they and four other facts are called at the door."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_25_17_facts_of_care"
down_revision = "2026_11_25_16_imports"

CODES = (
    "no_location",
    "uncertain_location",
    "outside_fence",
    "stale_fix",
    "home_unknown",
    "clock_skew",
    "late_sync",
    "future_time",
    "too_early",
    "too_late",
    "early_out",
    "short",
    "over_long",
    "swapped",
    "unscheduled",
    "not_assigned",
    "carer_changed",
    "certificate_expired",
    "not_entitled",
    "in_hospital",
    "plan_missing",
    "item_not_in_plan",
    "item_missing",
    "item_not_for_staff",
    "repeated_event",
    "overlap",
    "second_care_day",
    "late_entry",
    "simulated_location",
    "no_clock_in",
    "no_clock_out",
    "not_employed",
    "visit_cancelled",
    "client_denies",
    "client_died",
    "carer_suspended",
    "entitlement_suspended",
    "agency_not_designated",
    "outside_area",
    "agency_not_serving",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "carer_suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("carer_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_carer_suspension_carer_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_carer_suspension_period")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_carer_suspension_carer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer_suspension")),
        schema=schema,
    )
    name = op.f("ck_exception_exception_code")
    op.drop_constraint(name, "exception", schema=schema)
    op.create_check_constraint(name, "exception", sa.column("code").in_(CODES), schema=schema)
