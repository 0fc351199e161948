"""Subsidies with a line for each day, payout batches, payouts with chained states, and the bank's files."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.gateways.bank.types import FailureReason, Outcome
from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.payouts.types import LIVE_STATES, DayRule, FileKind, PayoutState

IN_USE = text("replaced_at IS NULL")
OF_CLIENT = text("carer_id IS NULL")
SENT_FORMS = "kind IN ('daifa', 'pain001')"
# in PostgreSQL's own words, so that models and catalogue can be compared
SENT_BATCH = "CASE WHEN kind::text = 'daifa'::text OR kind::text = 'pain001'::text THEN batch_id ELSE NULL::uuid END"
A_CODE = "~ '^[A-Za-z0-9._/-]{1,64}$'"  # a bank's free text may name people, and stays in its file
LIVE = f"state IN ({', '.join(repr(state) for state in LIVE_STATES)})"


class Subsidy(AppendOnly, Base):
    """A family carer's month for one client (亲情护理补助); a recomputed month is a new row with the next `seq`.

    Without a carer it is cash the client himself gets for staying in home care. `amount_fen` is cumulative for the
    month, `payable_fen` what this row adds to what earlier rows gave.
    """

    __tablename__ = "subsidy"
    __table_args__ = (
        UniqueConstraint("client_id", "carer_id", "month", "seq"),
        Index("uq_subsidy_of_client", "client_id", "month", "seq", unique=True, postgresql_where=OF_CLIENT),
        CheckConstraint("amount_fen >= 0", name="amount"),
        CheckConstraint("extract(day from month) = 1", name="month"),
        Index("ix_subsidy_month", "month", "id"),
        Index("ix_subsidy_carer_id", "carer_id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    carer_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.carer.id"))
    payee_person_id: Mapped[UUID] = mapped_column(ForeignKey("region.person.id"))
    month: Mapped[date]
    seq: Mapped[int]
    amount_fen: Mapped[int]
    payable_fen: Mapped[int]
    days_paid: Mapped[int]
    pay_by: Mapped[date]
    policy_digest: Mapped[str] = mapped_column(ForeignKey("region.policy_text.digest"))
    facts_digest: Mapped[bytes]  # of everything the computation read
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.subsidy.id"))
    computed_by: Mapped[UUID | None]


class SubsidyDay(AppendOnly, Base):
    """One day of a subsidy: paid or not, by which rule, from which document and clause or as an assumption."""

    __tablename__ = "subsidy_day"
    __table_args__ = (regional(),)

    subsidy_id: Mapped[UUID] = mapped_column(ForeignKey("region.subsidy.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_paid: Mapped[bool]
    rule: Mapped[DayRule] = enum_column(DayRule)
    policy_key: Mapped[str]
    source: Mapped[str | None]  # document and clause; None: the operator's assumption
    policy_digest: Mapped[str] = mapped_column(ForeignKey("region.policy_text.digest"))
    record_id: Mapped[UUID | None]  # care day, stay, suspension, entitlement


class PayingAccount(Base):
    """The fund's account that payouts leave (支出户); one is in use, a batch keeps the one it was prepared with."""

    __tablename__ = "paying_account"
    __table_args__ = (
        Index("uq_paying_account_live", text("(replaced_at IS NULL)"), unique=True, postgresql_where=IN_USE),
        regional(update=("replaced_at", "number_enc", "name_enc")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number_enc: Mapped[bytes]
    name_enc: Mapped[bytes]
    bank_code: Mapped[str]  # CNAPS, 12 digits
    bank_name: Mapped[str | None]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Batch(AppendOnly, Base):
    """A payout batch (发放批次), frozen by its digest when it is prepared: its lines never change."""

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("id", "prepared_by", "digest"),
        CheckConstraint("total_fen > 0 AND count > 0", name="totals"),
        CheckConstraint("extract(day from month) = 1", name="month"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    month: Mapped[date]
    paying_account_id: Mapped[UUID] = mapped_column(ForeignKey("region.paying_account.id"))
    purpose: Mapped[str]
    prepared_by: Mapped[UUID]
    digest: Mapped[bytes]
    total_fen: Mapped[int]
    count: Mapped[int]
    execute_on: Mapped[date]


class BatchApproval(AppendOnly, Base):
    """The second person's consent to one digest. The copied preparer keeps the two apart in the database."""

    __tablename__ = "batch_approval"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "prepared_by", "digest"],
            ["region.batch.id", "region.batch.prepared_by", "region.batch.digest"],
        ),
        CheckConstraint("actor_id <> prepared_by", name="two_people"),
        regional(),
    )

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    prepared_by: Mapped[UUID]
    actor_id: Mapped[UUID]
    digest: Mapped[bytes]


class PayoutStep(Base):
    """The legal changes of a payout's state; filled by the migrations from `ALLOWED`."""

    __tablename__ = "payout_step"
    __table_args__ = (regional(insert=False),)

    from_state: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str] = mapped_column(primary_key=True)


