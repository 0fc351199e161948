"""11 visit overlaps: only what is still planned may not overlap, so that no tap can be refused for it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_11_visit_overlaps"
down_revision = "2026_11_25_09_homes"

CONSTRAINTS = (("carer_id",), ("client_id", "team_slot"))


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
    """Tables of one region. Every row that met the wider constraint meets the narrower one."""
    for columns in CONSTRAINTS:
        name = op.f(f"ex_visit_{'_'.join(columns)}")
        op.drop_constraint(name, "visit", schema=schema)
        equal = [(sa.column(column), "=") for column in columns]
        op.create_exclude_constraint(
            name,
            "visit",
            *equal,
            (sa.column("planned"), "&&"),
            where=sa.text("state = 'planned'"),
            using="gist",
            schema=schema,
        )
