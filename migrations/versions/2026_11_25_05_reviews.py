"""05 reviews: reasons are codes with an encrypted note beside them, and what is newest is told by a number."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_05_reviews"
down_revision = "2026_11_25_03_month_runs"

DECISIONS = ("accepted", "refused", "escalated", "moved", "reopened")
REASONS = (
    "confirmed_by_phone",
    "confirmed_on_site",
    "documents_seen",
    "times_stated",
    "care_not_given",
    "not_covered",
    "proof_lacking",
    "paid_elsewhere",
    "new_facts",
    "mistaken",
    "other",
    "deadline_passed",
    "witness_came",
    "events_arrived",
)
EXCEPTIONS = (
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
)


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
    """Tables of one region. A reason that was free text becomes `other`."""
    op.create_table(
        "review_note",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_note")),
        schema=schema,
    )
    op.add_column("review", sa.Column("policy_digest", sa.Text(), nullable=True), schema=schema)
    op.add_column("review", sa.Column("seq", sa.BigInteger(), nullable=True), schema=schema)
    op.add_column("grade", sa.Column("seq", sa.BigInteger(), nullable=True), schema=schema)
    review = sa.table("review", sa.column("reason"), schema=schema)
    op.execute(review.update().where(review.c.reason.not_in(REASONS)).values(reason="other"))
    op.alter_column("review", "reason", type_=sa.String(32), schema=schema)
    op.create_check_constraint(op.f("ck_review_review_reason"), "review", _one_of("reason", REASONS), schema=schema)
    _allow("review", "decision", DECISIONS, name="ck_review_decision", schema=schema)
    _allow("exception", "code", EXCEPTIONS, name="ck_exception_exception_code", schema=schema)


def _allow(table: str, column: str, values: tuple[str, ...], *, name: str, schema: str) -> None:
    op.drop_constraint(op.f(name), table, schema=schema)
    op.create_check_constraint(op.f(name), table, _one_of(column, values), schema=schema)


def _one_of(column: str, values: tuple[str, ...]) -> sa.ColumnElement[bool]:
    return sa.column(column).in_([sa.literal_column(f"'{value}'") for value in values])
