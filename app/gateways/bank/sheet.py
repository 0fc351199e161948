"""The shape of a bank's CSV: a first record of label and value in turn, a record of headings, then the rows."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from app.gateways.bank.problems import AnswerFileRejected, Problem, ProblemCode

# UTF-8 is tried first: the Chinese label that opens the file is not valid UTF-8 when written in GB18030.
_ENCODINGS = ("utf-8-sig", "gb18030")
_PADDING = " \t\u3000"
_BRACKETS = str.maketrans({"（": "(", "）": ")"})


@dataclass(frozen=True, slots=True)
class Record:
    """One row, cells by our field name; `line_no` is its last line in the file, counted from 1."""

    line_no: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    header: Mapping[str, str]
    records: tuple[Record, ...]


def read_sheet(
    data: bytes, *, header: Mapping[str, str], columns: Mapping[str, str], optional: Mapping[str, str], most_rows: int
) -> Sheet:
    """Read a bank's CSV; `header`, `columns` and `optional` give our field for each Chinese label.

    The first two must all be there; an optional column that is not has empty cells. Raises AnswerFileRejected when the
    bytes are no text or no CSV, a label or column is missing or doubled, there are more than `most_rows` rows, or a
    row has more or fewer cells than there are headings.
    """
    rows = _rows(_text(data), most=most_rows + 2)
    if len(rows) < 2:
        raise AnswerFileRejected([Problem(ProblemCode.NOT_CSV)])
    (_, first), (headings_line, headings), *rest = rows
    headings = [heading.translate(_BRACKETS) for heading in headings]
    values = _pairs(first)
    AnswerFileRejected.raise_any(
        chain(
            (
                Problem(ProblemCode.HEADER_MISSING, 1, field=name)
                for label, name in header.items()
                if not values.get(label)
            ),
            _find_heading_problems(headings, columns=columns, optional=optional, line_no=headings_line),
            (Problem(ProblemCode.CELL_COUNT, line_no) for line_no, row in rest if len(row) != len(headings)),
        )
    )
    wanted = {name: label for label, name in (*columns.items(), *optional.items())}
    places = {name: headings.index(label) for name, label in wanted.items() if label in headings}
    empty = dict.fromkeys(optional.values(), "")
    return Sheet(
        header={name: values[label] for label, name in header.items()},
        records=tuple(
            Record(line_no, empty | {name: row[place] for name, place in places.items()}) for line_no, row in rest
        ),
    )


def _text(data: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise AnswerFileRejected([Problem(ProblemCode.ENCODING)])


def _rows(text: str, *, most: int) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with its line number and its cells without padding."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            cells = [cell.strip(_PADDING) for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
            if len(rows) > most:
                raise AnswerFileRejected([Problem(ProblemCode.TOO_MANY_ROWS, line_no=reader.line_num)])
    except csv.Error:
        raise AnswerFileRejected([Problem(ProblemCode.NOT_CSV, line_no=reader.line_num or None)]) from None
    return rows


def _pairs(cells: Sequence[str]) -> dict[str, str]:
    """Label and value in turn; of a doubled label neither value counts, so that no one can choose."""
    labels = [label.translate(_BRACKETS) for label in cells[::2]]
    times = Counter(labels)
    return {label: value for label, value in zip(labels, cells[1::2], strict=False) if times[label] == 1}


def _find_heading_problems(
    headings: Sequence[str], *, columns: Mapping[str, str], optional: Mapping[str, str], line_no: int
) -> Iterator[Problem]:
    for label, name in (*columns.items(), *optional.items()):
        times = headings.count(label)
        if times == 0 and label in columns:
            yield Problem(ProblemCode.COLUMN_MISSING, line_no, field=name)
        if times > 1:
            yield Problem(ProblemCode.COLUMN_DOUBLED, line_no, field=name)
