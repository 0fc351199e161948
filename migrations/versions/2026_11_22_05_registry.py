"""05 registry."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_05_registry"
down_revision = "2026_11_22_04_accounts"


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
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active", "suspended", "left", name="agency_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_agency_credit_code")),
        schema=schema,
    )
    op.create_table(
        "period_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("right_kind", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Uuid(), nullable=False),
        sa.Column("old_valid_to", sa.Date(), nullable=True),
        sa.Column("new_valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_change")),
        schema=schema,
    )
    op.create_index(op.f("ix_period_change_right_id"), "period_change", ["right_id"], unique=False, schema=schema)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("id_number_enc", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("phone_enc", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum("male", "female", name="sex", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id_number_index", name=op.f("uq_person_id_number_index")),
        schema=schema,
    )
    op.create_index(op.f("ix_person_phone_index"), "person", ["phone_index"], unique=False, schema=schema)
    op.create_table(
        "agency_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("home_types", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("district_codes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("agency_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_agency_agreement_agency_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_agency_agreement_period")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_agency_agreement_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_agreement")),
        schema=schema,
    )
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number_enc", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=True),
        sa.Column(
            "name_check",
            sa.Enum(
                "unchecked",
                "matched",
                "mismatched",
                name="name_check",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_bank_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        schema=schema,
    )
    op.create_index(op.f("ix_bank_account_number_index"), "bank_account", ["number_index"], unique=False, schema=schema)
    op.create_index(
        "uq_bank_account_live",
        "bank_account",
        ["person_id"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "carer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("professional", "family", name="carer_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_carer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_carer_person_id_kind")),
        schema=schema,
    )
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_client_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("person_id", name=op.f("uq_client_person_id")),
        schema=schema,
    )
    op.create_index(op.f("ix_client_district_code"), "client", ["district_code"], unique=False, schema=schema)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "spouse",
                "child",
                "child_in_law",
                "parent",
                "sibling",
                "grandchild",
                "other_relative",
                "neighbour",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.column("carer_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_assignment_client_id_carer_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_assignment_period")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_assignment_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_assignment_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        schema=schema,
    )
    op.create_index(op.f("ix_assignment_carer_id"), "assignment", ["carer_id"], unique=False, schema=schema)
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_certificate_period")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_certificate_carer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("carer_id", "kind", "number", name=op.f("uq_certificate_carer_id_kind_number")),
        schema=schema,
    )
    op.create_table(
        "employment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column(
            "contract_kind",
            sa.Enum(
                "labour",
                "service",
                "temporary",
                name="contract_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("carer_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_employment_carer_id_agency_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_employment_period")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_employment_agency_id")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_employment_carer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
        schema=schema,
    )
    op.create_index(op.f("ix_employment_agency_id"), "employment", ["agency_id"], unique=False, schema=schema)
    op.create_table(
        "entitlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "home",
                "community",
                "institution",
                name="service_mode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("home_types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_entitlement_client_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_entitlement_period")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_entitlement_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        schema=schema,
    )
    op.create_table(
        "family_training",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "provisional", "formal", name="training_stage", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("exam_on", sa.Date(), nullable=True),
        sa.Column("exam_document", sa.Text(), nullable=True),
        sa.Column("policy_digest", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("carer_id"), "="),
            (sa.column("client_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_family_training_carer_id_client_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_family_training_period")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_family_training_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_family_training_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_training")),
        schema=schema,
    )
    op.create_table(
        "guardian",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "spouse",
                "child",
                "child_in_law",
                "parent",
                "sibling",
                "grandchild",
                "other_relative",
                "neighbour",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "extent",
            sa.Enum(
                "confirm_care",
                "agree_money",
                "sign",
                name="guardian_extent",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.column("person_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_guardian_client_id_person_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_guardian_period")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_guardian_client_id")),
        sa.ForeignKeyConstraint(["person_id"], [f"{schema}.person.id"], name=op.f("fk_guardian_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
        schema=schema,
    )
    op.create_index(op.f("ix_guardian_person_id"), "guardian", ["person_id"], unique=False, schema=schema)
    op.create_table(
        "home_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("address_enc", sa.LargeBinary(), nullable=False),
        sa.Column("position_enc", sa.LargeBinary(), nullable=False),
        sa.Column(
            "system",
            sa.Enum(
                "wgs84", "gcj02", "bd09", name="coordinate_system", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("radius_m", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "retired",
                name="place_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_home_place_period")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_home_place_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_place")),
        schema=schema,
    )
    op.create_index("ix_home_place_client_id", "home_place", ["client_id"], unique=False, schema=schema)
    op.create_table(
        "service_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column(
            "home_type",
            sa.Enum(
                "agency_care", "family_care", name="home_type", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.column("home_type"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_service_agreement_client_id_home_type"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_service_agreement_period")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_service_agreement_agency_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_service_agreement_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_agreement")),
        schema=schema,
    )
    op.create_index(
        op.f("ix_service_agreement_agency_id"), "service_agreement", ["agency_id"], unique=False, schema=schema
    )
    op.create_table(
        "stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hospital",
                "institution",
                "travel",
                name="stay_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_stay_client_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_stay_period")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_stay_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
        schema=schema,
    )
    op.create_table(
        "suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_suspension_client_id"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_suspension_period")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_suspension_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
        schema=schema,
    )
