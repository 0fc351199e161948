"""Tables as people bring and take them: CSV in UTF-8 or GB18030, and XLSX. Pure; knows nothing of what a column means.

What we write never runs in a spreadsheet: a text that begins like a formula gets an apostrophe in front, which such
programs show as text, and which is taken off again when a file comes back.

openpyxl is loaded with the first workbook: a web server starts a tenth of a second sooner without it.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from defusedxml.common import DefusedXmlException

Cell = str | int | None

FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")  # the full-width ones start a formula too in East Asian spreadsheets
ESCAPE = "'"
PADDING = " \t\u3000\xa0"
ENCODINGS = ("utf-8-sig", "gb18030")  # in this order: Chinese in GB18030 is hardly ever valid UTF-8
ZIP_SIGNATURE = b"PK\x03\x04"
LARGEST_UNPACKED = 200 << 20
NAME_LENGTH = 31  # of a sheet, in characters: the format's limit
# What the readers of the format raise for bytes that are none; a SyntaxError is that of XML.
NO_TABLE = (
    zipfile.BadZipFile,
    zlib.error,
    DefusedXmlException,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    NotImplementedError,
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


class SheetProblem(StrEnum):
    """Why a file is no table."""

    NOT_TEXT = "file_not_text"
    NOT_A_TABLE = "file_not_a_table"
    TOO_MANY_ROWS = "file_too_many_rows"
    TOO_LARGE = "file_too_large_unpacked"
    EMPTY = "file_empty"


class UnreadableSheet(ValueError):
    """The bytes are no table; `problem` says why, `line` where, counted from 1."""

    def __init__(self, problem: SheetProblem, *, line: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; `line` is its number in the file, counted from 1, headings included."""

    line: int
    cells: tuple[str, ...]


def read_rows(content: bytes, *, most: int) -> Iterator[Row]:
    """Rows of the first sheet, cells as trimmed texts; days as YYYY-MM-DD. Headings are a row like others.

    Raises UnreadableSheet, also while it is read: for more than `most` rows, what is neither text nor XLSX, and an XLSX
    that unpacks to more than 200 MiB.
    """
    rows = _xlsx_rows(content) if content.startswith(ZIP_SIGNATURE) else _csv_rows(content)
    count = 0
    for row in rows:
        if any(row.cells):
            count += 1
            if count > most:
                raise UnreadableSheet(SheetProblem.TOO_MANY_ROWS, line=row.line)
            yield row
    if count == 0:
        raise UnreadableSheet(SheetProblem.EMPTY)


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([_escaped(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """A workbook; the first row of each sheet is bold and stays in sight. Texts are texts, also those like numbers."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:NAME_LENGTH])
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows):
            cells = []
            for value in row:
                written = WriteOnlyCell(sheet, value=_escaped(value))
                if isinstance(value, str):
                    written.data_type = "s"  # else a text with a formula's sign in it may be taken for one
                if number == 0:
                    written.font = Font(bold=True)
                cells.append(written)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _escaped(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.lstrip(PADDING).startswith(FORMULA_SIGNS):
        return ESCAPE + cell
    return cell


def _plain(text: str) -> str:
    """A cell as it was meant: without padding and without the apostrophe that we, or a spreadsheet, put in front."""
    text = text.strip(PADDING)
    if text.startswith(ESCAPE) and text[1:].lstrip(PADDING).startswith(FORMULA_SIGNS):
        return text[1:].strip(PADDING)
    return text


def _csv_rows(content: bytes) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        for cells in reader:
            yield Row(reader.line_num, tuple(_plain(cell) for cell in cells))
    except csv.Error:
        raise UnreadableSheet(SheetProblem.NOT_A_TABLE, line=reader.line_num or None) from None


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise UnreadableSheet(SheetProblem.NOT_TEXT)


def _xlsx_rows(content: bytes) -> Iterator[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED:
                raise UnreadableSheet(SheetProblem.TOO_LARGE)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield Row(number, tuple(_as_text(value) for value in row))
        finally:
            book.close()
    except UnreadableSheet:
        raise
    except (*NO_TABLE, InvalidFileException):
        raise UnreadableSheet(SheetProblem.NOT_A_TABLE) from None


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == value.min.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _plain(str(value))
