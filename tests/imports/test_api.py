"""Files over HTTP: thirty planted mistakes, the bad rows back and mended, twice is once, nothing half-written."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.careplans.models import CarePlan
from app.imports.columns import CLIENTS, COLUMNS, REASON_HEADING
from app.imports.jobs import run_waiting
from app.imports.models import ImportFile, ImportReason, ImportRun
from app.imports.service import keeping, running
from app.imports.service.upload import NEEDED
from app.imports.types import ImportKind
from app.kernel import clock
from app.kernel.audit import AuditEntry
from app.kernel.db import session
from app.kernel.permissions import Actor, Permission, Role
from app.kernel.settings import current_settings
from app.registry.models import (
    Assignment,
    BankAccount,
    Certificate,
    Client,
    Employment,
    Entitlement,
    FamilyTraining,
    HomePlace,
    Person,
    ServiceAgreement,
)
from tests.imports.files import Line, a_csv, a_line, an_xlsx, get, reasons, returned, run, send
from tests.registry.factories import an_id_number
from tests.registry.scene import Scene

C = ImportKind.CLIENTS
TABLES = (
    Person,
    Client,
    HomePlace,
    ServiceAgreement,
    Entitlement,
    Employment,
    Certificate,
    Assignment,
    FamilyTraining,
    BankAccount,
    CarePlan,
)


@pytest.fixture
def admin(scene: Scene) -> Actor:
    return scene.actors[Role.REGION_ADMIN]


@pytest.fixture
def head(scene: Scene) -> Actor:
    return scene.actors[Role.AGENCY_HEAD]


def rows_of(session: Session) -> dict[str, int]:
    session.expire_all()
    return {table.__tablename__: session.scalars(select(func.count()).select_from(table)).one() for table in TABLES}


def a_client_line(scene: Scene, **texts: str) -> Line:
    entitled = {
        "agency_code": scene.agency.credit_code,
        "level": "重度Ⅱ级",
        "home_types": "机构上门护理",
        "concluded_on": "2026-06-10",
    }
    return a_line(C, **(entitled | texts))


def number_of(scene: Scene) -> str:
    """The ID number of the scene's client."""
    person = session().get_one(Person, scene.client.client.person.id)
    return current_settings().key_ring.decrypt(person.id_number_enc, context="person.id_number")


def planted(scene: Scene) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """Thirty mistakes, each with the code that tells it, the cells at fault, and the cells mended."""
    right_number = an_id_number(number=8_001)
    return [
        ("cell_empty", {"name": ""}, {"name": "示例甲"}),
        ("cell_empty", {"address": ""}, {"address": "示例路2号"}),
        ("cell_not_an_id_number", {"number": right_number[:17]}, {"number": right_number}),
        ("cell_not_an_id_number", {"number": "身份证"}, {"number": an_id_number(number=8_002)}),
        ("cell_not_an_id_number", {"number": "110105194912310021"}, {"number": an_id_number(number=8_003)}),
        ("cell_not_a_mobile", {"phone": "1390000"}, {"phone": "13900008001"}),
        ("cell_not_a_mobile", {"phone": "022-1234567"}, {"phone": ""}),
        ("cell_not_a_district_code", {"district_code": "天津"}, {"district_code": "120101"}),
        ("cell_not_a_district_code", {"district_code": "1201"}, {"district_code": "120101"}),
        ("cell_not_a_street_code", {"street_code": "12010100"}, {"street_code": "120101001"}),
        ("cell_not_degrees", {"latitude": "三十九"}, {"latitude": "39.12345"}),
        ("cell_not_degrees", {"longitude": "1172.0345"}, {"longitude": "117.20345"}),
        ("cell_degrees_too_rough", {"latitude": "39.1"}, {"latitude": "39.10001"}),
        ("cell_not_a_choice", {"system": "北京54"}, {"system": "GCJ02"}),
        ("cell_not_a_choice", {"home_type": "上门"}, {"home_type": "机构上门护理"}),
        ("cell_not_a_choice", {"home_types": "养老院"}, {"home_types": "机构上门护理"}),
        ("cell_not_a_day", {"agreed_from": "去年"}, {"agreed_from": "2026-01-01"}),
        ("cell_not_a_day", {"concluded_on": "46000"}, {"concluded_on": "2026-06-10"}),
        ("cell_no_such_day", {"agreed_from": "2026-02-30"}, {"agreed_from": "2026-03-01"}),
        ("cell_no_such_day", {"concluded_on": "2026-06-31"}, {"concluded_on": "2026-06-30"}),
        ("cell_before", {"agreed_to": "2025-06-01"}, {"agreed_to": "2027-06-01"}),
        ("cell_before", {"entitled_to": "2026-06-01"}, {"entitled_to": "2027-06-01"}),
        ("cell_too_long", {"name": "长" * 51}, {"name": "示例长"}),
        ("cell_too_long", {"level": "重" * 21}, {"level": "重度Ⅰ级"}),
        ("agency_unknown", {"agency_code": NOBODYS_CODE}, {"agency_code": scene.agency.credit_code}),
        ("cell_not_a_credit_code", {"agency_code": "91350211M000100Y43"}, {"agency_code": scene.agency.credit_code}),
        ("person_differs", {"number": number_of(scene), "name": "示例别人"}, {"number": an_id_number(number=8_004)}),
        ("conclusion_in_future", {"concluded_on": "2026-11-21"}, {"concluded_on": "2026-11-20"}),
        ("conclusion_too_long", {"entitled_to": "2029-06-10"}, {"entitled_to": "2028-06-09"}),
        ("row_repeated", {"number": FIRST_NUMBER}, {"number": an_id_number(number=8_005)}),
    ]


NOBODYS_CODE = "911200009999999999"
FIRST_NUMBER = an_id_number(number=8_000)


@pytest.mark.parametrize("make", [a_csv, an_xlsx, lambda kind, *lines: a_csv(kind, *lines, encoding="gb18030")])
def test_thirty_mistakes_give_thirty_reasons_and_the_mended_rows_go_in_once(
    client: FlaskClient, scene: Scene, admin: Actor, tianjin: Session, make: Any
):
    mistakes = planted(scene)
    good = [a_client_line(scene, number=FIRST_NUMBER), *(a_client_line(scene) for _ in range(9))]
    bad = [a_client_line(scene, **cells) for _, cells, _ in mistakes]
    before = rows_of(tianjin)

    first = run(client, scene, admin, make(C, *good, *bad), kind=C, mode="good_rows")
    told = reasons(client, scene, admin, first["id"])
    headings, *came_back = returned(client, scene, admin, first["id"])

    expected = [(12 + number, code) for number, (code, _, _) in enumerate(mistakes)]
    assert [(each["line"], each["code"]) for each in told] == expected
    assert (first["state"], first["rows"], first["good"], first["bad"]) == ("written", 40, 10, 30)
    assert len({each["code"] for each in told}) >= 15
    assert all(len(each["message"]) > 5 and "{" not in each["message"] for each in told)
    assert headings == (*(column.heading for column in CLIENTS), REASON_HEADING)
    audited = select(AuditEntry.id).where(AuditEntry.action == "import.returned_fetched")
    assert len(tianjin.scalars(audited).all()) == 1  # the file names people in full
    assert len(came_back) == 30
    assert all(row[-1] for row in came_back)

    fields = [column.field for column in CLIENTS]
    mended = [
        dict(zip(fields, row[:-1], strict=True)) | cells for row, (_, _, cells) in zip(came_back, mistakes, strict=True)
    ]
    file = make(C, *mended)
    second = run(client, scene, admin, file, kind=C, mode="good_rows")
    after = rows_of(tianjin)

    assert (second["state"], second["good"], second["bad"]) == ("written", 30, 0)
    assert after["client"] == before["client"] + 40
    assert after["entitlement"] == before["entitlement"] + 40

    again = send(client, scene, admin, file, kind=C, mode="good_rows")
    other_form = run(client, scene, admin, an_xlsx(C, *good, *mended[::-1]), kind=C, mode="good_rows")

    assert again.json["id"] == second["id"]
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other_form["good"], other_form["bad"]) == (40, 0)
    assert rows_of(tianjin) == after


def test_of_a_file_that_is_to_go_in_wholly_nothing_goes_in_and_all_of_it_comes_back(
    client: FlaskClient, scene: Scene, admin: Actor, tianjin: Session
):
    lines = [
        a_client_line(scene),
        a_client_line(scene, agency_code=NOBODYS_CODE),
        a_client_line(scene, name=""),
    ]
    before = rows_of(tianjin)

    ended = run(client, scene, admin, a_csv(C, *lines), kind=C)

    assert (ended["state"], ended["rows"], ended["good"], ended["bad"]) == ("refused", 3, 0, 2)
    assert rows_of(tianjin) == before
    told = {each["line"]: each["code"] for each in reasons(client, scene, admin, ended["id"])}
    assert told == {3: "agency_unknown", 4: "cell_empty"}
    assert [bool(row[-1]) for row in returned(client, scene, admin, ended["id"])] == [True, False, True, True]


