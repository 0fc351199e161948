"""The registry over HTTP: every route with success, no login, wrong role, another agency, bad input and a resend."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import exc, func, select, update
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from app.registry.history_models import PeriodChange
from app.registry.models import BankAccount, Client, Person
from tests.fixed_clock import clock_at
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
        "agency state",
        lambda scene, _: f"/agencies/{scene.agency.id}/state",
        lambda _: {"state": "suspended", "reason": "inspection"},
        ADMIN,
        HEAD,
        {"reason": "检查发现问题"},
        foreign=False,
    ),
    Post(
        "carer",
        lambda *_: "/carers",
        lambda scene: {
            "person": person_json(),
            "kind": "professional",
            "employment": {"agency_id": str(scene.agency.id), "contract_kind": "labour", "valid_from": "2026-11-01"},
            "certificates": [{"kind": "elderly_care", "number": "A1", "valid_from": "2026-01-01"}],
        },
        DISPATCHER,
        REVIEWER,
        {"kind": "robot"},
    ),
    Post(
        "certificate",
        lambda scene, _: f"/carers/{scene.carer.id}/certificates",
        lambda _: {"kind": "health", "number": "H1", "valid_from": "2026-01-01", "valid_to": "2027-01-01"},
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
                "valid_from": "2026-11-01",
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
        lambda scene: {"agency_id": str(scene.agency.id), "home_type": "family_care", "valid_from": "2026-11-01"},
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
        lambda _: {"reason": "not_confirmed", "valid_from": "2026-11-01"},
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
            "document": "WT-2026-11",
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
            "valid_from": "2026-11-01",
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
        lambda _: {"valid_to": "2026-12-01", "reason": "moved_out"},
        DISPATCHER,
        REVIEWER,
        {"valid_to": "yesterday"},
    ),
    Post(
        "end of an employment",
        lambda scene, _: f"/employments/{scene.carer.employments[0].id}/end",
        lambda _: {"valid_to": "2026-12-01", "reason": "left_job"},
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
    ending = {"valid_to": "2026-11-20", "reason": "mandate_over"}
    scene.post(client, f"/guardians/{scene.guardian.id}/end", ending, scene.actors[DISPATCHER])

    answer = scene.get(client, f"/clients/{scene.client_id}", scene.actors[GUARDIAN])

    assert answer.status_code == 404


def test_a_family_carer_sees_a_client_no_more_once_the_assignment_is_over(client: FlaskClient, scene: Scene):
    detail = scene.get(client, f"/clients/{scene.client_id}", scene.actors[ADMIN]).json
    assignment_id = detail["assignments"][0]["id"]
    ending = {"valid_to": "2026-11-20", "reason": "another_carer"}
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
    body = next(post for post in POSTS if post.name == "carer").body(scene)

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
    agreement = {"agency_id": str(scene.agency.id), "home_type": "agency_care", "valid_from": "2026-11-02"}
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
    foreign = {"agency_id": str(scene.other_agency.id), "contract_kind": "labour", "valid_from": "2026-11-01"}
    carer = {"person": person_json(), "kind": "professional"}

    bare_client = scene.post(client, "/clients", {"person": person_json(), "district_code": "120103"}, dispatcher)
    bare_carer = scene.post(client, "/carers", carer, dispatcher)
    foreign_carer = scene.post(client, "/carers", carer | {"employment": foreign}, dispatcher)

    assert bare_client.json["code"] == "agreement_missing"
    assert bare_carer.json["code"] == "employment_missing"
    assert foreign_carer.status_code == 404


def test_an_agency_that_left_a_client_reads_but_changes_nothing(client: FlaskClient, scene: Scene):
    dispatcher = scene.actors[DISPATCHER]
    ending = {"valid_to": "2026-11-20", "reason": "moved_out"}
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
    formal = carer | {"stage": "formal", "exam_on": "2027-01-05", "exam_document": "D3-7"}
    begun = scene.post(client, path, carer | {"stage": "provisional", "valid_from": "2026-11-01"}, dispatcher)

    early = scene.post(client, path, formal, dispatcher)
    with clock_at(datetime(2027, 1, 6, 1, tzinfo=UTC)):
        unexamined = scene.post(client, path, carer | {"stage": "formal"}, dispatcher)
        done = scene.post(client, path, formal, dispatcher)

    assert begun.status_code == 201
    assert early.json["code"] == "training_not_over"
    assert unexamined.json["code"] == "exam_missing"
    assert (done.json["training"]["valid_from"], done.json["counts_from"]) == ("2027-01-05", "2027-02-01")


@pytest.mark.parametrize(
    ("role", "valid_from", "code"),
    [
        (DISPATCHER, None, "training_start_missing"),
        (ADMIN, None, "training_start_missing"),
        (DISPATCHER, "2026-11-01", "training_missing"),
    ],
)
def test_an_agency_makes_nobody_formal_without_a_training(
    client: FlaskClient, scene: Scene, role: Role, valid_from: str | None, code: str
):
    formal = {
        "carer_id": str(scene.family_carer.id),
        "stage": "formal",
        "valid_from": valid_from,
        "exam_on": "2026-11-03",
        "exam_document": "D3-7",
    }
    body = {name: value for name, value in formal.items() if value is not None}

    answer = scene.post(client, f"/clients/{scene.client_id}/trainings", body, scene.actors[role])

    assert (answer.json["code"], answer.status_code) == (code, 422 if code == "training_start_missing" else 409)


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
    corrected = scene.post(client, path, {"died_on": "2026-11-12", "reason": "death_certificate"}, head)

    assert (refused.status_code, refused.json["code"]) == (409, "death_recorded")
    assert corrected.json["client"]["person"]["died_on"] == "2026-11-12"
    changes = tianjin.execute(select(PeriodChange.right_kind, PeriodChange.reason).order_by(PeriodChange.id)).all()
    assert changes == [("life", "died"), ("life", "death_certificate")]
    assert tianjin.scalar(select(func.count()).select_from(Client)) == 1


@pytest.mark.parametrize(
    ("role", "body", "status", "code"),
    [
        (REVIEWER, {"died_on": None}, 409, "death_recorded"),
        (HEAD, {"died_on": None, "reason": "mistaken"}, 403, "death_taken_back_by_fund"),
        (REVIEWER, {"died_on": None, "reason": "mistaken"}, 201, None),
        (HEAD, {"died_on": "1950-03-03", "reason": "mistaken"}, 422, "death_before_birth"),
        (HEAD, {"died_on": "2026-11-21", "reason": "mistaken"}, 422, "death_in_future"),
        (HEAD, {"died_on": "2026-11-12", "reason": "证明写错了"}, 422, "fields_invalid"),
    ],
)
def test_a_recorded_death_is_taken_back_by_the_fund_with_a_reason(
    client: FlaskClient, scene: Scene, role: Role, body: dict[str, Any], status: int, code: str | None
):
    path = f"/clients/{scene.client_id}/death"
    scene.post(client, path, {"died_on": "2026-11-10"}, scene.actors[HEAD])

    answer = scene.post(client, path, body, scene.actors[role])

    assert (answer.status_code, answer.json.get("code")) == (status, code)
    shown = scene.get(client, f"/clients/{scene.client_id}", scene.actors[HEAD]).json["client"]["person"]
    assert shown["died_on"] == (None if status == 201 else "2026-11-10")


@pytest.mark.parametrize(
    ("tail", "body", "role", "field"),
    [
        ("suspensions", {"reason": "资格未确认", "valid_from": "2026-11-01"}, REVIEWER, "reason"),
        ("guardians", {"document": "委托书"}, DISPATCHER, "document"),
        ("guardians", {"document": "110105194912310021"}, DISPATCHER, "document"),
        ("trainings", {"exam_document": "王秀英考核表"}, DISPATCHER, "exam_document"),
        ("trainings", {"exam_document": "13900000001"}, DISPATCHER, "exam_document"),
    ],
)
def test_what_is_never_changed_takes_codes_and_file_numbers_only(
    client: FlaskClient, scene: Scene, tail: str, body: dict[str, str], role: Role, field: str
):
    answer = scene.post(client, f"/clients/{scene.client_id}/{tail}", body, scene.actors[role])

    assert answer.status_code == 422
    assert answer.json["details"]["fields"][field]["code"] in ("not_a_reason_code", "not_a_file_number")


@pytest.mark.parametrize(("kind", "number"), [("健康证", "H1"), ("health", "110105194912310021"), ("health", "甲1")])
def test_a_certificate_has_a_kind_and_a_number_that_is_no_id_number(
    client: FlaskClient, scene: Scene, kind: str, number: str
):
    body = {"kind": kind, "number": number, "valid_from": "2026-01-01"}

    answer = scene.post(client, f"/carers/{scene.carer.id}/certificates", body, scene.actors[DISPATCHER])

    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")


REFUSED = [
    ("another district", "/clients", {"again": True, "district_code": "120101"}, DISPATCHER, "client_differs"),
    ("employment of family", "/carers", {"employed": True, "kind": "family"}, DISPATCHER, "employment_not_for_family"),
    ("certificate twice", "/carers/{carer}/certificates", {"kind": "elderly_care", "again": True}, DISPATCHER,
     "certificate_exists"),
    ("discharge tomorrow", "/stays/{stay}/end", {"discharged_on": "2026-11-21"}, DISPATCHER, "discharge_in_future"),
    ("conclusion tomorrow", "/clients/{client}/entitlements",
     {"level": "5", "home_types": ["agency_care"], "concluded_on": "2026-11-21"}, REVIEWER, "conclusion_in_future"),
    ("guardianship over", "/guardians/{guardian}/access", {"ended": "guardians/{guardian}"}, DISPATCHER,
     "guardianship_over"),
    ("training of a professional", "/clients/{client}/trainings",
     {"carer_id": "{carer}", "stage": "provisional", "valid_from": "2026-11-01"}, DISPATCHER, "not_family_carer_here"),
    ("training before the task", "/clients/{client}/trainings",
     {"carer_id": "{family}", "stage": "provisional", "valid_from": "2025-12-31"}, ADMIN, "not_family_carer_here"),
    ("after death", "/clients/{client}/assignments", {"carer_id": "{carer}", "valid_from": "2026-11-20", "died": True},
     DISPATCHER, "client_died"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "role", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_each_refusal_has_its_code(
    client: FlaskClient, tianjin: Session, scene: Scene, path: str, body: dict[str, Any], role: Role, code: str
):
    known = a_person()
    a_client(tianjin, agency=scene.agency, person=known)
    stay = a_stay(tianjin, client=scene.client, admitted_on=NOW.date().replace(day=2))
    tianjin.commit()
    ids = {"client": scene.client_id, "carer": scene.carer.id, "family": scene.family_carer.id, "stay": stay.id}
    ids |= {"guardian": scene.guardian.id}
    body = {key: value.format(**ids) if isinstance(value, str) else value for key, value in body.items()}
    _arrange(client, scene, body, known=known)

    answer = scene.post(client, path.format(**ids), body, scene.actors[role])

    assert answer.json["code"] == code
    assert answer.status_code in (409, 422)


def _arrange(http: FlaskClient, scene: Scene, body: dict[str, Any], *, known: Any) -> None:
    """Turn the table's marks into what they stand for."""
    own = {"agency_id": str(scene.agency.id), "valid_from": "2026-11-01"}
    if body.pop("again", False) and "kind" in body:
        body |= {"number": scene.carer.certificates[0].number, "valid_from": "2026-01-01"}
    elif "district_code" in body:
        body |= {"person": {"id_number": known.id_number, "name": known.name}}
        body |= {"agreement": own | {"home_type": "agency_care"}}
    if body.pop("employed", False):
        body |= {"person": person_json(), "employment": own | {"contract_kind": "labour"}}
    if ended := body.pop("ended", None):
        ending = {"valid_to": "2026-11-20", "reason": "mandate_over"}
        scene.post(http, f"/{ended}/end", ending, scene.actors[DISPATCHER])
    if body.pop("died", False):
        scene.post(http, f"/clients/{scene.client_id}/death", {"died_on": "2026-11-19"}, scene.actors[HEAD])


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("suspended",), "agency_not_active"),
        (("left",), "agency_not_active"),
        (("suspended", "active"), None),
        (("left", "active"), "agency_not_active"),
    ],
)
def test_an_agency_takes_clients_while_it_is_active_and_does_not_come_back(
    client: FlaskClient, scene: Scene, states: tuple[str, ...], code: str | None
):
    admin, path = scene.actors[ADMIN], f"/agencies/{scene.other_agency.id}/state"
    agreement = {"agency_id": str(scene.other_agency.id), "home_type": "agency_care", "valid_from": "2026-11-01"}
    body = {"person": person_json(), "district_code": "120103", "agreement": agreement}

    changed = [scene.post(client, path, {"state": state, "reason": "inspection"}, admin) for state in states]
    answer = scene.post(client, "/clients", body, scene.stranger)

    assert answer.json.get("code") == code
    assert changed[-1].status_code == (409 if states == ("left", "active") else 201)


def test_a_state_an_agency_has_is_not_entered_again(client: FlaskClient, scene: Scene):
    path, body = f"/agencies/{scene.agency.id}/state", {"state": "active", "reason": "inspection"}

    answer = scene.post(client, path, body, scene.actors[ADMIN])

    assert (answer.status_code, answer.json["code"]) == (409, "illegal_transition")
