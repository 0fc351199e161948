"""23 privacy: consents; what keeps exact positions beyond their term, and the positions kept so."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_23_privacy"
down_revision = "2026_11_29_22_corrections"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "location",
                "sensitive_health",
                "face",
                "photos",
                "sharing_family",
                name="consent_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column(
            "giver",
            sa.Enum("self", "guardian", name="consent_giver", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_consent_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("person_id", "purpose", "seq", name=op.f("uq_consent_person_id_purpose_seq")),
        schema=schema,
    )
    op.create_index(
        "ix_consent_recorded_at", "consent", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "evidence_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("legal", "case", name="hold_cause", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column(
            "subject",
            sa.Enum(
                "client",
                "carer",
                "fact",
                "agency",
                "everything",
                name="held_subject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("beyond_on", sa.Date(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(cause = 'case') = (cause_id IS NOT NULL)", name=op.f("ck_evidence_hold_cause_id")),
        sa.CheckConstraint("(cause = 'legal') = (document IS NOT NULL)", name=op.f("ck_evidence_hold_document")),
        sa.CheckConstraint("(subject = 'everything') = (subject_id IS NULL)", name=op.f("ck_evidence_hold_subject_id")),
        sa.CheckConstraint(
            "subject <> 'everything' OR (first_on IS NOT NULL AND beyond_on IS NOT NULL)",
            name=op.f("ck_evidence_hold_everything_of_a_span"),
        ),
        sa.CheckConstraint("first_on < beyond_on", name=op.f("ck_evidence_hold_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_hold")),
        schema=schema,
    )
    op.create_index("ix_evidence_hold_cause_id", "evidence_hold", ["cause_id"], unique=False, schema=schema)
    op.create_index("ix_evidence_hold_subject_id", "evidence_hold", ["subject_id"], unique=False, schema=schema)
    op.create_index(
        "ix_evidence_hold_recorded_at",
        "evidence_hold",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "position_held",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_enc", sa.LargeBinary(), nullable=False),
        sa.Column(
            "system",
            sa.Enum(
                "wgs84", "gcj02", "bd09", name="coordinate_system", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.BigInteger(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_held")),
        schema=schema,
    )
    op.create_table(
        "evidence_hold_end",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], [f"{schema}.evidence_hold.id"], name=op.f("fk_evidence_hold_end_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_evidence_hold_end")),
        schema=schema,
    )
    op.create_index(
        "ix_evidence_hold_end_recorded_at",
        "evidence_hold_end",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "period_close",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("month", "inspection", name="period_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("beyond_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'month') = (agency_id IS NULL)", name=op.f("ck_period_close_agency")),
        sa.CheckConstraint("first_on < beyond_on", name=op.f("ck_period_close_span")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_period_close_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_close")),
        schema=schema,
    )
    op.create_index(
        "ix_period_close_recorded_at",
        "period_close",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_index(
        "uq_period_close_inspection",
        "period_close",
        ["agency_id", "first_on"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("kind = 'inspection'"),
    )
    op.create_index(
        "uq_period_close_month",
        "period_close",
        ["first_on"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("kind = 'month'"),
    )
