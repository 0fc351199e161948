"""22 corrections: corrections asked for, rules that lose their right, homes learned from good visits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_22_corrections"
down_revision = "2026_11_29_21_statements"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema != "public":
        upgrade_region(schema)


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
    op.create_table(
        "correction_note",
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_correction_note")),
        schema=schema,
    )
    op.create_table(
        "home_proposal_point",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("point_enc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_home_proposal_point")),
        schema=schema,
    )
    op.create_table(
        "rule_standing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("overturned", sa.BigInteger(), nullable=True),
        sa.Column("upheld", sa.BigInteger(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "cause_mended",
                "rule_needed",
                "rule_errs",
                "other",
                name="rule_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(account_id IS NULL) = (overturned IS NOT NULL AND upheld IS NOT NULL)",
            name=op.f("ck_rule_standing_counts"),
        ),
        sa.CheckConstraint("(account_id IS NULL) = (reason IS NULL)", name=op.f("ck_rule_standing_reason")),
        sa.CheckConstraint("stopped OR account_id IS NOT NULL", name=op.f("ck_rule_standing_only_a_person_lets_go")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_standing")),
        sa.UniqueConstraint("code", "seq", name=op.f("uq_rule_standing_code_seq")),
        schema=schema,
    )
    op.create_index(
        "ix_rule_standing_recorded_at",
        "rule_standing",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "home_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("distance_m", sa.BigInteger(), nullable=False),
        sa.Column("spread_m", sa.BigInteger(), nullable=False),
        sa.Column("taps", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("carers", sa.BigInteger(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_home_proposal_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_proposal")),
        schema=schema,
    )
    op.create_index("ix_home_proposal_client_id", "home_proposal", ["client_id"], unique=False, schema=schema)
    op.create_index(
        "ix_home_proposal_recorded_at",
        "home_proposal",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "learned_home",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("centre_enc", sa.LargeBinary(), nullable=True),
        sa.Column("spread_m", sa.BigInteger(), nullable=True),
        sa.Column("taps", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("carers", sa.BigInteger(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(centre_enc IS NULL) = (spread_m IS NULL)", name=op.f("ck_learned_home_centre")),
        sa.ForeignKeyConstraint(["client_id"], [f"{schema}.client.id"], name=op.f("fk_learned_home_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_learned_home")),
        schema=schema,
    )
    op.create_table(
        "home_proposal_decision",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=True),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "address_is_right",
                "not_the_clients",
                "moved_already",
                "other",
                name="proposal_decline",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(home_id IS NULL) = (decline_reason IS NOT NULL)", name=op.f("ck_home_proposal_decision_one_of_two")
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], [f"{schema}.home_place.id"], name=op.f("fk_home_proposal_decision_home_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], [f"{schema}.home_proposal.id"], name=op.f("fk_home_proposal_decision_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_home_proposal_decision")),
        schema=schema,
    )
    op.create_index(
        "ix_home_proposal_decision_recorded_at",
        "home_proposal_decision",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "tap_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
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
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], [f"{schema}.home_place.id"], name=op.f("fk_tap_verdict_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tap_verdict")),
        schema=schema,
    )
    op.create_index("ix_tap_verdict_event_id", "tap_verdict", ["event_id"], unique=False, schema=schema)
    op.create_index(
        "ix_tap_verdict_recorded_at",
        "tap_verdict",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "correction_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "times",
                "items",
                "swapped",
                name="correction_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "no_network",
                "phone_failed",
                "forgot",
                "location_refused",
                "service_elsewhere",
                "address_wrong",
                "client_in_hospital",
                "client_died",
                "client_away",
                "door_locked",
                "refused_by_family",
                "unsafe_place",
                "disaster",
                "retroactive_entitlement",
                "schedule_changed",
                "carer_replaced",
                "split_visit",
                "group_visit",
                "in_out_swapped",
                "entry_error",
                "other",
                name="correction_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("command_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_correction_request_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_request")),
        schema=schema,
    )
    op.create_index(
        "ix_correction_request_recorded_at",
        "correction_request",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_index("ix_correction_request_visit_id", "correction_request", ["visit_id"], unique=False, schema=schema)
    op.create_table(
        "unlock_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "no_network",
                "phone_failed",
                "forgot",
                "location_refused",
                "service_elsewhere",
                "address_wrong",
                "client_in_hospital",
                "client_died",
                "client_away",
                "door_locked",
                "refused_by_family",
                "unsafe_place",
                "disaster",
                "retroactive_entitlement",
                "schedule_changed",
                "carer_replaced",
                "split_visit",
                "group_visit",
                "in_out_swapped",
                "entry_error",
                "other",
                name="correction_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], [f"{schema}.visit.id"], name=op.f("fk_unlock_request_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlock_request")),
        schema=schema,
    )
    op.create_index(
        "ix_unlock_request_recorded_at",
        "unlock_request",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_index("ix_unlock_request_visit_id", "unlock_request", ["visit_id"], unique=False, schema=schema)
    op.create_table(
        "correction_decision",
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
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
            "resolution",
            sa.Enum(
                "confirmed_by_family",
                "confirmed_by_second_person",
                "paper_kept",
                "rescheduled",
                "not_payable",
                name="resolution",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "not_proven",
                "record_is_right",
                "client_disagrees",
                "other",
                name="decline_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "granted = (decline_reason IS NULL)", name=op.f("ck_correction_decision_declined_with_reason")
        ),
        sa.CheckConstraint(
            "granted = (resolution IS NOT NULL)", name=op.f("ck_correction_decision_granted_with_resolution")
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], [f"{schema}.correction_request.id"], name=op.f("fk_correction_decision_correction_id")
        ),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_correction_decision")),
        schema=schema,
    )
    op.create_index(
        "ix_correction_decision_recorded_at",
        "correction_decision",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
    op.create_table(
        "unlock_decision",
        sa.Column("unlock_id", sa.Uuid(), nullable=False),
        sa.Column("unlocked_until", sa.Date(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unlock_id"], [f"{schema}.unlock_request.id"], name=op.f("fk_unlock_decision_unlock_id")
        ),
        sa.PrimaryKeyConstraint("unlock_id", name=op.f("pk_unlock_decision")),
        schema=schema,
    )
    op.create_index(
        "ix_unlock_decision_recorded_at",
        "unlock_decision",
        ["recorded_at"],
        unique=False,
        schema=schema,
        postgresql_using="brin",
    )
