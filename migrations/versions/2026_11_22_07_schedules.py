"""07 schedules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_07_schedules"
down_revision = "2026_11_22_06_careplans"


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
        "visit_step",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_visit_step")),
        schema=schema,
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("team_slot", sa.BigInteger(), nullable=False),
        sa.Column("planned", postgresql.TSTZRANGE(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "begun",
                "done",
                "attempted",
                "missed",
                "cancelled",
                name="visit_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "planned", "unscheduled", name="visit_source", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("carer_id"), "="),
            (sa.text("planned"), "&&"),
            where=sa.text("state IN ('planned', 'begun', 'done')"),
            using="gist",
            name=op.f("ex_visit_carer_id"),
        ),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.column("team_slot"), "="),
            (sa.text("planned"), "&&"),
            where=sa.text("state IN ('planned', 'begun', 'done')"),
            using="gist",
            name=op.f("ex_visit_client_id_team_slot"),
        ),
        sa.CheckConstraint("(source = 'unscheduled') = (planned IS NULL)", name=op.f("ck_visit_planned")),
        sa.CheckConstraint("began_at IS NOT NULL OR state <> 'begun'", name=op.f("ck_visit_begun")),
        sa.ForeignKeyConstraint(["agency_id"], [f"{schema}.agency.id"], name=op.f("fk_visit_agency_id")),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_visit_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_visit_client_id")),
        sa.ForeignKeyConstraint(
            ["id", "seq", "state"],
            [f"{schema}.visit_change.visit_id", f"{schema}.visit_change.seq", f"{schema}.visit_change.to_state"],
            name="fk_visit_history",
            initially="DEFERRED",
            deferrable=True,
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["plan_id"], [f"{schema}.care_plan.id"], name=op.f("fk_visit_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        schema=schema,
    )
    op.create_index("ix_visit_agency_id_id", "visit", ["agency_id", "id"], unique=False, schema=schema)
    op.create_index("ix_visit_carer_id_id", "visit", ["carer_id", "id"], unique=False, schema=schema)
    op.create_index("ix_visit_client_id_id", "visit", ["client_id", "id"], unique=False, schema=schema)
    op.create_index(
        "ix_visit_planned_end",
        "visit",
        [sa.literal_column("upper(planned)")],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_visit_unfinished",
        "visit",
        [sa.literal_column("coalesce(began_at, ended_at)")],
        unique=False,
        schema=schema,
        postgresql_where=sa.text("state = 'begun' OR state = 'done' AND began_at IS NULL"),
    )
    op.create_table(
        "visit_change",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("prev_seq", sa.BigInteger(), sa.Computed("nullif(seq - 1, 0)", persisted=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(seq = 1) = (from_state = 'new')", name=op.f("ck_visit_change_first")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_visit_change_seq")),
        sa.ForeignKeyConstraint(
            ["from_state", "to_state"],
            [f"{schema}.visit_step.from_state", f"{schema}.visit_step.to_state"],
            name=op.f("fk_visit_change_from_state_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id", "prev_seq", "from_state"],
            [f"{schema}.visit_change.visit_id", f"{schema}.visit_change.seq", f"{schema}.visit_change.to_state"],
            name=op.f("fk_visit_change_visit_id_prev_seq_from_state"),
        ),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_visit_change_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "seq", name=op.f("pk_visit_change")),
        sa.UniqueConstraint("visit_id", "seq", "to_state", name=op.f("uq_visit_change_visit_id_seq_to_state")),
        schema=schema,
    )
    op.create_foreign_key(
        "fk_visit_history",
        "visit",
        "visit_change",
        ["id", "seq", "state"],
        ["visit_id", "seq", "to_state"],
        source_schema=schema,
        referent_schema=schema,
        deferrable=True,
        initially="DEFERRED",
    )
    steps = {
        "new": ("begun", "done", "planned"),
        "planned": ("attempted", "begun", "cancelled", "done", "missed"),
        "begun": ("done",),
        "attempted": ("begun",),
        "missed": ("begun", "done"),
    }
    table = sa.table("visit_step", sa.column("from_state"), sa.column("to_state"), schema=schema)
    op.bulk_insert(
        table, [{"from_state": old, "to_state": new} for old, following in steps.items() for new in following]
    )
