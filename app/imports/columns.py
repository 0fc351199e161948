"""The columns of each kind of file: headings as an agency writes them, how their cells are read, and an example.

A last day (到期日) is still in. Columns that belong together (a certificate's, say) are needed once one is filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.imports import cells
from app.imports.types import ImportKind, ReasonCode
from app.kernel import codes
from app.kernel.geo import CoordinateSystem
from app.policies.codes import HomeType, Relation
from app.registry.types import CertificateKind, ContractKind, TrainingStage

REASON_HEADING = "退回原因"

HOME_TYPES = {
    "机构上门护理": HomeType.AGENCY_CARE,
    "亲情照护": HomeType.FAMILY_CARE,
    "亲情服务": HomeType.FAMILY_CARE,
}
CONTRACTS = {
    "劳动合同": ContractKind.LABOUR,
    "劳务合同": ContractKind.SERVICE,
    "临时": ContractKind.TEMPORARY,
}
SYSTEMS = {
    "GCJ02": CoordinateSystem.GCJ02,
    "GCJ-02": CoordinateSystem.GCJ02,
    "国测局": CoordinateSystem.GCJ02,
    "WGS84": CoordinateSystem.WGS84,
    "WGS-84": CoordinateSystem.WGS84,
    "BD09": CoordinateSystem.BD09,
    "BD-09": CoordinateSystem.BD09,
    "百度": CoordinateSystem.BD09,
}
RELATIONS = {
    "配偶": Relation.SPOUSE,
    "子女": Relation.CHILD,
    "儿媳或女婿": Relation.CHILD_IN_LAW,
    "父母": Relation.PARENT,
    "兄弟姐妹": Relation.SIBLING,
    "孙辈": Relation.GRANDCHILD,
    "其他亲属": Relation.OTHER_RELATIVE,
    "邻里": Relation.NEIGHBOUR,
}
CERTIFICATES = {
    "长期照护师": CertificateKind.LONG_TERM_CARE,
    "养老护理员": CertificateKind.ELDERLY_CARE,
    "医疗护理员": CertificateKind.MEDICAL_CARE,
    "护士": CertificateKind.NURSE,
    "健康证明": CertificateKind.HEALTH,
    "其他": CertificateKind.OTHER,
}
STAGES = {"培训中": TrainingStage.PROVISIONAL, "正式": TrainingStage.FORMAL}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `together` names the group of columns that are filled in together or not at all."""

    heading: str
    field: str
    read: cells.Reader
    example: str
    required: bool = False
    together: str | None = None
    other_headings: tuple[str, ...] = ()


ID_NUMBER = cells.coded(codes.normal_resident_id, ReasonCode.CELL_NOT_AN_ID_NUMBER)
MOBILE = cells.coded(codes.normal_mobile, ReasonCode.CELL_NOT_A_MOBILE)
CREDIT_CODE = cells.coded(codes.normal_credit_code, ReasonCode.CELL_NOT_A_CREDIT_CODE)
NAME = cells.text(longest=50)
FILE_NUMBER = cells.coded(codes.normal_file_number, ReasonCode.CELL_NOT_A_NUMBER_OF_PAPER)
CERTIFICATE_NUMBER = cells.coded(codes.normal_certificate_number, ReasonCode.CELL_NOT_A_CERTIFICATE_NUMBER)

_AGENCY = Column(
    "机构统一社会信用代码",
    "agency_code",
    CREDIT_CODE,
    "91120000000000001M",
    other_headings=("统一社会信用代码", "机构代码"),
)
_CLIENT = Column(
    "服务对象身份证号",
    "client_number",
    ID_NUMBER,
    "11010519491231002X",
    required=True,
    other_headings=("参保人身份证号",),
)


def _needed(column: Column) -> Column:
    return Column(
        column.heading,
        column.field,
        column.read,
        column.example,
        required=True,
        other_headings=column.other_headings,
    )


