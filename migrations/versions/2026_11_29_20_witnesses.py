"""20 witnesses: whose phone a tap comes from, home tags and their scans, face checks and their results."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_20_witnesses"
down_revision = "2026_11_29_19_photos"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region. Phones of before are doubted by nobody."""
    op.add_column(
        "device",
        sa.Column(
            "doubt",
            sa.Enum("new", "of_other", name="device_doubt", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        schema=schema,
    )
    op.create_index(
        "ix_device_phone_key",
        "device",
        ["phone_key"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "tag_scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=True),
        sa.Column(
            "medium",
            sa.Enum("printed", "chip", name="tag_medium", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("counter", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "genuine",
                "unreadable",
                "other_fund",
                "unknown",
                "forged",
                "other_client",
                "revoked",
                "replayed",
                name="tag_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_scan")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_tag_scan_carer_id", "tag_scan", ["carer_id", "counted_at"], unique=False, schema=schema)
    op.create_index(
        "ix_tag_scan_recorded_at", "tag_scan", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_index("ix_tag_scan_tag_id", "tag_scan", ["tag_id", "counter"], unique=False, schema=schema)
    op.create_table(
        "home_tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_home_tag_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_tag")),
        schema=schema,
    )
    op.create_index("ix_home_tag_client_id", "home_tag", ["client_id", "id"], unique=False, schema=schema)
    op.create_index(
        "ix_home_tag_recorded_at", "home_tag", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "home_tag_revocation",
        sa.Column("home_tag_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "lost",
                "damaged",
                "copied",
                "moved",
                "care_ended",
                name="tag_end",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_tag_id"], [f"{schema}.home_tag.id"], name=op.f("fk_home_tag_revocation_home_tag_id")
        ),
        sa.PrimaryKeyConstraint("home_tag_id", name=op.f("pk_home_tag_revocation")),
        schema=schema,
    )
    op.create_index(
        "ix_home_tag_revocation_recorded_at",
        "home_tag_revocation",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.execute(f'CREATE TABLE "{schema}"."tag_scan_default" PARTITION OF "{schema}"."tag_scan" DEFAULT')
    op.create_table(
        "face_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "matched",
                "not_matched",
                "unavailable",
                name="face_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('matched', 'not_matched')", name=op.f("ck_face_result_final")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_face_result_score")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_result")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index(
        "ix_face_result_recorded_at",
        "face_result",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "face_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_face_check_carer_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_face_check_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_check")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index(
        "ix_face_check_recorded_at", "face_check", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_index("ix_face_check_visit_id", "face_check", ["visit_id", "id"], unique=False, schema=schema)
    op.execute(f'CREATE TABLE "{schema}"."face_result_default" PARTITION OF "{schema}"."face_result" DEFAULT')
    op.execute(f'CREATE TABLE "{schema}"."face_check_default" PARTITION OF "{schema}"."face_check" DEFAULT')
    name = op.f("ck_evidence_evidence_kind")
    op.drop_constraint(name, "evidence", schema=schema)
    op.create_check_constraint(name, "evidence", sa.column("kind").in_(("confirmation", "face")), schema=schema)
