"""16 insurances: by which papers agencies insure their carers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_16_insurances"
down_revision = "2026_11_29_15_items"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "insurance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("social", "liability", name="insurance_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("carer_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.column("kind"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_insurance_carer_id_agency_id_kind"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_insurance_period")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_insurance_agency_id")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_insurance_carer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance")),
        schema=schema,
    )