STAFF = (
    _needed(_AGENCY),
    Column("姓名", "name", NAME, "示例张秀兰", required=True, other_headings=("护理员姓名",)),
    Column(
        "身份证号",
        "number",
        ID_NUMBER,
        "11010519700101002X",
        required=True,
        other_headings=("护理员身份证号", "身份证号码"),
    ),
    Column("手机号", "phone", MOBILE, "13900000001", other_headings=("手机", "联系电话")),
    Column("合同类型", "contract_kind", cells.choice(CONTRACTS), "劳动合同", required=True),
    Column("合同开始日期", "employed_from", cells.day, "2026-01-01", required=True),
    Column("合同到期日期", "employed_to", cells.last_day, "2028-12-31"),
    Column("证书类型", "certificate_kind", cells.choice(CERTIFICATES), "养老护理员", together="证书"),
    Column(
        "证书编号",
        "certificate_number",
        CERTIFICATE_NUMBER,
        "S000011200001",
        together="证书",
    ),
    Column("证书发证日期", "certified_from", cells.day, "2025-06-01", together="证书"),
    Column("证书有效期至", "certified_to", cells.last_day, "2028-05-31"),
)
CLIENTS = (
    Column("姓名", "name", NAME, "示例王秀英", required=True, other_headings=("服务对象姓名",)),
    Column(
        "身份证号",
        "number",
        ID_NUMBER,
        "11010519491231002X",
        required=True,
        other_headings=("服务对象身份证号", "身份证号码"),
    ),
    Column("手机号", "phone", MOBILE, "13900000002", other_headings=("手机", "联系电话")),
    Column(
        "区划代码",
        "district_code",
        cells.matching(r"\d{6}", ReasonCode.CELL_NOT_A_DISTRICT_CODE),
        "120101",
        required=True,
    ),
    Column("街镇代码", "street_code", cells.matching(r"\d{9}", ReasonCode.CELL_NOT_A_STREET_CODE), "120101001"),
    Column("住址", "address", cells.text(longest=200), "示例路1号2门301室", required=True),
    Column("纬度", "latitude", cells.degrees(limit=90), "39.12345", required=True),
    Column("经度", "longitude", cells.degrees(limit=180), "117.20345", required=True),
    Column("坐标系", "system", cells.choice(SYSTEMS), "GCJ02", required=True),
    _needed(_AGENCY),
    Column("居家护理类型", "home_type", cells.choice(HOME_TYPES), "机构上门护理", required=True),
    Column("协议开始日期", "agreed_from", cells.day, "2026-01-01", required=True),
    Column("协议到期日期", "agreed_to", cells.last_day, "2027-12-31"),
    Column("失能等级", "level", cells.text(longest=20), "重度Ⅱ级", together="待遇", other_headings=("评估等级",)),
    Column("可享受类型", "home_types", cells.choices(HOME_TYPES), "机构上门护理、亲情照护", together="待遇"),
    Column("评估结论日期", "concluded_on", cells.day, "2025-12-20", together="待遇"),
    Column("待遇到期日期", "entitled_to", cells.last_day, "2027-12-19"),
)
FAMILIES = (
    _CLIENT,
    Column("亲情照护人员姓名", "name", NAME, "示例王静", required=True, other_headings=("姓名",)),
    Column(
        "亲情照护人员身份证号", "number", ID_NUMBER, "110105197503030020", required=True, other_headings=("身份证号",)
    ),
    Column("手机号", "phone", MOBILE, "13900000003", other_headings=("手机", "联系电话")),
    Column("与服务对象关系", "relation", cells.choice(RELATIONS), "子女", required=True, other_headings=("关系",)),
    Column("开始日期", "assigned_from", cells.day, "2026-01-01", required=True),
    Column("到期日期", "assigned_to", cells.last_day, "2027-12-31"),
    Column("培训阶段", "stage", cells.choice(STAGES), "正式", together="培训"),
    Column("阶段开始日期", "stage_from", cells.day, "2026-01-01", together="培训"),
    Column("考核日期", "exam_on", cells.day, "2026-03-02"),
    Column(
        "考核留档编号",
        "exam_document",
        FILE_NUMBER,
        "PX-2026-0001",
    ),
)
BANK_ACCOUNTS = (
    Column("收款人身份证号", "number", ID_NUMBER, "110105197503030020", required=True, other_headings=("身份证号",)),
    Column("收款人姓名", "name", NAME, "示例王静", required=True, other_headings=("姓名",)),
    Column(
        "银行账号",
        "account_number",
        cells.coded(codes.normal_bank_account, ReasonCode.CELL_NOT_A_BANK_ACCOUNT),
        "6222020000000000003",
        required=True,
        other_headings=("账号", "卡号"),
    ),
    Column("户名", "holder", NAME, "示例王静"),
    Column(
        "开户行行号",
        "bank_code",
        cells.coded(codes.normal_cnaps, ReasonCode.CELL_NOT_A_BANK_CODE),
        "102110000010",
        required=True,
        other_headings=("联行号", "行号"),
    ),
    Column("开户行名称", "bank_name", cells.text(longest=100), "中国工商银行天津市分行", other_headings=("开户行",)),
)
ASSIGNMENTS = (
    _CLIENT,
    Column(
        _AGENCY.heading,
        "agency_code",
        CREDIT_CODE,
        _AGENCY.example,
        together="协议",
        other_headings=_AGENCY.other_headings,
    ),
    Column("居家护理类型", "home_type", cells.choice(HOME_TYPES), "机构上门护理", together="协议"),
    Column("协议开始日期", "agreed_from", cells.day, "2026-01-01", together="协议"),
    Column("协议到期日期", "agreed_to", cells.last_day, "2027-12-31"),
    Column("护理员身份证号", "carer_number", ID_NUMBER, "11010519700101002X", together="派员"),
    Column("派员开始日期", "assigned_from", cells.day, "2026-01-01", together="派员"),
    Column("派员到期日期", "assigned_to", cells.last_day, "2027-12-31"),
)
CARE_PLANS = (
    _CLIENT,
    Column("计划开始日期", "plan_from", cells.day, "2026-12-01", required=True),
    Column("计划到期日期", "plan_to", cells.last_day, "2027-11-30"),
    Column(
        "项目编码",
        "item_code",
        cells.coded(codes.normal_item_code, ReasonCode.CELL_NOT_AN_ITEM_CODE),
        "life-01",
        required=True,
    ),
    Column("项目名称", "item_name", cells.text(longest=50), "头面部清洁、梳理"),
    Column("每周次数", "times_per_week", cells.whole(low=1, high=70), "5", required=True),
    Column("每次分钟", "minutes", cells.whole(low=1, high=480), "10", required=True),
    Column(
        "确认文件编号",
        "document",
        FILE_NUMBER,
        "QR-2026-0001",
    ),
)
COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = MappingProxyType(
    {
        ImportKind.STAFF: STAFF,
        ImportKind.CLIENTS: CLIENTS,
        ImportKind.FAMILIES: FAMILIES,
        ImportKind.BANK_ACCOUNTS: BANK_ACCOUNTS,
        ImportKind.ASSIGNMENTS: ASSIGNMENTS,
        ImportKind.CARE_PLANS: CARE_PLANS,
    }
)
