"""Seals a day: a leaf for each row taken in and not yet sealed, the root over them, signed and chained."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.ids import first_id_at
from app.kernel.sealing.merkle import GroupedTree, root
from app.kernel.sealing.models import Seal, SealLeaf
from app.kernel.sealing.rows import SealedRow, read_rows, sealed_tables
from app.kernel.sealing.statements import FIRST, SealKeys, Signature, Statement, as_document

# No transaction of ours is open for longer, the longest lease of a job being half of it: a row that was taken in
# earlier than this before its day's end and is not under that day's seal was not there when the day was sealed.
LATEST_COMMIT = timedelta(hours=1)
ONE_DAY = timedelta(days=1)
INSERT_LEAF = insert(SealLeaf.__table__)  # type: ignore[arg-type]  # a Table, with which no rows of objects are made


def seal_day(session: Session, *, region: str, day: date, zone: ZoneInfo, keys: SealKeys, at: datetime) -> Seal | None:
    """Seal what was taken in until the end of the local `day`; None where that is done.

    The first seal begins with its day, each later one where the seal before it ended, whatever lies between; a row that
    was committed late enters with it.
    """
    before = last_seal(session)
    if before is not None and before.day >= day:
        return None
    begin_at = clock.local_midnight(day, zone) if before is None else before.end_at
    end_at = clock.local_midnight(day + ONE_DAY, zone)
    tree = GroupedTree()
    for rows in _unsealed(session, before, begin_at=begin_at, end_at=end_at):
        session.execute(INSERT_LEAF, [_leaf(row, tree, day=day, at=at) for row in rows])
    previous = FIRST if before is None else statement_of(before, region=region).digest
    statement = Statement(region, day, begin_at, end_at, tree.size, root(tree.groups), previous)
    signature = keys.sign(statement.words)
    seal = Seal(
        day=day,
        begin_at=begin_at,
        end_at=end_at,
        size=tree.size,
        root=statement.root,
        previous=previous,
        groups=b"".join(tree.groups),
        key_id=signature.key_id,
        signature=signature.value,
        recorded_at=at,
    )
    session.add(seal)
    session.flush()
    return seal


def last_seal(session: Session) -> Seal | None:
    """The newest seal."""
    return session.scalars(select(Seal).order_by(Seal.day.desc()).limit(1)).one_or_none()


def statement_of(seal: Seal, *, region: str) -> Statement:
    """What a stored seal says."""
    return Statement(region, seal.day, seal.begin_at, seal.end_at, seal.size, seal.root, seal.previous)


def seals_of_month(session: Session, month: date, *, region: str) -> list[dict[str, str]]:
    """The seals of a month's days in order, as they are handed out; `month` is its first day."""
    beyond = (month + timedelta(days=31)).replace(day=1)
    statement = select(Seal).where(Seal.day >= month, Seal.day < beyond).order_by(Seal.day)
    return [as_document(statement_of(seal, region=region), signature_of(seal)) for seal in session.scalars(statement)]


def signature_of(seal: Seal) -> Signature:
    """Who signed a stored seal."""
    return Signature(seal.key_id, seal.signature)


def _unsealed(
    session: Session, before: Seal | None, *, begin_at: datetime, end_at: datetime
) -> Iterator[list[SealedRow]]:
    """Every row of the time, and what came late before it; some at a time."""
    for table in sealed_tables().values():
        if before is not None:
            for rows in read_rows(session, table, begin_at=begin_at - LATEST_COMMIT, end_at=begin_at):
                known = known_keys(session, rows)
                if late := [row for row in rows if row.key not in known]:
                    yield late
        yield from read_rows(session, table, begin_at=begin_at, end_at=end_at)


def known_keys(session: Session, rows: list[SealedRow]) -> set[str]:
    """Which of these rows of one table have a leaf."""
    statement = select(SealLeaf.row_key).where(
        SealLeaf.table_name == rows[0].table, SealLeaf.row_key.in_([row.key for row in rows])
    )
    return set(session.scalars(statement))


def _leaf(row: SealedRow, tree: GroupedTree, *, day: date, at: datetime) -> dict[str, object]:
    digest = row.digest
    position = tree.add(digest)
    return {
        "id": UUID(int=first_id_at(at).int | day.toordinal() % 4096 << 64 | position),  # one for each day and position
        "day": day,
        "position": position,
        "table_name": row.table,
        "row_key": row.key,
        "digest": digest,
    }
