"""27 consents: a position that was sent after its consent was withdrawn is not kept, and the tap says so; records
written by hand are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_27_consents"
down_revision = "2026_11_29_25_exceptions"

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
    "position_not_kept",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    name = op.f("ck_exception_exception_code")
    op.drop_constraint(name, "exception", schema=schema)
    op.create_check_constraint(name, "exception", sa.column("code").in_(CODES), schema=schema)
    op.create_index(
        "ix_service_record_by_hand",
        "service_record",
        ["visit_id"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )
