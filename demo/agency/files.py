"""The agency's files as offices write them: XLSX here, CSV in GB18030 there, headings in their own words."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import openpyxl

from app.kernel.geo import from_wgs84
from demo.agency.people import AgencyCast, Client
from demo.invented import BANK_CODE, BANK_NAME, bank_account
from demo.professional import ITEMS

BEGINS_ON = date(2026, 9, 1)
HOME_TYPE = {True: "亲情照护", False: "机构上门护理"}
ACCOUNTS_FROM = {"tianjin": 200, "huaian": 400}
EMPLOYED, CERTIFIED = "2025-06-01", ("2025-06-01", date(2028, 5, 31))


@dataclass(frozen=True, slots=True)
class AgencyFile:
    """One file: its kind for the import, the name the agency gave it, and its bytes."""

    kind: str
    name: str
    content: bytes


def staff_file(cast: AgencyCast, *, credit_code: str) -> AgencyFile:
    """Carers with contract and certificate."""
    rows = [
        [
            credit_code,
            who.name,
            who.id_number,
            who.phone,
            "劳动合同",
            EMPLOYED,
            "长期照护师",
            f"S{who.phone}",
            CERTIFIED[0],
            cast.certified_to.get(order, CERTIFIED[1]).isoformat(),
        ]
        for order, who in enumerate(cast.carers)
    ]
    headings = [
        "统一社会信用代码",
        "护理员姓名",
        "身份证号码",
        "联系电话",
        "合同类型",
        "合同开始日期",
        "证书类型",
        "证书编号",
        "证书发证日期",
        "证书有效期至",
    ]
    return AgencyFile("staff", "护理员花名册.xlsx", _xlsx(headings, rows))


def clients_file(cast: AgencyCast, *, credit_code: str) -> AgencyFile:
    """Clients with home, agreement and entitlement, in GB18030 as old spreadsheets save it."""
    headings = [
        "姓名",
        "身份证号",
        "区划代码",
        "街镇代码",
        "住址",
        "纬度",
        "经度",
        "坐标系",
        "机构代码",
        "居家护理类型",
        "协议开始日期",
        "评估等级",
        "可享受类型",
        "评估结论日期",
    ]
    rows = [_client_row(cast, client, credit_code) for client in cast.clients]
    return AgencyFile("clients", "服务对象.csv", _csv(headings, rows, encoding="gb18030"))


def families_file(cast: AgencyCast, *, is_trained: bool) -> AgencyFile:
    """Relatives who care, formal since September unless still in training; where the region trains them, with exam."""
    headings = [
        "服务对象身份证号",
        "亲情照护人员姓名",
        "亲情照护人员身份证号",
        "手机号",
        "与服务对象关系",
        "开始日期",
        "培训阶段",
        "阶段开始日期",
        "考核日期",
        "考核留档编号",
    ]
    formal = ["2026年9月1日", "正式", "2026-09-01", *(["2026-08-31", "PX-2026-08"] if is_trained else ["", ""])]
    stages = {
        order: [since.isoformat(), "培训中", since.isoformat(), "", ""] for order, since in cast.trained_since.items()
    }
    rows = [
        [client.who.id_number, who.name, who.id_number, who.phone, "子女", *stages.get(order, formal)]
        for order, (client, who) in enumerate(zip(cast.clients, cast.relatives, strict=False))
    ]
    return AgencyFile("families", "亲情照护人员.xlsx", _xlsx(headings, rows))


def account_of(region: str, order: int) -> int:
    """Which made-up account the payee of a family has."""
    return ACCOUNTS_FROM[region] + order


def accounts_file(cast: AgencyCast, *, region: str) -> AgencyFile:
    """Where the subsidies go, in Huai'an to the clients; numbers are texts, or a spreadsheet would round them."""
    headings = ["收款人身份证号", "收款人姓名", "卡号", "户名", "联行号", "开户行"]
    in_family_care = [client.who for client in cast.clients if client.is_family]
    payees = in_family_care if region == "huaian" else list(cast.relatives)
    rows = [
        [who.id_number, who.name, bank_account(account_of(region, order)), who.name, BANK_CODE, BANK_NAME]
        for order, who in enumerate(payees)
    ]
    return AgencyFile("bank_accounts", "补助收款账户.csv", _csv(headings, rows, encoding="utf-8-sig"))


def assignments_file(cast: AgencyCast) -> AgencyFile:
    """Which carer comes to whom."""
    headings = ["服务对象身份证号", "护理员身份证号", "派员开始日期"]
    rows = [
        [client.who.id_number, cast.carer_of(number).id_number, BEGINS_ON.isoformat()]
        for number, client in enumerate(cast.visited)
    ]
    return AgencyFile("assignments", "派员表.xlsx", _xlsx(headings, rows))


def plans_file(cast: AgencyCast, *, begins_on: date) -> AgencyFile:
    """Care plans on signed paper, one row for each item."""
    headings = ["服务对象身份证号", "计划开始日期", "项目编码", "每周次数", "每次分钟", "确认文件编号"]
    rows = [
        [client.who.id_number, begins_on.isoformat(), code, "7", str(minutes), f"QR-2026-{number:03d}"]
        for number, client in enumerate(cast.visited)
        for code, minutes in ITEMS
    ]
    return AgencyFile("care_plans", "护理计划.csv", _csv(headings, rows, encoding="utf-8-sig"))


def _client_row(cast: AgencyCast, client: Client, credit_code: str) -> list[str]:
    latitude, longitude = from_wgs84(client.filed or client.home, client.system)
    home_type = HOME_TYPE[client.is_family]
    return [
        client.who.name,
        client.who.id_number,
        cast.area.district_code,
        cast.area.street_code,
        client.address,
        f"{latitude:.6f}",
        f"{longitude:.6f}",
        client.system.value.upper(),
        credit_code,
        home_type,
        BEGINS_ON.isoformat(),
        "重度Ⅱ级",
        home_type,
        "2026-08-20",
    ]


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode(encoding)


def _xlsx(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (headings, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
