"""06 agency choices: which agency a client chose or that he waits for one, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_06_agency_choices"
down_revision = "2026_11_29_05_help_calls"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "agency_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column(
            "home_type",
            sa.Enum(
                "agency_care", "family_care", name="home_type", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("wanted_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "agency_id IS NOT NULL OR reason IS NOT NULL", name=op.f("ck_agency_choice_waits_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_agency_choice_agency_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_agency_choice_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_choice")),
        schema=schema,
    )
    op.create_index("ix_agency_choice_client_id", "agency_choice", ["client_id"], unique=False, schema=schema)
    op.create_index("ix_agency_choice_agency_id", "agency_choice", ["agency_id"], unique=False, schema=schema)
    op.create_table(
        "agency_choice_answer",
        sa.Column("choice_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "declined",
                "withdrawn",
                name="choice_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(outcome = 'accepted') = (reason IS NULL)", name=op.f("ck_agency_choice_answer_reason")),
        sa.CheckConstraint(
            "(outcome = 'accepted') = (agreement_id IS NOT NULL)", name=op.f("ck_agency_choice_answer_agreement")
        ),
        sa.CheckConstraint(
            "(outcome = 'withdrawn') = (agency_id IS NULL)", name=op.f("ck_agency_choice_answer_agency")
        ),
        sa.ForeignKeyConstraint(
            ["choice_id"], [f"{schema}.agency_choice.id"], name=op.f("fk_agency_choice_answer_choice_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_agency_choice_answer_agency_id")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], [f"{schema}.service_agreement.id"], name=op.f("fk_agency_choice_answer_agreement_id")
        ),
        sa.PrimaryKeyConstraint("choice_id", name=op.f("pk_agency_choice_answer")),
        schema=schema,
    )