def test_a_refused_file_may_be_sent_again_when_what_was_missing_is_there(
    client: FlaskClient, scene: Scene, admin: Actor, head: Actor
):
    family = a_line(ImportKind.FAMILIES, client_number=FIRST_NUMBER, assigned_from="2026-11-20")
    file = a_csv(ImportKind.FAMILIES, family)

    refused = run(client, scene, head, file, kind=ImportKind.FAMILIES)
    run(client, scene, admin, a_csv(C, a_client_line(scene, number=FIRST_NUMBER)), kind=C)
    written = run(client, scene, head, file, kind=ImportKind.FAMILIES)

    assert (refused["state"], written["state"]) == ("refused", "written")
    assert refused["id"] != written["id"]


def test_a_whole_agency_comes_in_by_files(
    client: FlaskClient, scene: Scene, admin: Actor, head: Actor, tianjin: Session
):
    carer_number, family_number = an_id_number(number=8_100), an_id_number(number=8_101)
    code = scene.agency.credit_code
    staff = a_line(
        ImportKind.STAFF,
        agency_code=code,
        number=carer_number,
        certificate_kind="养老护理员",
        certificate_number="S1",
        certified_from="2025-06-01",
        certified_to="2028-05-31",
    )
    both = "机构上门护理、亲情照护"
    person = a_client_line(scene, number=FIRST_NUMBER, home_types=both)
    family = a_line(
        ImportKind.FAMILIES,
        client_number=FIRST_NUMBER,
        number=family_number,
        stage="培训中",
        stage_from="2026-11-20",
        assigned_from="2026-11-20",
    )
    account = a_line(ImportKind.BANK_ACCOUNTS, number=family_number)
    task = a_line(
        ImportKind.ASSIGNMENTS,
        client_number=FIRST_NUMBER,
        carer_number=carer_number,
        assigned_from="2026-11-20",
        agency_code=code,
        home_type="亲情照护",
        agreed_from="2026-11-20",
    )
    operator = scene.actors[Role.OPERATOR_REVIEWER]
    before = rows_of(tianjin)

    runs = [
        run(client, scene, admin, a_csv(ImportKind.STAFF, staff), kind=ImportKind.STAFF),
        run(client, scene, admin, a_csv(C, person), kind=C),
        run(client, scene, head, a_csv(ImportKind.ASSIGNMENTS, task), kind=ImportKind.ASSIGNMENTS),
        run(client, scene, head, a_csv(ImportKind.FAMILIES, family), kind=ImportKind.FAMILIES),
        run(client, scene, operator, a_csv(ImportKind.BANK_ACCOUNTS, account), kind=ImportKind.BANK_ACCOUNTS),
    ]

    told = [reasons(client, scene, admin, each["id"]) for each in runs]
    assert [(each["state"], each["good"]) for each in runs] == [("written", 1)] * 5, told
    added = {name: count - before[name] for name, count in rows_of(tianjin).items()}
    assert added == {
        "person": 3,
        "client": 1,
        "home_place": 1,
        "service_agreement": 2,
        "entitlement": 1,
        "employment": 1,
        "certificate": 1,
        "assignment": 2,
        "family_training": 1,
        "bank_account": 1,
        "care_plan": 0,
    }


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (ImportKind.BANK_ACCOUNTS, Role.AGENCY_HEAD),
        (ImportKind.STAFF, Role.OPERATOR_REVIEWER),
        (ImportKind.CARE_PLANS, Role.REGION_ADMIN),
    ],
)
def test_a_role_sends_only_what_it_may_write(client: FlaskClient, scene: Scene, kind: ImportKind, role: Role):
    answer = send(client, scene, scene.actors[role], a_csv(kind, a_line(kind)), kind=kind)

    assert (answer.status_code, answer.json["code"]) == (403, "kind_not_permitted")


def test_an_agency_may_not_grant_what_its_client_is_entitled_to(
    client: FlaskClient, scene: Scene, head: Actor, tianjin: Session
):
    without = a_client_line(scene, level="", home_types="", concluded_on="", agreed_from="2026-11-20")

    refused = run(client, scene, head, a_csv(C, a_client_line(scene)), kind=C)
    written = run(client, scene, head, a_csv(C, without), kind=C)

    told = reasons(client, scene, head, refused["id"])
    assert [(each["column"], each["code"]) for each in told] == [("失能等级", "column_not_permitted")]
    assert written["state"] == "written"


def test_another_agency_sees_nothing_of_a_run(client: FlaskClient, scene: Scene, head: Actor):
    ended = run(client, scene, head, a_csv(C, a_client_line(scene, name="")), kind=C)

    for path in ("", "/reasons", "/returned"):
        assert get(client, scene, scene.stranger, f"/{ended['id']}{path}").status_code == 404
    assert get(client, scene, scene.stranger, "").json["items"] == []


