"""Text for the command line: a policy as a table, a book as a summary."""

import unicodedata
from collections.abc import Iterable, Sequence

from app.policies.kinds import Plain, Row
from app.policies.rules import PolicyBook
from app.policies.types import Explained, Policy, Source

HEADS = ("键 key", "值 value", "层 layer", "名称", "依据 source")


def show_policy(policy: Policy, explained: Sequence[Explained]) -> str:
    """Lay out a policy: its days and digest, then each key with its value and the document and clause behind it."""
    end = policy.valid_to or "…"
    head = (
        f"{policy.region}{f' / {policy.district}' if policy.district else ''}  "
        f"[{policy.valid_from}, {end})  digest {policy.digest}"
    )
    assumed = sum(each.assumed for each in explained)
    foot = f"{len(explained)} 项，其中 {assumed} 项为假定 / {len(explained)} values, {assumed} of them assumed"
    rows = [(each.key, _value(each.value), f"{each.layer} {each.code}", each.label, origin(each)) for each in explained]
    return "\n".join([head, "", *_columns([HEADS, *rows]), "", foot])


def summarise_book(book: PolicyBook) -> str:
    """Say in one line per region how many texts there are and until when they hold."""
    lines = []
    for region in book.regions:
        policies = book.spans(region=region)
        end = policies[0].expires_on and max(each.expires_on for each in policies if each.expires_on)
        lines.append(f"{region}: {len(policies)} 份 / texts, 至 / until {end or '…'}")
    return "\n".join([f"{len(book.layers)} 个文件无误 / files are sound", *lines])


def origin(explained: Explained) -> str:
    """Say where a value comes from: document and clause, or that it is assumed and why."""
    if explained.source is None:
        return f"经办机构假定 assumed：{explained.reason}"
    return cite(explained.source)


def cite(source: Source) -> str:
    """Name the document with its number and the clause, and that it is a report about the rule where it is one."""
    document = source.document
    text = f"{document.number or ''}《{document.title}》{source.clause or '（条款未见）'}"
    return f"二手来源 secondary：{text}" if document.secondary else text


def _value(value: Plain) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(_item, value)) if isinstance(value, list) else str(value)


def _item(item: str | Row) -> str:
    if isinstance(item, str):
        return item
    return "{" + " ".join(f"{name}={_value(cell)}" for name, cell in item.items() if cell is not None) + "}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(_width(text) for text in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Count terminal cells: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
