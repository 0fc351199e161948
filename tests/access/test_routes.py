"""Made from the routes themselves: no token, wrong role, another agency, another district, another region."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.factory import create_app
from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.kernel.db import session as current_session
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Permission, Role
from tests.access.sample import Sample
from tests.access.samples import SAMPLES
from tests.access.table import roles_of
from tests.access.world import AGENCY_ROLES, BY_AREA, PERSONAL_ROLES, World, build
from tests.conftest import ROOT, clone_of, drop, settings_for
from tests.paper_app import api_rules, paper_app
from tests.tokens import bearer, make_account

PREFIX = "/api/v1"


def guarded_routes() -> dict[str, Permission]:
    """Permission by "METHOD /path" of every route that needs one."""
    views = paper_app().view_functions
    found = {
        f"{method} {rule.rule.removeprefix(PREFIX)}": views[rule.endpoint]._permission for method, rule in api_rules()
    }
    return {name: permission for name, permission in found.items() if permission is not None}


class WatchedIds(dict[str, UUID | str]):
    """Ids of a world that is not there, which remember that somebody asked."""

    is_asked = False

    def __missing__(self, key: str) -> UUID:
        self.is_asked = True
        return new_id()


def names_records(name: str) -> bool:
    """Does the sample name a record of the world, in its address, query or body?"""
    sample, ids = SAMPLES.get(name, Sample()), WatchedIds()
    if sample.body:
        sample.body(World(ids=ids))
    return ids.is_asked or "<" in name or "{" in sample.query


ROUTES = guarded_routes()
HOLDERS = [(name, role) for name, permission in ROUTES.items() for role in sorted(roles_of(permission))]
NAMING = {name: roles_of(permission) for name, permission in ROUTES.items() if names_records(name)}
NOTHING_THERE = {  # routes whose record the world lacks: its owner gets 404 too
    "GET /care-days/<uuid:care_day_id>/receipt": "no day is logged",
    "GET /payout-batches/<uuid:batch_id>/files/<kind>": "the batch is not frozen",
    "GET /payout-batches/<uuid:batch_id>/answers/<uuid:file_id>": "the bank has not answered",
    "POST /payout-batches/<uuid:batch_id>/answers/<uuid:file_id>/confirmation": "the bank has not answered",
}
FULL_VALUES = {  # routes that show an ID or bank number, an address or a position: each reading is audited
    "GET /people/<uuid:person_id>/identity",
    "GET /help-calls",
    "GET /care-cards",
    "POST /help-calls/<uuid:help_call_id>/acknowledgement",
}
FILES = {  # files are not looked into here; where their reading is shown to be audited, or why it need not be
    "/imports/template": "nobody's values",
    "/imports/{run_id}/returned": "tests/imports/test_api.py",
    "/payout-batches/{batch_id}/files/{kind}": "tests/payouts/test_api.py",
    "/payout-batches/{batch_id}/answers/{file_id}": "tests/payouts/test_api.py",
    "/staff-load/sheet": "masked names and minutes",
    "/home-tags/{home_tag_id}/print": "a code and no word of the client",
    "/photos/{photo_id}/content": "tests/checkin/test_photos_api.py",
}
READERS = frozenset({Role.CARER, Role.GUARDIAN, Role.AGENCY_HEAD, Role.COMMUNITY_NURSE, Role.OPERATOR_REVIEWER})
OF_ANOTHER = {  # the world's photo is of the professional carer's visit
    ("POST /photos", Role.FAMILY_CARER),
    ("POST /remarks", Role.FAMILY_CARER),
    ("PUT /photos/<uuid:photo_id>/content", Role.FAMILY_CARER),
    ("POST /facts/<uuid:fact_id>/appeal", Role.FAMILY_CARER),
}
OTHERS_MAKE_IT = "GET /visits/<uuid:visit_id>/record"  # there once the samples of clocking in and out were sent


class Stage:
    """The served application with the world in it."""

    def __init__(self, application: Flask, world: World) -> None:
        self.application = application
        self.world = world
        self._headers: dict[UUID, dict[str, str]] = {}

    def headers(self, actor: Actor) -> dict[str, str]:
        if actor.grant_id not in self._headers:
            self._headers[actor.grant_id] = bearer(self.application, actor)
        return self._headers[actor.grant_id]

    def entries(self) -> int:
        """How many entries the audit holds."""
        with self.application.app_context():
            session = current_session()
            session.bind_region("tianjin")
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def tells_a_secret(self, name: str, role: Role) -> bool:
        text = self.send(name, actor=self.world.own[role]).data.decode("utf-8", errors="replace")
        # not the seconds of an instant, which may begin with a latitude
        return any(re.search(rf"{re.escape(secret)}(?!\d)", text) for secret in self.world.secrets)

    def query(self, sample: Sample) -> str:
        return sample.query.format_map(self.world.ids)

    def send(self, name: str, *, actor: Actor | None, garbage: bool = False) -> TestResponse:
        method, _, path = name.partition(" ")
        sample = SAMPLES.get(name, Sample())
        for key, value in self.world.ids.items():
            path = path.replace(f"<uuid:{key}>", str(value)).replace(f"<{key}>", str(value))
        headers = {"Idempotency-Key": str(new_id())} | (self.headers(actor) if actor else {})
        body = {"json": sample.body(self.world)} if sample.body else {"data": sample.raw} if sample.raw else {}
        if garbage and method != "GET":
            body = {"data": b"{", "content_type": "application/json"}
        return self.application.test_client().open(
            PREFIX + path + self.query(sample), method=method, headers=headers, **body
        )


@pytest.fixture(scope="module")
def stage(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    clone = clone_of(template)
    application = create_app(settings_for(clone.urls, Path(tmp_path_factory.mktemp("access"))))
    with application.app_context():
        session = db.session()
        session.bind_region("tianjin")
        world = build(session, application)
        session.commit()
    with application.app_context():
        session = db.session()
        session.bind_region("huaian")
        for role, actor in world.own.items():
            person_id = new_id() if role in PERSONAL_ROLES else None
            scope = actor.scope
            world.elsewhere[role] = make_account(session, role=role, scope=scope, person_id=person_id, region="huaian")
        session.commit()
    yield Stage(application, world)
    with application.app_context():
        db.engine.dispose()
    drop(clone)


def test_every_route_has_a_sample_request():
    assert set(ROUTES) - set(SAMPLES) == set()


def test_every_sample_has_a_route():
    assert set(SAMPLES) - set(ROUTES) == set()


@pytest.mark.parametrize("name", ROUTES)
def test_a_stranger_gets_401_before_his_body_is_read(name: str, stage: Stage):
    answer = stage.send(name, actor=None, garbage=True)

    assert (answer.status_code, answer.json["code"]) == (401, "token_missing")


@pytest.mark.parametrize("name", ROUTES)
def test_the_table_of_permissions_and_roles_is_the_answer(name: str, stage: Stage):
    for role in Role:
        answer = stage.send(name, actor=stage.world.own[role])
        told = f"{role}: {answer.data!r}"

        is_denied = answer.status_code == 403 and answer.json["code"] == "permission_denied"
        assert is_denied == (role not in roles_of(ROUTES[name])), told
        assert answer.status_code < 500, told
        assert answer.status_code != 401, told
        if not is_denied:  # a stranger's 404 proves nothing where who may ask gets one too
            is_missing = answer.status_code == 404
            is_expected = name in NOTHING_THERE or (name, role) in OF_ANOTHER
            assert name == OTHERS_MAKE_IT or is_missing == is_expected, told


@pytest.mark.parametrize("name", NAMING)
def test_another_agency_or_person_finds_nothing(name: str, stage: Stage):
    for role in sorted(NAMING[name] & (AGENCY_ROLES | PERSONAL_ROLES)):
        answer = stage.send(name, actor=stage.world.strangers[role])

        assert answer.status_code == SAMPLES[name].stranger, f"{role}: {answer.data!r}"


@pytest.mark.parametrize("name", NAMING)
def test_another_region_finds_nothing(name: str, stage: Stage):
    for role in sorted(NAMING[name]):
        answer = stage.send(name, actor=stage.world.elsewhere[role])

        is_nobody_there = answer.status_code == 403 and answer.json["code"] == "not_a_carer"
        told = f"{role}: {answer.data!r}"
        assert answer.status_code == SAMPLES[name].elsewhere or is_nobody_there, told


@pytest.mark.parametrize("name", NAMING)
def test_another_district_finds_nothing(name: str, stage: Stage):
    for role in sorted(NAMING[name].intersection(BY_AREA)):
        answer = stage.send(name, actor=stage.world.other_district[role])

        assert answer.status_code == 404, f"{role}: {answer.data!r}"


def test_whoever_reads_a_full_value_leaves_an_entry(stage: Stage):
    """A new route that shows one must be in the list, and leave an entry for every reading."""
    shown = set()
    looked_at = [
        pair for pair in HOLDERS if pair[1] in READERS and (pair[0].startswith("GET ") or pair[0] in FULL_VALUES)
    ]
    for name, role in looked_at:
        if name not in NOTHING_THERE and stage.tells_a_secret(name, role):
            before = stage.entries()
            assert stage.tells_a_secret(name, role)
            assert stage.entries() == before + 1, (name, role)
            shown.add(name)

    assert shown == FULL_VALUES


def test_every_route_that_gives_a_file_says_where_its_readings_are_held():
    spec = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    giving = {
        path.removeprefix(PREFIX)
        for path, operations in spec["paths"].items()
        for answers in (operation["responses"] for operation in operations.values() if "responses" in operation)
        if any(code in answers and "content" not in answers[code] for code in ("200", "201"))
    }

    assert giving == set(FILES)
