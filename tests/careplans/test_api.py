"""The catalogue and care plans over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.policies.codes import HomeType
from app.registry.commands import PersonEntry
from app.registry.models import ServiceAgreement
from app.registry.types import GuardianExtent
from tests.careplans.factories import an_item
from tests.fixed_clock import clock_at
from tests.registry.factories import a_carer, a_client, a_guardian, an_assignment, an_id_number
from tests.registry.scene import NOW, Scene
from tests.registry.statements import statements
from tests.tokens import make_account

HEAD, DISPATCHER, ADMIN, GUARDIAN = Role.AGENCY_HEAD, Role.DISPATCHER, Role.REGION_ADMIN, Role.GUARDIAN
ITEM = {
    "code": "life-05",
    "name": "温水擦浴",
    "category": "basic_life_care",
    "staff_kinds": ["carer", "family"],
    "minutes": 30,
    "source": "测试",
}
PLAN = {"valid_from": "2026-11-20", "items": [{"item_code": "bathing", "times_per_week": 3, "minutes": 30}]}


@pytest.fixture
def draft(client: FlaskClient, tianjin: Session, scene: Scene) -> dict[str, Any]:
    """A plan written by the dispatcher."""
    an_item(tianjin)
    tianjin.commit()
    answer = scene.post(client, f"/clients/{scene.client_id}/care-plans", PLAN, scene.actors[DISPATCHER])
    assert answer.status_code == 201, answer.json
    return answer.json


def test_an_item_is_added_once_however_often_it_is_sent(client: FlaskClient, scene: Scene):
    key = str(new_id())

    first = scene.post(client, "/service-items", ITEM, scene.actors[ADMIN], key=key)
    again = scene.post(client, "/service-items", ITEM, scene.actors[ADMIN], key=key)

    assert (first.status_code, first.json["version"]) == (201, 1)
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")


@pytest.mark.parametrize(
    "bad",
    [
        {"minutes": 0},
        {"staff_kinds": []},
        {"code": ""},
        {"national_code": "abc"},
        {"contraindications": [{"text": "皮肤破损处不适用"}]},
        {"contraindications": ["皮肤破损处不适用"]},
        {"assumed": ["source"]},
    ],
)
def test_a_bad_item_is_refused(client: FlaskClient, scene: Scene, bad: dict[str, Any]):
    assert scene.post(client, "/service-items", ITEM | bad, scene.actors[ADMIN]).status_code == 422


def test_an_item_is_found_by_the_national_code_that_its_newest_version_is_mapped_to(client: FlaskClient, scene: Scene):
    old, new = "A1234567890123456", "B1234567890123456"
    for mapped in ({"national_code": old}, {"national_code": new}, {"code": "life-06", "national_code": old}):
        assert scene.post(client, "/service-items", ITEM | mapped, scene.actors[ADMIN]).status_code == 201

    found = {
        code: [
            (item["code"], item["version"], item["national_code"])
            for item in scene.get(client, f"/service-items?national_code={code}", scene.actors[HEAD]).json["items"]
        ]
        for code in (old, new, "C1234567890123456")
    }

    assert found == {old: [("life-06", 1, old)], new: [("life-05", 2, new)], "C1234567890123456": []}


def test_who_plans_and_who_cares_sees_what_stands_against_the_version_that_was_planned(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    an_assignment(tianjin, client=scene.client, carer=scene.carer)
    tianjin.commit()
    against = [{"text": "皮肤破损处不适用", "source": "测试"}]
    shown = {"contraindications": against, "assumed": ["minutes", "code"]}
    added = scene.post(client, "/service-items", ITEM | shown, scene.actors[ADMIN]).json
    plan = {"valid_from": "2026-11-20", "items": [{"item_code": "life-05", "times_per_week": 3, "minutes": 30}]}

    written = scene.post(client, f"/clients/{scene.client_id}/care-plans", plan, scene.actors[DISPATCHER])
    scene.post(client, "/service-items", ITEM, scene.actors[ADMIN])
    again = scene.post(client, f"/clients/{scene.client_id}/care-plans", plan, scene.actors[DISPATCHER])
    read = scene.get(client, f"/care-plans/{written.json['id']}", scene.actors[Role.CARER])

    assert (added["contraindications"], added["assumed"]) == (against, ["code", "minutes"])
    assert (written.status_code, again.status_code) == (201, 201)
    assert written.json["items"] == [plan["items"][0] | {"contraindications": against}]
    assert read.json["items"] == written.json["items"]
    assert again.json["items"] == [plan["items"][0] | {"contraindications": []}]


def test_the_starter_list_is_paged_by_code(client: FlaskClient, scene: Scene):
    added = scene.post(client, "/service-items/starter-list", {}, scene.actors[ADMIN])

    first = scene.get(client, "/service-items?limit=30", scene.actors[Role.CARER]).json
    second = scene.get(client, f"/service-items?limit=30&after={first['next_after']}", scene.actors[Role.CARER]).json

    assert len(added.json["items"]) == 42
    assert (len(first["items"]), len(second["items"]), second["next_after"]) == (30, 12, None)


def test_a_guardian_confirms_on_the_own_phone(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    path, guardian, key = f"/care-plans/{draft['id']}/confirmation", scene.actors[GUARDIAN], str(new_id())

    first = scene.post(client, path, {}, guardian, key=key)
    again = scene.post(client, path, {}, guardian, key=key)
    second = scene.post(client, path, {}, guardian)

    assert draft["confirmation"] is None
    assert first.json["confirmation"]["way"] == "own_phone"
    assert again.json == first.json
    assert (second.status_code, second.json["code"]) == (409, "plan_confirmed")


def test_the_head_confirms_from_paper_only(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    path, head = f"/care-plans/{draft['id']}/confirmation", scene.actors[HEAD]

    as_phone = scene.post(client, path, {}, head)
    on_paper = scene.post(client, path, {"way": "paper", "document": "A1-0001"}, head)

    assert (as_phone.status_code, as_phone.json["code"]) == (422, "confirmation_way_wrong")
    assert on_paper.json["confirmation"]["document"] == "A1-0001"


def test_a_guardian_cannot_claim_paper(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    paper = {"way": "paper", "document": "X1"}

    answer = scene.post(client, f"/care-plans/{draft['id']}/confirmation", paper, scene.actors[GUARDIAN])

    assert answer.json["code"] == "confirmation_way_wrong"


def test_paper_is_named_by_its_file_number_and_no_text(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    path, head = f"/care-plans/{draft['id']}/confirmation", scene.actors[HEAD]

    for document in ("王秀英的签字", "110105194912310021", "13800138000", "A1-"):
        answer = scene.post(client, path, {"way": "paper", "document": document}, head)

        assert (answer.status_code, list(answer.json["details"]["fields"])) == (422, ["document"])


def test_who_cares_for_a_client_and_is_guardian_of_another_confirms_nothing_for_the_first(
    client: FlaskClient, tianjin: Session, scene: Scene, draft: dict[str, Any]
):
    other = a_client(tianjin)
    entry = PersonEntry(id_number=an_id_number(number=77), name="王海燕")
    carer = a_carer(tianjin, agency=scene.agency, person=entry)
    an_assignment(tianjin, client=scene.client, carer=carer)
    a_guardian(tianjin, client=other, person=entry)
    actor = make_account(tianjin, role=GUARDIAN, person_id=carer.person.id)
    tianjin.commit()

    answer = scene.post(client, f"/care-plans/{draft['id']}/confirmation", {}, actor)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_guardian_whom_the_fund_has_not_approved_confirms_nothing(
    client: FlaskClient, tianjin: Session, scene: Scene, draft: dict[str, Any]
):
    proposed = a_guardian(tianjin, client=scene.client, by=scene.actors[DISPATCHER], valid_from=NOW.date())
    actor = make_account(tianjin, role=GUARDIAN, person_id=proposed.person.id)
    tianjin.commit()
    path = f"/care-plans/{draft['id']}/confirmation"

    before = scene.post(client, path, {}, actor)
    scene.post(client, f"/guardians/{proposed.id}/approval", {}, scene.actors[Role.OPERATOR_REVIEWER])
    after = scene.post(client, path, {}, actor)

    assert (before.status_code, after.status_code) == (404, 201)


def test_a_former_guardian_confirms_nothing(client: FlaskClient, tianjin: Session, scene: Scene, draft: dict[str, Any]):
    over = a_guardian(tianjin, client=scene.client, valid_to=NOW.date())
    actor = make_account(tianjin, role=GUARDIAN, person_id=over.person.id)
    tianjin.commit()

    answer = scene.post(client, f"/care-plans/{draft['id']}/confirmation", {}, actor)

    assert answer.status_code == 404


@pytest.mark.parametrize("extent", GuardianExtent)
def test_confirming_care_is_within_every_extent_of_a_guardian(
    client: FlaskClient, tianjin: Session, scene: Scene, draft: dict[str, Any], extent: GuardianExtent
):
    guardian = a_guardian(tianjin, client=scene.client, extent=extent)
    actor = make_account(tianjin, role=GUARDIAN, person_id=guardian.person.id)
    tianjin.commit()

    assert scene.post(client, f"/care-plans/{draft['id']}/confirmation", {}, actor).status_code == 201


def test_an_agency_confirms_its_own_plans_only_and_none_once_it_has_left(
    client: FlaskClient, tianjin: Session, scene: Scene, draft: dict[str, Any]
):
    tomorrow = NOW.date() + timedelta(days=1)
    tianjin.execute(update(ServiceAgreement).values(valid_to=tomorrow))
    tianjin.add(
        ServiceAgreement(
            id=new_id(),
            client_id=scene.client_id,
            agency_id=scene.other_agency.id,
            home_type=HomeType.AGENCY_CARE,
            valid_from=tomorrow,
        )
    )
    tianjin.commit()
    plan, paper = PLAN | {"valid_from": tomorrow.isoformat()}, {"way": "paper", "document": "A1-0001"}
    theirs = scene.post(client, f"/clients/{scene.client_id}/care-plans", plan, scene.stranger).json
    with clock_at(NOW + timedelta(days=1)):
        confirmed = scene.post(client, f"/care-plans/{theirs['id']}/confirmation", paper, scene.stranger)

        own = scene.post(client, f"/care-plans/{draft['id']}/confirmation", paper, scene.actors[HEAD])
        anothers = scene.post(client, f"/care-plans/{theirs['id']}/confirmation", paper, scene.actors[HEAD])
        on_phone = scene.post(client, f"/care-plans/{draft['id']}/confirmation", {}, scene.actors[GUARDIAN])
        after = scene.get(client, f"/care-plans/{theirs['id']}", scene.stranger).json

    assert confirmed.status_code == 201
    assert (own.status_code, anothers.status_code, on_phone.status_code) == (409, 404, 409)
    assert after == confirmed.json


def test_another_agency_neither_reads_nor_writes_nor_confirms(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    plans, plan = f"/clients/{scene.client_id}/care-plans", f"/care-plans/{draft['id']}"

    answers = [
        scene.get(client, plans, scene.stranger),
        scene.get(client, plan, scene.stranger),
        scene.post(client, plans, PLAN, scene.stranger),
        scene.post(client, f"{plan}/confirmation", {"way": "paper", "document": "X1"}, scene.stranger),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_nobody_comes_in_without_login_or_with_the_wrong_role(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    plans, confirmation = f"/clients/{scene.client_id}/care-plans", f"/care-plans/{draft['id']}/confirmation"

    for path, wrong in (
        ("/service-items", HEAD),
        ("/service-items/starter-list", HEAD),
        (plans, ADMIN),
        (confirmation, DISPATCHER),
    ):
        assert scene.post(client, path, {}, None).status_code == 401
        assert scene.post(client, path, {}, scene.actors[wrong]).status_code == 403
    for path in ("/service-items", plans, f"/care-plans/{draft['id']}"):
        assert scene.get(client, path, None).status_code == 401


@pytest.mark.parametrize(
    "bad",
    [
        {"items": []},
        {"items": [{"item_code": "dancing", "times_per_week": 1, "minutes": 10}]},
        {"items": [{"item_code": "bathing", "times_per_week": 0, "minutes": 10}]},
        {"valid_from": "2026-11-19"},
        {"valid_to": "2026-11-20"},
        {"unknown": 1},
    ],
)
def test_a_bad_plan_is_refused(client: FlaskClient, scene: Scene, draft: dict[str, Any], bad: dict[str, Any]):
    path = f"/clients/{scene.client_id}/care-plans"

    assert scene.post(client, path, PLAN | bad, scene.actors[DISPATCHER]).status_code == 422


def test_no_plan_is_written_once_the_policy_is_over(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    path = f"/clients/{scene.client_id}/care-plans"

    answer = scene.post(client, path, PLAN | {"valid_from": "2029-12-06"}, scene.actors[DISPATCHER])

    assert (answer.status_code, answer.json["code"]) == (409, "policy_expired")


def test_a_longer_list_of_plans_takes_no_more_statements(client: FlaskClient, scene: Scene, draft: dict[str, Any]):
    path, dispatcher = f"/clients/{scene.client_id}/care-plans", scene.actors[DISPATCHER]
    with statements() as short:
        before = scene.get(client, path, dispatcher).json["items"]
    for _ in range(3):
        scene.post(client, path, PLAN, dispatcher)

    with statements() as long:
        after = scene.get(client, path, dispatcher).json["items"]

    assert (len(before), len(after)) == (1, 4)
    assert [plan["version"] for plan in after] == [1, 2, 3, 4]
    assert len(long) == len(short)
