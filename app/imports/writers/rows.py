"""What the writers of all kinds share: one row after another, each wholly or not at all, refusals as reasons."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.imports.types import ReadRow, Reason
from app.kernel.errors import DomainError
from app.kernel.permissions import Actor, AnyActor, Permission

# In which column the reason of a refusal lies, by its code; of others it lies in the row as a whole.
COLUMN_OF: Mapping[str, str] = {
    "person_differs": "姓名",
    "id_number_invalid": "身份证号",
    "phone_invalid": "手机号",
    "phone_differs": "手机号",
    "outside_scope": "区划代码",
    "client_differs": "区划代码",
    "outside_service_area": "区划代码",
    "client_served_elsewhere": "机构统一社会信用代码",
    "agency_not_active": "机构统一社会信用代码",
    "agency_not_designated": "机构统一社会信用代码",
    "outside_service_scope": "居家护理类型",
    "agreement_overlaps": "协议开始日期",
    "entitlement_overlaps": "评估结论日期",
    "conclusion_too_long": "待遇到期日期",
    "conclusion_in_future": "评估结论日期",
    "home_types_not_allowed": "可享受类型",
    "employment_overlaps": "合同开始日期",
    "relation_not_allowed": "与服务对象关系",
    "training_start_missing": "阶段开始日期",
    "exam_missing": "考核日期",
    "plan_start_passed": "计划开始日期",
}


class RowRefused(Exception):
    """Carries a reason of the import's own out of a row's writing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, in which session, and when it was taken in."""

    session: Session
    actor: AnyActor
    at: datetime

    def may(self, permission: Permission) -> bool:
        """Whether the one who sent the file may do this; a region's system may all."""
        return not isinstance(self.actor, Actor) or self.actor.may(permission)


def write_each(writing: Writing, rows: Iterable[ReadRow], write: Callable[[ReadRow], None]) -> list[Reason]:
    """Write rows one by one, each in a savepoint of its own; answers why rows did not go in."""
    reasons = []
    for row in rows:
        try:
            with writing.session.begin_nested():
                write(row)
        except RowRefused as refused:
            reasons.append(refused.reason)
        except DomainError as error:
            reasons.append(reason_of(error, line=row.line))
    return reasons


def reason_of(error: DomainError, *, line: int) -> Reason:
    """A refusal of another package as a reason; its details hold no personal data by its own promise."""
    return Reason(line, COLUMN_OF.get(error.code), error.code, {k: _plain(v) for k, v in error.details.items()})


def refuse(row: ReadRow, code: str, *, column: str | None = None, **details: Any) -> RowRefused:
    """A reason to raise."""
    return RowRefused(Reason(row.line, column, code, details))


def values_of(rows: Sequence[ReadRow], field: str) -> set[Any]:
    """The different values of a field, without the empty ones."""
    return {row.values[field] for row in rows if row.values[field] is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
