"""Imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_25_16_imports"
down_revision = "2026_11_25_15_staff_load"


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
        "import_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "staff",
                "clients",
                "families",
                "bank_accounts",
                "assignments",
                "care_plans",
                name="import_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "all_or_nothing", "good_rows", name="import_mode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum("csv", "xlsx", name="file_form", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("file_digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("grants_version", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
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
            nullable=True,
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
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "written",
                "refused",
                "failed",
                name="run_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        schema=schema,
    )
    op.create_index(
        "ix_import_run_open",
        "import_run",
        ["id"],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index(
        "uq_import_run_live",
        "import_run",
        ["kind", "mode", "scope_key", "file_digest"],
        unique=True,
        schema=schema,
        postgresql_where=sa.text("state IN ('queued', 'running', 'written')"),
    )
    op.create_table(
        "import_file",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("content_enc", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], [f"{schema}.import_run.id"], name=op.f("fk_import_file_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_import_file")),
        schema=schema,
    )
    op.create_table(
        "import_reason",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], [f"{schema}.import_run.id"], name=op.f("fk_import_reason_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_reason")),
        schema=schema,
    )
    op.create_index("ix_import_reason_run_id", "import_reason", ["run_id", "id"], unique=False, schema=schema)
