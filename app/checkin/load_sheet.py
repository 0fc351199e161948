"""Staff load as a workbook an agency takes away: one sheet of totals, and one for each figure, carers by spans."""

from collections.abc import Callable, Iterator, Sequence

from app.checkin.load import LoadBy, LoadCell, Span, StaffLoad
from app.checkin.rules.staff_load import total
from app.kernel.sheets import Cell, write_xlsx

MINUTES: tuple[tuple[str, Callable[[LoadCell], int]], ...] = (
    ("计划（分钟）", lambda cell: cell.worked.planned_minutes),
    ("已记录（分钟）", lambda cell: cell.worked.recorded_minutes),
    ("已认可（分钟）", lambda cell: cell.worked.accepted_minutes),
    ("超时（分钟）", lambda cell: cell.overtime_minutes),
    ("空闲（分钟）", lambda cell: cell.free_minutes),
    ("服务对象（人）", lambda cell: cell.worked.clients),
    ("照护人数（人）", lambda cell: cell.caseload),
)
TOTALS = (
    "护理员",
    "编号",
    "工单",
    "未到",
    "计划（分钟）",
    "已记录（分钟）",
    "已认可（分钟）",
    "时间重叠（次）",
    "超时（分钟）",
    "空闲（分钟）",
)


def write_staff_load(load: StaffLoad) -> bytes:
    """The workbook's bytes. Minutes are numbers, so that a spreadsheet can add them up."""
    sheets: dict[str, Iterator[Sequence[Cell]]] = {"合计": _totals(load)}
    for title, figure in MINUTES:
        sheets[title.partition("（")[0]] = _matrix(load, title, figure)
    return write_xlsx(sheets)


def _totals(load: StaffLoad) -> Iterator[Sequence[Cell]]:
    yield TOTALS
    for carer in load.items:
        added = total(carer.cells)
        yield (
            carer.name,
            str(carer.carer_id),
            added.visits,
            added.missed,
            added.planned_minutes,
            added.recorded_minutes,
            added.accepted_minutes,
            added.overlapping,
            sum(cell.overtime_minutes for cell in carer.cells),
            sum(cell.free_minutes for cell in carer.cells),
        )


def _matrix(load: StaffLoad, title: str, figure: Callable[[LoadCell], int]) -> Iterator[Sequence[Cell]]:
    yield (f"护理员 · {title}", "编号", *(_name(column.span, load.by) for column in load.columns))
    for carer in load.items:
        yield (carer.name, str(carer.carer_id), *(figure(cell) for cell in carer.cells))


def _name(span: Span, by: LoadBy) -> str:
    if by is LoadBy.MONTH:
        return f"{span.first:%Y-%m}"
    return span.first.isoformat() + ("起一周" if by is LoadBy.WEEK else "")
