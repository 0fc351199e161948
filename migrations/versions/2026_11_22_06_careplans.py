"""06 careplans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_06_careplans"
down_revision = "2026_11_22_05_registry"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema == "public":
        upgrade_public()
    else:
        upgrade_region(schema)


def upgrade_public() -> None:
    """Tables shared by all regions."""
    pass


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "service_item",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "basic_life_care",
                "clinical_care",
                name="item_category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("staff_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("national_code", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_service_item_minutes")),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_service_item")),
        schema=schema,
    )
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            where=sa.text("confirmed_at IS NOT NULL"),
            using="gist",
            name=op.f("ex_care_plan_client_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_care_plan_period")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_care_plan_agency_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_care_plan_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
        sa.UniqueConstraint("client_id", "version", name=op.f("uq_care_plan_client_id_version")),
        schema=schema,
    )
    op.create_table(
        "plan_confirmation",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column(
            "way",
            sa.Enum(
                "own_phone",
                "paper",
                "not_required",
                name="confirmation_way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_plan_confirmation_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], [f"{schema}.care_plan.id"], name=op.f("fk_plan_confirmation_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_confirmation")),
        schema=schema,
    )
    op.create_table(
        "plan_item",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("item_version", sa.BigInteger(), nullable=False),
        sa.Column("times_per_week", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("times_per_week > 0 AND minutes > 0", name=op.f("ck_plan_item_amounts")),
        sa.ForeignKeyConstraint(
            ["item_code", "item_version"],
            [f"{schema}.service_item.code", f"{schema}.service_item.version"],
            name=op.f("fk_plan_item_item_code_item_version"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], [f"{schema}.care_plan.id"], name=op.f("fk_plan_item_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "item_code", name=op.f("pk_plan_item")),
        schema=schema,
    )
