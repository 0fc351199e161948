"""Subsidies as people see them: a family its own, the operator those of its district or fund."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, cast, exists, false, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from app.kernel.errors import NotFound
from app.kernel.paging import Page, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind, SystemActor
from app.payouts.batch_rules import judge_wait
from app.payouts.batch_types import DayView, DueCount, DueView, RuleView, SubsidyDetail, SubsidyView
from app.payouts.models import Payout, Subsidy, SubsidyDay
from app.payouts.pages import DueRequest, SubsidyRequest
from app.payouts.queries.files import list_unconfirmed
from app.payouts.queries.months import same_month
from app.payouts.queries.standings import find_reviews, find_standings
from app.payouts.rules import months_before
from app.payouts.types import LIVE_STATES, PayoutState
from app.policies.models import PolicyText
from app.policies.report import origin
from app.policies.texts import explain_policy, read_policy
from app.policies.types import Explained
from app.registry.conditions import guards
from app.registry.models import Carer, Client
from app.registry.overdue_reviews import list_held_for_review
from app.registry.queries import find_payee_accounts

MONTHS_LOOKED_AT = 24
# A payment that may still arrive; once it is paid, what a raised month lacks waits for its payee's account again.
ON_THE_WAY = frozenset(LIVE_STATES) - {PayoutState.PAID}
ASSUMED = "经办机构假定 / operator's assumption"


def visible_subsidies(actor: AnyActor, *, on: date) -> Select[Any]:
    """Subsidies of the actor's scope; a guardian sees his clients' while his guardianship holds `on` that day."""
    return select(Subsidy).where(_in_scope(actor, on))


def list_subsidies(session: Session, *, actor: AnyActor, on: date, page: SubsidyRequest) -> Page[SubsidyView]:
    """All rows, the earlier ones of a changed month too, in the order of their computation. Two statements."""
    statement = visible_subsidies(actor, on=on)
    if page.month is not None:
        statement = statement.where(Subsidy.month == page.month)
    if page.client_id is not None:
        statement = statement.where(Subsidy.client_id == page.client_id)
    rows: Page[Subsidy] = fetch_page(
        session, statement, key=Subsidy.id, limit=page.limit, after=page.after, view=lambda row: row
    )
    states = _states(session, [row.id for row in rows.items])
    return Page(tuple(_view(row, states.get(row.id)) for row in rows.items), rows.next_after)


def get_subsidy(session: Session, *, subsidy_id: UUID, actor: AnyActor, on: date) -> SubsidyDetail:
    """A subsidy with every day and the rules behind them; NotFound when there is none for this actor."""
    row = session.scalars(visible_subsidies(actor, on=on).where(Subsidy.id == subsidy_id)).one_or_none()
    if row is None:
        raise NotFound
    days = session.scalars(select(SubsidyDay).where(SubsidyDay.subsidy_id == subsidy_id).order_by(SubsidyDay.day)).all()
    texts = _explain(session, {day.policy_digest for day in days})
    rules = {day.policy_key: texts[day.policy_digest][day.policy_key] for day in days}
    return SubsidyDetail(
        subsidy=_view(row, _states(session, [row.id]).get(row.id)),
        review=find_reviews(session, subsidy_ids=[row.id]).get(row.id),
        days=tuple(_view_day(day, texts[day.policy_digest][day.policy_key]) for day in days),
        rules=tuple(RuleView.of(rules[key], origin=origin(rules[key])) for key in sorted(rules)),
    )


def list_due(session: Session, *, actor: AnyActor, today: date, at: datetime, page: DueRequest) -> Page[DueView]:
    """Months not paid in full whose pay-by day is over or at most `within_days` away, with what they wait for.

    At most seven statements. The payer's own figures: what is not `paid` is not counted as paid. Without `month_from`
    the last two years are looked at, so that the list does not grow slower with every month that was paid.
    """
    earliest = page.month_from or months_before(today, count=MONTHS_LOOKED_AT)[0]
    months = _unpaid(actor, today=today, earliest=earliest, before=today + timedelta(days=page.within_days))
    if page.after is not None:
        months = months.where(Subsidy.id > page.after)
    found = session.execute(months.order_by(Subsidy.id).limit(page.limit + 1)).all()
    shown = found[: page.limit]
    states = _month_states(session, [row for row, _ in shown])
    accounts = find_payee_accounts(session, person_ids={row.payee_person_id for row, _ in shown})
    unconfirmed = list_unconfirmed(session, months={row.month for row, _ in shown})
    clients = {row.client_id for row, _ in shown}
    unreviewed = list_held_for_review(session, client_ids=clients, region=actor.region, on=today)
    standings = find_standings(session, subsidy_ids=[row.id for row, _ in shown], region=actor.region)
    items = []
    for row, unpaid_fen in shown:
        key = (row.client_id, row.carer_id, row.month)
        state, account = states.get(key), accounts.get(row.payee_person_id)
        is_overdue = row.client_id in unreviewed
        waits = judge_wait(
            account,
            is_unconfirmed=key in unconfirmed,
            month=standings[row.id],
            is_review_overdue=is_overdue,
            at=at,
        )
        if state in ON_THE_WAY:
            waits = None
        items.append(
            DueView(
                id=row.id,
                client_id=row.client_id,
                carer_id=row.carer_id,
                payee_person_id=row.payee_person_id,
                month=row.month,
                pay_by=row.pay_by,
                days_left=(row.pay_by - today).days,
                unpaid_fen=unpaid_fen,
                payout_state=state,
                held=waits[0] if waits else None,
                held_until=waits[1] if waits else None,
            )
        )
    return Page(tuple(items), shown[-1][0].id if len(found) > page.limit else None)


def count_due(session: Session, *, actor: SystemActor, today: date, before: date) -> Iterable[DueCount]:
    """Months not paid in full whose pay-by day comes before a day, by district and that day."""
    earliest = months_before(today, count=MONTHS_LOOKED_AT)[0]
    due = _unpaid(actor, today=today, earliest=earliest, before=before).subquery()
    rows = session.execute(
        select(Client.district_code, due.c.pay_by, func.count(), cast(func.sum(due.c.unpaid_fen), BigInteger))
        .join(Client, Client.id == due.c.client_id)
        .group_by(Client.district_code, due.c.pay_by)
        .order_by(Client.district_code, due.c.pay_by)
    )
    return tuple(DueCount(*row) for row in rows)


def is_own(person_id: UUID) -> ColumnElement[bool]:
    """Condition: the person has a part in the month, as payee, carer or client."""
    return or_(
        Subsidy.payee_person_id == person_id,
        exists().where(Carer.id == Subsidy.carer_id, Carer.person_id == person_id),
        exists().where(Client.id == Subsidy.client_id, Client.person_id == person_id),
    )


def _unpaid(actor: AnyActor, *, today: date, earliest: date, before: date) -> Select[Any]:
    """The newest row of each month from `earliest` on, with what no paid payout covers yet."""
    later, paid_row = aliased(Subsidy), aliased(Subsidy)
    paid_fen = (
        select(cast(func.coalesce(func.sum(Payout.amount_fen), 0), BigInteger))
        .join(paid_row, paid_row.id == Payout.subsidy_id)
        .where(same_month(paid_row, Subsidy), Payout.state == PayoutState.PAID)
        .scalar_subquery()
    )
    unpaid_fen = (Subsidy.amount_fen - paid_fen).label("unpaid_fen")
    return (
        visible_subsidies(actor, on=today)
        .add_columns(unpaid_fen)
        .where(
            ~exists().where(same_month(later, Subsidy), later.seq > Subsidy.seq),
            Subsidy.month >= earliest,
            Subsidy.pay_by < before,
            unpaid_fen > 0,
        )
    )


def _in_scope(actor: AnyActor, on: date) -> ColumnElement[bool]:
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.FUND:
        return true()
    if kind in (ScopeKind.DISTRICT, ScopeKind.STREET):
        column = Client.district_code if kind is ScopeKind.DISTRICT else Client.street_code
        return exists().where(Client.id == Subsidy.client_id, column == key)
    if isinstance(actor, SystemActor) or actor.person_id is None or kind is ScopeKind.AGENCY:
        return false()
    own = is_own(actor.person_id)
    return own if kind is ScopeKind.SELF else or_(own, guards(Subsidy.client_id, person_id=actor.person_id, on=on))


def _states(session: Session, subsidy_ids: Iterable[UUID]) -> dict[UUID, PayoutState]:
    """State of the newest payout of each row that has one."""
    rows: Any = session.execute(
        select(Payout.subsidy_id, Payout.state)
        .where(Payout.subsidy_id.in_(list(subsidy_ids)))
        .ext(distinct_on(Payout.subsidy_id))
        .order_by(Payout.subsidy_id, Payout.id.desc())
    )
    return {subsidy_id: state for subsidy_id, state in rows}


def _month_states(session: Session, rows: Collection[Subsidy]) -> dict[tuple[UUID, UUID | None, date], PayoutState]:
    """State of the newest payout of each month that has one, by whichever of its rows; of other carers' too."""
    months = [(row.client_id, row.month) for row in rows]
    found: Any = session.execute(
        select(Subsidy.client_id, Subsidy.carer_id, Subsidy.month, Payout.state)
        .join(Payout, Payout.subsidy_id == Subsidy.id)
        .where(tuple_(Subsidy.client_id, Subsidy.month).in_(months))
        .order_by(Payout.id)
    )
    return {(client_id, carer_id, month): state for client_id, carer_id, month, state in found}


