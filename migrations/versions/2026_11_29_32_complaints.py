"""32 complaints: what families complain of, and the agreements that they signed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_32_complaints"
down_revision = "2026_11_29_31_messages"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "complaint_note",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("answer_enc", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaint_note")),
        schema=schema,
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "addressee",
            sa.Enum("agency", "fund", name="complaint_to", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "service_poor",
                "not_coming",
                "record_false",
                "money_asked",
                "attitude",
                "payment",
                "other",
                name="complaint_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("addressee <> 'agency' OR agency_id IS NOT NULL", name=op.f("ck_complaint_agency")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_complaint_agency_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_complaint_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        schema=schema,
    )
    op.create_index("ix_complaint_agency_id", "complaint", ["agency_id"], unique=False, schema=schema)
    op.create_index("ix_complaint_client_id", "complaint", ["client_id"], unique=False, schema=schema)
    op.create_index(
        "ix_complaint_recorded_at", "complaint", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "agreement_signature",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_agreement_signature_version")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], [f"{schema}.service_agreement.id"], name=op.f("fk_agreement_signature_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "version", name=op.f("pk_agreement_signature")),
        schema=schema,
    )
    op.create_index(
        "ix_agreement_signature_recorded_at",
        "agreement_signature",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "complaint_decision",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "not_upheld",
                "settled",
                name="complaint_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], [f"{schema}.complaint.id"], name=op.f("fk_complaint_decision_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaint_decision")),
        schema=schema,
    )
    op.create_index(
        "ix_complaint_decision_recorded_at",
        "complaint_decision",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