def test_another_agencys_name_in_a_file_gives_nothing(client: FlaskClient, scene: Scene, head: Actor):
    line = a_client_line(scene, agency_code=scene.other_agency.credit_code, level="", home_types="", concluded_on="")

    ended = run(client, scene, head, a_csv(C, line), kind=C)

    assert [each["code"] for each in reasons(client, scene, head, ended["id"])] == ["agency_unknown"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xff\xff\xff", "file_not_text"),
        (b"PK\x03\x04", "file_not_a_table"),
        ("甲,乙\n1,2\n".encode(), "file_of_another_kind"),
    ],
)
def test_what_is_no_such_file_is_told_in_one_reason(
    client: FlaskClient, scene: Scene, admin: Actor, content: bytes, code: str
):
    ended = run(client, scene, admin, content, kind=C)

    assert ended["state"] == "refused"
    assert [each["code"] for each in reasons(client, scene, admin, ended["id"])] == [code]


@pytest.mark.parametrize("mode", ["all_or_nothing", "good_rows"])
def test_a_file_without_a_row_that_can_be_read_is_refused_in_either_mode(
    client: FlaskClient, scene: Scene, admin: Actor, mode: str
):
    ended = run(client, scene, admin, "甲,乙\n1,2\n".encode(), kind=C, mode=mode)

    assert (ended["state"], ended["good"], ended["bad"]) == ("refused", 0, 1)


def test_a_run_that_fails_for_another_reason_ends_and_is_not_taken_up_again(
    client: FlaskClient, scene: Scene, admin: Actor, tianjin: Session, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such thing was foreseen")

    before = rows_of(tianjin)
    monkeypatch.setattr(running, "read_rows", fail)

    ended = run(client, scene, admin, a_csv(C, a_client_line(scene)), kind=C)

    assert (ended["state"], ended["failure_code"]) == ("failed", "import_failed")
    assert run_waiting("tianjin", at=clock.now()) == 0
    assert rows_of(tianjin) == before


def test_an_account_whose_grants_changed_meanwhile_writes_nothing(
    client: FlaskClient, scene: Scene, admin: Actor, tianjin: Session
):
    before = rows_of(tianjin)
    sent = send(client, scene, admin, a_csv(C, a_client_line(scene)), kind=C)
    tianjin.get_one(Account, admin.account_id).grants_version = 2
    tianjin.commit()

    run_waiting("tianjin", at=clock.now())

    tianjin.expire_all()
    ended = tianjin.get_one(ImportRun, sent.json["id"])
    assert (ended.state, ended.failure_code) == ("failed", "token_outdated")
    assert rows_of(tianjin) == before


def test_progress_is_told_while_a_run_goes_on(
    client: FlaskClient, scene: Scene, admin: Actor, monkeypatch: pytest.MonkeyPatch
):
    told: list[dict[str, int]] = []
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 2)
    tell = running._Job.tell
    monkeypatch.setattr(running._Job, "tell", lambda job, **values: (told.append(values), tell(job, **values))[1])

    run(client, scene, admin, a_csv(C, *(a_client_line(scene) for _ in range(5))), kind=C)

    assert [each.get("done") for each in told] == [None, 2, 4, 5]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", list(ImportKind))
def test_every_template_can_be_fetched_and_reads_as_its_kind(
    client: FlaskClient, scene: Scene, admin: Actor, kind: ImportKind, form: str
):
    answer = get(client, scene, admin, "/template", kind=kind.value, form=form)

    from app.imports.service.running import read

    reading = read(answer.data, kind=kind)
    assert (answer.status_code, len(reading.rows), reading.reasons) == (200, 1, [])
    assert get(client, scene, admin, "/template", kind="else").status_code == 422


def test_files_and_reasons_go_after_thirty_days_and_the_run_stays(
    client: FlaskClient, scene: Scene, admin: Actor, tianjin: Session
):
    ended = run(client, scene, admin, a_csv(C, a_client_line(scene, name="")), kind=C)
    kept = [tianjin.scalars(select(func.count()).select_from(table)).one() for table in (ImportFile, ImportReason)]

    keeping.delete_old(tianjin, at=clock.now() + timedelta(days=31))
    tianjin.commit()

    assert kept == [1, 1]
    for table in (ImportFile, ImportReason):
        assert tianjin.scalars(select(func.count()).select_from(table)).one() == 0
    assert get(client, scene, admin, f"/{ended['id']}").json["bad"] == 1
    assert get(client, scene, admin, f"/{ended['id']}/returned").status_code == 409


def test_every_kind_has_its_columns_writer_and_permission():

    assert set(COLUMNS) == set(running.WRITERS) == set(NEEDED) == set(ImportKind)
    assert Counter(NEEDED.values())[Permission.WRITE_CLIENTS] == 3