class Payout(Base):
    """One payment to one payee. The account it goes to is a frozen, encrypted copy.

    `amount_fen` is what the subsidy's month still lacks when the batch is prepared, so a row may pay for earlier rows
    of its month whose payment failed, or less than its own part where a recovery was set off.
    """

    __tablename__ = "payout"
    __table_args__ = (
        ForeignKeyConstraint(
            ["id", "seq", "state"],
            ["region.payout_event.payout_id", "region.payout_event.seq", "region.payout_event.to_state"],
            deferrable=True,
            initially="DEFERRED",
            name="fk_payout_history",
            use_alter=True,
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("uq_payout_live", "subsidy_id", unique=True, postgresql_where=text(LIVE)),
        UniqueConstraint("batch_id", "line_no"),
        regional(update=("state", "seq", "payee_copy_enc")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subsidy_id: Mapped[UUID] = mapped_column(ForeignKey("region.subsidy.id"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("region.batch.id"))
    serial: Mapped[str] = mapped_column(unique=True)
    line_no: Mapped[int]
    bank_account_id: Mapped[UUID] = mapped_column(ForeignKey("region.bank_account.id"))
    payee_copy_enc: Mapped[bytes]
    amount_fen: Mapped[int]
    state: Mapped[PayoutState] = enum_column(PayoutState)
    seq: Mapped[int]
    created_at: Mapped[datetime]


class PayoutEvent(AppendOnly, Base):
    """One step of a payout; the chain allows no gap and no step that is not in `PayoutStep`."""

    __tablename__ = "payout_event"
    __table_args__ = (
        UniqueConstraint("payout_id", "seq", "to_state"),
        ForeignKeyConstraint(
            ["from_state", "to_state"], ["region.payout_step.from_state", "region.payout_step.to_state"]
        ),
        ForeignKeyConstraint(
            ["payout_id", "prev_seq", "from_state"],
            ["region.payout_event.payout_id", "region.payout_event.seq", "region.payout_event.to_state"],
        ),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("(seq = 1) = (from_state = 'new')", name="first"),
        regional(),
    )

    payout_id: Mapped[UUID] = mapped_column(ForeignKey("region.payout.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    from_state: Mapped[str]
    to_state: Mapped[str]
    prev_seq: Mapped[int | None] = mapped_column(Computed("nullif(seq - 1, 0)", persisted=True))
    reason_code: Mapped[str | None]
    actor_id: Mapped[UUID | None]
    cause_id: Mapped[UUID | None]  # the bank line, the approval


class BankFile(AppendOnly, Base):
    """A file sent to or received from the bank; the same content is taken once.

    What is sent exists once for each batch and form, so that there is never a second, different file, and only for a
    batch that a second person approved.
    """

    __tablename__ = "bank_file"
    __table_args__ = (
        UniqueConstraint("batch_id", "kind", "digest"),
        UniqueConstraint("id", "actor_id"),
        UniqueConstraint("id", "batch_id"),
        Index("uq_bank_file_sent", "batch_id", "kind", unique=True, postgresql_where=text(SENT_FORMS)),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("region.batch.id"))
    kind: Mapped[FileKind] = enum_column(FileKind)
    digest: Mapped[bytes]  # SHA-256 of its bytes
    actor_id: Mapped[UUID]
    approved_batch_id: Mapped[UUID | None] = mapped_column(
        Computed(SENT_BATCH, persisted=True), ForeignKey("region.batch_approval.batch_id")
    )


class BatchSending(AppendOnly, Base):
    """The one file of a batch that may go to the bank: the first that was fetched, and by whom."""

    __tablename__ = "batch_sending"
    __table_args__ = (
        ForeignKeyConstraint(["file_id", "batch_id"], ["region.bank_file.id", "region.bank_file.batch_id"]),
        regional(),
    )

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID]
    actor_id: Mapped[UUID]


class BankFileConfirmation(AppendOnly, Base):
    """A second person's word that a file came from the bank; what it freed is not paid again without."""

    __tablename__ = "bank_file_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(["file_id", "booked_by"], ["region.bank_file.id", "region.bank_file.actor_id"]),
        CheckConstraint("actor_id <> booked_by", name="two_people"),
        regional(),
    )

    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    booked_by: Mapped[UUID]
    actor_id: Mapped[UUID]


class BankFileContent(Base):
    """The bytes of a bank file, encrypted; names and account numbers stand in them."""

    __tablename__ = "bank_file_content"
    __table_args__ = (regional(update=("content_enc",), delete=True),)

    file_id: Mapped[UUID] = mapped_column(ForeignKey("region.bank_file.id"), primary_key=True)
    content_enc: Mapped[bytes]


class BankLine(AppendOnly, Base):
    """One line of what the bank said, matched to a payout; of a batch refused whole there is one for each payout."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("file_id", "line_no"),
        UniqueConstraint("file_id", "payout_id"),
        CheckConstraint(f"bank_reference {A_CODE}", name="bank_reference"),
        CheckConstraint(f"bank_reason_code {A_CODE}", name="bank_reason_code"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("region.bank_file.id"))
    line_no: Mapped[int]
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("region.payout.id"), index=True)
    outcome: Mapped[Outcome] = enum_column(Outcome)
    bank_reference: Mapped[str | None]
    reason_code: Mapped[FailureReason | None] = enum_column(FailureReason)
    bank_reason_code: Mapped[str | None]
    settled_on: Mapped[date | None]
    amount_fen: Mapped[int]
