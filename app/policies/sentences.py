"""Sentences for what can be wrong in policy files: Chinese, then English."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ProblemCode(StrEnum):
    """Stable codes of problems in policy files."""

    NO_FILES = "no_files"
    UNREADABLE = "unreadable"
    BAD_TOML = "bad_toml"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    BAD_FIELD = "bad_field"
    UNKNOWN_KEY = "unknown_key"
    BAD_VALUE = "bad_value"
    NO_ORIGIN = "no_origin"
    TWO_ORIGINS = "two_origins"
    UNKNOWN_DOCUMENT = "unknown_document"
    NO_CLAUSE = "no_clause"
    NOT_LOCAL = "not_local"
    OVERLAP = "overlap"
    OUTSIDE_FILE = "outside_file"
    EMPTY_PERIOD = "empty_period"
    FILE_OVERLAP = "file_overlap"
    FILE_GAP = "file_gap"
    BAD_PARENT = "bad_parent"
    BAD_REGION = "bad_region"
    SAME_REGION = "same_region"
    FINAL = "final"
    MISSING_KEY = "missing_key"
    VALUE_GAP = "value_gap"
    INCONSISTENT = "inconsistent"


SENTENCES: Mapping[ProblemCode, tuple[str, str]] = MappingProxyType(
    {
        ProblemCode.NO_FILES: ("文件夹中没有 .toml 政策文件", "the folder holds no .toml policy file"),
        ProblemCode.UNREADABLE: ("无法读取文件：{why}", "the file cannot be read: {why}"),
        ProblemCode.BAD_TOML: ("不是有效的 TOML：{why}", "not valid TOML: {why}"),
        ProblemCode.MISSING_FIELD: ("缺少“{name}”：{expected_zh}", '"{name}" is missing: {expected_en}'),
        ProblemCode.UNKNOWN_FIELD: ("不认识“{name}”，可写：{known}", '"{name}" is not known; known are {known}'),
        ProblemCode.BAD_FIELD: ("“{name}”应为{expected_zh}", '"{name}" must be {expected_en}'),
        ProblemCode.UNKNOWN_KEY: ("没有这个键{near}", "there is no such key{near}"),
        ProblemCode.BAD_VALUE: ("{found} 不合要求，应为{expected_zh}", "{found} does not fit; expected {expected_en}"),
        ProblemCode.NO_ORIGIN: (
            "既无 source（文件与条款），也未写 assumed = true 与 reason",
            "neither source (document and clause) nor assumed = true with a reason",
        ),
        ProblemCode.TWO_ORIGINS: ("source 与 assumed 只能写一个", "source and assumed exclude each other"),
        ProblemCode.UNKNOWN_DOCUMENT: ("[documents] 中没有“{name}”", '[documents] has no "{name}"'),
        ProblemCode.NO_CLAUSE: (
            "须写明条款；只有二手来源的文件可不写",
            "the clause is missing; only a secondary document may do without",
        ),
        ProblemCode.NOT_LOCAL: ("区县不得改动此键", "a district may not override this key"),
        ProblemCode.OVERLAP: ("两个值的日期重叠：{first} 与 {second}", "two values overlap: {first} and {second}"),
        ProblemCode.OUTSIDE_FILE: (
            "值的日期 {period} 超出文件有效期 {file_period}",
            "the dates {period} lie outside the file's {file_period}",
        ),
        ProblemCode.EMPTY_PERIOD: ("结束日 {to} 不晚于开始日 {start}", "the end {to} is not after the start {start}"),
        ProblemCode.FILE_OVERLAP: (
            "与 {other} 有效期重叠，自 {start} 起",
            "overlaps {other} from {start} on",
        ),
        ProblemCode.FILE_GAP: (
            "与前一文件 {other} 之间 {start} 至 {to} 无文件",
            "after {other} no file holds from {start} to {to} (exclusive)",
        ),
        ProblemCode.BAD_PARENT: (
            "上级“{parent}”不存在，或不是{expected_zh}",
            'the parent "{parent}" does not exist or is not {expected_en}',
        ),
        ProblemCode.BAD_REGION: (
            "统筹区“{region}”与上级的“{other}”不同",
            'the region "{region}" differs from its parent\'s "{other}"',
        ),
        ProblemCode.SAME_REGION: ("统筹区已属于基金“{other}”", 'the region already belongs to the fund "{other}"'),
        ProblemCode.FINAL: (
            "{other} 已规定为最终值，自 {start} 起不得改动",
            "{other} made this value final; it may not be overridden from {start} on",
        ),
        ProblemCode.MISSING_KEY: ("各层文件都没有这个键的值", "no layer gives a value for this key"),
        ProblemCode.VALUE_GAP: ("{start} 至 {to} 没有值", "no value from {start} to {to} (exclusive)"),
        ProblemCode.INCONSISTENT: ("{why_zh}（自 {start} 起）", "{why_en} (from {start} on)"),
    }
)
