"""Draws staff load as a heat map: carers by days, the darker the more was recorded; overtime has a red edge."""

from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from pathlib import Path

from demo.client import Json

CELL, GAP = 30, 2
LEFT, TOP, RIGHT, BELOW, NARROWEST = 110, 76, 90, 62, 680
LOW, HIGH = (232, 240, 250), (13, 60, 140)  # nothing recorded, and a full post's minutes
DARK, WHITE, GREY, WEEKEND, RED = "#1a1a1a", "#ffffff", "#555555", "#a04000", "#c62828"
BRIGHT = 125  # a colour brighter than this takes dark figures
FONT = "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
WEEKDAYS = "一二三四五六日"
SATURDAY = 5
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw(load: Json, *, names: Mapping[str, str], title: str, target: Path) -> Path:
    """Write an SVG of one page of `GET /staff-load` by days; `names` are the carers' by their ids."""
    columns, items = load["columns"], load["items"]
    width = max(NARROWEST, LEFT + len(columns) * CELL + RIGHT)
    height = TOP + len(items) * CELL + BELOW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{FONT}">',
        f'<rect width="{width}" height="{height}" fill="{WHITE}"/>',
        _text(10, 24, title, size=16),
        *_days(columns),
        *(line for row, item in enumerate(items) for line in _carer(columns, item, row, name=names[item["carer_id"]])),
        *_legend(height - BELOW + 22, norm_minutes=columns[0]["norm_minutes"]),
        "</svg>",
    ]
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def _days(columns: list[Json]) -> Iterator[str]:
    for number, column in enumerate(columns):
        day = date.fromisoformat(column["first"])
        x, ink = _middle(number), WEEKEND if day.weekday() >= SATURDAY else DARK
        yield _text(x, TOP - 22, str(day.day), ink=ink, anchor="middle")
        yield _text(x, TOP - 8, WEEKDAYS[day.weekday()], ink=ink, size=10, anchor="middle")
    yield _text(LEFT + len(columns) * CELL + 12, TOP - 8, "合计 total h", ink=GREY)


def _carer(columns: list[Json], item: Json, row: int, *, name: str) -> Iterator[str]:
    y = TOP + row * CELL
    yield _text(10, y + 19, name)
    for number, (cell, column) in enumerate(zip(item["cells"], columns, strict=True)):
        minutes = cell["recorded_minutes"]
        colour = _colour(min(1.0, minutes / column["norm_minutes"]))
        yield _box(LEFT + number * CELL, y, colour, has_edge=cell["overtime_minutes"] > 0)
        if minutes:
            yield _text(_middle(number), y + 18, _hours(minutes), ink=_ink(colour), size=11, anchor="middle")
    total = sum(cell["recorded_minutes"] for cell in item["cells"])
    yield _text(LEFT + len(columns) * CELL + 12, y + 19, _hours(total))


def _legend(y: int, *, norm_minutes: int) -> Iterator[str]:
    yield _text(10, y + 4, "已记录小时 hours recorded", ink=GREY)
    x = 180
    for share in STEPS:
        colour, more = _colour(share), "+" if share == 1 else ""
        yield _box(x, y - 14, colour)
        figure = f"{share * norm_minutes / 60:.0f}{more}"
        yield _text(x + (CELL - GAP) / 2, y + 4, figure, ink=_ink(colour), size=11, anchor="middle")
        x += CELL
    yield _box(x + 20, y - 14, _colour(1), has_edge=True)
    yield _text(x + 58, y + 4, f"红框：一日超过 {norm_minutes / 60:.0f} 小时 overtime", ink=GREY)
    yield _text(10, y + 30, "人名、时间均为虚构 All names and times are made up", ink=GREY)


def _box(x: float, y: float, colour: tuple[int, int, int], *, has_edge: bool = False) -> str:
    edge = f' stroke="{RED}" stroke-width="2"' if has_edge else ""
    size = CELL - GAP
    return f'<rect x="{x}" y="{y}" width="{size}" height="{size}" rx="3" fill="rgb{colour}"{edge}/>'


def _text(x: float, y: float, text: str, *, ink: str = DARK, size: int = 12, anchor: str = "start") -> str:
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {place} fill="{ink}">{escape(text)}</text>'


def _middle(column: int) -> float:
    return LEFT + column * CELL + (CELL - GAP) / 2


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}"


def _colour(share: float) -> tuple[int, int, int]:
    red, green, blue = (round(low + (high - low) * share) for low, high in zip(LOW, HIGH, strict=True))
    return red, green, blue


def _ink(colour: tuple[int, int, int]) -> str:
    """Dark figures on bright colours, white ones on dark (brightness as ITU-R BT.601 weighs it)."""
    red, green, blue = colour
    return DARK if 0.299 * red + 0.587 * green + 0.114 * blue > BRIGHT else WHITE
