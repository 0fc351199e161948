"""Places of care: a client's first one counts at once, an agency's next one when the fund has approved it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind, IllegalTransition
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind, SystemActor
from app.kernel.settings import current_settings
from app.registry.commands import HomeEntry
from app.registry.history_models import HomeChange
from app.registry.models import HomePlace
from app.registry.queries import lock_client, one_or_not_found
from app.registry.service.conflicts import PeriodBackwards, add
from app.registry.service.periods import REPLACED, check_order, end_sooner
from app.registry.service.scopes import check_not_too_far_back, client_to_change, note, today_of
from app.registry.shown import HomeView
from app.registry.types import ALLOWED, PlaceState
from app.registry.views import home_view

ADDRESS, POSITION = "home_place.address", "home_place.position"
FIRST = "new"


class HomeOver(DomainError):
    """The place was withdrawn or is over: there is nothing to approve."""

    kind, code = ErrorKind.CONFLICT, "home_over"


def add_home(session: Session, command: HomeEntry, *, client_id: UUID, actor: AnyActor, at: datetime) -> HomeView:
    """Add a place of care; `replaces_id` names the place it takes over from. See `settle`."""
    client_to_change(session, client_id=client_id, actor=actor, at=at)
    row = settle(session, client_id, command, actor=actor, at=at)
    note(session, "client.home_added", subject=("client", client_id), actor=actor, at=at, home_id=row.id)
    return home_view(row)


def approve_home(session: Session, *, home_id: UUID, actor: AnyActor, at: datetime) -> HomeView:
    """Let a proposed place count from now on; the place it replaces ends today, or when the new one begins."""
    row = one_or_not_found(session, select(HomePlace).where(HomePlace.id == home_id))
    client_to_change(session, client_id=row.client_id, actor=actor, at=at)
    lock_client(session, client_id=row.client_id)
    session.refresh(row, with_for_update=True)
    begins = max(today_of(actor, at=at), row.valid_from)
    if row.valid_to is not None and row.valid_to <= begins:
        raise HomeOver(home_id=home_id)
    _advance(session, row, PlaceState.APPROVED, actor=actor, at=at)
    if row.replaces_id is not None:
        _end_replaced(session, row.client_id, row.replaces_id, on=begins, actor=actor, at=at)
    note(session, "home.approved", subject=("home_place", home_id), actor=actor, at=at)
    return home_view(row)


def settle(session: Session, client_id: UUID, entry: HomeEntry, *, actor: AnyActor, at: datetime) -> HomePlace:
    """Store a place of care: approved when the fund enters it or it is the client's first, proposed otherwise.

    The first is the first ever: an agency that ends a place does not choose the next one alone.
    """
    row, change = first_home(client_id, entry, actor=actor, at=at)
    lock_client(session, client_id=client_id)
    has_one = session.scalar(exists().where(HomePlace.client_id == client_id).select())
    if has_one and actor.scope.kind is ScopeKind.AGENCY:
        row.state, change.to_state = PlaceState.PROPOSED, PlaceState.PROPOSED
    if entry.replaces_id is not None:
        _check_replaced(session, client_id, entry.replaces_id, valid_from=row.valid_from)
    add(session, row)
    session.add(change)
    if row.state is PlaceState.APPROVED and entry.replaces_id is not None:
        _end_replaced(session, client_id, entry.replaces_id, on=row.valid_from, actor=actor, at=at)
    return row


def first_home(client_id: UUID, entry: HomeEntry, *, actor: AnyActor, at: datetime) -> tuple[HomePlace, HomeChange]:
    """A client's first place of care and its history, as rows that are not there yet; it counts at once.

    Raises PeriodBackwards, TooFarBack.
    """
    keys = current_settings().key_ring
    valid_from = entry.valid_from or today_of(actor, at=at)
    check_order(valid_from=valid_from, valid_to=entry.valid_to)
    check_not_too_far_back(actor, valid_from, entry.valid_to, at=at)
    row = HomePlace(
        id=new_id(at=at),
        client_id=client_id,
        address_enc=keys.encrypt(entry.address, context=ADDRESS),
        position_enc=keys.encrypt(_position_text(entry), context=POSITION),
        system=entry.system,
        radius_m=entry.radius_m,
        state=PlaceState.APPROVED,
        seq=1,
        replaces_id=entry.replaces_id,
        valid_from=valid_from,
        valid_to=entry.valid_to,
    )
    return row, _change(row, FIRST, actor=actor, at=at)


def is_known_home(session: Session, client_id: UUID, entry: HomeEntry) -> bool:
    """True when the client has an open home at this very position."""
    keys = current_settings().key_ring
    places = session.scalars(
        select(HomePlace.position_enc).where(
            HomePlace.client_id == client_id, HomePlace.system == entry.system, HomePlace.valid_to.is_(None)
        )
    )
    return any(keys.decrypt(place, context=POSITION) == _position_text(entry) for place in places)


def _advance(session: Session, row: HomePlace, to_state: PlaceState, *, actor: AnyActor, at: datetime) -> None:
    """The one way a home's state changes: state and history together. The row is locked."""
    if to_state not in ALLOWED[row.state]:
        raise IllegalTransition(from_state=row.state.value, to_state=to_state.value)
    old_state, row.state, row.seq = row.state, to_state, row.seq + 1
    session.add(_change(row, old_state.value, actor=actor, at=at))
    session.flush()


def _change(row: HomePlace, from_state: str, *, actor: AnyActor, at: datetime) -> HomeChange:
    return HomeChange(
        home_id=row.id,
        seq=row.seq,
        from_state=from_state,
        to_state=row.state.value,
        actor_id=None if isinstance(actor, SystemActor) else actor.account_id,
        recorded_at=at,
    )


def _replaced(session: Session, client_id: UUID, home_id: UUID) -> HomePlace:
    return one_or_not_found(session, select(HomePlace).where(HomePlace.id == home_id, HomePlace.client_id == client_id))


def _check_replaced(session: Session, client_id: UUID, home_id: UUID, *, valid_from: date) -> None:
    replaced = _replaced(session, client_id, home_id)
    if valid_from < replaced.valid_from:
        raise PeriodBackwards(valid_from=replaced.valid_from, valid_to=valid_from)


def _end_replaced(session: Session, client_id: UUID, home_id: UUID, *, on: date, actor: AnyActor, at: datetime) -> None:
    end_sooner(session, _replaced(session, client_id, home_id), valid_to=on, reason=REPLACED, actor=actor, at=at)


def _position_text(entry: HomeEntry) -> str:
    return f"{entry.latitude!r},{entry.longitude!r}"
