"""26 findings: what people decide of a finding."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_26_findings"
down_revision = "2026_11_29_25_exceptions"

OUTCOMES = ("confirmed", "dismissed", "closed")
REASONS = (
    "confirmed_on_site",
    "documents_seen",
    "admitted",
    "explained",
    "entry_wrong",
    "rule_errs",
    "settled",
    "mistaken",
    "other",
)


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "finding_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="finding_outcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(*REASONS, name="finding_reason", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_finding_decision_seq")),
        sa.ForeignKeyConstraint(["finding_id"], [f"{schema}.finding.id"], name=op.f("fk_finding_decision_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_decision")),
        sa.UniqueConstraint("finding_id", "seq", name=op.f("uq_finding_decision_finding_id_seq")),
        schema=schema,
    )
    op.create_index(
        "ix_finding_decision_recorded_at",
        "finding_decision",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "finding_note",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_finding_note")),
        schema=schema,
    )
