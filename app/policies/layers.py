"""Reads one policy file's tables into a `Layer` and collects everything wrong with it. No files, no clock."""

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from app.policies.kinds import BadValue, name_of_type
from app.policies.registry import GROUPS, REGISTRY, Term
from app.policies.sentences import ProblemCode
from app.policies.types import DatedValue, Document, Layer, LayerKind, Problem, Source

Table = Mapping[str, object]
T = TypeVar("T")

FOREVER = dt.date.max
REGION = re.compile(r"[a-z][a-z0-9_]{0,30}")
DISTRICT = re.compile(r"[0-9]{6}")
HEAD = ("layer", "code", "name", "parent", "region", "validity", "documents")
VALIDITY = ("valid_from", "valid_to", "source", "assumed", "reason")
VALUE = ("value", "valid_from", "valid_to", "source", "assumed", "reason", "final")
DOCUMENT = ("title", "number", "issued_on", "secondary", "note")
SOURCE = ("document", "clause")

Expected = tuple[str, str]
LINE: Expected = ("一行文字", "one line of text")
DATE: Expected = ("日期，如 2026-01-31", "a date such as 2026-01-31")
FLAG: Expected = ("true 或 false", "true or false")
TABLE: Expected = ("表", "a table")
LAYER: Expected = ("其中之一：" + " | ".join(LayerKind), "one of " + " | ".join(LayerKind))
SCHEMA: Expected = ("小写字母开头的代码，如 tianjin", "a code in lower case such as tianjin")
GB2260: Expected = ("六位行政区划代码", "a six-digit GB/T 2260 code")
NOT_HERE: Expected = ("不写（此层没有）", "left out: this layer has none")


@dataclass(frozen=True)
class Period:
    """Days `[start, end)`; `end` is `FOREVER` when open."""

    start: dt.date
    end: dt.date

    def __str__(self) -> str:
        return f"[{self.start}, {'…' if self.end == FOREVER else self.end})"

    @property
    def open_end(self) -> dt.date | None:
        return None if self.end == FOREVER else self.end


