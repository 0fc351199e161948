"""Months of exact positions are dropped whole, what is open is copied aside, and the seals stay as they were."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import InternalError, OperationalError

from app.checkin.evidence_holds import Faded, HeldSubject, LegalHoldEntry, PeriodKind
from app.checkin.hold_models import EvidenceHoldEnd, PositionHeld
from app.checkin.jobs import fade_rows
from app.checkin.models import Position
from app.checkin.service.evidence_holds import place_hold
from app.checkin.service.fading import lock_holds
from app.checkin.service.fading_months import fade_months
from app.kernel.db import RegionSession, session, transaction
from app.kernel.jobs import Turn
from app.kernel.migrate import TableBusy
from app.kernel.permissions import Actor, Role, Scope, ScopeKind, SystemActor
from app.kernel.sealing.sealing import seal_day
from app.kernel.sealing.statements import SealKeys
from app.kernel.sealing.verifying import FindingKind, verify
from app.policies.service import current_book
from tests.checkin.positions import a_close, a_legal_hold, a_tap
from tests.conftest import Clone
from tests.kernel.processes import wait_until
from tests.registry.factories import a_carer, an_agency
from tests.schedules.factories import add

ZONE = ZoneInfo("Asia/Shanghai")
KEYS = SealKeys("k", {"k": bytes(range(32))})
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = datetime(2031, 12, 15, tzinfo=UTC)  # November 2026 is out of its five years, December is not
SUPERVISOR = Actor("tianjin", UUID(int=7), Role.SUPERVISOR, Scope(ScopeKind.FUND), UUID(int=8))
MONTH = "position_2026_11"
COPYING = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'tianjin.position_held'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


@pytest.fixture
def region(own_app: Flask) -> Iterator[RegionSession]:
    with own_app.app_context():
        session().bind_region("tianjin")
        yield session()


@pytest.fixture
def carer_id(region: RegionSession) -> UUID:
    """A carer without an agency at the door: his months are settled."""
    with transaction() as current:
        found = a_carer(current, agency=an_agency(current)).id
        for month in (10, 11, 12):
            a_close(current, PeriodKind.MONTH, date(2026, month, 1), at=NOW)
    return found


def taps(*, carer_id: UUID, at: datetime = NOW, phone_at: datetime | None = None) -> UUID:
    with transaction() as current:
        return a_tap(current, at=at, carer_id=carer_id, phone_at=phone_at)


def hold(fact_id: UUID) -> UUID:
    with transaction() as current:
        return a_legal_hold(current, HeldSubject.FACT, fact_id, at=NOW)


def fade(clone: Clone, at: datetime = LATER) -> Faded:
    session().rollback()
    return fade_months(clone.urls.owner, book=current_book(), at=at)["tianjin"]


def night(at: datetime = LATER) -> None:
    fade_rows(Turn(SystemActor("tianjin", "fade_positions"), due_at=at, at=at))


def exact() -> set[UUID]:
    with transaction() as current:
        return set(current.scalars(select(Position.id)))


def aside() -> set[UUID]:
    with transaction() as current:
        return set(current.scalars(select(PositionHeld.id)))


def by_owner(clone: Clone, statement: str) -> None:
    engine = create_engine(clone.urls.owner)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_month_fades_but_what_is_held_and_the_seals_stay_as_they_were(
    region: RegionSession, carer_id: UUID, own_database: Clone
):
    free, held, december = (
        taps(carer_id=carer_id),
        taps(carer_id=carer_id),
        taps(carer_id=carer_id, at=NOW + 20 * DAY),
    )
    late = taps(carer_id=carer_id, at=NOW + 900 * DAY, phone_at=NOW)  # a wrong clock put it into the month
    hold_id = hold(held)
    with transaction() as current:
        seal_day(current, region="tianjin", day=NOW.date(), zone=ZONE, keys=KEYS, at=NOW + DAY)
    assert fade(own_database, LATER - 16 * DAY) == Faded((), 0)  # the last day of November lacks a day yet

    done = fade(own_database)

    assert done == Faded((MONTH,), 2)
    assert (exact(), aside()) == ({december}, {held, late})
    assert fade(own_database) == Faded((), 0)
    found = list(verify(region, region="tianjin", public=KEYS.public, since=None, today=NOW.date() + DAY))
    assert found == []  # the taps say where and how far as before; nothing that was sealed is gone
    night()
    assert aside() == {held, late}
    with transaction() as current:
        add(current, EvidenceHoldEnd(hold_id=hold_id, document="BQ-2", recorded_at=LATER))
        a_close(current, PeriodKind.MONTH, date(2029, 5, 1), at=LATER)  # in which the late one was taken in
    night()
    assert aside() == {late}
    night(NOW + 900 * DAY + timedelta(days=1825))
    assert aside() == set()
    by_owner(own_database, f"DELETE FROM tianjin.clock_event WHERE id = '{free}'")
    found = list(verify(region, region="tianjin", public=KEYS.public, since=None, today=NOW.date() + DAY))
    assert [each.kind for each in found] == [FindingKind.ROW_REMOVED]


def test_a_run_that_breaks_leaves_all_as_it_was(region: RegionSession, carer_id: UUID, own_database: Clone):
    free, held = taps(carer_id=carer_id), taps(carer_id=carer_id)
    hold(held)
    by_owner(own_database, f"CREATE VIEW tianjin.watch AS SELECT id FROM tianjin.{MONTH}")  # it cannot be dropped

    with pytest.raises(InternalError, match="depend"):
        fade(own_database)

    assert (exact(), aside()) == ({free, held}, set())
    by_owner(own_database, "DROP VIEW tianjin.watch")
    assert fade(own_database) == Faded((MONTH,), 1)
    assert (exact(), aside()) == (set(), {held})


def test_who_still_writes_to_the_month_is_waited_for(
    region: RegionSession, carer_id: UUID, own_database: Clone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.kernel.migrate.PARTITION_TRIES", 1)
    taps(carer_id=carer_id)
    with ThreadPoolExecutor(1) as pool, transaction() as current:
        writing = a_tap(current, at=NOW, carer_id=carer_id)
        book = current_book()
        busy = pool.submit(fade_months, own_database.urls.owner, book=book, at=LATER)
        with pytest.raises(TableBusy, match=r"tianjin\.position is busy"):
            busy.result(timeout=30)

    assert writing in exact()
    assert fade(own_database).months == (MONTH,)


def test_who_comes_while_a_month_is_copied_waits_and_loses_nothing(
    region: RegionSession, carer_id: UUID, own_database: Clone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.kernel.migrate.PARTITION_LOCK_TIMEOUT", "20s")
    held, book = taps(carer_id=carer_id), current_book()
    hold(held)
    owner = create_engine(own_database.urls.owner)

    with ThreadPoolExecutor(1) as pool, owner.connect() as watcher:
        watcher.execute(text("LOCK TABLE tianjin.position_held IN SHARE MODE"))  # the copying stops here
        done = pool.submit(fade_months, own_database.urls.owner, book=book, at=LATER)
        wait_until(lambda: bool(watcher.scalar(COPYING)))
        with transaction() as current:
            current.execute(text("SET LOCAL lock_timeout = 50"))
            with pytest.raises(OperationalError, match="lock timeout"):  # else it would be dropped with the month
                a_tap(current, at=NOW, carer_id=carer_id)
            current.rollback()
        watcher.rollback()
        assert done.result(timeout=30)["tianjin"] == Faded((MONTH,), 1)

    owner.dispose()
    late = taps(carer_id=carer_id)
    assert (exact(), aside()) == ({late}, {held})


def test_no_hold_is_placed_while_positions_fade(region: RegionSession, carer_id: UUID, own_database: Clone):
    everything = LegalHoldEntry(HeldSubject.EVERYTHING, "BQ-1", None, NOW.date(), NOW.date() + DAY)
    fading = create_engine(own_database.urls.runtime)
    with fading.begin() as other:
        lock_holds(other, region="tianjin", is_fading=False)
        with transaction() as current:  # who places another one is not waited for
            place_hold(current, everything, actor=SUPERVISOR, at=NOW)
    with fading.begin() as other:
        lock_holds(other, region="tianjin", is_fading=True)
        with transaction() as current:
            current.execute(text("SET LOCAL lock_timeout = 50"))
            with pytest.raises(OperationalError, match="lock timeout"):
                place_hold(current, everything, actor=SUPERVISOR, at=NOW)
            current.rollback()
    fading.dispose()


def test_positions_under_ids_of_wrong_clocks_fade_one_by_one(region: RegionSession, carer_id: UUID):
    past, future = (
        taps(carer_id=carer_id, phone_at=datetime(1970, 1, 2, tzinfo=UTC)),
        taps(carer_id=carer_id, phone_at=datetime(2099, 1, 1, tzinfo=UTC)),
    )
    held = taps(carer_id=carer_id, phone_at=datetime(1970, 1, 3, tzinfo=UTC))
    hold(held)

    night(NOW + 1824 * DAY)
    assert exact() == {past, future, held}
    night(NOW + 1825 * DAY)

    assert exact() == {held}
