"""Recomputes what is sealed. Each finding names the day, and the row where one can be named."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.sealing.merkle import GroupedTree, root
from app.kernel.sealing.models import Seal, SealLeaf
from app.kernel.sealing.rows import AT_ONCE, find_rows, read_rows, sealed_tables
from app.kernel.sealing.sealing import LATEST_COMMIT, known_keys, signature_of, statement_of
from app.kernel.sealing.statements import FIRST, Statement, is_signed

YOUNGEST = timedelta(days=2)  # yesterday is sealed soon after midnight


class FindingKind(StrEnum):
    """What does not hold."""

    SEAL_MISSING = "seal_missing"  # somebody keeps a seal of this day, and here is none
    SEAL_OVERDUE = "seal_overdue"  # the newest is older than a worker leaves it: none ran, or the last were taken out
    SEAL_DIFFERS = "seal_differs"  # the seal that somebody keeps says something else
    SIGNATURE_INVALID = "signature_invalid"
    CHAIN_BROKEN = "chain_broken"  # it does not name the seal before it, or does not begin where that ended
    LEAVES_DIFFER = "leaves_differ"  # its leaves have another number or another root
    ROW_CHANGED = "row_changed"
    ROW_REMOVED = "row_removed"
    ROW_ADDED = "row_added"  # taken in, by its own word, in a sealed time, and under no seal
    ROW_LATE = "row_late"  # committed after its day was sealed, and under the next seal: told, and no fault


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, or is told."""

    kind: FindingKind
    day: date
    table: str | None = None
    key: str | None = None

    @property
    def is_fault(self) -> bool:
        """False for what is only told."""
        return self.kind is not FindingKind.ROW_LATE


def verify(
    session: Session,
    *,
    region: str,
    public: Mapping[str, bytes],
    kept: Iterable[Statement] = (),
    since: date | None,
    today: date,
) -> Iterator[Finding]:
    """Every seal against the chain and the seals that somebody kept; of the days from `since`, every leaf and row."""
    seals = {seal.day: seal for seal in session.scalars(select(Seal).order_by(Seal.day))}
    yield from _check_seals(list(seals.values()), region=region, public=public)
    newest = max(seals, default=None)
    if newest is None or newest < today - YOUNGEST:
        yield Finding(FindingKind.SEAL_OVERDUE, newest or today)
    for statement in kept:
        if statement.day not in seals:
            yield Finding(FindingKind.SEAL_MISSING, statement.day)
        elif statement != statement_of(seals[statement.day], region=region):
            yield Finding(FindingKind.SEAL_DIFFERS, statement.day)
    looked_at = [seal for seal in seals.values() if since is None or seal.day >= since]
    for seal in looked_at:
        yield from _check_leaves(session, seal)
    for seal in looked_at:
        yield from _check_added(session, seal, is_last=seal is looked_at[-1])


def _check_seals(seals: list[Seal], *, region: str, public: Mapping[str, bytes]) -> Iterator[Finding]:
    previous, ended_at = FIRST, None
    for seal in seals:
        statement = statement_of(seal, region=region)
        if not is_signed(statement.words, signature_of(seal), public=public):
            yield Finding(FindingKind.SIGNATURE_INVALID, seal.day)
        if seal.previous != previous or ended_at not in (None, seal.begin_at):
            yield Finding(FindingKind.CHAIN_BROKEN, seal.day)
        previous, ended_at = statement.digest, seal.end_at


def _check_leaves(session: Session, seal: Seal) -> Iterator[Finding]:
    tree = GroupedTree()
    statement = select(SealLeaf.table_name, SealLeaf.row_key, SealLeaf.digest).where(SealLeaf.day == seal.day)
    in_order = statement.order_by(SealLeaf.position).execution_options(yield_per=AT_ONCE)
    for leaves in session.execute(in_order).partitions():
        by_table: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        for table, key, digest in leaves:
            tree.add(digest)
            by_table[table][key] = digest
        for table, digests in by_table.items():
            yield from _check_rows(session, seal, table, digests)
    if (tree.size, root(tree.groups), b"".join(tree.groups)) != (seal.size, seal.root, seal.groups):
        yield Finding(FindingKind.LEAVES_DIFFER, seal.day)


def _check_rows(session: Session, seal: Seal, table: str, digests: Mapping[str, bytes]) -> Iterator[Finding]:
    rows = find_rows(session, sealed_tables()[table], tuple(digests)) if table in sealed_tables() else {}
    for key, digest in digests.items():
        row = rows.get(key)
        if row is None:
            yield Finding(FindingKind.ROW_REMOVED, seal.day, table, key)
        elif row.digest != digest:
            yield Finding(FindingKind.ROW_CHANGED, seal.day, table, key)
        elif row.recorded_at < seal.begin_at:
            yield Finding(FindingKind.ROW_LATE, seal.day, table, key)


def _check_added(session: Session, seal: Seal, *, is_last: bool) -> Iterator[Finding]:
    """Rows of the seal's time under no seal; of the last seal, without the hour whose late rows the next one takes."""
    end_at = seal.end_at - LATEST_COMMIT if is_last else seal.end_at
    for table in sealed_tables().values():
        for rows in read_rows(session, table, begin_at=seal.begin_at, end_at=end_at):
            known = known_keys(session, rows)
            for row in rows:
                if row.key not in known:
                    yield Finding(FindingKind.ROW_ADDED, seal.day, table.name, row.key)
