"""52 help alerts: text messages about calls for help, and six digits that confirm a phone."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_52_help_alerts"
down_revision = "2026_11_29_51_fees"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "device_code",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], [f"{schema}.device.id"], name=op.f("fk_device_code_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_code")),
        schema=schema,
    )
    op.create_table(
        "help_alert",
        sa.Column("help_call_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["help_call_id"], [f"{schema}.help_call.id"], name=op.f("fk_help_alert_help_call_id")),
        sa.PrimaryKeyConstraint("help_call_id", "agency_id", name=op.f("pk_help_alert")),
        schema=schema,
    )
    op.create_index(
        "ix_help_alert_recorded_at", "help_alert", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.add_column("agency", sa.Column("alert_phone", sa.Text(), nullable=True), schema=schema)
