"""The registry over HTTP: every route with success, no login, wrong role, another agency, bad input and a resend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import exc, func, select, update
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from app.registry.models import BankAccount, Client, PeriodChange, Person
from tests.registry.factories import (
    HOME,
    a_bank_account,
    a_carer,
    a_client,
    a_credit_code,
    a_family_carer,
    a_person,
    a_phone,
    a_stay,
    an_agency,
    an_id_number,
)
from tests.registry.scene import NOW, Scene
from tests.registry.statements import statements
from tests.tokens import make_account

HEAD, DISPATCHER, REVIEWER, ADMIN = Role.AGENCY_HEAD, Role.DISPATCHER, Role.OPERATOR_REVIEWER, Role.REGION_ADMIN
PREPARER, GUARDIAN, CARER = Role.PAYOUT_PREPARER, Role.GUARDIAN, Role.CARER


def person_json(**values: Any) -> dict[str, Any]:
    person = a_person()
    return {"id_number": person.id_number, "name": person.name} | values


def home_json(**values: Any) -> dict[str, Any]:
    place = {"address": "友谊路2号", "latitude": HOME.latitude, "longitude": HOME.longitude, "system": "gcj02"}
    return place | values


@dataclass(frozen=True)
class Post:
    """A route that writes: who may, who may not, what is sent. `foreign` says that another agency gets 404."""

    name: str
    path: Callable[[Scene, Session], str]
    body: Callable[[Scene], dict[str, Any]]
    by: Role
    not_by: Role
    bad: dict[str, Any]
    foreign: bool = True


def _client(tail: str) -> Callable[[Scene, Session], str]:
    return lambda scene, _: f"/clients/{scene.client_id}/{tail}"


def _stay_end(scene: Scene, session: Session) -> str:
    stay = a_stay(session, client=scene.client, admitted_on=NOW.date().replace(day=2))
    session.commit()
    return f"/stays/{stay.id}/end"


def _bank_account(scene: Scene, session: Session) -> str:
    account = a_bank_account(session, person_id=scene.family_carer.person.id, checked=None)
    session.commit()
    return f"/bank-accounts/{account.id}/name-check"


POSTS = [
    Post(
        "agency",
        lambda *_: "/agencies",
        lambda _: {"name": "康乐护理站", "credit_code": a_credit_code(), "district_code": "120101"},
        ADMIN,
        HEAD,
        {"credit_code": "123"},
        foreign=False,
    ),
    Post(
        "agency agreement",
        lambda scene, _: f"/agencies/{scene.agency.id}/agreements",
        lambda _: {
            "valid_from": "2025-01-01",
            "valid_to": "2026-01-01",
            "home_types": ["agency_care"],
            "district_codes": ["120103"],
        },
        ADMIN,
        HEAD,
        {"district_codes": ["12"]},
        foreign=False,
    ),
    Post(
        "carer",
        lambda *_: "/carers",
        lambda scene: {
            "person": person_json(),
            "kind": "professional",
            "employment": {"agency_id": str(scene.agency.id), "contract_kind": "labour", "valid_from": "2026-01-01"},
            "certificates": [{"kind": "养老护理员", "number": "A1", "valid_from": "2026-01-01"}],
        },
        DISPATCHER,
        REVIEWER,
        {"kind": "robot"},
    ),
    Post(
        "certificate",
        lambda scene, _: f"/carers/{scene.carer.id}/certificates",
        lambda _: {"kind": "健康证", "number": "H1", "valid_from": "2026-01-01", "valid_to": "2027-01-01"},
        DISPATCHER,
        REVIEWER,
        {"valid_to": "2025-01-01"},
    ),
    Post(
        "client",
        lambda *_: "/clients",
        lambda scene: {
            "person": person_json(),
            "district_code": "120103",
            "street_code": "120103001",
            "home": home_json(radius_m=200),
            "agreement": {
                "agency_id": str(scene.agency.id),
                "home_type": "agency_care",
                "valid_from": "2026-01-01",
            },
        },
        DISPATCHER,
        REVIEWER,
        {"district_code": "河西"},
    ),
    Post("home", _client("homes"), lambda _: home_json(), DISPATCHER, REVIEWER, {"latitude": 90.01}),
    Post(
        "agreement",
        _client("agreements"),
        lambda scene: {"agency_id": str(scene.agency.id), "home_type": "family_care", "valid_from": "2026-01-01"},
        DISPATCHER,
        REVIEWER,
        {"home_type": "none"},
    ),
    Post(
        "entitlement",
        _client("entitlements"),
        lambda _: {
            "level": "5",
            "home_types": ["agency_care", "family_care"],
            "concluded_on": "2026-11-19",
            "replaces": True,
        },
        REVIEWER,
        DISPATCHER,
        {"concluded_on": "2026-13-01"},
        foreign=False,
    ),
    Post(
        "suspension",
        _client("suspensions"),
        lambda _: {"reason": "资格未确认", "valid_from": "2026-11-01"},
        REVIEWER,
        DISPATCHER,
        {"valid_to": "2026-10-01"},
        foreign=False,
    ),
    Post(
        "stay",
        _client("stays"),
        lambda _: {"kind": "hospital", "admitted_on": "2026-11-10"},
        DISPATCHER,
        ADMIN,
        {"admitted_on": "2026-11-21"},
    ),
    Post("stay end", _stay_end, lambda _: {"discharged_on": "2026-11-12"}, DISPATCHER, ADMIN, {"discharged_on": "x"}),
    Post("death", _client("death"), lambda _: {"died_on": "2026-11-19"}, HEAD, ADMIN, {"died_on": "2026-11-21"}),
    Post(
        "assignment",
        _client("assignments"),
        lambda scene: {"carer_id": str(scene.carer.id), "valid_from": "2026-11-01"},
        DISPATCHER,
        REVIEWER,
        {"relation": "child"},
    ),
    Post(
        "guardian",
        _client("guardians"),
        lambda _: {
            "person": person_json(),
            "relation": "spouse",
            "extent": "sign",
            "document": "委托书",
            "valid_from": "2026-11-01",
        },
        DISPATCHER,
        REVIEWER,
        {"extent": "everything"},
    ),
    Post(
        "training",
        _client("trainings"),
        lambda scene: {
            "carer_id": str(scene.family_carer.id),
            "stage": "provisional",
            "valid_from": "2026-09-01",
        },
        DISPATCHER,
        REVIEWER,
        {"stage": "master"},
    ),
    Post(
        "carer access",
        lambda scene, _: f"/carers/{scene.carer.id}/access",
        lambda _: {},
        DISPATCHER,
        REVIEWER,
        {},
    ),
    Post(
        "guardian access",
        lambda scene, _: f"/guardians/{scene.guardian.id}/access",
        lambda _: {},
        DISPATCHER,
        REVIEWER,
        {},
    ),
    Post(
        "bank account",
        lambda scene, _: f"/people/{scene.family_carer.person.id}/bank-accounts",
        lambda _: {"number": "6222021000112345672", "bank_code": "102110000011"},
        REVIEWER,
        PREPARER,
        {"bank_code": "1021"},
        foreign=False,
    ),
    Post("name check", _bank_account, lambda _: {"result": "matched"}, REVIEWER, PREPARER, {"result": "ok"}, False),
    Post(
        "end of an agreement",
        lambda scene, _: f"/agreements/{scene.client.agreements[0].id}/end",
        lambda _: {"valid_to": "2026-12-01", "reason": "转出"},
        DISPATCHER,
        REVIEWER,
        {"valid_to": "2025-01-01"},
    ),
    Post(
        "end of an employment",
        lambda scene, _: f"/employments/{scene.carer.employments[0].id}/end",
        lambda _: {"valid_to": "2026-12-01", "reason": "离职"},
        DISPATCHER,
        REVIEWER,
        {"reason": ""},
    ),
]
EACH = pytest.mark.parametrize("route", POSTS, ids=[route.name for route in POSTS])


@EACH
def test_who_may_writes_once_however_often_he_sends(client: FlaskClient, tianjin: Session, scene: Scene, route: Post):
    path, body, key = route.path(scene, tianjin), route.body(scene), str(new_id())

    first = scene.post(client, path, body, scene.actors[route.by], key=key)
    again = scene.post(client, path, body, scene.actors[route.by], key=key)

    assert first.status_code == 201, first.json
    assert again.status_code == 201
    assert again.json == first.json
    assert again.headers["Idempotent-Replay"] == "true"


@EACH
def test_nobody_writes_without_a_login(client: FlaskClient, tianjin: Session, scene: Scene, route: Post):
    answer = scene.post(client, route.path(scene, tianjin), {"nonsense": 1}, None)

    assert (answer.status_code, answer.json["code"]) == (401, "token_missing")


@EACH
def test_another_role_may_not_write(client: FlaskClient, tianjin: Session, scene: Scene, route: Post):
    answer = scene.post(client, route.path(scene, tianjin), route.body(scene), scene.actors[route.not_by])

    assert (answer.status_code, answer.json["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("route", [each for each in POSTS if each.foreign], ids=lambda route: route.name)
def test_another_agencys_record_is_not_found(client: FlaskClient, tianjin: Session, scene: Scene, route: Post):
    answer = scene.post(client, route.path(scene, tianjin), route.body(scene), scene.stranger)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("route", [each for each in POSTS if each.bad], ids=lambda route: route.name)
def test_bad_input_is_refused(client: FlaskClient, tianjin: Session, scene: Scene, route: Post):
    body = route.body(scene) | route.bad

    answer = scene.post(client, route.path(scene, tianjin), body, scene.actors[route.by])

    assert answer.status_code == 422, answer.json


@pytest.mark.parametrize(
    ("path", "by", "not_by"),
    [
        (lambda _: "/agencies", HEAD, DISPATCHER),
        (lambda scene: f"/agencies/{scene.agency.id}", HEAD, GUARDIAN),
        (lambda _: "/carers", DISPATCHER, GUARDIAN),
        (lambda scene: f"/carers/{scene.carer.id}", DISPATCHER, CARER),
        (lambda scene: f"/people/{scene.client.client.person.id}/identity", REVIEWER, HEAD),
    ],
)
def test_reads_need_a_login_and_the_role(client: FlaskClient, scene: Scene, path: Any, by: Role, not_by: Role):
    address = path(scene)

    assert scene.get(client, address, scene.actors[by]).status_code == 200
    assert scene.get(client, address, scene.actors[not_by]).status_code == 403
    assert scene.get(client, address, None).status_code == 401


def test_single_records_of_another_agency_are_not_found(client: FlaskClient, scene: Scene):
    for path in (f"/clients/{scene.client_id}", f"/carers/{scene.carer.id}", f"/agencies/{scene.agency.id}"):
        answer = scene.get(client, path, scene.stranger)

        assert answer.status_code == 404, path


def test_lists_show_the_own_scope_only(client: FlaskClient, scene: Scene):
    own, other = scene.actors[HEAD], scene.stranger

    assert [each["id"] for each in scene.get(client, "/clients", own).json["items"]] == [str(scene.client_id)]
    assert scene.get(client, "/clients", other).json["items"] == []
    carers = {each["id"] for each in scene.get(client, "/carers", own).json["items"]}
    assert carers == {str(scene.carer.id), str(scene.family_carer.id)}
    assert scene.get(client, "/carers", other).json["items"] == []
    assert [each["id"] for each in scene.get(client, "/agencies", own).json["items"]] == [str(scene.agency.id)]


def test_a_guardian_and_a_family_carer_see_their_client(client: FlaskClient, scene: Scene):
    for role in (GUARDIAN, Role.FAMILY_CARER):
        assert scene.get(client, f"/clients/{scene.client_id}", scene.actors[role]).status_code == 200
    assert scene.get(client, f"/clients/{scene.client_id}", scene.actors[CARER]).status_code == 404


def test_a_guardian_sees_nothing_after_the_end(client: FlaskClient, scene: Scene):
    ending = {"valid_to": "2026-11-20", "reason": "委托到期"}
    scene.post(client, f"/guardians/{scene.guardian.id}/end", ending, scene.actors[DISPATCHER])

    answer = scene.get(client, f"/clients/{scene.client_id}", scene.actors[GUARDIAN])

    assert answer.status_code == 404


def test_a_family_carer_sees_a_client_no_more_once_the_assignment_is_over(client: FlaskClient, scene: Scene):
    detail = scene.get(client, f"/clients/{scene.client_id}", scene.actors[ADMIN]).json
    assignment_id = detail["assignments"][0]["id"]
    ending = {"valid_to": "2026-11-20", "reason": "换人"}
    ended = scene.post(client, f"/assignments/{assignment_id}/end", ending, scene.actors[DISPATCHER])

    answers = [
        scene.get(client, path, scene.actors[Role.FAMILY_CARER])
        for path in (f"/clients/{scene.client_id}", f"/clients/{scene.client_id}/care-plans")
    ]

    assert ended.status_code == 201
    assert [answer.status_code for answer in answers] == [404, 404]
    assert scene.get(client, "/clients", scene.actors[Role.FAMILY_CARER]).json["items"] == []


@pytest.mark.parametrize("path", ["/clients", "/carers", "/agencies"])
def test_a_longer_list_takes_no_more_statements(client: FlaskClient, tianjin: Session, scene: Scene, path: str):
    admin = scene.actors[ADMIN]
    with statements() as short:
        before = len(scene.get(client, path, admin).json["items"])
    for _ in range(3):
        a_client(tianjin, agency=scene.agency)
        a_carer(tianjin, agency=scene.agency)
        an_agency(tianjin)
    tianjin.commit()

    with statements() as long:
        after = len(scene.get(client, path, admin).json["items"])

    assert after == before + 3
    assert len(long) == len(short)


def test_lists_and_records_hold_masks_only(client: FlaskClient, tianjin: Session, scene: Scene):
    person = a_person(name="欧阳秀英", phone=a_phone())
    made = a_client(tianjin, agency=scene.agency, person=person)
    tianjin.commit()

    listed = scene.get(client, "/clients", scene.actors[HEAD])
    single = scene.get(client, f"/clients/{made.client.id}", scene.actors[HEAD])

    for answer in (listed, single):
        assert person.name not in answer.text
        assert person.id_number not in answer.text
        assert str(person.phone) not in answer.text
        assert "友谊路" not in answer.text
    assert single.json["client"]["person"]["name"] == "欧**英"


def test_reading_an_identity_is_audited(client: FlaskClient, tianjin: Session, scene: Scene):
    read = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "identity.read")
    person_id = scene.client.client.person.id

    answer = scene.get(client, f"/people/{person_id}/identity", scene.actors[REVIEWER])

    assert len(answer.json["id_number"]) == 18
    assert answer.json["addresses"] == ["河西区友谊路1号2门301"]
    assert tianjin.scalar(read) == 1


def test_the_same_person_entered_twice_is_found(client: FlaskClient, tianjin: Session, scene: Scene):
    body = POSTS[2].body(scene)

    first = scene.post(client, "/carers", body, scene.actors[DISPATCHER])
    second = scene.post(client, "/carers", body, scene.actors[DISPATCHER])

    assert second.json == first.json
    assert tianjin.scalar(select(func.count()).select_from(Person).where(Person.id == first.json["person"]["id"])) == 1


def test_a_name_that_differs_is_refused_without_telling_the_name(client: FlaskClient, tianjin: Session, scene: Scene):
    known = a_person(name="赵桂兰")
    a_client(tianjin, agency=scene.other_agency, person=known)
    tianjin.commit()
    body = {"person": {"id_number": known.id_number, "name": "钱桂兰"}, "kind": "family"}

    answer = scene.post(client, "/carers", body, scene.actors[DISPATCHER])

    assert (answer.status_code, answer.json["code"], answer.json["details"]) == (409, "person_differs", {})
    assert "赵" not in answer.text


@pytest.mark.parametrize(
    "number", ["110105194912310021", "110105491231002", "abc", an_id_number(born_on=NOW.date())[:17]]
)
def test_a_wrong_id_number_is_refused(client: FlaskClient, scene: Scene, number: str):
    body = {"person": {"id_number": number, "name": "王英"}, "kind": "family"}

    answer = scene.post(client, "/carers", body, scene.actors[DISPATCHER])

    assert (answer.status_code, answer.json["code"]) == (422, "id_number_invalid")


def test_overlapping_rights_are_conflicts_with_a_code(client: FlaskClient, scene: Scene):
    dispatcher, reviewer = scene.actors[DISPATCHER], scene.actors[REVIEWER]
    agreement = {"agency_id": str(scene.agency.id), "home_type": "agency_care", "valid_from": "2026-06-01"}
    entitlement = {"level": "4", "home_types": ["agency_care"], "concluded_on": "2026-10-01"}
    stay = {"kind": "hospital", "admitted_on": "2026-11-01"}
    scene.post(client, f"/clients/{scene.client_id}/stays", stay, dispatcher)

    found = {
        scene.post(client, f"/clients/{scene.client_id}/{tail}", body, actor).json["code"]
        for tail, body, actor in (
            ("agreements", agreement, dispatcher),
            ("entitlements", entitlement, reviewer),
            ("stays", stay, dispatcher),
        )
    }

    assert found == {"agreement_overlaps", "entitlement_overlaps", "stay_overlaps"}


def test_a_dispatcher_needs_an_agreement_or_a_contract_of_his_agency(client: FlaskClient, scene: Scene):
    dispatcher = scene.actors[DISPATCHER]
    foreign = {"agency_id": str(scene.other_agency.id), "contract_kind": "labour", "valid_from": "2026-01-01"}
    carer = {"person": person_json(), "kind": "professional"}

    bare_client = scene.post(client, "/clients", {"person": person_json(), "district_code": "120103"}, dispatcher)
    bare_carer = scene.post(client, "/carers", carer, dispatcher)
    foreign_carer = scene.post(client, "/carers", carer | {"employment": foreign}, dispatcher)

    assert bare_client.json["code"] == "agreement_missing"
    assert bare_carer.json["code"] == "employment_missing"
    assert foreign_carer.status_code == 404


def test_an_agency_that_left_a_client_reads_but_changes_nothing(client: FlaskClient, scene: Scene):
    dispatcher = scene.actors[DISPATCHER]
    ending = {"valid_to": "2026-11-20", "reason": "转出"}
    scene.post(client, f"/agreements/{scene.client.agreements[0].id}/end", ending, dispatcher)

    read = scene.get(client, f"/clients/{scene.client_id}", dispatcher)
    written = scene.post(client, f"/clients/{scene.client_id}/homes", home_json(), dispatcher)

    assert read.status_code == 200
    assert (written.status_code, written.json["code"]) == (409, "client_left_agency")


def test_a_transfer_by_the_fund_leaves_neither_gap_nor_overlap(client: FlaskClient, tianjin: Session, scene: Scene):
    body = {
        "agency_id": str(scene.other_agency.id),
        "home_type": "agency_care",
        "valid_from": "2026-12-01",
        "replaces": True,
    }

    answer = scene.post(client, f"/clients/{scene.client_id}/agreements", body, scene.actors[ADMIN])

    read = scene.get(client, f"/clients/{scene.client_id}", scene.actors[ADMIN]).json["agreements"]
    assert answer.status_code == 201, answer.json
    assert [(each["valid_from"], each["valid_to"]) for each in read] == [
        ("2026-01-01", "2026-12-01"),
        ("2026-12-01", None),
    ]
    change = tianjin.scalars(select(PeriodChange)).one()
    assert (change.right_kind, change.reason, change.actor_id) == (
        "service_agreement",
        "replaced",
        scene.actors[ADMIN].account_id,
    )


def test_a_bank_account_waits_and_recording_the_same_one_again_changes_nothing(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    path = f"/people/{scene.family_carer.person.id}/bank-accounts"
    first, second = (
        {"number": number, "bank_code": "102110000011"} for number in ("6222021000112345672", "6222021000112345680")
    )
    reviewer = scene.actors[REVIEWER]

    opened = scene.post(client, path, first, reviewer).json
    same = scene.post(client, path, first, reviewer).json
    changed = scene.post(client, path, second, reviewer).json

    assert (opened["hold_until"][:10], opened["number"]) == ("2026-11-27", "****5672")
    assert same == opened
    assert changed["hold_until"].startswith("2026-11-27T")
    live = select(func.count()).select_from(BankAccount).where(BankAccount.replaced_at.is_(None))
    assert tianjin.scalar(live) == 1


def test_a_corrected_bank_name_is_another_account(client: FlaskClient, scene: Scene):
    path = f"/people/{scene.family_carer.person.id}/bank-accounts"
    wrong = {"number": "6222021000112345672", "bank_code": "102110000011", "bank_name": "工商银行静每支行"}

    opened = scene.post(client, path, wrong, scene.actors[REVIEWER]).json
    corrected = scene.post(client, path, wrong | {"bank_name": "工商银行静海支行"}, scene.actors[REVIEWER]).json

    assert corrected["bank_name"] == "工商银行静海支行"
    assert corrected["id"] != opened["id"]


def test_who_recorded_a_bank_account_does_not_check_it(client: FlaskClient, tianjin: Session, scene: Scene):
    path = f"/people/{scene.family_carer.person.id}/bank-accounts"
    body = {"number": "6222021000112345672", "bank_code": "102110000011"}
    second = make_account(tianjin, role=REVIEWER)
    tianjin.commit()
    opened = scene.post(client, path, body, scene.actors[REVIEWER]).json
    check = f"/bank-accounts/{opened['id']}/name-check"

    alone = scene.post(client, check, {"result": "matched"}, scene.actors[REVIEWER])
    checked = scene.post(client, check, {"result": "matched"}, second)

    assert (alone.status_code, alone.json["code"]) == (409, "account_set_by_same_person")
    assert (checked.status_code, checked.json["name_check"]) == (201, "matched")


def test_the_database_refuses_a_check_by_who_recorded_the_account(tianjin: Session, scene: Scene):
    a_bank_account(tianjin, person_id=scene.family_carer.person.id)

    with pytest.raises(exc.IntegrityError, match="ck_bank_account_two_people"):
        tianjin.execute(update(BankAccount).values(checked_by=BankAccount.set_by))


def test_another_holder_than_the_payee_never_matches(client: FlaskClient, tianjin: Session, scene: Scene):
    account = a_bank_account(tianjin, person_id=scene.family_carer.person.id, holder_name="赵敏儿", checked=None)
    tianjin.commit()
    check = f"/bank-accounts/{account.id}/name-check"

    refused = scene.post(client, check, {"result": "matched"}, scene.actors[REVIEWER])
    told = scene.post(client, check, {"result": "mismatched"}, scene.actors[REVIEWER])

    assert (refused.status_code, refused.json["code"]) == (409, "holder_differs")
    assert told.json["name_check"] == "mismatched"


def test_a_family_carer_becomes_formal_after_two_months_and_the_exam(client: FlaskClient, scene: Scene):
    path, dispatcher = f"/clients/{scene.client_id}/trainings", scene.actors[DISPATCHER]
    carer = {"carer_id": str(scene.family_carer.id)}
    formal = carer | {"stage": "formal", "exam_on": "2026-11-03", "exam_document": "档案柜3"}

    unready = scene.post(client, path, formal, dispatcher)
    scene.post(client, path, carer | {"stage": "provisional", "valid_from": "2026-09-01"}, dispatcher)
    unexamined = scene.post(client, path, carer | {"stage": "formal"}, dispatcher)
    done = scene.post(client, path, formal, dispatcher)

    assert unready.json["code"] in {"training_missing", "training_start_missing"}
    assert unexamined.json["code"] == "exam_missing"
    assert (done.json["training"]["valid_from"], done.json["counts_from"]) == ("2026-11-03", "2026-12-01")


def test_a_relation_the_policy_does_not_name_is_refused(client: FlaskClient, tianjin: Session, scene: Scene):
    neighbour = a_family_carer(tianjin)
    tianjin.commit()
    body = {"carer_id": str(neighbour.id), "valid_from": "2026-11-01", "relation": "neighbour"}

    answer = scene.post(client, f"/clients/{scene.client_id}/assignments", body, scene.actors[DISPATCHER])

    assert (answer.status_code, answer.json["code"]) == (409, "relation_not_allowed")


def test_a_district_sees_its_own_clients(client: FlaskClient, tianjin: Session, scene: Scene):
    here, elsewhere = (
        make_account(tianjin, role=Role.OPERATOR_REVIEWER, scope=Scope(ScopeKind.DISTRICT, code))
        for code in ("120103", "120101")
    )
    tianjin.commit()

    assert scene.get(client, f"/clients/{scene.client_id}", here).status_code == 200
    assert scene.get(client, f"/clients/{scene.client_id}", elsewhere).status_code == 404


def test_another_day_of_death_is_a_correction_with_a_reason(client: FlaskClient, tianjin: Session, scene: Scene):
    path, head = f"/clients/{scene.client_id}/death", scene.actors[HEAD]
    scene.post(client, path, {"died_on": "2026-11-10"}, head)

    refused = scene.post(client, path, {"died_on": "2026-11-12"}, head)
    corrected = scene.post(client, path, {"died_on": "2026-11-12", "reason": "死亡证明"}, head)

    assert (refused.status_code, refused.json["code"]) == (409, "death_recorded")
    assert corrected.json["client"]["person"]["died_on"] == "2026-11-12"
    assert tianjin.scalars(select(PeriodChange.right_kind)).all() == ["life"]
    assert tianjin.scalar(select(func.count()).select_from(Client)) == 1
