"""08 checkin."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_08_checkin"
down_revision = "2026_11_22_07_schedules"


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
        "care_day_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "item_code", name=op.f("pk_care_day_item")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_table(
        "care_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "visit", "care_day", "event", name="fact_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_fact")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_care_fact_agency_id", "care_fact", ["agency_id", "id"], unique=False, schema=schema)
    op.create_index("ix_care_fact_client_id", "care_fact", ["client_id", "id"], unique=False, schema=schema)
    op.create_table(
        "care_note",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_care_note")),
        schema=schema,
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("confirmation", name="evidence_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_evidence_fact_id", "evidence", ["fact_id"], unique=False, schema=schema)
    op.create_table(
        "exception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "code",
            sa.Enum(
                "no_location",
                "uncertain_location",
                "outside_fence",
                "stale_fix",
                "home_unknown",
                "clock_skew",
                "late_sync",
                "future_time",
                "too_early",
                "too_late",
                "early_out",
                "short",
                "over_long",
                "swapped",
                "unscheduled",
                "not_assigned",
                "carer_changed",
                "certificate_expired",
                "not_entitled",
                "in_hospital",
                "plan_missing",
                "item_not_in_plan",
                "item_missing",
                "item_not_for_staff",
                "repeated_event",
                "overlap",
                "second_care_day",
                "late_entry",
                "simulated_location",
                "no_clock_in",
                "no_clock_out",
                "not_employed",
                "visit_cancelled",
                "client_denies",
                name="exception_code",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum("must_fix", "acknowledge", name="severity", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_exception_fact_id", "exception", ["fact_id", "id"], unique=False, schema=schema)
    op.create_table(
        "exception_end",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_exception_end")),
        schema=schema,
    )
    op.create_table(
        "grade",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum("A", "B", "C", "D", name="evidence_grade", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("witnesses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_grade_fact_id", "grade", ["fact_id", "id"], unique=False, schema=schema)
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "machine",
                "agency",
                "operator",
                name="review_step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        schema=schema,
    )
    op.create_index("ix_hold_fact_id", "hold", ["fact_id", "id"], unique=False, schema=schema)
    op.create_index("ix_hold_step", "hold", ["step", "due_on"], unique=False, schema=schema)
    op.create_table(
        "position",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_enc", sa.LargeBinary(), nullable=False),
        sa.Column(
            "system",
            sa.Enum(
                "wgs84", "gcj02", "bd09", name="coordinate_system", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.BigInteger(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "machine",
                "agency",
                "operator",
                name="review_step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "accepted",
                "refused",
                "escalated",
                "moved",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(step = 'machine') = (actor_id IS NULL)", name=op.f("ck_review_actor")),
        sa.CheckConstraint("decision <> 'refused' OR step <> 'machine'", name=op.f("ck_review_only_a_person_refuses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        schema=schema,
    )
    op.create_index("ix_review_fact_id", "review", ["fact_id", "id"], unique=False, schema=schema)
    op.create_table(
        "hold_release",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], [f"{schema}.hold.id"], name=op.f("fk_hold_release_hold_id")),
        sa.ForeignKeyConstraint(["review_id"], [f"{schema}.review.id"], name=op.f("fk_hold_release_review_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_hold_release")),
        schema=schema,
    )
    op.create_table(
        "care_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("in_event_id", sa.Uuid(), nullable=True),
        sa.Column("out_event_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_care_day_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_care_day_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_day")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_care_day_carer_id", "care_day", ["carer_id", "day"], unique=False, schema=schema)
    op.create_index("ix_care_day_client_id", "care_day", ["client_id", "day"], unique=False, schema=schema)
    op.create_table(
        "payable_care_day",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("care_day_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_payable_care_day_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_payable_care_day_client_id")),
        sa.PrimaryKeyConstraint("client_id", "day", name=op.f("pk_payable_care_day")),
        sa.UniqueConstraint("care_day_id", name=op.f("uq_payable_care_day_care_day_id")),
        schema=schema,
    )
    op.create_index(
        "ix_payable_care_day_carer_id", "payable_care_day", ["carer_id", "day"], unique=False, schema=schema
    )
    op.create_table(
        "clock_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("in", "out", name="event_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_visit_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("skew_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "inside",
                "uncertain",
                "outside",
                "no_position",
                "null_island",
                "stale",
                "future",
                "no_home",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("distance_m", sa.BigInteger(), nullable=True),
        sa.Column("accuracy_m", sa.BigInteger(), nullable=True),
        sa.Column(
            "location_source",
            sa.Enum(
                "wechat", "simulated", name="location_source", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("position_digest", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_clock_event_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_clock_event_client_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_clock_event_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_event")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_clock_event_carer_id", "clock_event", ["carer_id", "id"], unique=False, schema=schema)
    op.create_index("ix_clock_event_client_id", "clock_event", ["client_id", "id"], unique=False, schema=schema)
    op.create_index("ix_clock_event_visit_id", "clock_event", ["visit_id"], unique=False, schema=schema)
    op.create_table(
        "item_done",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "refused",
                "not_done",
                "extra",
                name="item_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("consented", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_item_done_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_done")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_item_done_visit_id", "item_done", ["visit_id", "id"], unique=False, schema=schema)
    op.create_table(
        "payable_time",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("carer_id"), "="), (sa.text("during"), "&&"), using="gist", name=op.f("ex_payable_time_carer_id")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("client_id"), "="),
            (sa.column("slot"), "="),
            (sa.text("during"), "&&"),
            using="gist",
            name=op.f("ex_payable_time_client_id_slot"),
        ),
        sa.ForeignKeyConstraint(["carer_id"], [f"{schema}.carer.id"], name=op.f("fk_payable_time_carer_id")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_payable_time_client_id")),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_payable_time_visit_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_payable_time")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_payable_time_visit_id")),
        schema=schema,
    )
    op.create_table(
        "service_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("clock_in_id", sa.Uuid(), nullable=True),
        sa.Column("clock_out_id", sa.Uuid(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_service_record_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
        schema=schema,
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_service_record_visit_id", "service_record", ["visit_id", "id"], unique=False, schema=schema)
    for name in (
        "care_day_item",
        "care_fact",
        "evidence",
        "exception",
        "grade",
        "position",
        "care_day",
        "clock_event",
        "item_done",
        "service_record",
    ):
        op.execute(f'CREATE TABLE {schema}."{name}_default" PARTITION OF {schema}."{name}" DEFAULT')
