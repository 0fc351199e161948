"""Families with a month behind them: rights, recorded days and a bank account, as rows; and who works with them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, PayableCareDay
from app.gateways.bank.types import Account
from app.kernel.codes import Sex
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind, SystemActor
from app.kernel.settings import EXTENSION
from app.payouts.batch_rules import serial_of
from app.payouts.batch_types import ApproveBatch, ComputeMonth, NewPayingAccount, PrepareBatches
from app.payouts.copies import make_copy
from app.payouts.models import Batch, Payout, Subsidy
from app.payouts.pages import MonthReviewRequest
from app.payouts.queries.reviews import list_months
from app.payouts.queries.runs import view_of
from app.payouts.review_types import AcceptUnflagged, DecideMonth, MonthDecision, MonthReason, MonthStanding
from app.payouts.run_models import MonthRun
from app.payouts.service import approve, bank_files, compute, confirm, freeze, paying_account, prepare, reviews, runs
from app.payouts.service.states import start
from app.payouts.types import FileKind, PayoutState
from app.policies.codes import Relation
from app.policies.models import PolicyText
from app.policies.service import current_book, keep_texts
from app.registry.models import Assignment, BankAccount, Carer, Client, Entitlement, FamilyTraining, Person
from app.registry.types import CarerKind, NameCheck, ServiceMode, TrainingStage

NOVEMBER = date(2026, 11, 1)
JOB = SystemActor("tianjin", "compute_months")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # 10:00 in Tianjin
PAY_DAY = date(2026, 12, 3)
FUND_ACCOUNT = NewPayingAccount("12050160000000001234", "静海区长期护理保险支出户", "105110000015", "建设银行静海支行")
FUND = Scope(ScopeKind.FUND)


@dataclass(frozen=True)
class Family:
    """A client, his family carer, and her account at the bank."""

    client_id: UUID
    client_person_id: UUID
    carer_id: UUID
    carer_person_id: UUID
    account_id: UUID | None
    name: str


def keys():
    return current_app.extensions[EXTENSION].key_ring


def an_actor(role: Role = Role.PAYOUT_PREPARER, **changes: Any) -> Actor:
    values = {"region": "tianjin", "account_id": new_id(), "role": role, "scope": FUND, "grant_id": new_id()}
    return Actor(**values | changes)


def a_person(session: Session, *, name: str = "王秀英") -> UUID:
    person_id = new_id()
    session.execute(
        insert(Person).values(
            id=person_id,
            id_number_enc=b"-",
            id_number_index=person_id.bytes,
            name_enc=keys().encrypt(name, context="person.name"),
            sex=Sex.FEMALE,
            born_on=date(1950, 1, 1),
            created_at=LONG_AGO,
        )
    )
    return person_id


def a_family(
    session: Session,
    *,
    name: str = "陈玉兰",
    days: int = 30,
    district: str = "120101",
    account: bool = True,
    formal_since: date = date(2026, 6, 1),
    **more: Any,
) -> Family:
    """A family entitled since January, its carer formal, with the first `days` days of November recorded.

    `more` changes her bank account, whose name check has matched.
    """
    client_person, carer_person = a_person(session), a_person(session, name=name)
    client_id, carer_id = new_id(), new_id()
    session.execute(
        insert(Client).values(id=client_id, person_id=client_person, district_code=district, created_at=LONG_AGO)
    )
    session.execute(
        insert(Carer).values(id=carer_id, person_id=carer_person, kind=CarerKind.FAMILY, created_at=LONG_AGO)
    )
    _give_rights(session, client_id=client_id, carer_id=carer_id, formal_since=formal_since)
    account_id = a_bank_account(session, person_id=carer_person, name=name, **more) if account else None
    family = Family(client_id, client_person, carer_id, carer_person, account_id, name)
    record_days(session, family, days=range(1, days + 1))
    return family


def _give_rights(session: Session, *, client_id: UUID, carer_id: UUID, formal_since: date) -> None:
    since = LONG_AGO.date()
    session.execute(
        insert(Assignment).values(
            id=new_id(), client_id=client_id, carer_id=carer_id, relation=Relation.SPOUSE, valid_from=since
        )
    )
    session.execute(
        insert(Entitlement).values(
            id=new_id(),
            client_id=client_id,
            level="3",
            mode=ServiceMode.HOME,
            home_types=["family_care"],
            cause_kind="import",
            concluded_on=since,
            policy_digest="-",
            valid_from=since,
        )
    )
    session.execute(
        insert(FamilyTraining).values(
            id=new_id(),
            carer_id=carer_id,
            client_id=client_id,
            stage=TrainingStage.FORMAL,
            policy_digest="-",
            valid_from=formal_since,
        )
    )


def a_bank_account(session: Session, *, person_id: UUID, name: str = "陈玉兰", **more: Any) -> UUID:
    account_id = new_id()
    number = more.pop("number", f"6222{account_id.int % 10**15:015d}")
    values = {
        "number_enc": keys().encrypt(number, context="bank_account.number"),
        "number_index": keys().blind_index(number, purpose="bank_account.number"),
        "name_enc": keys().encrypt(name, context="bank_account.name"),
        "bank_code": "102110000018",
        "bank_name": "工商银行静海支行",
        "set_by": new_id(),
        "name_check": NameCheck.MATCHED,
        "created_at": LONG_AGO,
    } | more
    values["checked_by"] = None if values["name_check"] is NameCheck.UNCHECKED else new_id()
    session.execute(insert(BankAccount).values(id=account_id, person_id=person_id, **values))
    return account_id


def record_days(
    session: Session, family: Family, *, days: range, month: date = NOVEMBER, at: datetime = LONG_AGO
) -> None:
    """Care days that count, entered at some instant."""
    chosen = [month.replace(day=day) for day in days if day <= monthrange(month.year, month.month)[1]]
    if not chosen:
        return
    rows = [{"id": new_id(), "day": day} for day in chosen]
    same = {"client_id": family.client_id, "carer_id": family.carer_id, "recorded_at": at}
    session.execute(
        insert(CareDay),
        [
            row | same | {"occurred_at": LONG_AGO, "account_id": new_id(), "command_digest": b"-", "policy_digest": "-"}
            for row in rows
        ],
    )
    session.execute(insert(PayableCareDay), [{"day": row["day"], "care_day_id": row["id"]} | same for row in rows])


def a_subsidy(session: Session, *, client_id: UUID, carer_id: UUID) -> UUID:
    """A computed October without its days."""
    keep_texts(session, current_book(), region="tianjin", at=LONG_AGO)
    subsidy_id = new_id()
    session.execute(
        insert(Subsidy).values(
            id=subsidy_id,
            client_id=client_id,
            carer_id=carer_id,
            payee_person_id=session.get_one(Carer, carer_id).person_id,
            month=date(2026, 10, 1),
            seq=1,
            amount_fen=75_000,
            payable_fen=75_000,
            days_paid=31,
            pay_by=date(2026, 11, 20),
            policy_digest=session.scalars(select(PolicyText.digest)).first(),
            facts_digest=b"-",
            recorded_at=LONG_AGO,
        )
    )
    return subsidy_id


def a_batch_of(session: Session, *, subsidy_id: UUID, bank_account_id: UUID) -> UUID:
    """A prepared batch of one payment, as rows; its digest is not one to approve."""
    account = paying_account.set_paying_account(session, FUND_ACCOUNT, actor=an_actor(Role.REGION_ADMIN), at=LONG_AGO)
    batch_id = new_id()
    session.execute(
        insert(Batch).values(
            id=batch_id,
            number=f"B{batch_id.hex.upper()}",
            month=date(2026, 10, 1),
            paying_account_id=account.id,
            purpose="补助",
            prepared_by=new_id(),
            digest=b"-",
            total_fen=1,
            count=1,
            execute_on=PAY_DAY,
            recorded_at=LONG_AGO,
        )
    )
    payout_id = new_id()
    payout = Payout(
        id=payout_id,
        subsidy_id=subsidy_id,
        batch_id=batch_id,
        serial=serial_of(payout_id),
        line_no=1,
        bank_account_id=bank_account_id,
        payee_copy_enc=make_copy(Account("6222021000112345672", "陈玉兰", "102110000018")),
        amount_fen=75_000,
        state=PayoutState.DRAFT,
        seq=1,
        created_at=LONG_AGO,
    )
    start(session, [payout], actor=an_actor(), at=LONG_AGO)
    return batch_id


def work_off(session: Session, run_id: UUID, *, at: datetime = AT):
    """Do all of a computation; gives it as it is shown."""
    while compute.compute_some(session, run_id=run_id, actor=JOB, at=at):
        pass
    return view_of(session.get_one(MonthRun, run_id))


def a_month_run(session: Session) -> UUID:
    """A computation of October that is finished."""
    run_id = new_id()
    counts = dict.fromkeys(("pairs", "computed", "unchanged", "payable_fen", "recovery_fen"), 0)
    session.execute(
        insert(MonthRun).values(
            id=run_id, month=date(2026, 10, 1), requested_at=LONG_AGO, finished_at=LONG_AGO, **counts
        )
    )
    return run_id


@dataclass
class Office:
    """A preparer and an approver at work: each step of a batch in one line."""

    session: Session
    preparer: Actor
    approver: Actor

    def compute(self, *, at: datetime = AT):
        run = runs.request_month(self.session, ComputeMonth(NOVEMBER), actor=self.preparer, at=at)
        return work_off(self.session, run.id, at=at)

    def review(self, *, at: datetime = AT) -> None:
        """A reviewer accepts whatever waits, flagged or not."""
        reviewer = an_actor(Role.OPERATOR_REVIEWER)
        reviews.accept_unflagged(self.session, AcceptUnflagged(NOVEMBER), actor=reviewer, at=at)
        accept = DecideMonth(MonthDecision.ACCEPTED, MonthReason.RECORDS_AGREE)
        page = MonthReviewRequest(month=NOVEMBER, standing=MonthStanding.WAITING)
        for month in list_months(self.session, actor=reviewer, on=at.date(), page=page).items:
            reviews.decide_month(self.session, accept, subsidy_id=month.id, actor=reviewer, at=at)

    def prepare(self, *, at: datetime = AT):
        """What was computed is reviewed before."""
        self.review(at=at)
        return prepare.prepare_batches(self.session, PrepareBatches(NOVEMBER, PAY_DAY), actor=self.preparer, at=at)

    def prepare_one(self):
        return self.prepare().batches[0]

    def approve(self, batch, *, actor: Actor | None = None, digest: str | None = None):
        return approve.approve_batch(
            self.session,
            ApproveBatch(digest or batch.digest),
            batch_id=batch.id,
            actor=actor or self.approver,
            at=AT,
        )

    def withdraw(self, batch):
        return approve.withdraw_batch(self.session, batch_id=batch.id, actor=self.preparer, at=AT)

    def freeze(self, batch):
        return freeze.freeze_batch(self.session, batch_id=batch.id, actor=self.preparer, at=AT)

    def fetch(self, batch, kind: FileKind = FileKind.DAIFA):
        freeze.mark_sent(self.session, batch_id=batch.id, kind=kind, actor=self.preparer, at=AT)
        return bank_files.fetch_file(self.session, batch_id=batch.id, kind=kind, actor=self.preparer)

    def confirm(self, batch, file_id: UUID, *, actor: Actor | None = None):
        who = actor or self.approver
        return confirm.confirm_file(self.session, batch_id=batch.id, file_id=file_id, actor=who, at=AT)

    def check_accounts(self) -> None:
        """Somebody finds that all accounts are right, whatever the bank said."""
        self.session.execute(update(BankAccount).values(name_check=NameCheck.MATCHED, checked_by=new_id()))

    def send(self, kind: FileKind = FileKind.DAIFA):
        """Everything up to a file in the bank's hands; gives the batch and the file."""
        self.compute()
        batch = self.prepare_one()
        self.approve(batch)
        self.freeze(batch)
        return batch, self.fetch(batch, kind)


def an_office(session: Session) -> Office:
    """With a paying account named."""
    paying_account.set_paying_account(session, FUND_ACCOUNT, actor=an_actor(Role.REGION_ADMIN), at=LONG_AGO)
    return Office(session, an_actor(), an_actor(Role.PAYOUT_APPROVER))
