"""Computes a month, 500 clients in a transaction. What was computed from the same facts is left as it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.days import DayFact
from app.checkin.queries.care_days import list_day_facts
from app.kernel import audit
from app.kernel.clock import local_date
from app.kernel.ids import new_id
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.ledger import service as ledger
from app.ledger.types import Posting
from app.payouts.batch_rules import change_month, digest_facts
from app.payouts.continuous_rules import longest_step
from app.payouts.models import Subsidy
from app.payouts.queries import months, runs
from app.payouts.rules import calendar_days, compute_subsidy, facts_by_day, is_shared
from app.payouts.run_models import MonthRun
from app.payouts.service import postings
from app.payouts.service.rows import Computed, store_rows
from app.payouts.service.runs import beyond_of
from app.payouts.service.states import lock_money
from app.payouts.types import MonthFacts, PolicyForDay, SubsidyComputation
from app.policies.codes import Payee
from app.policies.service import current_book, keep_texts
from app.policies.types import Policy
from app.registry.cash_choices import find_cash_choices
from app.registry.family_months import family_pairs, load_family_months
from app.registry.rules import add_months
from app.registry.types import CashChoiceView, ClientMonth

CLIENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """A family carer and a client, or a client by himself; the payee is either of the two people, by policy."""

    client_id: UUID
    carer_id: UUID | None
    people: Mapping[Payee, UUID]


def compute_some(session: Session, *, run_id: UUID, actor: SystemActor, at: datetime) -> bool:
    """Compute the next clients of a run, all pairs of a client together; False when the run is finished.

    A changed month is a new row with the new cumulative amount. The run remembers how far it is, so that whoever goes
    on with it, after a crash or beside another worker, does no client twice.
    """
    lock_money(session, actor=actor)
    run = session.get_one(MonthRun, run_id, populate_existing=True)
    if run.finished_at is not None:
        return False
    first, beyond = run.month, beyond_of(run.month)
    if run.pairs is None:
        run.pairs = runs.count_pairs(session, first=first, beyond=beyond)
    clients = runs.next_clients(session, first=first, beyond=beyond, after=run.done_to, limit=CLIENTS_AT_ONCE)
    if clients:
        keep_texts(session, current_book(), region=actor.region, at=at)
        pairs = _list_pairs(session, clients, first=first, beyond=beyond)
        found = _compute(session, pairs, first=first, beyond=beyond, region=actor.region)
        new = [each for each in found if each.is_new]
        _store(session, new, computed_by=run.requested_by, at=at, on=local_date(at, zone_of(actor.region)))
        _count(run, new, unchanged=len(found) - len(new), done_to=clients[-1])
    is_over = len(clients) < CLIENTS_AT_ONCE
    if is_over:
        _finish(session, run, actor=actor, at=at)
    session.flush()
    return not is_over


def _count(run: MonthRun, new: Sequence[Computed], *, unchanged: int, done_to: UUID) -> None:
    run.computed += len(new)
    run.unchanged += unchanged
    run.payable_fen += sum(max(0, each.delta_fen) for each in new)
    run.recovery_fen += sum(max(0, -each.delta_fen) for each in new)
    run.done_to = done_to


def _finish(session: Session, run: MonthRun, *, actor: SystemActor, at: datetime) -> None:
    run.finished_at = at
    run.pairs = run.computed + run.unchanged
    audit.record(
        session,
        "subsidies.computed",
        actor=actor,
        at=at,
        subject=("month_run", run.id),
        details={"month": run.month, "computed": run.computed, "unchanged": run.unchanged},
        keys=current_settings().key_ring,
    )


def _list_pairs(session: Session, clients: Collection[UUID], *, first: date, beyond: date) -> tuple[Pair, ...]:
    """Pairs with an assignment in the month, clients who chose cash, and whoever was computed for it before."""
    found: dict[tuple[UUID, UUID | None], Mapping[Payee, UUID]] = {
        (pair.client_id, pair.carer_id): {
            Payee.FAMILY_CARER: pair.carer_person_id,
            Payee.INSURED_PERSON: pair.client_person_id,
        }
        for pair in family_pairs(session, first=first, beyond=beyond, client_ids=clients)
    }
    chosen = runs.list_choosing(session, first=first, beyond=beyond, client_ids=clients)
    found |= {(client_id, None): dict.fromkeys(Payee, person_id) for client_id, person_id in chosen}
    for client_id, carer_id, payee_id in months.list_pairs(session, month=first, client_ids=clients):
        found.setdefault((client_id, carer_id), dict.fromkeys(Payee, payee_id))
    return tuple(Pair(client_id, carer_id, people) for (client_id, carer_id), people in sorted(found.items(), key=_ids))


def _ids(entry: tuple[tuple[UUID, UUID | None], object]) -> tuple[UUID, bool, UUID]:
    """By client, himself after his carers."""
    client_id, carer_id = entry[0]
    return client_id, carer_id is None, carer_id or client_id


def _compute(session: Session, pairs: Sequence[Pair], *, first: date, beyond: date, region: str) -> list[Computed]:
    client_ids = {pair.client_id for pair in pairs}
    clients = load_family_months(session, client_ids=client_ids, first=first, beyond=beyond)
    facts = list_day_facts(session, client_ids=client_ids, first=first, beyond=beyond)
    newest = months.find_newest(session, month=first, client_ids=client_ids)
    live: dict[tuple[UUID, UUID | None], int] = {}
    for row in months.list_rows(session, month=first, client_ids=client_ids):
        live[row.client_id, row.carer_id] = live.get((row.client_id, row.carer_id), 0) + row.live_fen
    of_client: dict[UUID, list[DayFact]] = {}
    for fact in facts:
        of_client.setdefault(fact.client_id, []).append(fact)
    policies = PoliciesOfDistrict(region)
    own = {pair.client_id for pair in pairs if pair.carer_id is None}
    long = _load_long(session, own, clients, policies=policies, first=first, beyond=beyond)
    choices = find_cash_choices(session, client_ids=own, beyond=beyond) if own else {}
    return [
        _compute_pair(
            pair,
            client=long[pair.client_id] if pair.carer_id is None else clients[pair.client_id],
            facts=of_client.get(pair.client_id, []),
            choices=choices.get(pair.client_id, ()),
            policies=policies(clients[pair.client_id].district_code),
            month=first,
            before=newest.get((pair.client_id, pair.carer_id)),
            live_fen=live.get((pair.client_id, pair.carer_id), 0),
        )
        for pair in pairs
    ]


def preview(session: Session, *, client_id: UUID, month: date, region: str) -> list[SubsidyComputation]:
    """A client's month as it would be computed now, for each family carer of his; nothing is stored. Unscoped: the
    caller has found the client by his actor."""
    beyond = beyond_of(month)
    pairs = [
        pair for pair in _list_pairs(session, [client_id], first=month, beyond=beyond) if pair.carer_id is not None
    ]
    return [each.computation for each in _compute(session, pairs, first=month, beyond=beyond, region=region)]


def _load_long(
    session: Session,
    client_ids: Collection[UUID],
    clients: Mapping[UUID, ClientMonth],
    *,
    policies: "PoliciesOfDistrict",
    first: date,
    beyond: date,
) -> dict[UUID, ClientMonth]:
    """The rights of clients who may take cash, as far back as a step of their policies' tables reaches."""
    if not client_ids:
        return {}
    by_district = [policies(clients[client_id].district_code) for client_id in client_ids]
    back = max(longest_step(of_day(day).supplement.steps) for of_day in by_district for day in calendar_days(first))
    return load_family_months(session, client_ids=client_ids, first=add_months(first, -back), beyond=beyond)