def _explain(session: Session, digests: Iterable[str]) -> dict[str, dict[str, Explained]]:
    """The kept texts, read: a past month is explained by the rules of then, whatever the files say now."""
    rows = session.scalars(select(PolicyText).where(PolicyText.digest.in_(list(digests))))
    return {row.digest: {each.key: each for each in explain_policy(read_policy(row.content))} for row in rows}


def _view(row: Subsidy, state: PayoutState | None) -> SubsidyView:
    return SubsidyView(
        id=row.id,
        client_id=row.client_id,
        carer_id=row.carer_id,
        payee_person_id=row.payee_person_id,
        month=row.month,
        seq=row.seq,
        amount_fen=row.amount_fen,
        payable_fen=row.payable_fen,
        days_paid=row.days_paid,
        pay_by=row.pay_by,
        supersedes_id=row.supersedes_id,
        payout_state=state,
        computed_at=row.recorded_at,
    )


def _view_day(day: SubsidyDay, explained: Explained) -> DayView:
    return DayView(
        day=day.day,
        is_paid=day.is_paid,
        rule=day.rule.value,
        policy_key=day.policy_key,
        source=day.source,
        assumed=day.source is None,
        explanation=f"{explained.label}：{day.source or ASSUMED}",
        record_id=day.record_id,
    )
