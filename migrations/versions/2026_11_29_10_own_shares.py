"""10 own shares: confirmations of what clients bear themselves, and an exception for care without one."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_10_own_shares"
down_revision = "2026_11_29_09_unknown_level"

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
    "hours_used_up",
    "share_not_confirmed",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "share_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("share_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "own_phone",
                "paper",
                "not_required",
                name="confirmation_way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_share_confirmation_month")),
        sa.CheckConstraint("share_fen >= 0", name=op.f("ck_share_confirmation_share")),
        sa.CheckConstraint("(way = 'paper') = (document IS NOT NULL)", name=op.f("ck_share_confirmation_paper")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_share_confirmation_client_id")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_share_confirmation_agency_id")),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_share_confirmation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_confirmation")),
        sa.UniqueConstraint(
            "client_id", "agency_id", "month", name=op.f("uq_share_confirmation_client_id_agency_id_month")
        ),
        schema=schema,
    )
    name = op.f("ck_exception_exception_code")
    op.drop_constraint(name, "exception", schema=schema)
    op.create_check_constraint(name, "exception", sa.column("code").in_(CODES), schema=schema)
