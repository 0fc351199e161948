"""28 vouchers: scans of e-vouchers, what their provider said, and what that may witness or leave to look into."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_28_vouchers"
down_revision = "2026_11_29_27_consents"

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
    "extra_not_consented",
    "risk_found",
    "photo_copied",
    "items_denied",
    "confirmed_on_carers_phone",
    "paper_entry",
    "hand_entry",
    "hand_entry_in_doubt",
    "address_doubtful",
    "new_device",
    "device_of_other",
    "tag_not_valid",
    "tag_replayed",
    "tag_elsewhere",
    "tag_too_fast",
    "face_mismatch",
    "voucher_of_other",
    "position_not_kept",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "voucher_scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_voucher_scan_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_scan")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index(
        "ix_voucher_scan_recorded_at",
        "voucher_scan",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_index("ix_voucher_scan_visit_id", "voucher_scan", ["visit_id", "id"], unique=False, schema=schema)
    op.create_table(
        "voucher_trace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "not_traced",
                "traced",
                "other_person",
                "expired",
                "refused",
                "unknown",
                name="voucher_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=True),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome <> 'not_traced'", name=op.f("ck_voucher_trace_told")),
        sa.CheckConstraint(
            "(outcome IN ('traced', 'other_person')) = (identity_hash IS NOT NULL)",
            name=op.f("ck_voucher_trace_whose"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_trace")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index(
        "ix_voucher_trace_recorded_at",
        "voucher_trace",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.execute(f'CREATE TABLE "{schema}"."voucher_scan_default" PARTITION OF "{schema}"."voucher_scan" DEFAULT')
    op.execute(f'CREATE TABLE "{schema}"."voucher_trace_default" PARTITION OF "{schema}"."voucher_trace" DEFAULT')
    for table, column, values in (
        ("exception", "code", CODES),
        ("evidence", "kind", ("confirmation", "face", "voucher")),
    ):
        name = op.f(f"ck_{table}_{table}_{column}")
        op.drop_constraint(name, table, schema=schema)
        op.create_check_constraint(name, table, sa.column(column).in_(values), schema=schema)