class PoliciesOfDistrict:
    """The rules of a day for each district, looked up once: a fund's month asks for them 300,000 times."""

    def __init__(self, region: str) -> None:
        book = current_book()
        self._find = lru_cache(maxsize=None)(
            lambda district, day: book.policy_or_last(region=region, district=district, on=day)
        )

    def __call__(self, district: str) -> PolicyForDay:
        """The rules of a day in one district."""

        def on(day: date) -> Policy:
            return self._find(district, day)

        return on


def _compute_pair(
    pair: Pair,
    *,
    client: ClientMonth,
    facts: Sequence[DayFact],
    choices: tuple[CashChoiceView, ...],
    policies: PolicyForDay,
    month: date,
    before: Subsidy | None,
    live_fen: int,
) -> Computed:
    read = MonthFacts(client=client, carer_id=pair.carer_id, month=month, day_facts={}, choices=choices)
    if pair.carer_id is not None:
        read = MonthFacts(
            client=client,
            carer_id=pair.carer_id,
            month=month,
            day_facts=facts_by_day(facts, client_id=pair.client_id, carer_id=pair.carer_id),
            is_shared=is_shared(facts, client_id=pair.client_id, carer_id=pair.carer_id),
        )
    computation = compute_subsidy(read, policies=policies)
    payee_person_id = pair.people[computation.payee]
    if before is not None and live_fen:
        # Money of this month is on its way or paid: whoever it went to stays its payee, or it would be paid twice.
        payee_person_id = before.payee_person_id
    digests = {line.policy_digest for line in computation.days}
    digest = digest_facts(read, payee_person_id=payee_person_id, policy_digests=digests)
    return Computed(computation, payee_person_id, digest, before, live_fen)


def _store(session: Session, new: Sequence[Computed], *, computed_by: UUID | None, at: datetime, on: date) -> None:
    if not new:
        return
    ids = [new_id(at=at) for _ in new]
    store_rows(session, ids, new, computed_by=computed_by, at=at)
    booked = [
        posting for subsidy_id, each in zip(ids, new, strict=True) for posting in _postings(subsidy_id, each, on=on)
    ]
    ledger.post(session, booked, at=at)


def _postings(subsidy_id: UUID, each: Computed, *, on: date) -> list[Posting]:
    """What the new row changes. Where the payee is another one now, nothing is owed to the one before any more."""
    before_fen = each.before.amount_fen if each.before else 0
    moved: list[Posting] = []
    if each.before is not None and before_fen and each.before.payee_person_id != each.payee_person_id:
        moved = [postings.of_payee_change(subsidy_id, each.before.payee_person_id, before_fen, on=on)]
        before_fen = 0
    change = change_month(before_fen, each.computation.amount_fen, live_fen=each.live_fen)
    return [*moved, *postings.of_subsidy(subsidy_id, each.payee_person_id, change, on=on)]
