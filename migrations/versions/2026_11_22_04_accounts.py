"""04 accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_04_accounts"
down_revision = "2026_11_22_03_ledger"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema == "public":
        upgrade_public()
    else:
        upgrade_region(schema)


def upgrade_public() -> None:
    """Tables shared by all regions."""
    op.create_table(
        "binding_attempt",
        sa.Column("openid_index", sa.LargeBinary(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("openid_index", "hour", name=op.f("pk_binding_attempt")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("openid_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("openid_index", name=op.f("uq_identity_openid_index")),
    )
    op.create_table(
        "binding_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_binding_code_region_code")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_binding_code")),
    )
    op.create_index(op.f("ix_binding_code_account_id"), "binding_code", ["account_id"], unique=False)
    op.create_table(
        "identity_region",
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name=op.f("fk_identity_region_identity_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_identity_region_region_code")),
        sa.PrimaryKeyConstraint("identity_id", "region_code", name=op.f("pk_identity_region")),
    )
    op.create_table(
        "phone_route",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_phone_route_region_code")),
        sa.PrimaryKeyConstraint("phone_index", "region_code", "account_id", name=op.f("pk_phone_route")),
    )
    op.create_index(op.f("ix_phone_route_account_id"), "phone_route", ["account_id"], unique=False)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "locked", name="account_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("grants_version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name=op.f("fk_account_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        schema=schema,
    )
    op.create_index(
        "uq_account_identity",
        "account",
        ["identity_id"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.create_index(
        "uq_account_person",
        "account",
        ["person_id"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone_key", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], [f"{schema}.account.id"], name=op.f("fk_device_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        schema=schema,
    )
    op.create_index(
        "uq_device_live",
        "device",
        ["account_id"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "carer",
                "family_carer",
                "guardian",
                "dispatcher",
                "agency_head",
                "operator_reviewer",
                "payout_preparer",
                "payout_approver",
                "supervisor",
                "region_admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "scope_kind",
            sa.Enum(
                "fund",
                "district",
                "street",
                "agency",
                "own_clients",
                "self",
                name="scope_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("role"), "="),
            (sa.column("scope_kind"), "="),
            (sa.column("scope_key"), "="),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=op.f("ex_role_grant_account_id_role_scope_kind_scope_key"),
        ),
        sa.ForeignKeyConstraint(["account_id"], [f"{schema}.account.id"], name=op.f("fk_role_grant_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        schema=schema,
    )
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_request_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], [f"{schema}.account.id"], name=op.f("fk_refresh_token_account_id")),
        sa.ForeignKeyConstraint(["device_id"], [f"{schema}.device.id"], name=op.f("fk_refresh_token_device_id")),
        sa.ForeignKeyConstraint(["grant_id"], [f"{schema}.role_grant.id"], name=op.f("fk_refresh_token_grant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
        schema=schema,
    )
    op.create_index(op.f("ix_refresh_token_account_id"), "refresh_token", ["account_id"], unique=False, schema=schema)
    op.create_index(op.f("ix_refresh_token_family_id"), "refresh_token", ["family_id"], unique=False, schema=schema)
