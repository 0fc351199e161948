"""39 door words: two more reasons why nobody signs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_39_door_words"
down_revision = "2026_11_29_34_filled_by"

REASONS = (
    "was_absent",
    "nobody_there",
    "cannot_sign",
    "declined",
    "asleep",
    "cannot_read",
    "no_phone",
    "forgotten",
    "phone_failed",
    "no_network",
    "other",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    name = op.f("ck_visit_statement_statement_reason")
    op.drop_constraint(name, "visit_statement", schema=schema)
    op.create_check_constraint(name, "visit_statement", sa.column("reason").in_(REASONS), schema=schema)
