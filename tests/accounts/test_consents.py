"""Consents: asked for by purpose and version, given, withdrawn, and never edited."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_models import Consent
from app.accounts.consent_types import (
    AskedPerson,
    ConsentAct,
    ConsentAnswer,
    ConsentGiver,
    ConsentPurpose,
    PersonAsked,
    holds,
)
from app.accounts.consents import all_texts, has_consent, present_texts
from app.accounts.service.consents import answer
from app.kernel.audit import AuditEntry
from app.kernel.db import session, transaction
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from tests.kernel.processes import wait_until
from tests.locks import HOW_MANY_WAIT
from tests.tokens import OWN_CLIENTS, bearer, make_account

# Whoever changes a word adds a version, and its digest here: a consent was given to the words that were read.
DIGESTS = {
    ("location", 1): "b9b17d87f3b899c7",
    ("sensitive_health", 1): "71e69222a5573141",
    ("face", 1): "20895c32c3c51151",
    ("photos", 1): "7ea440e74f4e23f5",
    ("sharing_family", 1): "36d05298c3609d37",
}
WORDS = {"purpose": "location", "version": 1, "is_given": True}
AT = datetime(2026, 11, 20, tzinfo=UTC)
ANSWERS = [
    (None, 1, False),
    ((1, True), 1, True),
    ((1, False), 1, False),
    ((1, True), 2, False),  # to other words
    ((2, True), 2, True),
    ((2, False), 2, False),
]


@pytest.mark.parametrize(("said", "version", "expected"), ANSWERS)
def test_a_consent_holds_when_given_to_the_present_words(said: tuple[int, bool] | None, version: int, expected: bool):
    answer = None if said is None else ConsentAnswer(*said, ConsentGiver.SELF, AT)

    assert holds(answer, version=version) is expected


def test_the_words_of_a_version_are_not_changed():
    assert {(text.purpose.value, text.version): text.digest[:16] for text in all_texts()} == DIGESTS


def test_every_purpose_has_words_and_its_versions_count_from_one():
    versions = {
        purpose: [text.version for text in texts]
        for purpose, texts in groupby(all_texts(), key=lambda text: text.purpose)
    }

    assert set(versions) == set(ConsentPurpose) == set(present_texts())
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


def test_the_face_and_the_place_are_never_the_only_way():
    for purpose in (ConsentPurpose.FACE, ConsentPurpose.LOCATION):
        assert "照常签到" in present_texts()[purpose].without


@pytest.fixture
def carer(tianjin: Session) -> Actor:
    return make_account(tianjin, role=Role.CARER, person_id=new_id())


def say(app: Flask, client: FlaskClient, actor: Actor | None, key: str | None = None, **values: object):
    headers = ({} if actor is None else bearer(app, actor)) | {"Idempotency-Key": key or str(new_id())}
    return client.post("/api/v1/consents", json=WORDS | values, headers=headers)


def test_a_carer_is_asked_gives_and_withdraws(app: Flask, client: FlaskClient, tianjin: Session, carer: Actor):
    headers, purpose = bearer(app, carer), ConsentPurpose.LOCATION

    asked = client.get("/api/v1/consents", headers=headers).json["items"]
    assert {each["text"]["purpose"] for each in asked} == {"location", "face", "photos"}
    assert [each["answer"] for each in asked] == [None, None, None]
    given = say(app, client, carer, key="one")
    assert (given.status_code, given.json["holds"], given.json["answer"]["giver"]) == (201, True, "self")
    assert has_consent(tianjin, person_id=carer.person_id, purpose=purpose)
    assert say(app, client, carer).json == given.json  # said again
    assert say(app, client, carer, is_given=False).json["holds"] is False
    assert not has_consent(tianjin, person_id=carer.person_id, purpose=purpose)
    assert say(app, client, carer, key="one").json == given.json  # a late resend gives nothing back
    assert not has_consent(tianjin, person_id=carer.person_id, purpose=purpose)
    rows = tianjin.scalars(select(Consent).order_by(Consent.seq)).all()
    assert [(row.seq, row.is_given, row.text_digest) for row in rows] == [
        (1, True, present_texts()[purpose].digest),
        (2, False, present_texts()[purpose].digest),
    ]
    actions = tianjin.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == carer.person_id)).all()
    assert sorted(actions) == ["consent.given", "consent.withdrawn"]
    assert client.get("/api/v1/consents", headers=headers).json["items"][0]["holds"] is False


def test_what_is_not_asked_or_outdated_or_malformed_is_refused(
    app: Flask, client: FlaskClient, tianjin: Session, carer: Actor
):
    guardian = make_account(tianjin, role=Role.GUARDIAN, person_id=new_id())

    assert say(app, client, None).status_code == 401
    assert say(app, client, carer, version=2).json["code"] == "consent_outdated"
    assert say(app, client, carer, version=2, is_given=False).status_code == 201  # one may always withdraw
    assert say(app, client, carer, purpose="sensitive_health").json["code"] == "consent_not_asked"
    assert say(app, client, carer, is_given="yes").status_code == 422
    assert say(app, client, guardian).json["code"] == "consent_not_asked"
    assert client.get("/api/v1/consents", headers=bearer(app, guardian)).json == {"items": []}


def test_two_answers_at_once_are_kept_one_after_the_other(swept_app: Flask):
    about = PersonAsked(new_id(), AskedPerson.CARER)
    actor = Actor("tianjin", new_id(), Role.CARER, OWN_CLIENTS, new_id(), person_id=about.person_id)

    def answer_in_thread(*, is_given: bool) -> bool:
        with swept_app.app_context():
            session().bind_region("tianjin")
            with transaction() as own:
                return say_so(own, is_given=is_given)

    def say_so(own: Session, *, is_given: bool) -> bool:
        act = ConsentAct(ConsentPurpose.LOCATION, 1, is_given)
        return answer(own, act, about=about, giver=ConsentGiver.SELF, actor=actor, at=AT).holds

    with swept_app.app_context(), ThreadPoolExecutor(1) as pool:
        session().bind_region("tianjin")
        with transaction() as own:
            assert say_so(own, is_given=True)
            second = pool.submit(answer_in_thread, is_given=False)
            wait_until(
                lambda: bool(own.scalar(HOW_MANY_WAIT))
            )  # it wants the number that is taken, and not yet committed
        assert second.result(timeout=10) is False
        rows = session().execute(select(Consent.seq, Consent.is_given).order_by(Consent.seq)).all()
        session().rollback()

    assert [tuple(row) for row in rows] == [(1, True), (2, False)]
