"""09 homes."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_09_homes"
down_revision = "2026_11_25_08_clock_event_policy"


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
        "home_step",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_home_step")),
        schema=schema,
    )
    op.create_table(
        "home_change",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("prev_seq", sa.BigInteger(), sa.Computed("nullif(seq - 1, 0)", persisted=True), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(seq = 1) = (from_state = 'new')", name=op.f("ck_home_change_first")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_home_change_seq")),
        sa.ForeignKeyConstraint(
            ["from_state", "to_state"],
            [f"{schema}.home_step.from_state", f"{schema}.home_step.to_state"],
            name=op.f("fk_home_change_from_state_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["home_id", "prev_seq", "from_state"],
            [f"{schema}.home_change.home_id", f"{schema}.home_change.seq", f"{schema}.home_change.to_state"],
            name=op.f("fk_home_change_home_id_prev_seq_from_state"),
        ),
        sa.ForeignKeyConstraint(["home_id"], [f"{schema}.home_place.id"], name=op.f("fk_home_change_home_id")),
        sa.PrimaryKeyConstraint("home_id", "seq", name=op.f("pk_home_change")),
        sa.UniqueConstraint("home_id", "seq", "to_state", name=op.f("uq_home_change_home_id_seq_to_state")),
        schema=schema,
    )
    step = sa.table("home_step", sa.column("from_state"), sa.column("to_state"), schema=schema)
    op.bulk_insert(
        step,
        [
            {"from_state": "new", "to_state": "proposed"},
            {"from_state": "new", "to_state": "approved"},
            {"from_state": "proposed", "to_state": "approved"},
        ],
    )
    op.add_column("home_place", sa.Column("seq", sa.BigInteger(), nullable=True), schema=schema)
    names = ("id", "state", "seq", "home_id", "from_state", "to_state", "recorded_at")
    home = sa.table("home_place", *(sa.column(name) for name in names[:3]), schema=schema)
    change = sa.table("home_change", *(sa.column(name) for name in names[2:]), schema=schema)
    # The homes there are were all approved when they were entered.
    op.execute(sa.update(home).values(seq=1))
    entered = sa.select(home.c.id, home.c.seq, sa.literal("new"), home.c.state, sa.func.now())
    op.execute(sa.insert(change).from_select(["home_id", "seq", "from_state", "to_state", "recorded_at"], entered))
    op.alter_column("home_place", "seq", nullable=False, schema=schema)
    op.add_column("home_place", sa.Column("replaces_id", sa.Uuid(), nullable=True), schema=schema)
    op.create_foreign_key(
        op.f("fk_home_place_replaces_id"),
        "home_place",
        "home_place",
        ["replaces_id"],
        ["id"],
        source_schema=schema,
        referent_schema=schema,
    )
    op.create_foreign_key(
        "fk_home_place_history",
        "home_place",
        "home_change",
        ["id", "seq", "state"],
        ["home_id", "seq", "to_state"],
        source_schema=schema,
        referent_schema=schema,
        deferrable=True,
        initially="DEFERRED",
    )
