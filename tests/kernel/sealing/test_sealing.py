"""Sealed days: what was recorded is under one seal, and what the database's owner changes afterwards is named."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.exc import ProgrammingError

from app.checkin.models import ExceptionFound
from app.checkin.types import ExceptionCode, Severity
from app.jobs import seal_yesterday
from app.kernel.audit import AuditEntry
from app.kernel.canonical import row_digest
from app.kernel.db import RegionSession, session, transaction
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import SystemActor
from app.kernel.sealing.handing_out import hand_out
from app.kernel.sealing.merkle import leaf_hash, root
from app.kernel.sealing.models import Seal, SealLeaf
from app.kernel.sealing.receipts import check_receipt, make_receipt
from app.kernel.sealing.rows import READ, rows_where, sealed_tables
from app.kernel.sealing.sealing import seal_day, signature_of, statement_of
from app.kernel.sealing.statements import FIRST, SealKeys, Statement, is_signed, read_document
from app.kernel.sealing.verifying import Finding, FindingKind, verify
from app.kernel.settings import current_settings
from tests.conftest import Clone

ZONE = ZoneInfo("Asia/Shanghai")
KEYS = SealKeys("k", {"k": bytes(range(32))})
DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, 16, tzinfo=UTC)  # that ends DAY
HOUR, MINUTE, MICROSECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


@pytest.fixture
def region(swept_app: Flask) -> Iterator[RegionSession]:
    with swept_app.app_context():
        session().bind_region("tianjin")
        yield session()


def an_entry(at: datetime) -> UUID:
    """A committed row of a partitioned table."""
    with transaction() as current:
        made = new_id(at=at)
        current.execute(
            insert(AuditEntry).values(
                id=made, job="test", action="visit.seen", subject_kind="visit", details_digest=b"\x01", recorded_at=at
            )
        )
    return made


def an_exception(at: datetime) -> UUID:
    """A committed row with an enum, a mapping and texts."""
    with transaction() as current:
        made = new_id(at=at)
        current.execute(
            insert(ExceptionFound).values(
                id=made,
                fact_id=new_id(at=at),
                code=ExceptionCode.SHORT,
                severity=Severity.ACKNOWLEDGE,
                details={"minutes": 7, "near": ["天", 1.5]},
                policy_digest="d",
                recorded_at=at,
            )
        )
    return made


def seal(day: date) -> Statement:
    with transaction() as current:
        made = seal_day(current, region="tianjin", day=day, zone=ZONE, keys=KEYS, at=MIDNIGHT + HOUR)
        assert made is not None
        return statement_of(made, region="tianjin")


def findings(
    *, kept: tuple[Statement, ...] = (), since: date | None = None, today: date = NEXT
) -> list[tuple[str, str | None]]:
    found = verify(session(), region="tianjin", public=KEYS.public, kept=kept, since=since, today=today)
    session().rollback()
    return [(each.kind.value, each.key) for each in found]


def by_owner(clone: Clone, statement: str, **values: object) -> None:
    """What the application may not do."""
    engine = create_engine(clone.urls.owner)
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount == 1
    engine.dispose()


def test_a_day_is_sealed_whole_from_midnight_to_midnight(region: RegionSession):
    an_entry(MIDNIGHT - timedelta(days=1) - MICROSECOND)
    under = [
        str(an_entry(MIDNIGHT - timedelta(days=1))),
        str(an_exception(NOON)),
        str(an_entry(MIDNIGHT - MICROSECOND)),
    ]
    an_entry(MIDNIGHT)

    made = seal(DAY)

    leaves = region.execute(select(SealLeaf.row_key, SealLeaf.digest).order_by(SealLeaf.position)).all()
    assert sorted(key for key, _ in leaves) == sorted(under)
    assert (made.size, made.root) == (3, root([leaf_hash(digest) for _, digest in leaves]))
    assert (made.begin_at, made.end_at, made.previous) == (MIDNIGHT - timedelta(days=1), MIDNIGHT, FIRST)
    assert is_signed(made.words, signature_of(region.scalars(select(Seal)).one()), public=KEYS.public)
    assert findings() == []


def test_a_leaf_is_the_digest_of_the_row_s_canonical_form(region: RegionSession):
    made = an_exception(NOON)
    seal(DAY)

    row = region.get_one(ExceptionFound, made)
    values = {column.name: getattr(row, column.name) for column in ExceptionFound.__table__.columns}
    assert region.scalars(select(SealLeaf.digest)).one() == row_digest("exception", values)


def test_a_second_time_seals_nothing(region: RegionSession):
    an_entry(NOON)
    seal(DAY)

    again = seal_day(region, region="tianjin", day=DAY, zone=ZONE, keys=KEYS, at=MIDNIGHT + HOUR)

    assert again is None
    assert region.scalar(select(func.count()).select_from(SealLeaf)) == 1


def test_the_next_seal_names_the_one_before_and_leaves_no_gap(region: RegionSession):
    first = seal(DAY)
    an_entry(MIDNIGHT + HOUR)  # on a day for which no worker ran
    third = seal(NEXT + timedelta(days=1))

    assert third.previous == first.digest
    assert (third.begin_at, third.size) == (first.end_at, 1)
    assert findings() == []


def test_a_row_that_was_committed_late_enters_the_next_seal_and_is_no_fault(region: RegionSession):
    early = an_entry(MIDNIGHT - MINUTE)
    seal(DAY)
    late = an_entry(MIDNIGHT - MINUTE)
    assert findings() == []  # the next seal will take it

    made = seal(NEXT)

    assert made.size == 1
    assert findings() == [("row_late", str(late))]
    assert not Finding(FindingKind.ROW_LATE, DAY).is_fault
    assert str(early) not in {key for _, key in findings()}


def test_a_row_put_into_a_sealed_day_is_named(region: RegionSession):
    seal(DAY)
    put = an_entry(MIDNIGHT - HOUR - MICROSECOND)

    assert findings() == [("row_added", str(put))]
    seal(NEXT)
    assert findings() == [("row_added", str(put))]
    assert findings(since=NEXT) == []


TAMPERING = [
    ("UPDATE tianjin.audit_entry SET action = 'visit.seen_not' WHERE id = :id", "row_changed"),
    ("UPDATE tianjin.audit_entry SET recorded_at = recorded_at - interval '1 day' WHERE id = :id", "row_changed"),
    ("UPDATE tianjin.audit_entry SET subject_id = id WHERE id = :id", "row_changed"),
    ("DELETE FROM tianjin.audit_entry WHERE id = :id", "row_removed"),
]


def test_what_the_owner_changes_or_removes_is_named(region: RegionSession, swept_database: Clone):
    touched = {an_entry(NOON): each for each in TAMPERING}
    an_entry(NOON)
    seal(DAY)
    assert findings() == []

    for entry, (statement, _) in touched.items():
        by_owner(swept_database, statement, id=entry)

    assert sorted(findings()) == sorted((finding, str(entry)) for entry, (_, finding) in touched.items())


def test_a_row_and_its_leaf_changed_together_are_found_by_the_root(region: RegionSession, swept_database: Clone):
    touched = an_entry(NOON)
    seal(DAY)

    by_owner(swept_database, "DELETE FROM tianjin.audit_entry WHERE id = :id", id=touched)
    by_owner(swept_database, "DELETE FROM tianjin.seal_leaf WHERE row_key = :key", key=str(touched))

    assert findings() == [("leaves_differ", None)]


def test_a_seal_made_anew_is_found_by_who_kept_the_old_one(region: RegionSession, swept_database: Clone):
    """Whoever has the signing key too can make every seal again: only a copy elsewhere tells."""
    touched, _ = an_entry(NOON), an_entry(NOON)
    kept = seal(DAY)

    by_owner(swept_database, "DELETE FROM tianjin.audit_entry WHERE id = :id", id=touched)
    by_owner(swept_database, "DELETE FROM tianjin.seal_leaf WHERE row_key = :key", key=str(touched))
    by_owner(swept_database, "DELETE FROM tianjin.seal_leaf WHERE position >= 0")
    by_owner(swept_database, "DELETE FROM tianjin.seal WHERE day = :day", day=DAY)
    assert findings(kept=(kept,)) == [("seal_overdue", None), ("seal_missing", None)]

    seal(DAY)

    assert findings() == []
    assert findings(kept=(kept,)) == [("seal_differs", None)]


def test_the_newest_seals_taken_out_are_found_by_their_absence(region: RegionSession, swept_database: Clone):
    seal(DAY)
    seal(NEXT)
    after = NEXT + timedelta(days=2)
    assert findings(today=after) == []

    by_owner(swept_database, "DELETE FROM tianjin.seal WHERE day = :day", day=NEXT)

    assert findings(today=after) == [("seal_overdue", None)]


def test_a_seal_whose_words_were_changed_breaks_signature_and_chain(region: RegionSession, swept_database: Clone):
    seal(DAY)
    seal(NEXT)

    by_owner(swept_database, "UPDATE tianjin.seal SET size = size + 1 WHERE day = :day", day=DAY)

    assert findings() == [("signature_invalid", None), ("chain_broken", None), ("leaves_differ", None)]


def test_a_receipt_shows_a_row_that_was_changed_after_its_seal_under_none(region: RegionSession, swept_database: Clone):
    touched, other = an_entry(NOON), an_entry(NOON)
    seal(DAY)
    by_owner(swept_database, "UPDATE tianjin.audit_entry SET action = 'visit.seen_not' WHERE id = :id", id=touched)

    rows = rows_where(region, sealed_tables()["audit_entry"], AuditEntry.id.in_((touched, other)))
    receipt = make_receipt(region, rows, region="tianjin", subject="two entries", keys=KEYS, at=NOON)

    checked = check_receipt(receipt, public=KEYS.public)
    assert {row.values["id"]: row.seal and row.seal.day for row in checked} == {touched: None, other: DAY}


def test_the_application_itself_may_change_no_seal(region: RegionSession):
    seal(DAY)

    for statement in ("UPDATE tianjin.seal SET size = 0", "DELETE FROM tianjin.seal_leaf"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction() as current:
            current.execute(text(statement))


def test_a_seal_is_handed_out_once_as_a_file(region: RegionSession, tmp_path: Path):
    kept = seal(DAY)

    (path,) = hand_out(region, region="tianjin", folder=tmp_path)

    assert path == tmp_path / "tianjin" / "2026-11-20.json"
    statement, signature = read_document(json.loads(path.read_text(encoding="ascii")))
    assert statement == kept
    assert is_signed(statement.words, signature, public=KEYS.public)
    assert hand_out(region, region="tianjin", folder=tmp_path) == []


def test_the_job_seals_the_day_before_and_hands_it_out_whatever_was_done_already(region: RegionSession):
    an_entry(NOON)
    turn = Turn(SystemActor("tianjin", "seal_yesterday"), due_at=MIDNIGHT + HOUR, at=MIDNIGHT + HOUR)
    folder = current_settings().seals_dir

    seal_yesterday(turn)
    (path,) = folder.rglob("*.json")
    path.unlink()  # as if the worker had been killed in between
    seal_yesterday(turn)

    assert [each.relative_to(folder) for each in folder.rglob("*.json")] == [Path("tianjin/2026-11-20.json")]
    assert region.scalars(select(Seal.day)).all() == [DAY]


def test_every_sealed_table_has_a_key_that_can_be_read_again_and_no_ciphertext():
    for table in sealed_tables().values():
        assert {column.type.python_type for column in table.primary_key} <= set(READ), table.name
        assert not [column.name for column in table.columns if column.name.endswith("_enc")], table.name


def test_facts_that_may_be_deleted_are_not_sealed():
    assert "clock_event" in sealed_tables()
    assert not {"payable_time", "payable_care_day", "position"} & set(sealed_tables())
