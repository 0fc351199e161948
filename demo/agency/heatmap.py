"""Draws staff load as a heat map: carers by days, the darker the more was recorded; overtime has a red edge."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from demo.client import Json

CELL, LEFT, TOP, GAP = 26, 120, 64, 2
FULL = (13, 71, 161)  # of a full post's minutes
EMPTY = (236, 240, 245)
FONT = 'font-family="Noto Sans CJK SC, sans-serif" font-size="11"'
KEY = "颜色：已记录分钟 ÷ 每日标准工时；红框：超时；数字：小时 · people are made up"


def draw(load: Json, *, title: str, target: Path) -> Path:
    """Write an SVG of one page of `GET /staff-load` by days."""
    width = LEFT + len(load["columns"]) * CELL + 70
    height = TOP + len(load["items"]) * CELL + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {FONT}>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="10" y="22" font-size="15">{escape(title)}</text>',
        *_days(load),
        *(line for number, item in enumerate(load["items"]) for line in _carer(load, item, number)),
        f'<text x="10" y="{height - 12}" fill="#555">{KEY}</text>',
        "</svg>",
    ]
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def _days(load: Json) -> Iterator[str]:
    for number, column in enumerate(load["columns"]):
        x = LEFT + number * CELL + CELL / 2
        yield f'<text x="{x}" y="{TOP - 8}" text-anchor="middle" fill="#333">{int(column["first"][-2:])}</text>'
    yield f'<text x="{LEFT + len(load["columns"]) * CELL + 8}" y="{TOP - 8}" fill="#333">合计 h</text>'


def _carer(load: Json, item: Json, row: int) -> Iterator[str]:
    y = TOP + row * CELL
    yield f'<text x="10" y="{y + 17}">{escape(item["name"])}</text>'
    for number, (cell, column) in enumerate(zip(item["cells"], load["columns"], strict=True)):
        share = min(1.0, cell["recorded_minutes"] / column["norm_minutes"])
        edge = ' stroke="#c62828" stroke-width="2"' if cell["overtime_minutes"] else ""
        x, size = LEFT + number * CELL, CELL - GAP
        yield f'<rect x="{x}" y="{y}" width="{size}" height="{size}" rx="3" fill="{_colour(share)}"{edge}/>'
        if cell["recorded_minutes"]:
            ink = "white" if share > 0.45 else "#333"
            hours = f"{cell['recorded_minutes'] / 60:.1f}"
            place = f'x="{x + size / 2}" y="{y + 16}" text-anchor="middle" font-size="9"'
            yield f'<text {place} fill="{ink}">{hours}</text>'
    total = sum(cell["recorded_minutes"] for cell in item["cells"])
    yield f'<text x="{LEFT + len(load["columns"]) * CELL + 8}" y="{y + 17}">{total / 60:.1f}</text>'


def _colour(share: float) -> str:
    mixed = (round(low + (high - low) * share) for low, high in zip(EMPTY, FULL, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
