"""13 region codes: the database refuses what cannot name a schema, since the owner builds statements with it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_13_region_codes"
down_revision = "2026_11_25_12_care_plan_changes"

CODE = (
    "code ~ '^[a-z][a-z0-9_]{1,29}$' AND code !~ '^pg_' "
    "AND code NOT IN ('public', 'region', 'information_schema', 'fresh')"
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema == "public":
        upgrade_public()


def upgrade_public() -> None:
    """Tables shared by all regions."""
    op.create_check_constraint(op.f("ck_region_code"), "region", sa.text(CODE))