@dataclass
class LayerReader:
    """Reads one file. Call `read` once; `problems` then holds what is wrong."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)

    def read(self, raw: Table) -> Layer | None:
        """Return the layer, or None when its head is too broken to place it."""
        self._refuse_unknown(raw, known=(*HEAD, *GROUPS), key=None)
        kind = self._kind(raw)
        code = self._field(raw, "code", str, LINE)
        name = self._field(raw, "name", str, LINE)
        self._read_documents(raw)
        period, source, reason = self._validity(raw)
        if kind is None or code is None or period is None:
            return None
        parent, region = self._place(raw, kind=kind, code=code)
        values = {term.key: self._values(found, term, kind, period) for term, found in self._entries(raw)}
        return Layer(
            file=self.file,
            kind=kind,
            code=code,
            name=name or code,
            parent=parent,
            region=region,
            valid_from=period.start,
            valid_to=period.open_end,
            source=source,
            reason=reason,
            values={key: dated for key, dated in values.items() if dated},
        )

    def _add(self, code: ProblemCode, key: str | None, **details: object) -> None:
        self.problems.append(Problem(self.file, key, code, details))

    def _refuse_unknown(self, table: Table, *, known: tuple[str, ...], key: str | None) -> None:
        for name in table:
            if name not in known:
                self._add(ProblemCode.UNKNOWN_FIELD, key, name=name, known=", ".join(known))

    def _optional(self, table: Table, name: str, of: type[T], expected: Expected, key: str | None = None) -> T | None:
        """Return the field when it is there and of this very type (a bool is no int, a datetime no date)."""
        found = table.get(name)
        if found is None:
            return None
        if type(found) is not of or found == "":
            self._bad_field(name, expected, key)
            return None
        return found

    def _field(self, table: Table, name: str, of: type[T], expected: Expected, key: str | None = None) -> T | None:
        if name not in table:
            chinese, english = expected
            self._add(ProblemCode.MISSING_FIELD, key, name=name, expected_zh=chinese, expected_en=english)
        return self._optional(table, name, of, expected, key)

    def _bad_field(self, name: str, expected: Expected, key: str | None = None) -> None:
        self._add(ProblemCode.BAD_FIELD, key, name=name, expected_zh=expected[0], expected_en=expected[1])

    def _kind(self, raw: Table) -> LayerKind | None:
        text = self._field(raw, "layer", str, LAYER)
        if text is not None and text not in list(LayerKind):
            self._bad_field("layer", LAYER)
            return None
        return LayerKind(text) if text else None

    def _place(self, raw: Table, *, kind: LayerKind, code: str) -> tuple[str | None, str | None]:
        """Read parent and region as far as the layer has them."""
        parent = region = None
        if kind is LayerKind.NATION:
            self._refuse(raw, "parent")
        else:
            parent = self._field(raw, "parent", str, LINE)
        if kind in (LayerKind.FUND, LayerKind.DISTRICT):
            region = self._field(raw, "region", str, SCHEMA)
        else:
            self._refuse(raw, "region")
        if region is not None and not REGION.fullmatch(region):
            self._bad_field("region", SCHEMA)
        if kind is LayerKind.DISTRICT and not DISTRICT.fullmatch(code):
            self._bad_field("code", GB2260)
        return parent, region

    def _refuse(self, raw: Table, name: str) -> None:
        if name in raw:
            self._bad_field(name, NOT_HERE)

    def _read_documents(self, raw: Table) -> None:
        for name, table in (self._optional(raw, "documents", dict, TABLE) or {}).items():
            key = f"documents.{name}"
            if not isinstance(table, dict):
                self._bad_field(name, TABLE, key)
                continue
            self._refuse_unknown(table, known=DOCUMENT, key=key)
            self.documents[name] = Document(
                title=self._field(table, "title", str, LINE, key) or "",
                number=self._optional(table, "number", str, LINE, key),
                issued_on=self._optional(table, "issued_on", dt.date, DATE, key),
                secondary=self._optional(table, "secondary", bool, FLAG, key) or False,
                note=self._optional(table, "note", str, LINE, key),
            )

    def _validity(self, raw: Table) -> tuple[Period | None, Source | None, str | None]:
        """Read from when to when the file holds, and what says so."""
        table = self._field(raw, "validity", dict, TABLE)
        if table is None:
            return None, None, None
        self._refuse_unknown(table, known=VALIDITY, key="validity")
        return self._period(table), *self._origin(table, "validity")

    def _period(self, table: Table) -> Period | None:
        start = self._field(table, "valid_from", dt.date, DATE, "validity")
        end = self._optional(table, "valid_to", dt.date, DATE, "validity") or FOREVER
        if start is not None and end <= start:
            self._add(ProblemCode.EMPTY_PERIOD, "validity", start=start, to=end)
            return None
        return Period(start, end) if start else None

    def _origin(self, table: Table, key: str) -> tuple[Source | None, str | None]:
        """Read the source, or the reason of an assumed value; a value has exactly one of the two."""
        assumed = self._optional(table, "assumed", bool, FLAG, key) or False
        reason = self._optional(table, "reason", str, LINE, key)
        if "source" in table:
            if assumed or reason is not None:
                self._add(ProblemCode.TWO_ORIGINS, key)
            return self._source(table, key), None
        if not assumed or reason is None:
            self._add(ProblemCode.NO_ORIGIN, key)
        return None, reason

    def _source(self, table: Table, key: str) -> Source | None:
        found = self._field(table, "source", dict, TABLE, key)
        if found is None:
            return None
        self._refuse_unknown(found, known=SOURCE, key=key)
        name = self._field(found, "document", str, LINE, key)
        clause = self._optional(found, "clause", str, LINE, key)
        document = self.documents.get(name or "")
        if document is None:
            self._add(ProblemCode.UNKNOWN_DOCUMENT, key, name=name)
            return None
        if clause is None and not document.secondary:
            self._add(ProblemCode.NO_CLAUSE, key)
        return Source(document, clause)

    def _entries(self, raw: Table) -> Iterator[tuple[Term, object]]:
        """Give each known key of the file with what stands there."""
        for group in GROUPS:
            for name, found in (self._optional(raw, group, dict, TABLE) or {}).items():
                key = f"{group}.{name}"
                if key in REGISTRY:
                    yield REGISTRY[key], found
                else:
                    near = "，".join(difflib.get_close_matches(key, REGISTRY, n=1))
                    self._add(ProblemCode.UNKNOWN_KEY, key, near=f" ({near}?)" if near else "")

    def _values(self, found: object, term: Term, kind: LayerKind, period: Period) -> tuple[DatedValue, ...]:
        if kind is LayerKind.DISTRICT and not term.kind.local:
            self._add(ProblemCode.NOT_LOCAL, term.key)
        listed = found if isinstance(found, list) else [found]
        tables: list[Table] = [table for table in listed if isinstance(table, dict)]
        if len(tables) < len(listed):
            self._bad_field(term.key, ("{ value = …, source = … } 或其列表", "{ value = …, source = … }"), term.key)
            return ()
        starts = [self._optional(table, "valid_from", dt.date, DATE, term.key) or period.start for table in tables]
        order = sorted(range(len(tables)), key=lambda position: starts[position])
        ends = [starts[position] for position in order[1:]] + [period.end]
        dated = [
            self._value(tables[position], term, Period(starts[position], next_start), period)
            for position, next_start in zip(order, ends, strict=True)
        ]
        self._check_order(term.key, [value for value in dated if value is not None])
        return tuple(value for value in dated if value is not None)

    def _value(self, table: Table, term: Term, until_next: Period, file_period: Period) -> DatedValue | None:
        """Read one dated value; without `valid_to` it holds until the next one begins or the file ends."""
        self._refuse_unknown(table, known=VALUE, key=term.key)
        source, reason = self._origin(table, term.key)
        final = self._optional(table, "final", bool, FLAG, term.key) or False
        end = self._optional(table, "valid_to", dt.date, DATE, term.key) or until_next.end
        period = Period(until_next.start, end)
        if "valid_to" in table and end <= period.start:
            self._add(ProblemCode.EMPTY_PERIOD, term.key, start=period.start, to=end)
        if period.start < file_period.start or period.end > file_period.end:
            self._add(ProblemCode.OUTSIDE_FILE, term.key, period=period, file_period=file_period)
        chinese, english = term.kind.expected
        if "value" not in table:
            self._add(ProblemCode.MISSING_FIELD, term.key, name="value", expected_zh=chinese, expected_en=english)
            return None
        try:
            plain = term.kind.read(table["value"])
        except BadValue:
            found = f"{table['value']!r} ({name_of_type(table['value'])})"
            self._add(ProblemCode.BAD_VALUE, term.key, found=found, expected_zh=chinese, expected_en=english)
            return None
        return DatedValue(plain, period.start, period.open_end, source, reason, final)

    def _check_order(self, key: str, values: list[DatedValue]) -> None:
        for first, second in pairwise(values):
            if first.valid_from == second.valid_from or (first.valid_to or FOREVER) > second.valid_from:
                periods = [Period(each.valid_from, each.valid_to or FOREVER) for each in (first, second)]
                self._add(ProblemCode.OVERLAP, key, first=periods[0], second=periods[1])
