"""39 vital signs: what carers measure of clients."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_39_vital_signs"
down_revision = "2026_11_29_38_agency_phones"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "vital_signs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("values_enc", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_vital_signs_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_vital_signs_client_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_vital_signs_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vital_signs")),
        schema=schema,
    )
    op.create_index("ix_vital_signs_carer_id", "vital_signs", ["carer_id", "occurred_at"], unique=False, schema=schema)
    op.create_index(
        "ix_vital_signs_client_id", "vital_signs", ["client_id", "occurred_at"], unique=False, schema=schema
    )
