"""Imports by files (批量导入): which kinds there are, what a run comes to, and what is wrong with a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ImportKind(StrEnum):
    """What a file holds, one row for each."""

    STAFF = "staff"  # 机构护理员、合同与证书
    CLIENTS = "clients"  # 服务对象、住址、服务协议与待遇
    FAMILIES = "families"  # 亲情照护人员与培训
    BANK_ACCOUNTS = "bank_accounts"  # 收款账户
    ASSIGNMENTS = "assignments"  # 服务协议与派员
    CARE_PLANS = "care_plans"  # 护理计划, one row for each item


class ImportMode(StrEnum):
    """What becomes of a file with bad rows: nothing of it goes in, or the good rows do and the bad ones come back."""

    ALL_OR_NOTHING = "all_or_nothing"
    GOOD_ROWS = "good_rows"


class RunState(StrEnum):
    """A run waits for the worker, runs, and ends: written (in part), refused for its rows, or failed by our fault."""

    QUEUED = "queued"
    RUNNING = "running"
    WRITTEN = "written"
    REFUSED = "refused"
    FAILED = "failed"


class FileForm(StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong: in which line of the file (counted from 1), in which column if in one, and why.

    `code` has a sentence in each language that says what is wrong and what would be right; `details` fill it in and
    hold no personal data.
    """

    line: int
    column: str | None
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row whose cells could all be read; values by field, optional ones that are empty are None."""

    line: int
    values: Mapping[str, Any] = field(repr=False)
