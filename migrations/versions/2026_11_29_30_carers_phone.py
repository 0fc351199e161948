"""30 carers' phones: appeals, care cards, notes for the next carer, incidents, and what families tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_30_carers_phone"
down_revision = "2026_11_29_28_vouchers"

REVIEW_REASONS = (
    "confirmed_by_phone",
    "confirmed_on_site",
    "documents_seen",
    "times_stated",
    "care_not_given",
    "not_covered",
    "proof_lacking",
    "paid_elsewhere",
    "new_facts",
    "mistaken",
    "other",
    "deadline_passed",
    "witness_came",
    "events_arrived",
    "appealed",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "incident_note",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_note")),
        schema=schema,
    )
    op.create_table(
        "care_card",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_care_card_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_care_card")),
        schema=schema,
    )
    op.create_table(
        "client_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hospital_in",
                "hospital_out",
                "travel_out",
                "travel_back",
                "institution_in",
                "institution_out",
                "wants_home",
                "wants_community",
                "wants_institution",
                name="notice_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_client_notice_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_notice")),
        schema=schema,
    )
    op.create_index("ix_client_notice_client_id", "client_notice", ["client_id", "id"], unique=False, schema=schema)
    op.create_index(
        "ix_client_notice_recorded_at",
        "client_notice",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "client_notice_answer",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "not_so",
                "known_already",
                "not_entitled",
                "other",
                name="notice_decline",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "entered = (decline_reason IS NULL)", name=op.f("ck_client_notice_answer_declined_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], [f"{schema}.client_notice.id"], name=op.f("fk_client_notice_answer_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_client_notice_answer")),
        schema=schema,
    )
    op.create_index(
        "ix_client_notice_answer_recorded_at",
        "client_notice_answer",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fall",
                "injury",
                "pressure_sore",
                "lost_way",
                "abuse_suspected",
                "medicine",
                "other",
                name="incident_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_incident_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_incident_client_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_incident_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        schema=schema,
    )
    op.create_index(
        "ix_incident_agency_ids", "incident", ["agency_ids"], unique=False, schema=schema, postgresql_using="gin"
    )
    op.create_index("ix_incident_client_id", "incident", ["client_id"], unique=False, schema=schema)
    op.create_index(
        "ix_incident_recorded_at", "incident", ["recorded_at"], unique=False, schema=schema, postgresql_using="brin"
    )
    op.create_table(
        "shift_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_shift_note_client_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_shift_note_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_note")),
        schema=schema,
    )
    op.create_index("ix_shift_note_client_id", "shift_note", ["client_id", "recorded_at"], unique=False, schema=schema)
    op.create_table(
        "incident_acknowledgement",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], [f"{schema}.incident.id"], name=op.f("fk_incident_acknowledgement_incident_id")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_acknowledgement")),
        schema=schema,
    )
    op.create_index(
        "ix_incident_acknowledgement_recorded_at",
        "incident_acknowledgement",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    name = op.f("ck_review_review_reason")
    op.drop_constraint(name, "review", schema=schema)
    op.create_check_constraint(name, "review", sa.column("reason").in_(REVIEW_REASONS), schema=schema)
