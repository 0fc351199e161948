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


class ReasonCode(StrEnum):
    """Why a row does not go in, besides what the services of other packages refuse; each has a sentence."""

    FILE_OF_ANOTHER_KIND = "file_of_another_kind"
    HEADING_MISSING = "heading_missing"
    HEADING_DOUBLED = "heading_doubled"
    HEADING_UNKNOWN = "heading_unknown"
    CELL_EMPTY = "cell_empty"
    CELL_BAD_CHARACTERS = "cell_bad_characters"
    CELL_TOO_LONG = "cell_too_long"
    CELL_NOT_AN_ID_NUMBER = "cell_not_an_id_number"
    CELL_NOT_A_MOBILE = "cell_not_a_mobile"
    CELL_NOT_A_CREDIT_CODE = "cell_not_a_credit_code"
    CELL_NOT_A_BANK_ACCOUNT = "cell_not_a_bank_account"
    CELL_NOT_A_BANK_CODE = "cell_not_a_bank_code"
    CELL_NOT_AN_ITEM_CODE = "cell_not_an_item_code"
    CELL_NOT_A_NUMBER_OF_PAPER = "cell_not_a_number_of_paper"
    CELL_NOT_A_CERTIFICATE_NUMBER = "cell_not_a_certificate_number"
    CELL_NOT_A_DISTRICT_CODE = "cell_not_a_district_code"
    CELL_NOT_A_STREET_CODE = "cell_not_a_street_code"
    CELL_NOT_A_DAY = "cell_not_a_day"
    CELL_NO_SUCH_DAY = "cell_no_such_day"
    CELL_BEFORE = "cell_before"
    CELL_NOT_A_NUMBER_BETWEEN = "cell_not_a_number_between"
    CELL_NOT_DEGREES = "cell_not_degrees"
    CELL_DEGREES_TOO_ROUGH = "cell_degrees_too_rough"
    CELL_NOT_A_CHOICE = "cell_not_a_choice"
    ROW_REPEATED = "row_repeated"
    ROW_SAYS_NOTHING = "row_says_nothing"
    COLUMN_NOT_PERMITTED = "column_not_permitted"
    AGENCY_UNKNOWN = "agency_unknown"
    CLIENT_UNKNOWN = "client_unknown"
    CARER_UNKNOWN = "carer_unknown"
    PERSON_UNKNOWN = "person_unknown"
    ITEM_NAME_DIFFERS = "item_name_differs"


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
