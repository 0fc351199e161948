"""14 visit checks: what carers tell of checks before service, and an exception where one is asked for and missing."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_14_visit_checks"
down_revision = "2026_11_29_13_community_nurses"

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
    "checks_missing",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "visit_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "identity",
            sa.Enum(
                "seen_card",
                "voucher_shown",
                "known_person",
                "not_checked",
                name="identity_check",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "identity_reason",
            sa.Enum(
                "declined",
                "not_at_hand",
                "urgent",
                "other",
                name="identity_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("limbs_checked", sa.Boolean(), nullable=False),
        sa.Column("risks_told", sa.Boolean(), nullable=False),
        sa.Column(
            "voucher",
            sa.Enum(
                "shown",
                "card_shown",
                "not_shown",
                name="voucher_check",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "voucher_reason",
            sa.Enum(
                "declined",
                "not_at_hand",
                "phone_failed",
                "other",
                name="voucher_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "identity <> 'not_checked' OR identity_reason IS NOT NULL",
            name=op.f("ck_visit_check_identity_reason_given"),
        ),
        sa.CheckConstraint(
            "voucher <> 'not_shown' OR voucher_reason IS NOT NULL", name=op.f("ck_visit_check_voucher_reason_given")
        ),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_visit_check_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_check")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_visit_check_visit_id", "visit_check", ["visit_id"], unique=False, schema=schema)
    op.execute(f'CREATE TABLE "{schema}"."visit_check_default" PARTITION OF "{schema}"."visit_check" DEFAULT')
    op.create_table(
        "limb_finding",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("limbs_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_limb_finding")),
        schema=schema,
    )
    name = op.f("ck_exception_exception_code")
    op.drop_constraint(name, "exception", schema=schema)
    op.create_check_constraint(name, "exception", sa.column("code").in_(CODES), schema=schema)
