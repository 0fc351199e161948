"""19 photos: what phones tell of them, where their bytes stand and how alike they are; an exception for copies."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_19_photos"
down_revision = "2026_11_29_18_seals"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "described",
                "receiving",
                "stored",
                "compared",
                "deleting",
                "deleted",
                name="photo_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "media_type",
            sa.Enum(
                "image/jpeg",
                "image/png",
                "image/webp",
                name="media_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("phash", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state <> 'described'", name=op.f("ck_photo_has_bytes")),
        sa.CheckConstraint("state IN ('stored', 'compared') OR phash IS NULL", name=op.f("ck_photo_phash")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_photo_carer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        schema=schema,
    )
    for band in range(4):
        bits = sa.text(f"((phash >> {band * 16}) & 65535)")
        op.create_index(f"ix_photo_band_{band}", "photo", [bits], unique=False, schema=schema)
    op.create_index("ix_photo_fact_id", "photo", ["fact_id"], unique=False, schema=schema)
    op.create_index(
        "ix_photo_received_at",
        "photo",
        ["received_at"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("state <> 'deleted'"),
    )
    op.create_index(
        "ix_photo_stored",
        "photo",
        ["received_at"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("state = 'stored'"),
    )
    op.create_table(
        "photo_taken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "care",
                "place",
                "paper",
                "explanation",
                name="photo_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_photo_taken_carer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_taken")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_photo_taken_carer_id", "photo_taken", ["carer_id", "id"], unique=False, schema=schema)
    op.create_index("ix_photo_taken_fact_id", "photo_taken", ["fact_id"], unique=False, schema=schema)
    op.create_index(
        "ix_photo_taken_recorded_at",
        "photo_taken",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_index("ix_photo_taken_sha256", "photo_taken", ["sha256"], unique=False, schema=schema)
    op.execute(f'CREATE TABLE "{schema}"."photo_taken_default" PARTITION OF "{schema}"."photo_taken" DEFAULT')
