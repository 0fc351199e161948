"""50 device software: what a phone's records are made with, as told at its logins."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_50_device_software"
down_revision = "2026_11_29_42_tag_scans"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "device_software",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "android",
                "ios",
                "ohos",
                "windows",
                "mac",
                "devtools",
                "webhost",
                "other",
                name="platform",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sdk_version", sa.Text(), nullable=True),
        sa.Column(
            "login",
            sa.Enum(
                "wechat",
                "stand_in",
                name="login_way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], [f"{schema}.device.id"], name=op.f("fk_device_software_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_software")),
        schema=schema,
    )
    op.create_index("ix_device_software_device_id", "device_software", ["device_id", "id"], unique=False, schema=schema)
    op.create_index(
        "ix_device_software_recorded_at",
        "device_software",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
