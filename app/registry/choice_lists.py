"""Choices of an agency as screens show them, and who sees which."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.kernel import clock, codes
from app.kernel.paging import Page, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.choice_models import AgencyChoice, AgencyChoiceAnswer
from app.registry.choice_types import ChoiceFilter, ChoiceState, ChoiceView
from app.registry.conditions import client_in_scope, holds
from app.registry.models import AgencyAgreement, Client
from app.registry.views import name_of

WAITS = AgencyChoice.agency_id.is_(None)


def answered() -> ColumnElement[bool]:
    """Condition: somebody answered the choice."""
    return exists().where(AgencyChoiceAnswer.choice_id == AgencyChoice.id)


def visible_choices(actor: AnyActor, *, on: date) -> Select[AgencyChoice]:
    """Choices the actor may know of: of his clients; for an agency those it was or may be asked to take.

    One that waits for any agency is told, also when another took it, to those that the fund lets serve the district.
    """
    statement = (
        select(AgencyChoice)
        .join(Client, Client.id == AgencyChoice.client_id)
        .options(joinedload(AgencyChoice.client).joinedload(Client.person), joinedload(AgencyChoice.answer))
    )
    if actor.scope.kind is not ScopeKind.AGENCY:
        return statement.where(client_in_scope(actor, on))
    return statement.where(
        or_(AgencyChoice.agency_id == actor.scope.agency_id, and_(WAITS, _in_area(actor.scope.agency_id, on)))
    )


def list_choices(session: Session, *, actor: AnyActor, wanted: ChoiceFilter, at: datetime) -> Page[ChoiceView]:
    """Choices, oldest first: two statements a page. What another agency took from the waiting list is left out."""
    today = clock.local_date(at, zone_of(actor.region))
    statement = visible_choices(actor, on=today)
    if actor.scope.kind is ScopeKind.AGENCY:
        took = exists().where(
            AgencyChoiceAnswer.choice_id == AgencyChoice.id, AgencyChoiceAnswer.agency_id == actor.scope.agency_id
        )
        statement = statement.where(or_(AgencyChoice.agency_id.is_not(None), ~answered(), took))
    if wanted.state is not None:
        statement = statement.where(_stands(wanted.state))
    if wanted.waiting is not None:
        statement = statement.where(WAITS if wanted.waiting else ~WAITS)
    page = fetch_page(
        session, statement, key=AgencyChoice.id, limit=wanted.limit, after=wanted.after, view=lambda row: row
    )
    positions = _positions(session, [row.id for row in page.items])
    items = tuple(choice_view(row, position=positions.get(row.id), actor=actor, on=today) for row in page.items)
    return Page(items, page.next_after)


def shown_choice(session: Session, row: AgencyChoice, *, actor: AnyActor, on: date) -> ChoiceView:
    """A choice found before, with its place on the waiting list."""
    return choice_view(row, position=_positions(session, [row.id]).get(row.id), actor=actor, on=on)


def choice_view(row: AgencyChoice, *, position: int | None, actor: AnyActor, on: date) -> ChoiceView:
    """A choice as this actor sees it."""
    answer = row.answer
    own = answer is not None and answer.agency_id == actor.scope.agency_id
    is_told = actor.scope.kind is not ScopeKind.AGENCY or row.agency_id is not None or own
    since = clock.local_date(row.recorded_at, zone_of(actor.region))
    return ChoiceView(
        id=row.id,
        state=ChoiceState.OPEN if answer is None else ChoiceState(answer.outcome.value),
        client_id=row.client_id if is_told else None,
        client_name=_masked_name(row.client) if is_told else None,
        district_code=row.client.district_code,
        street_code=row.client.street_code,
        home_type=row.home_type,
        agency_id=row.agency_id,
        wanted_from=row.wanted_from,
        reason=row.reason,
        recorded_at=row.recorded_at,
        waiting_days=(on - since).days if answer is None else None,
        position=position,
        answer_reason=None if answer is None else answer.reason,
        answered_by_agency_id=None if answer is None else answer.agency_id,
        agreement_id=None if answer is None else answer.agreement_id,
    )


def _masked_name(client: Client) -> str:
    return codes.mask_name(name_of(client.person, keys=current_settings().key_ring))


def _stands(state: ChoiceState) -> ColumnElement[bool]:
    if state is ChoiceState.OPEN:
        return ~answered()
    return exists().where(AgencyChoiceAnswer.choice_id == AgencyChoice.id, AgencyChoiceAnswer.outcome == state.value)


def _in_area(agency_id: UUID | None, on: date) -> ColumnElement[bool]:
    districts, home_types = AgencyAgreement.district_codes, AgencyAgreement.home_types
    return exists().where(
        AgencyAgreement.agency_id == agency_id,
        holds(AgencyAgreement, on=on),
        or_(districts.is_(None), Client.district_code == any_(districts)),
        or_(home_types.is_(None), AgencyChoice.home_type == any_(home_types)),
    )


def _positions(session: Session, choice_ids: Collection[UUID]) -> dict[UUID, int]:
    """Places on the waiting lists. All open ones are counted, also those the actor does not see."""
    place = func.row_number().over(
        partition_by=(Client.district_code, AgencyChoice.home_type),
        order_by=(AgencyChoice.recorded_at, AgencyChoice.id),
    )
    queue = (
        select(AgencyChoice.id, place.label("place"))
        .join(Client, Client.id == AgencyChoice.client_id)
        .where(WAITS, ~answered())
        .subquery()
    )
    rows = session.execute(select(queue.c.id, queue.c.place).where(queue.c.id.in_(choice_ids)))
    return {choice_id: position for choice_id, position in rows}
