"""What a bank says is confirmed by a second person, one form of a batch is sent, a batch may be refused whole."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_02_bank_files"
down_revision = "2026_11_25_01_two_people"

SENT_BATCH = "CASE WHEN kind::text = 'daifa'::text OR kind::text = 'pain001'::text THEN batch_id ELSE NULL::uuid END"
KINDS = ("daifa", "pain001", "answer", "returns", "refusal")
OUTCOMES = ("paid", "failed", "unknown", "returned")
REASONS = (
    "name_mismatch",
    "no_such_account",
    "account_closed",
    "account_abnormal",
    "account_frozen",
    "bad_bank_code",
    "payee_type",
    "file_refused",
    "other",
)
ENUMS = (("outcome", "outcome", OUTCOMES), ("reason_code", "failure_reason", REASONS))


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
    op.add_column(
        "bank_file",
        sa.Column(
            "approved_batch_id",
            sa.Uuid(),
            sa.Computed(SENT_BATCH, persisted=True),
            nullable=True,
        ),
        schema=schema,
    )
    op.alter_column("bank_file", "actor_id", existing_type=sa.UUID(), nullable=False, schema=schema)
    op.drop_index(op.f("ix_bank_file_batch_id"), table_name="bank_file", schema=schema)
    op.drop_constraint(op.f("uq_bank_file_kind_digest"), "bank_file", schema=schema, type_="unique")
    op.create_unique_constraint(
        op.f("uq_bank_file_batch_id_kind_digest"), "bank_file", ["batch_id", "kind", "digest"], schema=schema
    )
    op.create_unique_constraint(op.f("uq_bank_file_id_actor_id"), "bank_file", ["id", "actor_id"], schema=schema)
    op.create_unique_constraint(op.f("uq_bank_file_id_batch_id"), "bank_file", ["id", "batch_id"], schema=schema)
    op.create_foreign_key(
        op.f("fk_bank_file_approved_batch_id"),
        "bank_file",
        "batch_approval",
        ["approved_batch_id"],
        ["batch_id"],
        source_schema=schema,
        referent_schema=schema,
    )
    op.add_column("bank_line", sa.Column("settled_on", sa.Date(), nullable=True), schema=schema)
    for column, name, values in ENUMS:
        op.alter_column("bank_line", column, existing_type=sa.TEXT(), type_=sa.String(32), schema=schema)
        op.create_check_constraint(op.f(f"ck_bank_line_{name}"), "bank_line", _one_of(column, values), schema=schema)
    for column in ("bank_reference", "bank_reason_code"):
        code = f"{column} ~ '^[A-Za-z0-9._/-]{{1,64}}$'"
        op.create_check_constraint(op.f(f"ck_bank_line_{column}"), "bank_line", code, schema=schema)
    op.drop_constraint(op.f("ck_bank_file_file_kind"), "bank_file", schema=schema)
    op.create_check_constraint(op.f("ck_bank_file_file_kind"), "bank_file", _one_of("kind", KINDS), schema=schema)
    op.create_unique_constraint(
        op.f("uq_bank_line_file_id_payout_id"), "bank_line", ["file_id", "payout_id"], schema=schema
    )
    op.drop_index(op.f("ix_payout_batch_id"), table_name="payout", schema=schema)
    op.create_unique_constraint(op.f("uq_payout_batch_id_line_no"), "payout", ["batch_id", "line_no"], schema=schema)
    op.create_table(
        "bank_file_confirmation",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("actor_id <> booked_by", name=op.f("ck_bank_file_confirmation_two_people")),
        sa.ForeignKeyConstraint(
            ["file_id", "booked_by"],
            [f"{schema}.bank_file.id", f"{schema}.bank_file.actor_id"],
            name=op.f("fk_bank_file_confirmation_file_id_booked_by"),
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_bank_file_confirmation")),
        schema=schema,
    )
    op.create_table(
        "batch_sending",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id", "batch_id"],
            [f"{schema}.bank_file.id", f"{schema}.bank_file.batch_id"],
            name=op.f("fk_batch_sending_file_id_batch_id"),
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch_sending")),
        schema=schema,
    )
    steps = sa.table("payout_step", sa.column("from_state"), sa.column("to_state"), schema=schema)
    op.bulk_insert(steps, [{"from_state": "frozen", "to_state": "cancelled"}])


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"
