"""Staff load at the end of the month: the picture, the workbook, and whether it adds up to the list of visits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

from demo.agency import heatmap
from demo.agency.month import Lived
from demo.client import Json
from demo.installation import REGIONS
from demo.world import MONTH, World

MINUTE = timedelta(minutes=1)
CARER_ID, VISITS, PLANNED, RECORDED = 1, 2, 4, 5  # columns of the workbook's first sheet
Sums = dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Load:
    """What the API says of the month's load, where its two forms lie, and sums of both sides by carer."""

    items: Sequence[Json]
    picture: Path
    sheet: Path
    of_sheet: Sums
    of_visits: Sums


def keep(world: World, month: Lived, *, visits: Sequence[Json]) -> Load:
    """Draw the region's heat map and store its workbook; `visits` is the list of the month's visits."""
    staff, first, last = month.brought.staff, month.days[0], month.days[-1]
    load = staff.head.get("/staff-load", day_from=first, day_to=last, limit=200)
    title = f"示例{REGIONS[staff.region]}护理站 人员负荷 {MONTH:%Y-%m}（人名均为虚构 all people are made up）"
    target = world.output / f"{staff.region}-staff-load.svg"
    picture = heatmap.draw(load, names=month.carer_names, title=title, target=target)
    sheet = world.output / f"{staff.region}-staff-load.xlsx"
    sheet.write_bytes(staff.head.fetch(f"/staff-load/sheet?day_from={first}&day_to={last}").content)
    return Load(load["items"], picture, sheet, _of_sheet(sheet), _of_visits(visits))


def _of_sheet(sheet: Path) -> Sums:
    """Visits, planned and recorded minutes of each carer, as the workbook's first sheet has them."""
    rows = openpyxl.load_workbook(sheet, read_only=True).worksheets[0].iter_rows(min_row=2, values_only=True)
    return {str(row[CARER_ID]): (row[VISITS], row[PLANNED], row[RECORDED]) for row in rows}


def _of_visits(visits: Sequence[Json]) -> Sums:
    """The same, added up visit by visit, whole minutes each."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for visit in visits:
        if visit["state"] == "cancelled":
            continue
        found = (1, _minutes(visit, "planned_from", "planned_to"), _minutes(visit, "began_at", "ended_at"))
        sums[visit["carer_id"]] = [before + more for before, more in zip(sums[visit["carer_id"]], found, strict=True)]
    return {carer_id: (count, planned, recorded) for carer_id, (count, planned, recorded) in sums.items()}


def _minutes(visit: Json, begin: str, end: str) -> int:
    if not visit[begin] or not visit[end]:
        return 0
    lasted = datetime.fromisoformat(visit[end]) - datetime.fromisoformat(visit[begin])
    return abs(lasted) // MINUTE
