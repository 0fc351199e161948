"""Reads the rows of a file by its kind's columns: values, or every reason why not. Pure; knows no database."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.imports.cells import BadCell
from app.imports.columns import COLUMNS, REASON_HEADING, Column
from app.imports.types import ImportKind, ReadRow, Reason, ReasonCode
from app.kernel.sheets import Row

PERIODS: tuple[tuple[str, str], ...] = (
    ("employed_from", "employed_to"),
    ("certified_from", "certified_to"),
    ("agreed_from", "agreed_to"),
    ("concluded_on", "entitled_to"),
    ("assigned_from", "assigned_to"),
    ("plan_from", "plan_to"),
)
# By which fields a row is the same as another one: it would be written twice.
SAME_WHEN: Mapping[ImportKind, tuple[str, ...]] = {
    ImportKind.STAFF: ("number", "agency_code", "certificate_number"),
    ImportKind.CLIENTS: ("number", "home_type"),
    ImportKind.FAMILIES: ("client_number", "number"),
    ImportKind.BANK_ACCOUNTS: ("number",),
    ImportKind.ASSIGNMENTS: ("client_number", "agency_code", "home_type", "carer_number"),
    ImportKind.CARE_PLANS: ("client_number", "plan_from", "item_code"),
}


def match_headings(headings: Row, *, kind: ImportKind) -> tuple[dict[int, Column], list[Reason]]:
    """Find which place holds which column; a reason for each heading that is missing, doubled or not known.

    Where most that are needed are missing it is another kind of file, or has none: then their texts may be anything.
    A heading that is not known is told by its letter, since it may be somebody's name.
    """
    known = {_bare(name): column for column in COLUMNS[kind] for name in (column.heading, *column.other_headings)}
    places: dict[int, Column] = {}
    reasons: list[Reason] = []
    for place, heading in enumerate(headings.cells):
        if not heading or _bare(heading) == _bare(REASON_HEADING):
            continue
        column = known.get(_bare(heading))
        if column is None:
            reasons.append(Reason(headings.line, _letter(place), ReasonCode.HEADING_UNKNOWN))
        else:
            places[place] = column
    times = Counter(column.field for column in places.values())
    missing = [column for column in COLUMNS[kind] if column.required and not times[column.field]]
    if 2 * len(missing) > sum(column.required for column in COLUMNS[kind]):
        return {}, [Reason(headings.line, None, ReasonCode.FILE_OF_ANOTHER_KIND)]
    reasons += [Reason(headings.line, column.heading, ReasonCode.HEADING_MISSING) for column in missing]
    for column in COLUMNS[kind]:
        if times[column.field] > 1:
            reasons.append(Reason(headings.line, column.heading, ReasonCode.HEADING_DOUBLED))
    return places, reasons


def read_row(row: Row, *, places: Mapping[int, Column], kind: ImportKind) -> tuple[ReadRow | None, list[Reason]]:
    """Read one row: its values, or all that is wrong with its cells."""
    texts = {column.field: row.cells[place] if place < len(row.cells) else "" for place, column in places.items()}
    values: dict[str, Any] = {column.field: None for column in COLUMNS[kind]}
    reasons: list[Reason] = []
    for column in COLUMNS[kind]:
        cell = texts.get(column.field, "")
        if not cell:
            if _is_needed(column, texts, kind=kind):
                reasons.append(Reason(row.line, column.heading, ReasonCode.CELL_EMPTY, _group(column)))
            continue
        try:
            values[column.field] = column.read(cell)
        except BadCell as bad:
            reasons.append(Reason(row.line, column.heading, bad.code, {"example": column.example, **bad.details}))
    reasons += _find_backwards(row.line, values, kind=kind)
    if kind is ImportKind.ASSIGNMENTS and not reasons and not values["agency_code"] and not values["carer_number"]:
        reasons.append(Reason(row.line, None, ReasonCode.ROW_SAYS_NOTHING))
    return (None if reasons else ReadRow(row.line, values)), reasons


def find_repeated(rows: Sequence[ReadRow], *, kind: ImportKind) -> list[Reason]:
    """A reason for each row that says again what an earlier row of the same file says."""
    first: dict[tuple[Any, ...], int] = {}
    reasons = []
    for row in rows:
        key = tuple(row.values[name] for name in SAME_WHEN[kind])
        earlier = first.setdefault(key, row.line)
        if earlier != row.line:
            reasons.append(Reason(row.line, None, ReasonCode.ROW_REPEATED, {"line": earlier}))
    return reasons


def _find_backwards(line: int, values: Mapping[str, Any], *, kind: ImportKind) -> Iterator[Reason]:
    headings = {column.field: column.heading for column in COLUMNS[kind]}
    for begin, end in PERIODS:
        if begin in headings and end in headings and values[begin] and values[end] and values[end] <= values[begin]:
            yield Reason(line, headings[end], ReasonCode.CELL_BEFORE, {"begin": headings[begin]})


def _is_needed(column: Column, texts: Mapping[str, str], *, kind: ImportKind) -> bool:
    if column.required or column.together is None:
        return column.required
    return any(texts.get(other.field) for other in COLUMNS[kind] if other.together == column.together)


def _group(column: Column) -> dict[str, Any]:
    return {"example": column.example} | ({"together": column.together} if column.together else {})


def _letter(place: int) -> str:
    """A column as spreadsheets call it: A, B, …, Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _bare(heading: str) -> str:
    """A heading as it is compared: without spaces, marks of required columns, and notes in brackets."""
    text = unicodedata.normalize("NFKC", heading).partition("(")[0]
    return "".join(text.split()).strip("*:")
